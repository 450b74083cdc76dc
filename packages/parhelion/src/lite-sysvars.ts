/**
 * Reading and writing the sysvars of a `LiteSVM` in the original's classes.
 *
 * Source: litesvm lib.rs (`get_sysvar`, `set_sysvar`), node-litesvm lib.rs.
 */
import {
	decodeClock,
	decodeEpochRewards,
	decodeEpochSchedule,
	decodeLastRestartSlot,
	decodeRent,
	decodeSlotHashes,
	decodeSlotHistory,
	decodeStakeHistory,
	encodeClock,
	encodeEpochRewards,
	encodeEpochSchedule,
	encodeLastRestartSlot,
	encodeRent,
	encodeSlotHashes,
	encodeSlotHistory,
	encodeStakeHistory,
	type Pubkey,
	type Result,
	EpochSchedule as RuntimeEpochSchedule,
	SlotHashes as RuntimeSlotHashes,
	SlotHistory as RuntimeSlotHistory,
	StakeHistory as RuntimeStakeHistory,
	SLOT_HASHES_MAX_ENTRIES,
	SLOT_HASHES_SIZE,
	sysvarIds,
} from '@parhelion/sdk';
import { Clock } from './clock.ts';
import { EpochRewards, EpochSchedule } from './epoch.ts';
import type { LiteBank } from './lite-bank.ts';
import { storeSysvar } from './lite-genesis.ts';
import { Rent } from './rent.ts';
import { parseHash, SlotHash, type SlotHashInput } from './slot-hash.ts';
import { SlotHistory } from './slot-history.ts';
import { StakeHistory, StakeHistoryEntry } from './stake-history.ts';
import { toU64 } from './to-integer.ts';

/** The decoded sysvar. Error where it was never written, or was written past all checks. */
function read<Sysvar>(
	bank: LiteBank,
	id: Pubkey,
	decode: (data: Uint8Array) => Result<Sysvar, unknown>,
): Sysvar {
	const account = bank.accounts.get(id);
	if (account === undefined) throw new Error(`there is no sysvar ${id}: call withSysvars() first`);
	const decoded = decode(account.data);
	if (!decoded.ok) throw new Error(`the account of sysvar ${id} does not hold one`);
	return decoded.value;
}

export function getClock(bank: LiteBank): Clock {
	const clock = read(bank, sysvarIds.clock, decodeClock);
	return new Clock(
		clock.slot,
		clock.epochStartTimestamp,
		clock.epoch,
		clock.leaderScheduleEpoch,
		clock.unixTimestamp,
	);
}

export function setClock(bank: LiteBank, clock: Clock): void {
	storeSysvar(bank, sysvarIds.clock, encodeClock(clock));
}

export function getRent(bank: LiteBank): Rent {
	const rent = read(bank, sysvarIds.rent, decodeRent);
	return new Rent(rent.lamportsPerByte, rent.exemptionThreshold, rent.burnPercent);
}

export function setRent(bank: LiteBank, rent: Rent): void {
	storeSysvar(bank, sysvarIds.rent, encodeRent(rent.toRuntimeRent()));
}

export function getEpochRewards(bank: LiteBank): EpochRewards {
	const rewards = read(bank, sysvarIds.epochRewards, decodeEpochRewards);
	return new EpochRewards(
		rewards.distributionStartingBlockHeight,
		rewards.numPartitions,
		rewards.parentBlockhash.toBase58(),
		rewards.totalPoints,
		rewards.totalRewards,
		rewards.distributedRewards,
		rewards.active,
	);
}

export function setEpochRewards(bank: LiteBank, rewards: EpochRewards): void {
	const encoded = encodeEpochRewards({
		distributionStartingBlockHeight: rewards.distributionStartingBlockHeight,
		numPartitions: rewards.numPartitions,
		parentBlockhash: parseHash(rewards.parentBlockhash),
		totalPoints: rewards.totalPoints,
		totalRewards: rewards.totalRewards,
		distributedRewards: rewards.distributedRewards,
		active: rewards.active,
	});
	storeSysvar(bank, sysvarIds.epochRewards, encoded);
}

