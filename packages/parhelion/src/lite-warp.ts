/**
 * Time travel: one move of slot, epoch, time, blockhash, slot hashes and slot history, so that they agree.
 *
 * `warpToSlot` of the original moves the slot of the clock alone; a program that asks for the time, the epoch or a
 * slot hash then sees a chain that cannot be.
 *
 * Source: solana-runtime bank.rs (`update_clock`, `update_slot_hashes`, `update_slot_history`) for what a chain
 * would show; the hashes themselves are made up, but always the same.
 */
import { sha256 } from '@parhelion/crypto';
import {
	decodeClock,
	decodeEpochSchedule,
	decodeSlotHashes,
	decodeSlotHistory,
	EpochSchedule,
	encodeClock,
	encodeSlotHashes,
	encodeSlotHistory,
	Hash,
	type Pubkey,
	type Result,
	SLOT_HASHES_MAX_ENTRIES,
	SLOT_HASHES_SIZE,
	SLOT_HISTORY_MAX_ENTRIES,
	type SlotHash,
	SlotHashes,
	SlotHistory,
	sysvarIds,
} from '@parhelion/sdk';
import type { LiteCore } from './lite-core.ts';
import { storeSysvar } from './lite-genesis.ts';
import { toI64, toU64 } from './to-integer.ts';

/** Milliseconds of a slot. */
const MS_PER_SLOT = 400n;

/** Where to go: a slot, the first slot of an epoch, or the slot that is due at a time. */
export type WarpTarget =
	/** The time may be given besides; it follows from the slots without. */
	| { readonly slot: bigint; readonly unixTimestamp?: bigint }
	| { readonly epoch: bigint; readonly unixTimestamp?: bigint }
	/** Seconds since 1970. */
	| { readonly unixTimestamp: bigint };

function read<Sysvar>(
	core: LiteCore,
	id: Pubkey,
	decode: (data: Uint8Array) => Result<Sysvar, unknown>,
): Sysvar | null {
	const account = core.bank.accounts.get(id);
	const decoded = account === undefined ? null : decode(account.data);
	return decoded?.ok === true ? decoded.value : null;
}

/** Seconds that pass from one slot to another; adds up over many small steps. */
function secondsBetween(from: bigint, to: bigint): bigint {
	return (to * MS_PER_SLOT) / 1000n - (from * MS_PER_SLOT) / 1000n;
}

function targetSlot(
	target: WarpTarget,
	schedule: EpochSchedule,
	slot: bigint,
	unixTimestamp: bigint,
): bigint {
	if ('slot' in target) return toU64(target.slot);
	if ('epoch' in target) return schedule.getFirstSlotInEpoch(toU64(target.epoch));
	const seconds = toI64(target.unixTimestamp) - unixTimestamp;
	return slot + (seconds > 0n ? (seconds * 1000n + MS_PER_SLOT - 1n) / MS_PER_SLOT : 0n);
}

/**
 * Moves the chain forward. Error without sysvars; RangeError for a target that lies behind, or a number out of
 * range.
 */
export function warp(core: LiteCore, target: WarpTarget): void {
	const { bank } = core;
	const clock = read(core, sysvarIds.clock, decodeClock);
	if (clock === null) throw new Error('there is no clock to warp: call withSysvars() first');
	const schedule = read(core, sysvarIds.epochSchedule, decodeEpochSchedule) ?? EpochSchedule.default();
	const slot = targetSlot(target, schedule, clock.slot, clock.unixTimestamp);
	toU64(slot);
	if (slot < clock.slot) {
		throw new RangeError(
			`cannot warp back from slot ${clock.slot} to ${slot}: restore() a snapshot, or setClock()`,
		);
	}
	const unixTimestamp = target.unixTimestamp ?? toI64(clock.unixTimestamp + secondsBetween(clock.slot, slot));
	if (toI64(unixTimestamp) < clock.unixTimestamp) {
		throw new RangeError(`cannot warp back from the time ${clock.unixTimestamp} to ${unixTimestamp}`);
	}
	const epoch = schedule.getEpoch(slot);
	const firstSlot = schedule.getFirstSlotInEpoch(epoch);
	// The epoch may have begun on the way; how long ago is told by the slots since.
	const started = firstSlot > clock.slot || epoch !== clock.epoch;
	const epochStartTimestamp = started
		? unixTimestamp - secondsBetween(firstSlot, slot)
		: clock.epochStartTimestamp;
	if (slot > clock.slot) {
		storeSlotHashes(core, clock.slot, slot);
		storeSlotHistory(core, clock.slot, slot);
	}
	storeSysvar(
		bank,
		sysvarIds.clock,
		encodeClock({
			slot,
			epoch,
			epochStartTimestamp,
			leaderScheduleEpoch: schedule.getLeaderScheduleEpoch(slot),
			unixTimestamp,
		}),
	);
	if (slot > clock.slot) core.expireBlockhash();
}

/** The hash of a slot that was passed. */
function passedHash(seed: Uint8Array, slot: bigint): Hash {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, slot, true);
	return Hash.fromBytes(sha256(seed, bytes));
}

/** As on a chain, the newest slot hash is that of the slot before the running one. */
function storeSlotHashes(core: LiteCore, from: bigint, to: bigint): void {
	const before = read(core, sysvarIds.slotHashes, decodeSlotHashes)?.entries ?? [];
	const known = new Map(before.map(([slot, hash]) => [slot, hash]));
	const entries: SlotHash[] = [];
	for (let slot = to - 1n; slot >= from && entries.length < SLOT_HASHES_MAX_ENTRIES; slot--) {
		entries.push([slot, known.get(slot) ?? passedHash(core.latestBlockhash.bytes, slot)]);
	}
	for (const entry of before) {
		if (entry[0] < from && entries.length < SLOT_HASHES_MAX_ENTRIES) entries.push(entry);
	}
	storeSysvar(core.bank, sysvarIds.slotHashes, encodeSlotHashes(SlotHashes.from(entries)), SLOT_HASHES_SIZE);
}

/** Every slot that was passed counts as one with a block. */
function storeSlotHistory(core: LiteCore, from: bigint, to: bigint): void {
	const history = read(core, sysvarIds.slotHistory, decodeSlotHistory);
	if (history === null) return;
	const bits = history.bits.slice();
	const gap = from - history.nextSlot;
	if (gap >= BigInt(SLOT_HISTORY_MAX_ENTRIES)) bits.fill(0);
	else for (let slot = history.nextSlot; slot < from; slot++) clearBit(bits, slot);
	const passed = to - from;
	if (passed >= BigInt(SLOT_HISTORY_MAX_ENTRIES)) {
		bits.fill(0xff);
	} else {
		const start = Number(from % BigInt(SLOT_HISTORY_MAX_ENTRIES));
		for (let i = 0; i < Number(passed); i++) {
			const index = (start + i) % SLOT_HISTORY_MAX_ENTRIES;
			bits[index >>> 3]! |= 1 << (index & 7);
		}
	}
	storeSysvar(core.bank, sysvarIds.slotHistory, encodeSlotHistory(new SlotHistory(bits, to)));
}

function clearBit(bits: Uint8Array, slot: bigint): void {
	const index = Number(slot % BigInt(SLOT_HISTORY_MAX_ENTRIES));
	bits[index >>> 3]! &= ~(1 << (index & 7));
}
