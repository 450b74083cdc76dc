/**
 * Owns the checks of a block's entries: the hash chain, the number of ticks, and the hashes between them.
 *
 * Each entry is checked against the hash of the one before it, so the checks are independent of each other: a caller
 * cuts a block into {@link verificationRanges} and gives each to a worker.
 *
 * Sources: solana-entry entry.rs (`EntryVerificationData`, `verify_entries_cpu`, `verify_tick_hash_count`),
 * solana-ledger blockstore_processor.rs (`verify_ticks`), block_error.rs.
 */
import { err, type Hash, ok, type Result, saturatingAdd } from '@parhelion/sdk';
import { type Entry, hashTransactions, isTick, nextHash, tickCount } from './entry.ts';

/** Why a block is not valid (upstream's `BlockError`). */
export type BlockError =
	| 'Incomplete'
	| 'InvalidEntryHash'
	| 'InvalidLastTick'
	| 'TooFewTicks'
	| 'TooManyTicks'
	| 'InvalidTickHashCount'
	| 'TrailingEntry'
	| 'DuplicateBlock';

const BLOCK_ERROR_TEXTS: Readonly<Record<BlockError, string>> = Object.freeze({
	Incomplete: 'incomplete block',
	InvalidEntryHash: 'invalid entry hash',
	InvalidLastTick: 'invalid last tick',
	TooFewTicks: 'too few ticks',
	TooManyTicks: 'too many ticks',
	InvalidTickHashCount: 'invalid tick hash count',
	TrailingEntry: 'trailing entry',
	DuplicateBlock: 'duplicate block',
});

/** The Display text of upstream's `BlockError`. */
export function blockErrorText(error: BlockError): string {
	return BLOCK_ERROR_TEXTS[error];
}

/** What the hash check needs of an entry; plain data that can be sent to a worker. */
export interface EntryVerificationData {
	readonly numHashes: bigint;
	readonly hash: Hash;
	/** The hash over the signatures, or null for a tick. */
	readonly mixin: Hash | null;
}

/** The data of {@link verifyEntryHashes} for these entries. */
export function entryVerificationData(entries: readonly Entry[]): EntryVerificationData[] {
	return entries.map((entry) => ({
		numHashes: entry.numHashes,
		hash: entry.hash,
		mixin: isTick(entry) ? null : hashTransactions(entry.transactions),
	}));
}

/** Entries from `start` to before `end`, and the hash they follow. */
export interface VerificationRange {
	readonly start: number;
	readonly end: number;
	readonly startHash: Hash;
}

/**
 * Cuts entries into at most `parts` ranges of about equal work, by their hashes; each can be checked on its own.
 * RangeError for less than one part.
 */
export function verificationRanges(
	entries: readonly { readonly numHashes: bigint; readonly hash: Hash }[],
	startHash: Hash,
	parts: number,
): VerificationRange[] {
	if (!Number.isSafeInteger(parts) || parts < 1) {
		throw new RangeError(`entries are cut into 1 part or more, not ${parts}`);
	}
	// one more for each entry: a record costs a hash whatever its count says
	let left = entries.reduce((sum, { numHashes }) => sum + Number(numHashes) + 1, 0);
	const ranges: VerificationRange[] = [];
	let start = 0;
	while (start < entries.length) {
		const target = left / (parts - ranges.length);
		let end = start;
		let work = 0;
		while (end < entries.length && (work < target || ranges.length === parts - 1)) {
			work += Number(entries[end]!.numHashes) + 1;
			end++;
		}
		ranges.push({ start, end, startHash: start === 0 ? startHash : entries[start - 1]!.hash });
		left -= work;
		start = end;
	}
	return ranges;
}

/** The most hashes of an entry where ticks have no number of them: those of a tick of mainnet's longest slots. Ours have one. */
const MAX_UNCOUNTED_HASHES = 62_500n;

/** The most hashes that an entry may have where a tick has `hashesPerTick`; 0: the cluster does not hash. */
export function maxEntryHashes(hashesPerTick: bigint): bigint {
	return hashesPerTick === 0n ? MAX_UNCOUNTED_HASHES : hashesPerTick;
}

/**
 * Whether each entry's hash follows from the one before it; the first follows `startHash`. An entry of more hashes
 * than `maxNumHashes` is not computed and counts as wrong: without such a bound one entry could ask for years of work.
 */
export function verifyEntryHashes(
	entries: readonly EntryVerificationData[],
	startHash: Hash,
	maxNumHashes: bigint = BigInt(Number.MAX_SAFE_INTEGER),
): boolean {
	// Nothing is hashed for a block that cannot be right.
	if (entries.some(({ numHashes }) => numHashes > maxNumHashes)) return false;
	let previous = startHash;
	for (const { numHashes, hash, mixin } of entries) {
		if (!nextHash(previous, numHashes, mixin).equals(hash)) return false;
		previous = hash;
	}
	return true;
}

/** `EntrySlice::verify`: {@link verifyEntryHashes} over all entries here and now. */
export function verifyEntries(entries: readonly Entry[], startHash: Hash, maxNumHashes?: bigint): boolean {
	return verifyEntryHashes(entryVerificationData(entries), startHash, maxNumHashes);
}

/** Where the count of hashes since the last tick is, or null for a tick with the wrong number. */
export function verifyTickHashCount(
	entries: readonly Entry[],
	tickHashCount: bigint,
	hashesPerTick: bigint,
): bigint | null {
	// 0: the cluster does not hash
	if (hashesPerTick === 0n) return tickHashCount;
	let count = tickHashCount;
	for (const entry of entries) {
		count = saturatingAdd(count, entry.numHashes);
		if (!isTick(entry)) continue;
		if (entry.numHashes === 0n || count !== hashesPerTick) return null;
		count = 0n;
	}
	return count < hashesPerTick ? count : null;
}

/** Where a bank is while its entries come in. */
export interface TickState {
	/** Ticks since genesis. */
	readonly tickHeight: bigint;
	/** The tick height with which the slot ends. */
	readonly maxTickHeight: bigint;
	/** 0: the cluster does not hash. */
	readonly hashesPerTick: bigint;
	/** Hashes since the last tick, from the entries before these. */
	readonly tickHashCount: bigint;
}

/**
 * Checks the ticks of a part of a block; `slotFull` says that it is the last part. Gives the new count of hashes since
 * the last tick. Errors, in order: `TooManyTicks`, `TooFewTicks`, `TrailingEntry`, `InvalidLastTick`,
 * `InvalidTickHashCount`.
 */
export function verifyTicks(
	entries: readonly Entry[],
	state: TickState,
	slotFull: boolean,
): Result<bigint, BlockError> {
	const next = state.tickHeight + tickCount(entries);
	if (next > state.maxTickHeight) return err('TooManyTicks');
	if (next < state.maxTickHeight && slotFull) return err('TooFewTicks');
	if (next === state.maxTickHeight) {
		const last = entries.at(-1);
		if (last !== undefined && !isTick(last)) return err('TrailingEntry');
		if (!slotFull) return err('InvalidLastTick');
	}
	const count = verifyTickHashCount(entries, state.tickHashCount, state.hashesPerTick);
	return count === null ? err('InvalidTickHashCount') : ok(count);
}
