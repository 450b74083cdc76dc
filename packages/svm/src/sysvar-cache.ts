/**
 * Owns the sysvars as the transactions of a slot see them: the account bytes as stored (trailing zeros
 * included) and, on demand, their decoded form.
 *
 * Source: solana-program-runtime 4.3.0, sysvar_cache.rs.
 */

import {
	type Clock,
	decodeClock,
	decodeEpochRewards,
	decodeEpochSchedule,
	decodeFees,
	decodeLastRestartSlot,
	decodeRecentBlockhashes,
	decodeRent,
	decodeSlotHashes,
	decodeStakeHistory,
	type EpochRewards,
	type EpochSchedule,
	Fault,
	type Fees,
	InstructionError,
	type LastRestartSlot,
	type Pubkey,
	type RecentBlockhashes,
	type Rent,
	type Result,
	type SlotHashes,
	type StakeHistory,
	sysvarIds,
} from '@parhelion/sdk';
import type { InstructionContext } from './instruction-context.ts';

/** One sysvar: what was stored and what it says. */
class CachedSysvar<T> {
	readonly id: Pubkey;
	/** Whether `sol_get_sysvar` may read the bytes. */
	readonly isExposed: boolean;
	private readonly decode: (bytes: Uint8Array) => Result<T, unknown>;
	bytes: Uint8Array | null = null;
	private value: T | null = null;

	constructor(id: Pubkey, isExposed: boolean, decode: (bytes: Uint8Array) => Result<T, unknown>) {
		this.id = id;
		this.isExposed = isExposed;
		this.decode = decode;
	}

	/** Takes over an account's bytes; keeps nothing where they do not decode. */
	set(bytes: Uint8Array): void {
		const decoded = this.decode(bytes);
		if (!decoded.ok) return;
		this.bytes = bytes;
		this.value = decoded.value;
	}

	reset(): void {
		this.bytes = null;
		this.value = null;
	}

	/** The decoded sysvar. Fails with `UnsupportedSysvar`. */
	get(): T {
		if (this.value === null) throw new Fault(InstructionError.UnsupportedSysvar);
		return this.value;
	}
}

/** The sysvars of a slot. */
export class SysvarCache {
	private readonly clock = new CachedSysvar<Clock>(sysvarIds.clock, true, decodeClock);
	private readonly epochSchedule = new CachedSysvar<EpochSchedule>(
		sysvarIds.epochSchedule,
		true,
		decodeEpochSchedule,
	);
	private readonly epochRewards = new CachedSysvar<EpochRewards>(
		sysvarIds.epochRewards,
		true,
		decodeEpochRewards,
	);
	private readonly rent = new CachedSysvar<Rent>(sysvarIds.rent, true, decodeRent);
	private readonly slotHashes = new CachedSysvar<SlotHashes>(sysvarIds.slotHashes, true, decodeSlotHashes);
	private readonly stakeHistory = new CachedSysvar<StakeHistory>(
		sysvarIds.stakeHistory,
		true,
		decodeStakeHistory,
	);
	private readonly lastRestartSlot = new CachedSysvar<LastRestartSlot>(
		sysvarIds.lastRestartSlot,
		true,
		decodeLastRestartSlot,
	);
	private readonly fees = new CachedSysvar<Fees>(sysvarIds.fees, false, decodeFees);
	private readonly recentBlockhashes = new CachedSysvar<RecentBlockhashes>(
		sysvarIds.recentBlockhashes,
		false,
		decodeRecentBlockhashes,
	);
	private readonly all: readonly CachedSysvar<unknown>[] = [
		this.clock,
		this.epochSchedule,
		this.epochRewards,
		this.rent,
		this.slotHashes,
		this.stakeHistory,
		this.lastRestartSlot,
		this.fees,
		this.recentBlockhashes,
	];

	/** Asks `getAccountData` for every sysvar not yet known; it answers `null` for an account that is not there. */
	fillMissingEntries(getAccountData: (pubkey: Pubkey) => Uint8Array | null): void {
		for (const sysvar of this.all) {
			if (sysvar.bytes !== null) continue;
			const bytes = getAccountData(sysvar.id);
			if (bytes !== null) sysvar.set(bytes);
		}
	}

