/*
 * Wastes what it is given, in the way that the first byte of its data names, until it is stopped. It may have one
 * account of its own, which grows.
 */
#include "program.h"

extern void sol_log_data(const void *slices, u64 count);
extern void sol_set_return_data(const void *data, u64 length);
extern u64 sol_get_return_data(void *data, u64 length, u8 *program_id);
extern void sol_memset_(void *to, u8 value, u64 length);
extern u64 sol_alloc_free_(u64 size, void *pointer);

#define HEAP ((u8 *)0x300000000ULL)
#define HEAP_BYTES 262144
#define MAX_RETURN_DATA 1024

typedef struct {
	const u8 *address;
	u64 length;
} slice;

__attribute__((noinline)) static u64 recurse(u64 depth)
{
	volatile u8 frame[2000];
	frame[depth % 2000] = depth;
	return recurse(depth + 1) + frame[(depth + 1) % 2000];
}

u64 entrypoint(u8 *input)
{
	input_account *account = *(u64 *)input == 0 ? 0 : (input_account *)(input + 8);
	u8 *rest = account == 0 ? input + 8 : behind(account);
	u8 way = rest[8];
	slice whole[4];
	for (u64 i = 0; i < 4; i++) {
		whole[i].address = HEAP;
		whole[i].length = HEAP_BYTES / 4;
	}
	for (u64 i = 1;; i++) {
		if (way == 0)
			sol_log_((const char *)HEAP, 10000);
		else if (way == 1)
			sol_log_data(whole, 4);
		else if (way == 2)
			sol_set_return_data(HEAP, MAX_RETURN_DATA);
		else if (way == 3)
			sol_memset_(HEAP, (u8)i, HEAP_BYTES);
		else if (way == 4)
			sol_alloc_free_(1ULL << 40, 0);
		else if (way == 5)
			recurse(i);
		else if (way == 6 && account != 0) {
			/* As far as it may grow, and all of it written. */
			account->data_length += MAX_PERMITTED_DATA_INCREASE;
			sol_memset_(account->data, (u8)i, account->data_length);
			return 0;
		} else if (way == 7)
			sol_get_return_data(HEAP, HEAP_BYTES, HEAP);
		else
			return 1;
	}
}
