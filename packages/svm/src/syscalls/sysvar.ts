/**
 * The sysvar getters: one syscall a sysvar, writing Rust's in-memory layout, and `sol_get_sysvar`, which
 * serves slices of the stored bytes.
 *
 * Source: solana-syscalls 4.3.0, sysvar.rs; the layouts from solana-clock, solana-epoch-schedule,
 * solana-epoch-rewards, solana-rent, solana-last-restart-slot, solana-sysvar (Fees).
 */

import { MM_INPUT_START } from '@parhelion/sbpf';
import { encodeFees, Fault, InstructionError, Pubkey, sysvarIds, U64_MAX } from '@parhelion/sdk';
import type { InvokeContext } from '../invoke-context.ts';
import { translateMut, translateType } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, type U64, unitsPer } from '../u64.ts';
import type { Syscall } from './declare.ts';

/** How a sysvar lies in memory, told from its bincode: pieces of bytes, zeros between them. */
interface Layout {
	readonly size: number;
	readonly align: number;
	/** Bytes in bincode and their offset in memory. */
	readonly pieces: readonly { readonly from: number; readonly len: number; readonly to: number }[];
}

const CLOCK: Layout = { size: 40, align: 8, pieces: [{ from: 0, len: 40, to: 0 }] };
/** The flag `warmup` is followed by seven bytes of padding. */
const EPOCH_SCHEDULE: Layout = {
	size: 40,
	align: 8,
	pieces: [
		{ from: 0, len: 17, to: 0 },
		{ from: 17, len: 16, to: 24 },
	],
};
const EPOCH_REWARDS: Layout = { size: 96, align: 16, pieces: [{ from: 0, len: 81, to: 0 }] };
const FEES: Layout = { size: 8, align: 8, pieces: [{ from: 0, len: 8, to: 0 }] };
const RENT: Layout = { size: 24, align: 8, pieces: [{ from: 0, len: 17, to: 0 }] };
const LAST_RESTART_SLOT: Layout = { size: 8, align: 8, pieces: [{ from: 0, len: 8, to: 0 }] };

/**
 * Writes a sysvar to the address in r1.
 *
 * Cost: 100 and the size. Errors: ComputationalBudgetExceeded, UnalignedPointer for programs of the
 * deprecated loader, InvalidPointer inside the input region (syscall_parameter_address_restrictions),
 * AccessViolation, UnalignedPointer, UnsupportedSysvar.
 */
function getSysvar(layout: Layout, bytesOf: (invokeContext: InvokeContext) => Uint8Array | null): Syscall {
	return (invokeContext, vm) => {
		const addr = argU64(vm, 1);
		invokeContext.computeMeter.consumeChecked(
			invokeContext.getExecutionCost().sysvar_base_cost + layout.size,
		);
		const mapping = checkTarget(invokeContext, addr);
		const host = translateMut(mapping, addr, layout.size, layout.align);
		const bytes = bytesOf(invokeContext);
		if (bytes === null) throw new Fault(InstructionError.UnsupportedSysvar);
		const { u8 } = invokeContext.arena;
		u8.fill(0, host, host + layout.size);
		for (const { from, len, to } of layout.pieces) u8.set(bytes.subarray(from, from + len), host + to);
		return 0;
	};
}

/** Errors: UnalignedPointer, InvalidPointer. */
function checkTarget(
	invokeContext: InvokeContext,
	addr: U64,
): ReturnType<InvokeContext['memoryContexts']['memoryMapping']> {
	const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	if (!checkAligned) throw syscallFault({ kind: 'UnalignedPointer' });
	if (addr >= MM_INPUT_START && invokeContext.getFeatureSet().syscallParameterAddressRestrictions) {
		throw syscallFault({ kind: 'InvalidPointer' });
	}
	return memoryMapping;
}

function cached(id: Pubkey): (invokeContext: InvokeContext) => Uint8Array | null {
	return (invokeContext) => invokeContext.getSysvarCache().sysvarIdToBuffer(id);
}

/** `sol_get_clock_sysvar(r1 target)`. */
export const syscallGetClockSysvar: Syscall = getSysvar(CLOCK, cached(sysvarIds.clock));
/** `sol_get_epoch_schedule_sysvar(r1 target)`. */
export const syscallGetEpochScheduleSysvar: Syscall = getSysvar(
	EPOCH_SCHEDULE,
	cached(sysvarIds.epochSchedule),
);
/** `sol_get_epoch_rewards_sysvar(r1 target)`. */
export const syscallGetEpochRewardsSysvar: Syscall = getSysvar(EPOCH_REWARDS, cached(sysvarIds.epochRewards));
/** `sol_get_fees_sysvar(r1 target)`. Gate: not disable_fees_sysvar. */
export const syscallGetFeesSysvar: Syscall = getSysvar(FEES, (invokeContext) =>
	encodeFees(invokeContext.getSysvarCache().getFees()),
);
/** `sol_get_rent_sysvar(r1 target)`. */
export const syscallGetRentSysvar: Syscall = getSysvar(RENT, cached(sysvarIds.rent));
/** `sol_get_last_restart_slot(r1 target)`. Gate: last_restart_slot_sysvar. */
export const syscallGetLastRestartSlotSysvar: Syscall = getSysvar(
	LAST_RESTART_SLOT,
	cached(sysvarIds.lastRestartSlot),
);

/** Whether a sum is beyond u64. */
function overflows(a: U64, b: U64): boolean {
	return typeof a === 'number' && typeof b === 'number' ? false : BigInt(a) + BigInt(b) > U64_MAX;
}

const OFFSET_LENGTH_EXCEEDS_SYSVAR = 1;
const SYSVAR_NOT_FOUND = 2;

/**
 * `sol_get_sysvar(r1 id, r2 target, r3 offset, r4 len)`: r0 is 1 where the sysvar is shorter, 2 where it is
 * not there.
 *
 * Gate: get_sysvar_syscall_enabled. Cost: 100, 32/250, and the greater of len/250 and 10. Errors:
 * ComputationalBudgetExceeded, UnalignedPointer, InvalidPointer, AccessViolation of target and id,
 * ArithmeticOverflow. Source: SIMD-0127.
 */
export const syscallGetSysvar: Syscall = (invokeContext, vm) => {
	const target = argU64(vm, 2);
	const offset = argU64(vm, 3);
	const len = argU64(vm, 4);
	const { sysvar_base_cost, cpi_bytes_per_unit, mem_op_base_cost } = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(
		sysvar_base_cost +
			Math.floor(32 / cpi_bytes_per_unit) +
			Math.max(unitsPer(len, cpi_bytes_per_unit), mem_op_base_cost),
	);
	const mapping = checkTarget(invokeContext, target);
	translateMut(mapping, target, len, 1);
	const idHost = translateType(mapping, argU64(vm, 1), 32, 1);
	if (overflows(offset, len) || overflows(target, len)) {
		throw new Fault(InstructionError.ArithmeticOverflow);
	}
	const { u8 } = invokeContext.arena;
	const bytes = invokeContext.getSysvarCache().sysvarIdToBuffer(Pubkey.recent(u8, idHost));
	if (bytes === null) return SYSVAR_NOT_FOUND;
	// A length that was mapped is a number; an offset that is none lies behind every sysvar.
	const start = Number(offset);
	const end = start + Number(len);
	if (end > bytes.length) return OFFSET_LENGTH_EXCEEDS_SYSVAR;
	u8.set(bytes.subarray(start, end), translateMut(mapping, target, len, 1));
	return 0;
};
