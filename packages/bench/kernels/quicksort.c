/* Sorts 4,000 words on the heap, recursing into the shorter part, n times over. */
#include "kernel.h"

#define COUNT 4000

static NOINLINE void sort(u64 *low, u64 *high)
{
	while (low < high) {
		u64 pivot = low[(high - low) / 2];
		u64 *left = low, *right = high;
		while (left <= right) {
			while (*left < pivot)
				left++;
			while (*right > pivot)
				right--;
			if (left <= right) {
				u64 spare = *left;
				*left++ = *right;
				*right-- = spare;
			}
		}
		if (right - low < high - left) {
			sort(low, right);
			low = left;
		} else {
			sort(left, high);
			high = right;
		}
	}
}

u64 kernel(u64 n)
{
	u64 *words = (u64 *)HEAP;
	u64 state = 88172645463325252ULL, sum = 0;
	for (u64 round = 0; round < n; round++) {
		for (u64 i = 0; i < COUNT; i++)
			words[i] = next_random(&state);
		sort(words, words + COUNT - 1);
		for (u64 i = 0; i < COUNT; i += 97)
			sum = sum * 31 + words[i];
	}
	return sum;
}