export function getEpochSchedule(bank: LiteBank): EpochSchedule {
	const schedule = read(bank, sysvarIds.epochSchedule, decodeEpochSchedule);
	return new EpochSchedule(
		schedule.slotsPerEpoch,
		schedule.leaderScheduleSlotOffset,
		schedule.warmup,
		schedule.firstNormalEpoch,
		schedule.firstNormalSlot,
	);
}

export function setEpochSchedule(bank: LiteBank, schedule: EpochSchedule): void {
	const runtime = new RuntimeEpochSchedule(
		schedule.slotsPerEpoch,
		schedule.leaderScheduleSlotOffset,
		schedule.warmup,
		schedule.firstNormalEpoch,
		schedule.firstNormalSlot,
	);
	storeSysvar(bank, sysvarIds.epochSchedule, encodeEpochSchedule(runtime));
}

export function getLastRestartSlot(bank: LiteBank): bigint {
	return read(bank, sysvarIds.lastRestartSlot, decodeLastRestartSlot).lastRestartSlot;
}

export function setLastRestartSlot(bank: LiteBank, slot: bigint): void {
	storeSysvar(bank, sysvarIds.lastRestartSlot, encodeLastRestartSlot({ lastRestartSlot: toU64(slot) }));
}

export function getSlotHashes(bank: LiteBank): SlotHash[] {
	const { entries } = read(bank, sysvarIds.slotHashes, decodeSlotHashes);
	return entries.map(([slot, hash]) => new SlotHash(slot, hash.toBase58()));
}

export function setSlotHashes(bank: LiteBank, hashes: readonly SlotHashInput[]): void {
	if (hashes.length > SLOT_HASHES_MAX_ENTRIES) {
		throw new RangeError(`slot hashes are ${SLOT_HASHES_MAX_ENTRIES} at most, got ${hashes.length}`);
	}
	const entries = hashes.map(({ slot, hash }) => [toU64(slot), parseHash(hash)] as const);
	storeSysvar(bank, sysvarIds.slotHashes, encodeSlotHashes(new RuntimeSlotHashes(entries)), SLOT_HASHES_SIZE);
}

export function getSlotHistory(bank: LiteBank): SlotHistory {
	const { bits, nextSlot } = read(bank, sysvarIds.slotHistory, decodeSlotHistory);
	const words = new BigUint64Array(bits.length / 8);
	const view = new DataView(bits.buffer, bits.byteOffset, bits.byteLength);
	for (let i = 0; i < words.length; i++) words[i] = view.getBigUint64(i * 8, true);
	return new SlotHistory(words, nextSlot);
}

export function setSlotHistory(bank: LiteBank, history: SlotHistory): void {
	const words = history.bits;
	const bits = new Uint8Array(words.length * 8);
	const view = new DataView(bits.buffer);
	words.forEach((word, i) => {
		view.setBigUint64(i * 8, word, true);
	});
	const encoded = encodeSlotHistory(new RuntimeSlotHistory(bits, history.nextSlot));
	storeSysvar(bank, sysvarIds.slotHistory, encoded);
}

export function getStakeHistory(bank: LiteBank): StakeHistory {
	const history = new StakeHistory();
	for (const [epoch, { effective, activating, deactivating }] of read(
		bank,
		sysvarIds.stakeHistory,
		decodeStakeHistory,
	).entries) {
		history.add(epoch, new StakeHistoryEntry(effective, activating, deactivating));
	}
	return history;
}

export function setStakeHistory(bank: LiteBank, history: StakeHistory): void {
	const encoded = encodeStakeHistory(new RuntimeStakeHistory(history.entries()));
	storeSysvar(bank, sysvarIds.stakeHistory, encoded);
}
