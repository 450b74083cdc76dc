/* Products of 1024-bit numbers, schoolbook, in limbs of 32 bits, as verifiers of RSA signatures do it. */
#include "kernel.h"

#define LIMBS 32

static NOINLINE void multiply(u32 *product, const u32 *a, const u32 *b)
{
	for (int i = 0; i < 2 * LIMBS; i++)
		product[i] = 0;
	for (int i = 0; i < LIMBS; i++) {
		u64 carry = 0, factor = a[i];
		for (int j = 0; j < LIMBS; j++) {
			u64 t = factor * b[j] + product[i + j] + carry;
			product[i + j] = (u32)t;
			carry = t >> 32;
		}
		product[i + LIMBS] = (u32)carry;
	}
}

u64 kernel(u64 n)
{
	u32 a[LIMBS], b[LIMBS], product[2 * LIMBS];
	u64 state = 88172645463325252ULL;
	for (int i = 0; i < LIMBS; i++) {
		a[i] = (u32)next_random(&state);
		b[i] = (u32)next_random(&state);
	}
	for (u64 i = 0; i < n; i++) {
		multiply(product, a, b);
		for (int j = 0; j < LIMBS; j++) {
			a[j] = product[j] | 1;
			b[j] ^= product[j + LIMBS];
		}
	}
	u64 sum = 0;
	for (int i = 0; i < LIMBS; i++)
		sum = sum * 31 + a[i] + b[i];
	return sum;
}
