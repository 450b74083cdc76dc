/*
 * A counter in an account whose address derives from its owner's: accounts are the counter (writable) and the owner
 * (signer), the instruction is the bump seed and the step as u64.
 */
#include <sbpf.h>

enum { OVERFLOW = 1 };

u64 entrypoint(u8 *input)
{
	account_info accounts[4];
	program_input in;
	if (!sbpf_read_input(input, accounts, 4, &in))
		return ERROR_INVALID_ARGUMENT;
	if (in.account_count < 2)
		return ERROR_NOT_ENOUGH_ACCOUNT_KEYS;
	if (in.data_length != 9)
		return ERROR_INVALID_INSTRUCTION_DATA;
	const account_info *counter = &accounts[0], *owner = &accounts[1];
	if (!owner->is_signer)
		return ERROR_MISSING_REQUIRED_SIGNATURE;

	u8 expected[32];
	const seed seeds[] = { { (const u8 *)"counter", 7 }, { owner->key, 32 }, { in.data, 1 } };
	if (sol_create_program_address(seeds, 3, in.program_id, expected) != 0)
		return ERROR_INVALID_SEEDS;
	if (!same_key(expected, counter->key) || !same_key(counter->owner, in.program_id))
		return ERROR_INVALID_ARGUMENT;
	if (counter->data_length != 8)
		return ERROR_INVALID_ACCOUNT_DATA;

	u64 step, sum, *value = (u64 *)counter->data;
	memcpy(&step, in.data + 1, 8);
	if (__builtin_add_overflow(*value, step, &sum))
		return OVERFLOW;
	*value = sum;
	sol_log_64_(sum, step, in.data[0], 0, 0);
	sol_set_return_data(counter->data, 8);
	return SUCCESS;
}
