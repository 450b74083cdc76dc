/**
 * `sol_memcpy_`, `sol_memmove_`, `sol_memcmp_`, `sol_memset_`: the memory operations of programs, done on the
 * arena's bytes.
 *
 * Cost of each: the greater of 10 and n/250.
 *
 * Source: solana-syscalls 4.3.0, mem_ops.rs.
 */

import type { InvokeContext } from '../invoke-context.ts';
import { isNonoverlappingU64, translateMut, translateSlice } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, type U64, unitsPer } from '../u64.ts';
import type { Syscall, SyscallVm } from './declare.ts';

function memOpConsume(invokeContext: InvokeContext, n: U64): void {
	const { mem_op_base_cost, cpi_bytes_per_unit } = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(Math.max(mem_op_base_cost, unitsPer(n, cpi_bytes_per_unit)));
}

/**
 * `sol_memcpy_(r1 to, r2 from, r3 n)`.
 *
 * Errors: ComputationalBudgetExceeded, CopyOverlapping, then as {@link syscallMemmove}.
 */
export const syscallMemcpy: Syscall = (invokeContext, vm) => {
	const n = argU64(vm, 3);
	memOpConsume(invokeContext, n);
	if (!isNonoverlappingU64(argU64(vm, 2), argU64(vm, 1), n)) {
		throw syscallFault({ kind: 'CopyOverlapping' });
	}
	// Different addresses may still share memory, hence a move.
	return memmove(invokeContext, vm, n);
};

/**
 * `sol_memmove_(r1 to, r2 from, r3 n)`.
 *
 * Errors: ComputationalBudgetExceeded, AccessViolation of the target, then of the source.
 */
export const syscallMemmove: Syscall = (invokeContext, vm) => {
	const n = argU64(vm, 3);
	memOpConsume(invokeContext, n);
	return memmove(invokeContext, vm, n);
};

function memmove(invokeContext: InvokeContext, vm: SyscallVm, n: U64): U64 {
	const mapping = invokeContext.memoryContexts.memoryMapping();
	const target = translateMut(mapping, argU64(vm, 1), n, 1);
	const source = translateSlice(mapping, argU64(vm, 2), n, 1, 1);
	invokeContext.arena.u8.copyWithin(target, source, source + Number(n));
	return 0;
}

/**
 * `sol_memcmp_(r1 a, r2 b, r3 n, r4 result)`: writes an i32, the difference of the first bytes that differ.
 *
 * Errors: ComputationalBudgetExceeded, AccessViolation of a, b, the result, UnalignedPointer.
 */
export const syscallMemcmp: Syscall = (invokeContext, vm) => {
	const n = argU64(vm, 3);
	memOpConsume(invokeContext, n);
	const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	const a = translateSlice(memoryMapping, argU64(vm, 1), n, 1, 1);
	const b = translateSlice(memoryMapping, argU64(vm, 2), n, 1, 1);
	const { arena } = invokeContext;
	const { u8 } = arena;
	const length = Number(n);
	let difference = 0;
	for (let i = 0; i < length; i++) {
		difference = u8[a + i]! - u8[b + i]!;
		if (difference !== 0) break;
	}
	const result = translateMut(memoryMapping, argU64(vm, 4), 4, checkAligned ? 4 : 1);
	arena.view.setInt32(result, difference, true);
	return 0;
};

/**
 * `sol_memset_(r1 at, r2 byte, r3 n)`: only the low 8 bits of r2 count.
 *
 * Errors: ComputationalBudgetExceeded, AccessViolation.
 */
export const syscallMemset: Syscall = (invokeContext, vm) => {
	const n = argU64(vm, 3);
	memOpConsume(invokeContext, n);
	const mapping = invokeContext.memoryContexts.memoryMapping();
	const at = translateMut(mapping, argU64(vm, 1), n, 1);
	invokeContext.arena.u8.fill(vm.registers32[4]! & 0xff, at, at + Number(n));
	return 0;
};
