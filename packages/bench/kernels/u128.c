/* 128-bit arithmetic as fixed-point programs do it: products of 64-bit numbers by halves, sums with a carry. */
#include "kernel.h"

typedef struct {
	u64 low, high;
} u128;

/* Not __int128: that needs a runtime library on BPF, and would be one instruction on the host. */
static inline u128 multiply(u64 a, u64 b)
{
	u64 al = (u32)a, ah = a >> 32, bl = (u32)b, bh = b >> 32;
	u64 ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
	u64 middle = lh + (ll >> 32);
	u64 carry = hl + (u32)middle;
	u128 product = { carry << 32 | (u32)ll, hh + (middle >> 32) + (carry >> 32) };
	return product;
}

u64 kernel(u64 n)
{
	u128 sum = { 0, 0 };
	u64 x = 0x123456789abcdef1ULL, y = 0xfedcba9876543211ULL;
	for (u64 i = 0; i < n; i++) {
		u128 p = multiply(x, y);
		u128 q = multiply(p.low ^ i, 0x9e3779b97f4a7c15ULL);
		u64 low = sum.low + p.low;
		sum.high += p.high + q.high + (low < p.low);
		sum.low = low ^ q.low;
		x += q.high | 1;
		y ^= p.high;
	}
	return sum.low ^ sum.high;
}
