/**
 * `sol_memcpy_`, `sol_memmove_`, `sol_memcmp_`, `sol_memset_`: the memory operations of programs, done on the
 * arena's bytes.
 *
 * Source: solana-syscalls 4.3.0, mem_ops.rs.
 */

import type { Arena } from '@parhelion/sbpf';
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
 * `sol_memcpy_(r1 to, r2 from, r3 n)`: copies n bytes between places that do not overlap.
 *
 * Cost: the greater of 10 and n/250. Errors: ComputationalBudgetExceeded, CopyOverlapping, then as {@link syscallMemmove}.
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
 * `sol_memmove_(r1 to, r2 from, r3 n)`: copies n bytes; the places may overlap.
 *
 * Cost: the greater of 10 and n/250. Errors: ComputationalBudgetExceeded, AccessViolation of the target, then of the
 * source.
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
 * Cost: the greater of 10 and n/250. Errors: ComputationalBudgetExceeded, AccessViolation of a, b, the result,
 * UnalignedPointer.
 */
export const syscallMemcmp: Syscall = (invokeContext, vm) => {
	const n = argU64(vm, 3);
	memOpConsume(invokeContext, n);
	const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	const a = translateSlice(memoryMapping, argU64(vm, 1), n, 1, 1);
	const b = translateSlice(memoryMapping, argU64(vm, 2), n, 1, 1);
	const difference = compare(invokeContext.arena, a, b, Number(n));
	const result = translateMut(memoryMapping, argU64(vm, 4), 4, checkAligned ? 4 : 1);
	invokeContext.arena.view.setInt32(result, difference, true);
	return 0;
};

/** The difference of the first bytes that differ, 0 where none do. */
function compare(arena: Arena, a: number, b: number, length: number): number {
	const { u8, i32 } = arena;
	let i = 0;
	// Words first where both sides are aligned: a program pays one CU for 250 bytes.
	if (((a | b) & 3) === 0) {
		const words = length >> 2;
		let w = 0;
		while (w < words && i32[(a >> 2) + w] === i32[(b >> 2) + w]) w++;
		i = w << 2;
	}
	for (; i < length; i++) {
		const difference = u8[a + i]! - u8[b + i]!;
		if (difference !== 0) return difference;
	}
	return 0;
}

/**
 * `sol_memset_(r1 at, r2 byte, r3 n)`: only the low 8 bits of r2 count.
 *
 * Cost: the greater of 10 and n/250. Errors: ComputationalBudgetExceeded, AccessViolation.
 */
export const syscallMemset: Syscall = (invokeContext, vm) => {
	const n = argU64(vm, 3);
	memOpConsume(invokeContext, n);
	const mapping = invokeContext.memoryContexts.memoryMapping();
	const at = translateMut(mapping, argU64(vm, 1), n, 1);
	invokeContext.arena.u8.fill(vm.registers32[4]! & 0xff, at, at + Number(n));
	return 0;
};
