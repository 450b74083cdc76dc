/**
 * How a bank opens: what its accounts and sysvars become before the first transaction, at genesis and on a parent. What
 * it begins with is `bank-fields.ts`'s to say.
 *
 * Source: solana-runtime 4.3.0 (bank.rs: `new_from_genesis`, `_new_from_parent`, `prepare_for_block_execution`,
 * `prepare_program_cache_for_upcoming_feature_set`).
 */
import { type Pubkey, resolveRuntimeFeatures, type Slot, type UnixTimestamp } from '@parhelion/sdk';
import type { Bank } from './bank.ts';
import { type ChildFields, childFields, warpedFields } from './bank-fields.ts';
import { discardSlot } from './bank-squash.ts';
import { genesisClock, nextClock } from './clock.ts';
import {
	beginPartitionedRewards,
	distributePartitionedRewards,
	type EpochRewardStatus,
} from './epoch-rewards/distribution.ts';
import { activeFeatures, addProgramAccounts, applyFeatures, rentSteps } from './feature-activation.ts';
import { lastRestartSlot } from './hard-forks.ts';
import type { SlotLeader } from './leader-schedule.ts';
import {
	updateClock,
	updateEpochSchedule,
	updateLastRestartSlot,
	updateRecentBlockhashes,
	updateRent,
	updateSlotHashes,
	updateStakeHistory,
} from './sysvar-accounts.ts';

/** Writes what the bank of slot 0 has beside the accounts of the genesis (`new_from_genesis`). */
export function openGenesis(bank: Bank, creationTime: UnixTimestamp): void {
	addProgramAccounts(bank);
	updateStakeHistory(bank, bank.stakes.history);
	updateClock(bank, genesisClock(bank, bank.shared.options.unixTimestamp?.(0n) ?? creationTime));
	updateRent(bank, bank.rent);
	updateEpochSchedule(bank, bank.epochSchedule);
	updateRecentBlockhashes(bank, bank.blockhashes);
	updateLastRestartSlot(bank, lastRestartSlot(bank.openedHardForks, 0n));
	bank.processor.fillMissingSysvarCacheEntries(bank);
}

/**
 * Freezes `parent` and answers what the bank of a slot on top of it begins with; with `isWarp` as if the ticks of the
 * slots between had been made. RangeError for a slot that is not above the parent's, then for one that has a bank, then for
 * a parent whose fork was dropped.
 */
export function fieldsOnParent(parent: Bank, leader: SlotLeader, slot: Slot, isWarp: boolean): ChildFields {
	const { slots, events } = parent.shared;
	if (slot <= parent.slot) throw new RangeError(`slot ${slot} is not above its parent ${parent.slot}`);
	if (slots.has(slot)) throw new RangeError(`slot ${slot} has a bank already`);
	if (!slots.has(parent.slot)) throw new RangeError(`slot ${parent.slot} is on no fork any more`);
	parent.freeze();
	if (events.has('slotOpened')) events.emit('slotOpened', { slot, parent: parent.slot, leader: leader.id });
	const child = childFields(parent, leader, slot);
	return isWarp ? { ...child, fields: warpedFields(child.fields) } : child;
}

/**
 * Makes a bank on its parent ready for the first transaction; answers the rewards of the epoch before that are still to be
 * paid. What is thrown on the way is thrown on, and the slot can be opened again.
 */
export function openOnParent(
	bank: Bank,
	parent: Bank,
	activated: readonly Pubkey[],
): EpochRewardStatus | null {
	try {
		return prepareForBlockExecution(bank, parent, activated);
	} catch (error) {
		// A listener may have thrown.
		discardSlot(bank);
		const { events } = bank.shared;
		if (events.has('slotDropped')) events.emit('slotDropped', { slot: bank.slot });
		throw error;
	}
}

function prepareForBlockExecution(
	bank: Bank,
	parent: Bank,
	activated: readonly Pubkey[],
): EpochRewardStatus | null {
	const startsEpoch = bank.epoch !== parent.epoch;
	let rewards = bank.epochRewards;
	applyFeatures(bank, activated);
	for (const rent of rentSteps(parent.rent, activated)) updateRent(bank, rent);
	if (startsEpoch) {
		rewards = beginPartitionedRewards(bank, parent.epoch);
		// Now, so that all banks on top share the environment of the epoch.
		bank.processor.programRuntimeEnvironments(bank.features);
	}
	if (rewards !== null) rewards = distributePartitionedRewards(bank, rewards);
	updateSlotHashes(bank, parent.slot, parent.hash);
	if (startsEpoch) updateStakeHistory(bank, bank.stakes.history);
	updateClock(bank, nextClock(bank, parent));
	updateLastRestartSlot(bank, lastRestartSlot(bank.openedHardForks, bank.slot));
	bank.processor.fillMissingSysvarCacheEntries(bank);
	if (bank.epochSchedule.getEpoch(bank.slot + 1n) !== bank.epoch) anticipateFeatures(bank);
	return rewards;
}

/**
 * In the last slot of an epoch: programs are deployed for the features that the next one will have
 * (`prepare_program_cache_for_upcoming_feature_set`).
 */
function anticipateFeatures(bank: Bank): void {
	const { featureSet, activated } = activeFeatures(
		(id) => bank.getAccount(id),
		bank.slot + 1n,
		true,
		bank.featureSet,
	);
	if (activated.length === 0) return;
	bank.processor.setUpcomingFeatures(bank.features, resolveRuntimeFeatures(featureSet));
}
