/*
 * What a program in C or C++ needs: the layout of its input, and the syscalls.
 *
 * The input is as the loaders from v2 on write it. Read it once with sbpf_read_input, which takes no memory but what
 * it is given.
 */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;
typedef __int128 i128;
typedef unsigned __int128 u128;

#ifdef __cplusplus
extern "C" {
#define SBPF_NULL nullptr
#else
typedef _Bool bool;
#define true 1
#define false 0
#define SBPF_NULL ((void *)0)
#endif

/* What a program returns: zero, or one of these, or a number of its own below 2^32. */
#define SUCCESS 0ULL
#define SBPF_BUILTIN_ERROR(n) ((u64)(n) << 32)
#define ERROR_INVALID_ARGUMENT SBPF_BUILTIN_ERROR(2)
#define ERROR_INVALID_INSTRUCTION_DATA SBPF_BUILTIN_ERROR(3)
#define ERROR_INVALID_ACCOUNT_DATA SBPF_BUILTIN_ERROR(4)
#define ERROR_INSUFFICIENT_FUNDS SBPF_BUILTIN_ERROR(6)
#define ERROR_INCORRECT_PROGRAM_ID SBPF_BUILTIN_ERROR(7)
#define ERROR_MISSING_REQUIRED_SIGNATURE SBPF_BUILTIN_ERROR(8)
#define ERROR_NOT_ENOUGH_ACCOUNT_KEYS SBPF_BUILTIN_ERROR(11)
#define ERROR_INVALID_SEEDS SBPF_BUILTIN_ERROR(14)

/* Bytes behind an account's data into which it may grow. */
#define MAX_PERMITTED_DATA_INCREASE 10240

/* An account as the program sees it; key, owner, lamports and data point into the input. */
typedef struct {
	const u8 *key;
	u64 *lamports;
	u64 data_length;
	u8 *data;
	const u8 *owner;
	u64 rent_epoch;
	bool is_signer;
	bool is_writable;
	bool is_executable;
} account_info;

typedef struct {
	const u8 *key;
	bool is_writable;
	bool is_signer;
} account_meta;

typedef struct {
	const u8 *program_id;
	const account_meta *accounts;
	u64 account_count;
	const u8 *data;
	u64 data_length;
} instruction;

typedef struct {
	const u8 *bytes;
	u64 length;
} seed;

typedef struct {
	const seed *seeds;
	u64 count;
} signer_seeds;

/* A program's input, read. */
typedef struct {
	account_info *accounts;
	u64 account_count;
	const u8 *data;
	u64 data_length;
	const u8 *program_id;
} program_input;

void sol_log_(const char *text, u64 length);
void sol_log_64_(u64 a, u64 b, u64 c, u64 d, u64 e);
void sol_log_pubkey(const u8 *key);
void sol_log_compute_units_(void);
void sol_log_data(const seed *fields, u64 count);
__attribute__((noreturn)) void abort(void);
u64 sol_sha256(const seed *parts, u64 count, u8 *hash);
u64 sol_keccak256(const seed *parts, u64 count, u8 *hash);
u64 sol_create_program_address(const seed *seeds, u64 count, const u8 *program_id, u8 *address);
u64 sol_try_find_program_address(const seed *seeds, u64 count, const u8 *program_id, u8 *address, u8 *bump);
u64 sol_invoke_signed_c(const instruction *what, const account_info *accounts, u64 account_count,
			const signer_seeds *signers, u64 signer_count);
void sol_set_return_data(const u8 *data, u64 length);
u64 sol_get_return_data(u8 *data, u64 length, u8 *program_id);
u64 sol_get_clock_sysvar(void *clock);
u64 sol_get_rent_sysvar(void *rent);
u64 sol_remaining_compute_units(void);

void *memcpy(void *to, const void *from, unsigned long length);
void *memmove(void *to, const void *from, unsigned long length);
void *memset(void *at, int byte, unsigned long length);
int memcmp(const void *a, const void *b, unsigned long length);

/* Logs a string literal. */
#define LOG(literal) sol_log_(literal, sizeof(literal) - 1)

static inline bool same_key(const u8 *a, const u8 *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}

/* Reads the input into `in`, whose accounts go to `accounts`, of which there is room for `room`; false for more. */
static inline bool sbpf_read_input(u8 *input, account_info *accounts, u64 room, program_input *in)
{
	u64 count = *(u64 *)input;
	u8 *at = input + 8;
	if (count > room)
		return false;
	for (u64 i = 0; i < count; i++) {
		account_info *account = &accounts[i];
		if (at[0] != 0xff) {
			*account = accounts[at[0]];
			at += 8;
			continue;
		}
		account->is_signer = at[1];
		account->is_writable = at[2];
		account->is_executable = at[3];
		account->key = at + 8;
		account->owner = at + 40;
		account->lamports = (u64 *)(at + 72);
		account->data_length = *(u64 *)(at + 80);
		account->data = at + 88;
		at = account->data + account->data_length + MAX_PERMITTED_DATA_INCREASE;
		at = (u8 *)(((u64)at + 7) & ~7ULL);
		account->rent_epoch = *(u64 *)at;
		at += 8;
	}
	in->accounts = accounts;
	in->account_count = count;
	in->data_length = *(u64 *)at;
	in->data = at + 8;
	in->program_id = in->data + in->data_length;
	return true;
}

#ifdef __cplusplus
}
#endif
