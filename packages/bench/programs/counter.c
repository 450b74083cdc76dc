/* Counts in the first account: checks it, logs, adds one. */
#include "program.h"

static const char MESSAGE[] = "Instruction: Increment";

u64 entrypoint(u8 *input)
{
	if (*(u64 *)input != 1)
		return 1;
	input_account *account = (input_account *)(input + 8);
	u8 *rest = behind(account);
	u64 data_length = *(u64 *)rest;
	const u8 *program_id = rest + 8 + data_length;
	if (!account->is_writable || account->data_length < 8 || !same_key(account->owner, program_id))
		return 2;
	sol_log_(MESSAGE, sizeof MESSAGE - 1);
	*(u64 *)account->data += 1;
	return 0;
}