	/** Overwrites one sysvar by its account data; ids that are no sysvar are ignored. */
	setSysvar(id: Pubkey, bytes: Uint8Array): void {
		for (const sysvar of this.all) {
			if (!sysvar.id.equals(id)) continue;
			sysvar.reset();
			sysvar.set(bytes);
		}
	}

	/** The sysvars that are known, as account data. */
	*entries(): IterableIterator<readonly [Pubkey, Uint8Array]> {
		for (const { id, bytes } of this.all) if (bytes !== null) yield [id, bytes];
	}

	/** Forgets everything. */
	reset(): void {
		for (const sysvar of this.all) sysvar.reset();
	}

	/** The stored bytes of a sysvar that `sol_get_sysvar` serves, or `null`. */
	sysvarIdToBuffer(id: Pubkey): Uint8Array | null {
		for (const sysvar of this.all) if (sysvar.isExposed && sysvar.id.equals(id)) return sysvar.bytes;
		return null;
	}

	// Each fails with `UnsupportedSysvar` where the account was missing or did not decode.

	getClock(): Clock {
		return this.clock.get();
	}

	getEpochSchedule(): EpochSchedule {
		return this.epochSchedule.get();
	}

	getEpochRewards(): EpochRewards {
		return this.epochRewards.get();
	}

	getRent(): Rent {
		return this.rent.get();
	}

	getLastRestartSlot(): LastRestartSlot {
		return this.lastRestartSlot.get();
	}

	getStakeHistory(): StakeHistory {
		return this.stakeHistory.get();
	}

	getSlotHashes(): SlotHashes {
		return this.slotHashes.get();
	}

	getFees(): Fees {
		return this.fees.get();
	}

	getRecentBlockhashes(): RecentBlockhashes {
		return this.recentBlockhashes.get();
	}
}

/**
 * Checks that an account of the instruction is the sysvar `id`, as programs did when they read sysvars from
 * accounts. Fails with `MissingAccount`, `InvalidArgument`.
 */
function checkSysvarAccount(instructionContext: InstructionContext, index: number, id: Pubkey): void {
	if (!instructionContext.getKeyOfInstructionAccount(index).equals(id)) {
		throw new Fault(InstructionError.InvalidArgument);
	}
}

/** Who has the cache: the `InvokeContext`. */
export interface SysvarSource {
	getSysvarCache(): SysvarCache;
}

/** The sysvars of the cache, each behind a check of the account passed for it (upstream: same name). */
export const getSysvarWithAccountCheck = {
	clock(invokeContext: SysvarSource, instructionContext: InstructionContext, index: number): Clock {
		checkSysvarAccount(instructionContext, index, sysvarIds.clock);
		return invokeContext.getSysvarCache().getClock();
	},
	rent(invokeContext: SysvarSource, instructionContext: InstructionContext, index: number): Rent {
		checkSysvarAccount(instructionContext, index, sysvarIds.rent);
		return invokeContext.getSysvarCache().getRent();
	},
	slotHashes(invokeContext: SysvarSource, instructionContext: InstructionContext, index: number): SlotHashes {
		checkSysvarAccount(instructionContext, index, sysvarIds.slotHashes);
		return invokeContext.getSysvarCache().getSlotHashes();
	},
	recentBlockhashes(
		invokeContext: SysvarSource,
		instructionContext: InstructionContext,
		index: number,
	): RecentBlockhashes {
		checkSysvarAccount(instructionContext, index, sysvarIds.recentBlockhashes);
		return invokeContext.getSysvarCache().getRecentBlockhashes();
	},
	stakeHistory(
		invokeContext: SysvarSource,
		instructionContext: InstructionContext,
		index: number,
	): StakeHistory {
		checkSysvarAccount(instructionContext, index, sysvarIds.stakeHistory);
		return invokeContext.getSysvarCache().getStakeHistory();
	},
	lastRestartSlot(
		invokeContext: SysvarSource,
		instructionContext: InstructionContext,
		index: number,
	): LastRestartSlot {
		checkSysvarAccount(instructionContext, index, sysvarIds.lastRestartSlot);
		return invokeContext.getSysvarCache().getLastRestartSlot();
	},
};
