/* An interpreter of a small bytecode: fetch, decode, branch to one of sixteen cases, registers in memory. */
#include "kernel.h"

enum { LOAD, MOVE, ADD, SUBTRACT, MULTIPLY, AND, OR, XOR, LEFT, RIGHT, READ, WRITE, JUMP_IF, DECREMENT, SWAP, HALT };

#define MEMORY_WORDS 256

/* Four bytes an instruction: operation, two registers, a small number. */
static const u8 PROGRAM[] = {
	LOAD, 0, 0, 100, /* the counter */
	LOAD, 1, 0, 7,
	LOAD, 2, 0, 13,
	LOAD, 3, 0, 1,
	ADD, 1, 2, 0, /* the loop: 4 */
	XOR, 2, 1, 0,
	LEFT, 2, 0, 3,
	RIGHT, 1, 0, 1,
	WRITE, 1, 3, 0,
	READ, 4, 2, 0,
	ADD, 4, 3, 0,
	SUBTRACT, 3, 1, 0,
	SWAP, 2, 4, 0,
	AND, 4, 1, 0,
	OR, 2, 4, 0,
	MULTIPLY, 3, 2, 0,
	MOVE, 4, 3, 0,
	DECREMENT, 0, 0, 1,
	JUMP_IF, 0, 0, 4,
	HALT, 0, 0, 0,
};

static NOINLINE u64 run(const u8 *program, u64 *registers, u64 *memory)
{
	u64 pc = 0;
	for (;;) {
		const u8 *at = program + 4 * pc++;
		u64 *a = &registers[at[1]];
		u64 *b = &registers[at[2]];
		switch (at[0]) {
		case LOAD:
			*a = at[3];
			break;
		case MOVE:
			*a = *b;
			break;
		case ADD:
			*a += *b;
			break;
		case SUBTRACT:
			*a -= *b;
			break;
		case MULTIPLY:
			*a *= *b;
			break;
		case AND:
			*a &= *b;
			break;
		case OR:
			*a |= *b;
			break;
		case XOR:
			*a ^= *b;
			break;
		case LEFT:
			*a <<= at[3];
			break;
		case RIGHT:
			*a >>= at[3];
			break;
		case READ:
			*a = memory[*b & (MEMORY_WORDS - 1)];
			break;
		case WRITE:
			memory[*b & (MEMORY_WORDS - 1)] = *a;
			break;
		case JUMP_IF:
			if (*a != 0)
				pc = at[3];
			break;
		case DECREMENT:
			*a -= at[3];
			break;
		case SWAP: {
			u64 spare = *a;
			*a = *b;
			*b = spare;
			break;
		}
		default:
			return registers[1] ^ registers[2] ^ registers[3];
		}
	}
}

u64 kernel(u64 n)
{
	u64 *registers = (u64 *)HEAP;
	u64 *memory = (u64 *)(HEAP + 128);
	u64 sum = 0;
	for (u64 i = 0; i < n; i++)
		sum += run(PROGRAM, registers, memory);
	return sum;
}
