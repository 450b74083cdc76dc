/**
 * The part of `LiteSVM` that reads and writes sysvars and moves the clock.
 *
 * Source: node-litesvm lib.rs; {@link LiteSysvars.warp} is ours.
 */
import { Clock } from './clock.ts';
import { EpochRewards, EpochSchedule } from './epoch.ts';
import { expectInstance, expectObject, wrongType } from './expect-type.ts';
import type { LiteCore } from './lite-core.ts';
import * as sysvars from './lite-sysvars.ts';
import { type WarpTarget, warp } from './lite-warp.ts';
import { Rent } from './rent.ts';
import type { SlotHash, SlotHashInput } from './slot-hash.ts';
import { SlotHistory } from './slot-history.ts';
import { StakeHistory } from './stake-history.ts';

/** Sysvars by their classes. Reading one that was never written throws an Error. */
export abstract class LiteSysvars {
	/** The machine behind the face. */
	protected abstract core: LiteCore;

	/**
	 * Moves the chain forward to a slot, to the first slot of an epoch, or to a time: slot, epoch, time, blockhash,
	 * slot hashes and slot history all together, as a slot of 400 ms after the other would. Not in the original.
	 *
	 * RangeError for a target that lies behind.
	 */
	warp(target: WarpTarget): void {
		expectObject(target, 'target', '{ slot }, { epoch } or { unixTimestamp }');
		if (!('slot' in target || 'epoch' in target || 'unixTimestamp' in target)) {
			throw wrongType('target', '{ slot }, { epoch } or { unixTimestamp }', target);
		}
		warp(this.core, target);
	}

	/** {@link warp} to a time, in seconds since 1970. Not in the original. */
	warpToTimestamp(unixTimestamp: bigint): void {
		warp(this.core, { unixTimestamp });
	}

	/** Sets the slot of the clock; nothing else moves. {@link warp} moves all of it. */
	warpToSlot(slot: bigint): void {
		const clock = sysvars.getClock(this.core.bank);
		clock.slot = slot;
		sysvars.setClock(this.core.bank, clock);
	}

	getClock(): Clock {
		return sysvars.getClock(this.core.bank);
	}

	setClock(clock: Clock): void {
		sysvars.setClock(this.core.bank, expectInstance(clock, Clock, 'clock'));
	}

	getRent(): Rent {
		return sysvars.getRent(this.core.bank);
	}

	setRent(rent: Rent): void {
		sysvars.setRent(this.core.bank, expectInstance(rent, Rent, 'rent'));
	}

	getEpochRewards(): EpochRewards {
		return sysvars.getEpochRewards(this.core.bank);
	}

	setEpochRewards(rewards: EpochRewards): void {
		sysvars.setEpochRewards(this.core.bank, expectInstance(rewards, EpochRewards, 'rewards'));
	}

	getEpochSchedule(): EpochSchedule {
		return sysvars.getEpochSchedule(this.core.bank);
	}

	setEpochSchedule(schedule: EpochSchedule): void {
		sysvars.setEpochSchedule(this.core.bank, expectInstance(schedule, EpochSchedule, 'schedule'));
	}

	getLastRestartSlot(): bigint {
		return sysvars.getLastRestartSlot(this.core.bank);
	}

	setLastRestartSlot(slot: bigint): void {
		sysvars.setLastRestartSlot(this.core.bank, slot);
	}

	getSlotHashes(): SlotHash[] {
		return sysvars.getSlotHashes(this.core.bank);
	}

	/** RangeError for a hash that is no base58 text of 32 bytes, or more than 512 entries. */
	setSlotHashes(hashes: readonly SlotHashInput[]): void {
		if (!Array.isArray(hashes)) throw wrongType('hashes', 'an array of slots and hashes', hashes);
		sysvars.setSlotHashes(this.core.bank, hashes);
	}

	getSlotHistory(): SlotHistory {
		return sysvars.getSlotHistory(this.core.bank);
	}

	setSlotHistory(history: SlotHistory): void {
		sysvars.setSlotHistory(this.core.bank, expectInstance(history, SlotHistory, 'history'));
	}

	getStakeHistory(): StakeHistory {
		return sysvars.getStakeHistory(this.core.bank);
	}

	setStakeHistory(history: StakeHistory): void {
		sysvars.setStakeHistory(this.core.bank, expectInstance(history, StakeHistory, 'history'));
	}
}
