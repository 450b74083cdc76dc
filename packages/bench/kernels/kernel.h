/*
 * What every kernel shares: types, memory, and the way in.
 *
 * A kernel is `u64 kernel(u64 n)`: it does n rounds of its work and answers with a checksum of it. For sBPF
 * it reads n from the instruction's data and returns the checksum as return data; natively it is a program that
 * takes n and a number of rounds, and prints the checksum and the nanoseconds of each round.
 */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define NOINLINE __attribute__((noinline))
/* Bytes that a kernel may use besides its stack: the heap of a program. */
#define HEAP_BYTES 32768

u64 kernel(u64 n);

/* The generator that fills memory with numbers (xorshift64*). */
static inline u64 next_random(u64 *state)
{
	u64 x = *state;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

#ifdef __bpf__

#define HEAP ((u8 *)0x300000000ULL)

extern void sol_memcpy_(void *to, const void *from, u64 length);
extern void sol_set_return_data(const void *data, u64 length);

static inline void copy(void *to, const void *from, u64 length)
{
	sol_memcpy_(to, from, length);
}

u64 entrypoint(u8 *input)
{
	/* No accounts: their number, the length of the instruction's data, the data. */
	u64 result = kernel(*(u64 *)(input + 16));
	sol_set_return_data(&result, sizeof result);
	return 0;
}

#else

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static u64 heap_words[HEAP_BYTES / 8];
#define HEAP ((u8 *)heap_words)

static inline void copy(void *to, const void *from, u64 length)
{
	memcpy(to, from, length);
}

int main(int count, char **arguments)
{
	u64 n = count > 1 ? strtoull(arguments[1], 0, 10) : 1;
	int rounds = count > 2 ? atoi(arguments[2]) : 1;
	for (int round = 0; round < rounds; round++) {
		struct timespec start, end;
		memset(heap_words, 0, sizeof heap_words);
		clock_gettime(CLOCK_MONOTONIC, &start);
		u64 result = kernel(n);
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%llu %lld\n", result,
		       (long long)(end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec));
	}
	return 0;
}

#endif
