/* Copies 7 to 38 bytes at a time, a byte at a time. */
#include "kernel.h"

u64 kernel(u64 n)
{
	u8 *from = HEAP, *to = HEAP + HEAP_BYTES / 2;
	for (u64 i = 0; i < HEAP_BYTES / 2; i++)
		from[i] = (u8)(i * 7);
	for (u64 i = 0; i < n; i++) {
		const u8 *source = from + (i * 61 & 0x1fff);
		u8 *target = to + (i * 37 & 0x1fff);
		u64 length = 7 + (i & 31);
		for (u64 j = 0; j < length; j++) {
			target[j] = source[j];
			__asm__ volatile("" ::: "memory");
		}
	}
	u64 sum = 0;
	for (u64 i = 0; i < HEAP_BYTES / 2; i++)
		sum = sum * 31 + to[i];
	return sum;
}
