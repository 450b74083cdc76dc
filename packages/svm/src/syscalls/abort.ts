/**
 * `abort`, `sol_panic_`: a program stops itself. `sol_alloc_free_`: the bump allocator of old programs.
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallAbort, SyscallPanic, SyscallAllocFree).
 */

import { translateSlice } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, toUnits } from '../u64.ts';
import { decodeUtf8 } from '../utf8.ts';
import type { Syscall } from './declare.ts';

/** Longest allocation Rust's `Layout` describes, with its alignment of 8 or 1. */
const MAX_LAYOUT_SIZE = 2 ** 53;

/** `abort()`: stops the program. Cost: none. Errors: Abort. */
export const syscallAbort: Syscall = () => {
	throw syscallFault({ kind: 'Abort' });
};

/**
 * `sol_panic_(r1 file, r2 len, r3 line, r4 column)`: stops the program and says where.
 *
 * Cost: `len`. Errors: ComputationalBudgetExceeded, AccessViolation, InvalidString, Panic.
 */
export const syscallPanic: Syscall = (invokeContext, vm) => {
	const file = argU64(vm, 1);
	const len = argU64(vm, 2);
	invokeContext.computeMeter.consumeChecked(toUnits(len));
	const { memoryMapping } = invokeContext.memoryContexts.memoryContextAbiV1();
	const host = translateSlice(memoryMapping, file, len, 1, 1);
	const text = decodeUtf8(invokeContext.arena.u8, host, Number(len));
	if (typeof text !== 'string') {
		const bytes = invokeContext.arena.u8.slice(host, host + Number(len));
		throw syscallFault({ kind: 'InvalidString', utf8: text, bytes });
	}
	throw syscallFault({ kind: 'Panic', file: text, line: argU64(vm, 3), column: argU64(vm, 4) });
};

/**
 * `sol_alloc_free_(r1 size, r2 address to free)`: r0 is the address, 0 where there is no room. Freeing does
 * nothing.
 *
 * Gate: not where broken ELFs are rejected (deployment). Cost: none. Errors: none.
 */
export const syscallAllocFree: Syscall = (invokeContext, vm) => {
	const size = argU64(vm, 1);
	if (argU64(vm, 2) !== 0 || typeof size === 'bigint' || size >= MAX_LAYOUT_SIZE) return 0;
	const { allocator, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	return allocator.alloc(size, checkAligned ? 8 : 1) ?? 0;
};
