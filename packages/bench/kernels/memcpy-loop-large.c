/* Copies 8,192 bytes at a time, a word at a time. */
#include "kernel.h"

u64 kernel(u64 n)
{
	u64 *from = (u64 *)HEAP, *to = (u64 *)(HEAP + HEAP_BYTES / 2);
	for (u64 i = 0; i < HEAP_BYTES / 16; i++)
		from[i] = i * 0x9e3779b97f4a7c15ULL;
	u64 sum = 0;
	for (u64 i = 0; i < n; i++) {
		const u64 *source = from + (i * 61 & 1023);
		u64 *target = to + (i * 37 & 1023);
		for (u64 j = 0; j < 1024; j++) {
			target[j] = source[j];
			__asm__ volatile("" ::: "memory");
		}
		sum = sum * 31 + target[i & 1023];
	}
	return sum;
}
