/* Arithmetic on registers alone: shifts, products, exclusive or, and a branch that is taken every other time. */
#include "kernel.h"

u64 kernel(u64 n)
{
	u64 a = 0x9e3779b97f4a7c15ULL, b = 1, c = 0;
	for (u64 i = 0; i < n; i++) {
		a ^= a >> 13;
		a *= 0xff51afd7;
		b += a ^ i;
		b = (b << 7) | (b >> 57);
		c += b & 0xffff;
		if (a & 1)
			c ^= a;
	}
	return a ^ b ^ c;
}
