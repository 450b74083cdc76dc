#include <sbpf.h>

u64 entrypoint(u8 *input)
{
	account_info accounts[16];
	program_input in;
	if (!sbpf_read_input(input, accounts, 16, &in))
		return ERROR_INVALID_ARGUMENT;
	LOG("Hello from C");
	sol_log_64_(in.account_count, in.data_length, 0, 0, 0);
	return SUCCESS;
}
