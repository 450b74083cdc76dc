/*
 * 128-bit arithmetic on two numbers out of the instruction (32 bytes), and the shift distance and two signed words
 * behind them (24 bytes). The return data hold all results.
 */
#include <sbpf.h>

typedef struct {
	u128 product, quotient, remainder, left, right;
	i128 signed_quotient, signed_remainder, arithmetic_right;
	i64 word_quotient, word_remainder;
	u64 overflows;
	u64 fraction;
} results;

/* a * b / 2^64, as fixed-point arithmetic has it. */
static u64 fixed_multiply(u64 a, u64 b)
{
	return (u64)((u128)a * b >> 64);
}

void compute(const u8 *data, results *out)
{
	u128 a, b;
	u64 by;
	i64 x, y;
	memcpy(&a, data, 16);
	memcpy(&b, data + 16, 16);
	memcpy(&by, data + 32, 8);
	memcpy(&x, data + 40, 8);
	memcpy(&y, data + 48, 8);
	by &= 127;
	out->product = a * b;
	out->quotient = b ? a / b : 0;
	out->remainder = b ? a % b : 0;
	out->left = a << by;
	out->right = a >> by;
	out->signed_quotient = b ? (i128)a / (b == ~(u128)0 ? 1 : (i128)b) : 0;
	out->signed_remainder = b ? (i128)a % (b == ~(u128)0 ? 1 : (i128)b) : 0;
	out->arithmetic_right = (i128)a >> by;
	out->word_quotient = y ? x / (y == -1 ? 1 : y) : 0;
	out->word_remainder = y ? x % (y == -1 ? 1 : y) : 0;
	u64 u;
	i64 s;
	u128 w;
	i128 v;
	out->overflows = __builtin_mul_overflow((u64)x, (u64)y, &u);
	out->overflows |= (u64)__builtin_mul_overflow(x, y, &s) << 1;
	out->overflows |= (u64)__builtin_mul_overflow(a, b, &w) << 2;
	out->overflows |= (u64)__builtin_mul_overflow((i128)a, (i128)b, &v) << 3;
	out->fraction = fixed_multiply((u64)a, (u64)b) ^ u ^ (u64)s ^ (u64)w ^ (u64)(v >> 64);
}

#ifndef NATIVE
u64 entrypoint(u8 *input)
{
	account_info accounts[1];
	program_input in;
	results out;
	if (!sbpf_read_input(input, accounts, 1, &in))
		return ERROR_INVALID_ARGUMENT;
	if (in.data_length != 56)
		return ERROR_INVALID_INSTRUCTION_DATA;
	compute(in.data, &out);
	sol_set_return_data((const u8 *)&out, sizeof(out));
	return SUCCESS;
}
#endif
