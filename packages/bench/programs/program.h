/* What the programs share: the layout of a program's input, and the syscalls they use. */
#pragma once

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define MAX_PERMITTED_DATA_INCREASE 10240

/* An account in the input; its data follow, then room to grow, then the rent epoch. */
typedef struct {
	u8 duplicate, is_signer, is_writable, is_executable;
	u32 spare;
	u8 key[32];
	u8 owner[32];
	u64 lamports;
	u64 data_length;
	u8 data[];
} input_account;

typedef struct {
	const u8 *key;
	u8 is_writable, is_signer;
} account_meta;

typedef struct {
	const u8 *program_id;
	const account_meta *accounts;
	u64 account_count;
	const u8 *data;
	u64 data_length;
} instruction;

typedef struct {
	const u8 *key;
	u64 *lamports;
	u64 data_length;
	u8 *data;
	const u8 *owner;
	u64 rent_epoch;
	u8 is_signer, is_writable, is_executable;
} account_info;

extern void sol_log_(const char *text, u64 length);
extern u64 sol_invoke_signed_c(const instruction *what, const account_info *infos, u64 info_count,
			       const void *seeds, u64 seed_count);

/* Behind an account: its data, the room to grow, aligned, and the rent epoch. */
static inline u8 *behind(input_account *account)
{
	u64 end = (u64)account->data + account->data_length + MAX_PERMITTED_DATA_INCREASE;
	return (u8 *)((end + 7 & ~7ULL) + 8);
}

static inline int same_key(const u8 *a, const u8 *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}
