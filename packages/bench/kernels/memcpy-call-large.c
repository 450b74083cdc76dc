/* Copies 8,192 bytes at a time by the syscall. */
#include "kernel.h"

u64 kernel(u64 n)
{
	u64 *from = (u64 *)HEAP, *to = (u64 *)(HEAP + HEAP_BYTES / 2);
	for (u64 i = 0; i < HEAP_BYTES / 16; i++)
		from[i] = i * 0x9e3779b97f4a7c15ULL;
	u64 sum = 0;
	for (u64 i = 0; i < n; i++) {
		u64 *target = to + (i * 37 & 1023);
		copy(target, from + (i * 61 & 1023), 8192);
		sum = sum * 31 + target[i & 1023];
	}
	return sum;
}
