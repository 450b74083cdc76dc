/* A table on the heap that is read and written at places that depend on what was read. */
#include "kernel.h"

#define WORDS (HEAP_BYTES / 8)

u64 kernel(u64 n)
{
	u64 *table = (u64 *)HEAP;
	for (u64 i = 0; i < WORDS; i++)
		table[i] = i * 0x9e3779b97f4a7c15ULL;
	u64 sum = 0;
	for (u64 i = 0; i < n; i++) {
		u64 at = i & (WORDS - 1);
		u64 value = table[at];
		u64 other = table[value & (WORDS - 1)];
		table[at] = value + (other >> 3) + i;
		sum ^= other;
	}
	for (u64 i = 0; i < WORDS; i++)
		sum += table[i];
	return sum;
}
