/**
 * The `sol_log*` syscalls.
 *
 * Source: solana-syscalls 4.3.0, logging.rs.
 */

import { Pubkey } from '@parhelion/sdk';
import { translateSlice, translateType } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { programData, programLog } from '../stable-log.ts';
import { argU64, readU64, toUnits } from '../u64.ts';
import { decodeUtf8 } from '../utf8.ts';
import type { Syscall } from './declare.ts';

/**
 * `sol_log_(r1 message, r2 len)`: logs `Program log: <message>`.
 *
 * Cost: the greater of 100 and `len`. Errors: ComputationalBudgetExceeded, AccessViolation, InvalidString.
 */
export const syscallLog: Syscall = (invokeContext, vm) => {
	const addr = argU64(vm, 1);
	const len = argU64(vm, 2);
	const { syscall_base_cost } = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(Math.max(syscall_base_cost, toUnits(len)));
	const { memoryMapping } = invokeContext.memoryContexts.memoryContextAbiV1();
	const host = translateSlice(memoryMapping, addr, len, 1, 1);
	const text = decodeUtf8(invokeContext.arena.u8, host, Number(len));
	if (typeof text !== 'string') {
		const bytes = invokeContext.arena.u8.slice(host, host + Number(len));
		throw syscallFault({ kind: 'InvalidString', utf8: text, bytes });
	}
	programLog(invokeContext.logCollector, text, Number(len));
	return 0;
};

/**
 * `sol_log_64_(r1, r2, r3, r4, r5)`: logs the five values in hexadecimal.
 *
 * Cost: 100. Errors: ComputationalBudgetExceeded.
 */
export const syscallLogU64: Syscall = (invokeContext, vm) => {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().log_64_units);
	if (invokeContext.logCollector !== null) {
		const values = [1, 2, 3, 4, 5].map((index) => `0x${argU64(vm, index).toString(16)}`);
		programLog(invokeContext.logCollector, values.join(', '));
	}
	return 0;
};

/**
 * `sol_log_compute_units_()`: logs what the meter holds, the cost of this call already taken.
 *
 * Cost: 100. Errors: ComputationalBudgetExceeded.
 */
export const syscallLogComputeUnits: Syscall = (invokeContext) => {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().syscall_base_cost);
	invokeContext.icMsg(`Program consumption: ${invokeContext.getRemaining()} units remaining`);
	return 0;
};

/**
 * `sol_log_pubkey(r1 address)`: logs 32 bytes in base58.
 *
 * Cost: 100. Errors: ComputationalBudgetExceeded, AccessViolation.
 */
export const syscallLogPubkey: Syscall = (invokeContext, vm) => {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().log_pubkey_units);
	const { memoryMapping } = invokeContext.memoryContexts.memoryContextAbiV1();
	const host = translateType(memoryMapping, argU64(vm, 1), 32, 1);
	if (invokeContext.logCollector !== null) {
		programLog(invokeContext.logCollector, Pubkey.recent(invokeContext.arena.u8, host).toBase58());
	}
	return 0;
};

/**
 * `sol_log_data(r1 slices, r2 count)`: logs `Program data: ` and the slices in base64.
 *
 * Cost: 100, then 100 a slice, then 1 a byte. Errors: ComputationalBudgetExceeded, AccessViolation,
 * UnalignedPointer.
 */
export const syscallLogData: Syscall = (invokeContext, vm) => {
	const { computeMeter, arena } = invokeContext;
	const { syscall_base_cost } = invokeContext.getExecutionCost();
	computeMeter.consumeChecked(syscall_base_cost);
	const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	const host = translateSlice(memoryMapping, argU64(vm, 1), argU64(vm, 2), 16, checkAligned ? 8 : 1);
	// What was mapped is no longer than the arena.
	const count = Number(argU64(vm, 2));
	computeMeter.consumeChecked(syscall_base_cost * count);
	let bytes = 0;
	for (let i = 0; i < count; i++) bytes += toUnits(readU64(arena.view, host + 16 * i + 8));
	computeMeter.consumeChecked(bytes);
	const fields: Uint8Array[] = [];
	for (let i = 0; i < count; i++) {
		const len = readU64(arena.view, host + 16 * i + 8);
		const at = translateSlice(memoryMapping, readU64(arena.view, host + 16 * i), len, 1, 1);
		fields.push(arena.u8.subarray(at, at + Number(len)));
	}
	programData(invokeContext.logCollector, fields);
	return 0;
};
