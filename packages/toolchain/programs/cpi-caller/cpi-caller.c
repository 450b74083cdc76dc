/*
 * Calls the system program: creates the account that derives from its payer, of a size and with lamports that the
 * instruction names. Accounts: payer (signer, writable), the new account (writable), the system program.
 */
#include <sbpf.h>

typedef struct __attribute__((packed)) {
	u32 kind;
	u64 lamports;
	u64 space;
	u8 owner[32];
} create_account;

u64 entrypoint(u8 *input)
{
	account_info accounts[4];
	program_input in;
	if (!sbpf_read_input(input, accounts, 4, &in))
		return ERROR_INVALID_ARGUMENT;
	if (in.account_count != 3)
		return ERROR_NOT_ENOUGH_ACCOUNT_KEYS;
	if (in.data_length != 16)
		return ERROR_INVALID_INSTRUCTION_DATA;
	u8 address[32], bump;
	seed seeds[3] = { { (const u8 *)"vault", 5 }, { accounts[0].key, 32 } };
	if (sol_try_find_program_address(seeds, 2, in.program_id, address, &bump) != 0)
		return ERROR_INVALID_SEEDS;
	if (!same_key(address, accounts[1].key))
		return ERROR_INVALID_ARGUMENT;
	seeds[2] = (seed){ &bump, 1 };

	create_account data = { .kind = 0 };
	memcpy(&data.lamports, in.data, 8);
	memcpy(&data.space, in.data + 8, 8);
	memcpy(data.owner, in.program_id, 32);
	const account_meta metas[2] = { { accounts[0].key, true, true }, { accounts[1].key, true, true } };
	const instruction create = { accounts[2].key, metas, 2, (const u8 *)&data, sizeof(data) };
	const signer_seeds signer = { seeds, 3 };
	u64 error = sol_invoke_signed_c(&create, accounts, 3, &signer, 1);
	if (error)
		return error;
	LOG("created");
	sol_log_pubkey(address);
	return SUCCESS;
}
