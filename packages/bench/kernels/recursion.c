/* Recursive calls and nothing much else: the 20th Fibonacci number by definition, n times. */
#include "kernel.h"

static NOINLINE u64 fibonacci(u64 k)
{
	if (k < 2)
		return k;
	return fibonacci(k - 1) + fibonacci(k - 2);
}

u64 kernel(u64 n)
{
	u64 sum = 0;
	for (u64 i = 0; i < n; i++)
		sum = sum * 3 + fibonacci(20 - (i & 1));
	return sum;
}
