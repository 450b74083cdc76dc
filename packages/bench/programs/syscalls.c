/*
 * Makes one cryptographic syscall over and over. Its data: which one, how often, a parameter of it (words), the
 * operands. Returns what the last call wrote.
 */
#include "program.h"

extern u64 sol_alt_bn128_group_op(u64 operation, const u8 *input, u64 length, u8 *result);
extern u64 sol_poseidon(u64 parameters, u64 endianness, const void *slices, u64 count, u8 *result);
extern u64 sol_secp256k1_recover(const u8 *hash, u64 recovery_id, const u8 *signature, u8 *result);
extern u64 sol_curve_multiscalar_mul(u64 curve, const u8 *scalars, const u8 *points, u64 count, u8 *result);
extern void sol_set_return_data(const void *data, u64 length);

#define MAX_INPUTS 12

typedef struct {
	const u8 *address;
	u64 length;
} slice;

u64 entrypoint(u8 *input)
{
	if (*(u64 *)input != 0)
		return 1;
	u64 length = *(u64 *)(input + 8) - 24;
	u64 which = *(u64 *)(input + 16), times = *(u64 *)(input + 24), parameter = *(u64 *)(input + 32);
	const u8 *operands = input + 40;
	u8 result[64];
	slice slices[MAX_INPUTS];
	u64 size = which == 2 || (which == 0 && parameter != 3) ? 64 : 32, failed = 0;
	for (u64 i = 0; i < MAX_INPUTS; i++) {
		slices[i].address = operands + 32 * i;
		slices[i].length = 32;
	}
	for (u64 i = 0; i < times && failed == 0; i++) {
		if (which == 0)
			failed = sol_alt_bn128_group_op(parameter, operands, length, result);
		else if (which == 1)
			failed = sol_poseidon(0, parameter, slices, length / 32, result);
		else if (which == 2)
			failed = sol_secp256k1_recover(operands, parameter, operands + 32, result);
		else
			failed = sol_curve_multiscalar_mul(parameter, operands, operands + length / 2, length / 64, result);
	}
	if (failed != 0)
		return 2;
	sol_set_return_data(result, size);
	return 0;
}
