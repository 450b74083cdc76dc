/**
 * `sol_set_return_data`, `sol_get_return_data`.
 *
 * Source: solana-syscalls 4.3.0, lib.rs; solana-cpi (`MAX_RETURN_DATA`).
 */

import { translateMutAll, translateSlice } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, unitsPer } from '../u64.ts';
import type { Syscall } from './declare.ts';

/** Most bytes a program may return. */
export const MAX_RETURN_DATA = 1024;

/**
 * `sol_set_return_data(r1 data, r2 len)`: leaves at most 1,024 bytes for the caller.
 *
 * Cost: 100 and len/250. Errors: ComputationalBudgetExceeded, ReturnDataTooLarge, AccessViolation.
 */
export const syscallSetReturnData: Syscall = (invokeContext, vm) => {
	const len = argU64(vm, 2);
	const { cpi_bytes_per_unit, syscall_base_cost } = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(unitsPer(len, cpi_bytes_per_unit) + syscall_base_cost);
	if (typeof len === 'bigint' || len > MAX_RETURN_DATA) {
		throw syscallFault({ kind: 'ReturnDataTooLarge', len, max: MAX_RETURN_DATA });
	}
	const host = translateSlice(invokeContext.memoryContexts.memoryMapping(), argU64(vm, 1), len, 1, 1);
	const { transactionContext } = invokeContext;
	const programId = transactionContext.getCurrentInstructionContext().getProgramKey();
	transactionContext.setReturnData(programId, invokeContext.arena.u8.slice(host, host + len));
	return 0;
};

/**
 * `sol_get_return_data(r1 data, r2 len, r3 program id)`: copies at most `len` bytes and the id of the program
 * that set them; r0 is the whole length.
 *
 * Cost: 100, and (copied + 32)/250 where anything is copied. Errors: ComputationalBudgetExceeded,
 * AccessViolation, CopyOverlapping.
 */
export const syscallGetReturnData: Syscall = (invokeContext, vm) => {
	const { cpi_bytes_per_unit, syscall_base_cost } = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(syscall_base_cost);
	const { programId, data } = invokeContext.transactionContext.getReturnData();
	const wanted = argU64(vm, 2);
	const length = wanted < data.length ? Number(wanted) : data.length;
	if (length !== 0) {
		invokeContext.computeMeter.consumeChecked(unitsPer(length + 32, cpi_bytes_per_unit));
		const [to, programIdTo] = translateMutAll(invokeContext.memoryContexts.memoryMapping(), [
			{ addr: argU64(vm, 1), len: length, align: 1 },
			{ addr: argU64(vm, 3), len: 32, align: 1 },
		]);
		const { u8 } = invokeContext.arena;
		// A view of a short array would move its bytes out of V8's heap first.
		u8.set(length === data.length ? data : data.subarray(0, length), to!);
		u8.set(programId.bytes, programIdTo!);
	}
	return data.length;
};
