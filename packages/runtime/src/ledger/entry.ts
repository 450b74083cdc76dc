/**
 * Owns the entry: transactions with a point of proof of history, its wire form, and the hash over its signatures.
 *
 * Sources: solana-entry entry.rs (`Entry`, `next_hash`, `hash_transactions`, `create_ticks`), solana-merkle-tree
 * (`MerkleTree::new`), solana-entry block_component.rs (a batch of no entries begins a block marker, which only
 * clusters with `alpenglow` have).
 */
import { sha256 } from '@parhelion/crypto';
import {
	ByteReader,
	ByteWriter,
	catchFault,
	encodeTransaction,
	Fault,
	Hash,
	type Result,
	readTransaction,
	type VersionedTransaction,
	type WireError,
} from '@parhelion/sdk';
import { Poh } from './poh.ts';

/** The least bytes of an entry: count of hashes, hash, count of transactions. */
const ENTRY_MIN_BYTES = 48;
/** The least bytes of a transaction: a short-vec length, header, two lengths, a blockhash. */
const TRANSACTION_MIN_BYTES = 38;
/** Bytes that the entries of one slot may take: all the data shreds of a slot, a packet each. */
export const MAX_DATA_SHREDS_SIZE: number = 32_768 * 1232;

/** A link of the ledger. */
export interface Entry {
	/** Hashes since the entry before; above 2^53 no chain is ever checked. */
	readonly numHashes: bigint;
	readonly hash: Hash;
	/** None: a tick. */
	readonly transactions: readonly VersionedTransaction[];
}

/** Whether the entry only tells time. */
export function isTick(entry: Entry): boolean {
	return entry.transactions.length === 0;
}

/** How many of these are ticks. */
export function tickCount(entries: readonly Entry[]): bigint {
	let count = 0n;
	for (const entry of entries) if (isTick(entry)) count++;
	return count;
}

function leafHash(item: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(1 + item.length);
	bytes.set(item, 1);
	return sha256(bytes);
}

/** The root of the Merkle tree over these items; the zero hash over none. An odd node is paired with itself. */
export function hashSignatures(signatures: readonly Uint8Array[]): Hash {
	if (signatures.length === 0) return Hash.default;
	let level = signatures.map(leafHash);
	const pair = new Uint8Array(65);
	pair[0] = 1;
	while (level.length > 1) {
		const next: Uint8Array[] = [];
		for (let i = 0; i < level.length; i += 2) {
			pair.set(level[i]!, 1);
			pair.set(level[i + 1] ?? level[i]!, 33);
			next.push(sha256(pair));
		}
		level = next;
	}
	return Hash.fromBytes(level[0]!);
}

/** What an entry mixes into the chain for its transactions: {@link hashSignatures} over all their signatures. */
export function hashTransactions(transactions: readonly VersionedTransaction[]): Hash {
	return hashSignatures(transactions.flatMap((transaction) => transaction.signatures));
}

/**
 * The hash of the next entry. `mixin` is null for a tick. Without hashes and without transactions the chain stays
 * where it is; transactions count as one hash even where `numHashes` is 0. RangeError beyond 2^53 hashes.
 */
export function nextHash(start: Hash, numHashes: bigint, mixin: Hash | null): Hash {
	if (numHashes === 0n && mixin === null) return start;
	const count = Number(numHashes);
	if (!Number.isSafeInteger(count)) throw new RangeError(`a chain of ${numHashes} hashes cannot be computed`);
	const poh = new Poh(start, null);
	poh.advance(Math.max(count - 1, 0));
	const made = mixin === null ? poh.tick() : poh.record(mixin);
	return made!.hash;
}

/** `Entry::new`: the entry `numHashes` after `start`; 0 becomes 1 where there are transactions. */
export function createEntry(
	start: Hash,
	numHashes: bigint,
	transactions: readonly VersionedTransaction[],
): Entry {
	const mixin = transactions.length === 0 ? null : hashTransactions(transactions);
	const counted = numHashes === 0n && mixin !== null ? 1n : numHashes;
	return { numHashes: counted, hash: nextHash(start, counted, mixin), transactions };
}

