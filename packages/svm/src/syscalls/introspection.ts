/**
 * What a program may ask about its own run: `sol_get_processed_sibling_instruction`, `sol_get_stack_height`,
 * `sol_remaining_compute_units`, `sol_get_epoch_stake`.
 *
 * Source: solana-syscalls 4.3.0, lib.rs.
 */

import { Pubkey } from '@parhelion/sdk';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { translateMut, translateMutAll, translateType } from '../memory.ts';
import { argU64, normalizeU64, readU64, saturatingAdd, saturatingMul, type U64, writeU64 } from '../u64.ts';
import type { Syscall, SyscallVm } from './declare.ts';

/** Bytes of Rust's `AccountMeta`: key, signer, writable. */
const ACCOUNT_META_LEN = 34;
/** Bytes of `ProcessedSiblingInstruction`: length of data, number of accounts. */
const HEADER_LEN = 16;

/** The instruction `index` places before the running one among those of its caller, newest first. */
function findSibling(invokeContext: InvokeContext, index: U64): InstructionContext | null {
	const { transactionContext } = invokeContext;
	const stackHeight = invokeContext.getStackHeight();
	const caller = transactionContext.getCurrentInstructionContext().getIndexOfCaller();
	let start = 0;
	let end = transactionContext.nextTopLevelInstructionIndex();
	if (stackHeight !== 1) {
		end = transactionContext.getInstructionTraceLength();
		start = Math.max(0, end - transactionContext.numberOfCpisInTrace());
	}
	const wanted = saturatingAdd(index, 1);
	let found = 0;
	for (let i = end - 1; i >= start; i--) {
		const candidate = transactionContext.getInstructionContextAtIndexInTrace(i);
		// CPIs of different callers are interspersed.
		if (candidate.getIndexOfCaller() !== caller) continue;
		if (candidate.getStackHeight() < stackHeight) break;
		if (candidate.getStackHeight() !== stackHeight) continue;
		if (wanted === found) return candidate;
		found += 1;
	}
	return null;
}

/**
 * `sol_get_processed_sibling_instruction(r1 index, r2 header, r3 program id, r4 data, r5 accounts)`: r0 is 1
 * where there is such an instruction. Its lengths go to the header; if they stand there already, the rest is
 * copied as well.
 *
 * Cost: 100. Errors: ComputationalBudgetExceeded, AccessViolation, UnalignedPointer, CopyOverlapping.
 */
export const syscallGetProcessedSiblingInstruction: Syscall = (invokeContext, vm) => {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().syscall_base_cost);
	const sibling = findSibling(invokeContext, argU64(vm, 1));
	if (sibling === null) return 0;
	const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	const align = checkAligned ? 8 : 1;
	const header = translateMut(memoryMapping, argU64(vm, 2), HEADER_LEN, align);
	const { view } = invokeContext.arena;
	const data = sibling.getInstructionData();
	const numAccounts = sibling.getNumberOfInstructionAccounts();
	if (readU64(view, header) === data.length && readU64(view, header + 8) === numAccounts) {
		copySibling(invokeContext, vm, sibling, align);
	} else {
		writeU64(view, header, data.length);
		writeU64(view, header + 8, numAccounts);
	}
	return 1;
};

function copySibling(
	invokeContext: InvokeContext,
	vm: SyscallVm,
	sibling: InstructionContext,
	align: number,
): void {
	const data = sibling.getInstructionData();
	const numAccounts = sibling.getNumberOfInstructionAccounts();
	const [programIdTo, dataTo, accountsTo] = translateMutAll(invokeContext.memoryContexts.memoryMapping(), [
		{ addr: argU64(vm, 3), len: 32, align: 1 },
		{ addr: argU64(vm, 4), len: data.length, align: 1 },
		{ addr: argU64(vm, 5), len: saturatingMul(numAccounts, ACCOUNT_META_LEN), align: 1 },
		{ addr: argU64(vm, 2), len: HEADER_LEN, align },
	]);
	const { u8 } = invokeContext.arena;
	u8.set(sibling.getProgramKey().bytes, programIdTo!);
	u8.set(data, dataTo!);
	for (let i = 0; i < numAccounts; i++) {
		const to = accountsTo! + i * ACCOUNT_META_LEN;
		u8.set(sibling.getKeyOfInstructionAccount(i).bytes, to);
		u8[to + 32] = sibling.isInstructionAccountSigner(i) ? 1 : 0;
		u8[to + 33] = sibling.isInstructionAccountWritable(i) ? 1 : 0;
	}
}

/** `sol_get_stack_height()`: 1 at top level. Cost: 100. Errors: ComputationalBudgetExceeded. */
export const syscallGetStackHeight: Syscall = (invokeContext) => {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().syscall_base_cost);
	return invokeContext.getStackHeight();
};

/**
 * `sol_remaining_compute_units()`: what the meter holds, this call already paid. Gate:
 * remaining_compute_units_syscall_enabled. Cost: 100. Errors: ComputationalBudgetExceeded.
 */
export const syscallRemainingComputeUnits: Syscall = (invokeContext) => {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().syscall_base_cost);
	return invokeContext.getRemaining();
};

/**
 * `sol_get_epoch_stake(r1 vote address or 0)`: lamports delegated to the vote account, or the total.
 *
 * Gate: enable_get_epoch_stake_syscall. Cost: 100, with an address 10 more. Errors:
 * ComputationalBudgetExceeded, AccessViolation. Source: SIMD-0133.
 */
export const syscallGetEpochStake: Syscall = (invokeContext, vm) => {
	const { syscall_base_cost, cpi_bytes_per_unit, mem_op_base_cost } = invokeContext.getExecutionCost();
	const addr = argU64(vm, 1);
	if (addr === 0) {
		invokeContext.computeMeter.consumeChecked(syscall_base_cost);
		return normalizeU64(invokeContext.getEpochStake());
	}
	invokeContext.computeMeter.consumeChecked(
		syscall_base_cost + Math.floor(32 / cpi_bytes_per_unit) + mem_op_base_cost,
	);
	const host = translateType(invokeContext.memoryContexts.memoryMapping(), addr, 32, 1);
	const voteAddress = Pubkey.fromBytes(invokeContext.arena.u8, host);
	return normalizeU64(invokeContext.getEpochStakeForVoteAccount(voteAddress));
};
