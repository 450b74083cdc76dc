/* Copies 7 to 38 bytes at a time by the syscall. */
#include "kernel.h"

u64 kernel(u64 n)
{
	u8 *from = HEAP, *to = HEAP + HEAP_BYTES / 2;
	for (u64 i = 0; i < HEAP_BYTES / 2; i++)
		from[i] = (u8)(i * 7);
	for (u64 i = 0; i < n; i++)
		copy(to + (i * 37 & 0x1fff), from + (i * 61 & 0x1fff), 7 + (i & 31));
	u64 sum = 0;
	for (u64 i = 0; i < HEAP_BYTES / 2; i++)
		sum = sum * 31 + to[i];
	return sum;
}