/** `create_ticks`: so many ticks in a row. */
export function createTicks(count: number, hashesPerTick: bigint, start: Hash): Entry[] {
	const ticks: Entry[] = [];
	let hash = start;
	for (let i = 0; i < count; i++) {
		const tick = createEntry(hash, hashesPerTick, []);
		ticks.push(tick);
		hash = tick.hash;
	}
	return ticks;
}

/** The bytes of a batch of entries: a u64 count, then each. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
	return encodeEntriesWithOffsets(entries).bytes;
}

/** As {@link encodeEntries}, and where each transaction begins in the bytes. */
export function encodeEntriesWithOffsets(entries: readonly Entry[]): {
	readonly bytes: Uint8Array;
	readonly offsets: readonly number[];
} {
	const writer = new ByteWriter(entries.length * 256 + 8).length64(entries.length);
	const offsets: number[] = [];
	for (const { numHashes, hash, transactions } of entries) {
		writer.u64(numHashes).raw(hash.bytes).length64(transactions.length);
		for (const transaction of transactions) {
			offsets.push(writer.length);
			writer.raw(encodeTransaction(transaction));
		}
	}
	return { bytes: writer.finish(), offsets };
}

/** A count that the rest of the input can hold at so many bytes an element. */
function readCount(reader: ByteReader, elementBytes: number): number {
	const count = reader.length64();
	if (count * elementBytes > reader.remaining) {
		throw new Fault<WireError>({ kind: 'ReadSizeLimit', bytes: count * elementBytes });
	}
	return count;
}

function readEntry(reader: ByteReader): Entry {
	const numHashes = reader.u64();
	const hash = reader.hash();
	const count = readCount(reader, TRANSACTION_MIN_BYTES);
	const transactions: VersionedTransaction[] = [];
	for (let i = 0; i < count; i++) transactions.push(readTransaction(reader));
	return { numHashes, hash, transactions };
}

/** What the data shreds up to a "data complete" mark hold. */
export type BlockComponent =
	| { readonly kind: 'EntryBatch'; readonly entries: readonly Entry[] }
	/** A marker of a block of `alpenglow`; its bytes after the count are not looked into. */
	| { readonly kind: 'BlockMarker'; readonly bytes: Uint8Array }
	/** A count of zero and nothing else: the leader gave the block up. */
	| { readonly kind: 'BlockAborted' };

/**
 * Reads a batch of entries or a block marker; bytes after the batch are ignored, as upstream does. Keeps one copy of
 * the bytes, which the transactions share. Errors: `InvalidValue` beyond `maxBytes`, `ReadSizeLimit` where a count or
 * the input falls short, whatever a transaction says.
 */
export function decodeBlockComponent(
	bytes: Uint8Array,
	maxBytes: number = MAX_DATA_SHREDS_SIZE,
): Result<BlockComponent, WireError> {
	return catchFault((): BlockComponent => {
		if (bytes.length > maxBytes) {
			throw new Fault<WireError>({
				kind: 'InvalidValue',
				message: `the entries of a slot take at most ${maxBytes} bytes`,
			});
		}
		const reader = new ByteReader(bytes.slice());
		const count = readCount(reader, ENTRY_MIN_BYTES);
		if (count === 0) {
			if (reader.remaining === 0) return { kind: 'BlockAborted' };
			return { kind: 'BlockMarker', bytes: reader.take(reader.remaining) };
		}
		const entries: Entry[] = [];
		for (let i = 0; i < count; i++) entries.push(readEntry(reader));
		return { kind: 'EntryBatch', entries };
	});
}

/** As {@link decodeBlockComponent} where anything but entries is an error too (`InvalidValue`). */
export function decodeEntries(
	bytes: Uint8Array,
	maxBytes: number = MAX_DATA_SHREDS_SIZE,
): Result<readonly Entry[], WireError> {
	const component = decodeBlockComponent(bytes, maxBytes);
	if (!component.ok) return component;
	if (component.value.kind === 'EntryBatch') return { ok: true, value: component.value.entries };
	return { ok: false, error: { kind: 'InvalidValue', message: 'a batch of entries is never empty' } };
}
