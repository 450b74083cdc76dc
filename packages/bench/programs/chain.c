/*
 * Calls itself as many times, each inside the other, as the first byte of its data says; each adds one to the
 * first account. The second account is the program.
 */
#include "program.h"

u64 entrypoint(u8 *input)
{
	if (*(u64 *)input != 2)
		return 1;
	input_account *counter = (input_account *)(input + 8);
	input_account *program = (input_account *)behind(counter);
	u8 *rest = behind(program);
	const u8 *program_id = rest + 8 + *(u64 *)rest;
	if (counter->data_length < 8 || !same_key(program->key, program_id))
		return 2;
	*(u64 *)counter->data += 1;
	u8 left = rest[8];
	if (left == 0)
		return 0;
	u8 data = left - 1;
	account_meta metas[2];
	metas[0].key = counter->key;
	metas[0].is_writable = 1;
	metas[0].is_signer = 0;
	metas[1].key = program->key;
	metas[1].is_writable = 0;
	metas[1].is_signer = 0;
	instruction call;
	call.program_id = program->key;
	call.accounts = metas;
	call.account_count = 2;
	call.data = &data;
	call.data_length = 1;
	account_info infos[2];
	input_account *accounts[2] = { counter, program };
#pragma unroll
	for (int i = 0; i < 2; i++) {
		infos[i].key = accounts[i]->key;
		infos[i].lamports = &accounts[i]->lamports;
		infos[i].data_length = accounts[i]->data_length;
		infos[i].data = accounts[i]->data;
		infos[i].owner = accounts[i]->owner;
		infos[i].rent_epoch = ~0ULL;
		infos[i].is_signer = accounts[i]->is_signer;
		infos[i].is_writable = accounts[i]->is_writable;
		infos[i].is_executable = accounts[i]->is_executable;
	}
	return sol_invoke_signed_c(&call, infos, 2, 0, 0);
}
