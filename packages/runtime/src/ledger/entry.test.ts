import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519Sign, sha256 } from '@parhelion/crypto';
import {
	bytesEqual,
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	Pubkey,
	type VersionedTransaction,
} from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keypairFromSeed, transferInstruction } from '../genesis/local-genesis.ts';
import {
	createEntry,
	createTicks,
	decodeBlockComponent,
	decodeEntries,
	type Entry,
	encodeEntries,
	hashSignatures,
	hashTransactions,
	isTick,
	nextHash,
	tickCount,
} from './entry.ts';
import {
	blockErrorText,
	entryVerificationData,
	verificationRanges,
	verifyEntries,
	verifyEntryHashes,
	verifyTickHashCount,
	verifyTicks,
} from './entry-verification.ts';

const ZERO = Hash.default;
const ONE = Hash.fromBytes(sha256(ZERO.bytes));
const payer = keypairFromSeed(new Uint8Array(32).fill(1));

function transaction(lamports: number): VersionedTransaction {
	const message = compileLegacyMessage(
		payer.pubkey,
		[transferInstruction(payer.pubkey, Pubkey.default, BigInt(lamports))],
		ZERO,
	);
	return { signatures: [ed25519Sign(encodeMessage(message), payer.seed)], message };
}

const TRANSACTIONS = [1, 2, 3, 4, 5].map(transaction);

function decoded(bytes: Uint8Array): readonly Entry[] {
	const result = decodeEntries(bytes);
	if (!result.ok) throw new Error(JSON.stringify(result.error));
	return result.value;
}

/** A block of ticks and transactions that is right in every respect. */
function block(hashesPerTick: bigint, ticks: number): Entry[] {
	const entries: Entry[] = [];
	let hash = ZERO;
	const push = (numHashes: bigint, transactions: readonly VersionedTransaction[]): void => {
		const entry = createEntry(hash, numHashes, transactions);
		entries.push(entry);
		hash = entry.hash;
	};
	for (let tick = 0; tick < ticks; tick++) {
		push(2n, TRANSACTIONS.slice(0, (tick % 5) + 1));
		push(1n, [TRANSACTIONS[tick % 5]!]);
		push(hashesPerTick - 3n, []);
	}
	return entries;
}

describe('entries of the reference', () => {
	const golden = JSON.parse(
		readFileSync(join(import.meta.dirname, '../golden/agave-entries.json'), 'utf8'),
	) as {
		readonly start: string;
		readonly bytes: string;
		readonly hashes: readonly string[];
		readonly mixins: readonly string[];
	};
	const bytes = new Uint8Array(Buffer.from(golden.bytes, 'base64'));
	const entries = decoded(bytes);

	it('are read and written byte for byte', () => {
		expect(bytesEqual(encodeEntries(entries), bytes)).toBe(true);
		expect(entries.map(({ hash }) => hash.toBase58())).toEqual(golden.hashes);
	});

	it('are verified, and made again from their transactions', () => {
		const start = Hash.fromBase58(golden.start);
		expect(verifyEntries(entries, start)).toBe(true);
		expect(entries.map(({ transactions }) => hashTransactions(transactions).toBase58())).toEqual(
			golden.mixins,
		);
		let hash = start;
		for (const { numHashes, transactions } of entries) hash = createEntry(hash, numHashes, transactions).hash;
		expect(hash.toBase58()).toBe(golden.hashes.at(-1));
	});
});

describe('the hash over signatures', () => {
	it('is a Merkle tree whose odd nodes stand twice', () => {
		const leaf = (item: Uint8Array): Uint8Array => sha256(new Uint8Array([0]), item);
		const node = (left: Uint8Array, right: Uint8Array): Uint8Array =>
			sha256(new Uint8Array([1]), left, right);
		const [a, b, c] = [1, 2, 3].map((byte) => new Uint8Array(64).fill(byte)) as [
			Uint8Array,
			Uint8Array,
			Uint8Array,
		];
		expect(hashSignatures([]).equals(ZERO)).toBe(true);
		expect(bytesEqual(hashSignatures([a]).bytes, leaf(a))).toBe(true);
		expect(bytesEqual(hashSignatures([a, b]).bytes, node(leaf(a), leaf(b)))).toBe(true);
		const three = node(node(leaf(a), leaf(b)), node(leaf(c), leaf(c)));
		expect(bytesEqual(hashSignatures([a, b, c]).bytes, three)).toBe(true);
	});

	// solana-merkle-tree: test_tree_from_many
	it('equals the root of the tree over the reference text', () => {
		const text = 'my very eager mother just served us nine pizzas make prime';
		const root = hashSignatures(text.split(' ').map((word) => new TextEncoder().encode(word)));
		expect(Buffer.from(root.bytes).toString('hex')).toBe(
			'b40c847546fdceea166f927fc46c5ca33c3638236a36275c1346d3dffb84e1bc',
		);
	});

	it('tells the order of transactions apart', () => {
		const [a, b, c] = TRANSACTIONS as [VersionedTransaction, VersionedTransaction, VersionedTransaction];
		expect(hashTransactions([a, b, c]).equals(hashTransactions([b, a, c]))).toBe(false);
	});
});

describe('an entry', () => {
	it('without hashes and transactions leaves the chain where it is', () => {
		expect(nextHash(ZERO, 0n, null).equals(ZERO)).toBe(true);
		expect(nextHash(ZERO, 1n, null).equals(ONE)).toBe(true);
	});

	it('of transactions counts at least one hash', () => {
		const entry = createEntry(ZERO, 0n, [TRANSACTIONS[0]!]);
		expect(entry.numHashes).toBe(1n);
		const mixed = sha256(ZERO.bytes, hashTransactions(entry.transactions).bytes);
		expect(bytesEqual(entry.hash.bytes, mixed)).toBe(true);
		expect(isTick(entry)).toBe(false);
	});

	it('travels in a batch and comes back byte for byte', () => {
		const entries = block(10n, 3);
		const bytes = encodeEntries(entries);
		const again = decoded(bytes);
		expect(bytesEqual(encodeEntries(again), bytes)).toBe(true);
		expect(again.map(({ numHashes }) => numHashes)).toEqual(entries.map(({ numHashes }) => numHashes));
		expect(
			bytesEqual(encodeTransaction(again[0]!.transactions[0]!), encodeTransaction(TRANSACTIONS[0]!)),
		).toBe(true);
		expect(verifyEntries(again, ZERO)).toBe(true);
	});

	it('does not change when the bytes it was read from do', () => {
		const bytes = encodeEntries(block(10n, 1));
		const [first] = decoded(bytes);
		const before = encodeTransaction(first!.transactions[0]!);
		bytes.fill(0xff);
		expect(bytesEqual(encodeTransaction(first!.transactions[0]!), before)).toBe(true);
	});

	it('cut short, or one of too many, is refused; bytes after the last are ignored', () => {
		const bytes = encodeEntries(block(10n, 1));
		for (let length = 0; length < bytes.length; length++) {
			expect(decodeEntries(bytes.subarray(0, length)).ok).toBe(false);
		}
		const longer = new Uint8Array(bytes.length + 5);
		longer.set(bytes);
		expect(decodeEntries(longer).ok).toBe(true);
		for (const offset of [0, 48]) {
			const hostile = new Uint8Array(bytes);
			new DataView(hostile.buffer).setBigUint64(offset, 1n << 40n, true);
			const result = decodeEntries(hostile);
			expect(result.ok ? 'ok' : result.error.kind).toBe('ReadSizeLimit');
		}
	});

	it('is told from a block marker and from a block given up', () => {
		const marker = decodeBlockComponent(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 1, 0]));
		expect(marker.ok && marker.value.kind).toBe('BlockMarker');
		const aborted = decodeBlockComponent(new Uint8Array(8));
		expect(aborted.ok && aborted.value.kind).toBe('BlockAborted');
		expect(decodeEntries(new Uint8Array(8)).ok).toBe(false);
	});
});

describe('the check of a block', () => {
	it('holds for ticks and transactions, and falls with any changed hash, count or transaction', () => {
		const entries = block(10n, 4);
		expect(verifyEntries(entries, ZERO)).toBe(true);
		expect(verifyEntries(entries, ONE)).toBe(false);
		expect(verifyEntries(createTicks(3, 5n, ZERO), ZERO)).toBe(true);
		for (let i = 0; i < entries.length; i++) {
			const entry = entries[i]!;
			const other = (change: Partial<Entry>): boolean =>
				verifyEntries(entries.with(i, { ...entry, ...change }), ZERO);
			expect(other({ hash: ONE })).toBe(false);
			expect(other({ numHashes: entry.numHashes + 1n })).toBe(false);
			if (isTick(entry)) expect(other({ transactions: [TRANSACTIONS[0]!] })).toBe(false);
			else
				expect(other({ transactions: [...entry.transactions].reverse().concat(TRANSACTIONS[4]!) })).toBe(
					false,
				);
		}
	});

	it('gives the same answer in parts, which cover every entry once', () => {
		const entries = block(10n, 6);
		const data = entryVerificationData(entries);
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 40 }),
				fc.integer({ min: -1, max: entries.length - 1 }),
				(parts, wrong) => {
					const checked = wrong < 0 ? data : data.with(wrong, { ...data[wrong]!, hash: ONE });
					const ranges = verificationRanges(checked, ZERO, parts);
					expect(ranges.length).toBeLessThanOrEqual(parts);
					expect(ranges.flatMap(({ start, end }) => checked.slice(start, end))).toEqual(checked);
					const results = ranges.map(({ start, end, startHash }) =>
						verifyEntryHashes(checked.slice(start, end), startHash),
					);
					expect(results.every(Boolean)).toBe(wrong < 0);
				},
			),
			{ numRuns: 60 },
		);
		expect(verificationRanges([], ZERO, 2)).toEqual([]);
	});

	it('does not work for years because an entry asks for it', () => {
		const hostile = [{ numHashes: 0xffff_ffff_ffff_ffffn, hash: ONE, mixin: null }];
		expect(verifyEntryHashes(hostile, ZERO)).toBe(false);
		expect(verifyEntryHashes([{ numHashes: 1_000_000_000n, hash: ONE, mixin: null }], ZERO, 62_500n)).toBe(
			false,
		);
	});
});

describe('the hashes between ticks', () => {
	const entry = (numHashes: bigint, tick: boolean): Entry => ({
		numHashes,
		hash: ZERO,
		transactions: tick ? [] : [TRANSACTIONS[0]!],
	});
	const MAX = 0xffff_ffff_ffff_ffffn;

	// The cases of solana-entry's test_verify_tick_hash_count, with 10 hashes a tick.
	it.each([
		['an empty batch before the tick', [], 0n, 10n, 0n],
		['an empty batch after the tick', [], 10n, 10n, null],
		['anything without hashing', [entry(MAX, false)], 0n, 0n, 0n],
		['a short tick', [entry(9n, true)], 0n, 10n, null],
		['a full tick', [entry(0n, false), entry(10n, true)], 0n, 10n, 0n],
		['a long tick', [entry(0n, false), entry(10n, true)], 0n, 9n, null],
		['transactions without a tick', [entry(9n, false)], 0n, 10n, 9n],
		['a tick without hashes', [entry(0n, true)], 0n, 10n, null],
		['a full entry and a tick without hashes', [entry(10n, false), entry(0n, true)], 0n, 10n, null],
		['a full entry and a tick', [entry(10n, false), entry(1n, true)], 0n, 10n, null],
		['a full entry without a tick', [entry(10n, false)], 0n, 10n, null],
		['an entry and the rest in the tick', [entry(1n, false), entry(9n, true)], 0n, 10n, 0n],
		[
			'many entries and the rest in the tick',
			[...Array.from({ length: 9 }, () => entry(1n, false)), entry(1n, true)],
			0n,
			10n,
			0n,
		],
		['a tick of all hashes there are', [entry(10n, true), entry(MAX, true)], 0n, 10n, null],
		['a tick after an entry of all hashes there are', [entry(MAX, false), entry(10n, true)], 0n, 10n, null],
	] as const)('%s', (_name, entries, before, perTick, expected) => {
		expect(verifyTickHashCount(entries, before, perTick)).toBe(expected);
	});
});

describe('the ticks of a slot', () => {
	const entries = block(10n, 4);
	const state = { tickHeight: 64n, maxTickHeight: 68n, hashesPerTick: 10n, tickHashCount: 0n };
	const verdict = (part: readonly Entry[], full: boolean, change: Partial<typeof state> = {}): unknown => {
		const result = verifyTicks(part, { ...state, ...change }, full);
		return result.ok ? result.value : result.error;
	};

	it('are as many as the slot has, the last of them marked', () => {
		expect(tickCount(entries)).toBe(4n);
		expect(verdict(entries, true)).toBe(0n);
		expect(verdict(entries.slice(0, 4), false)).toBe(2n);
	});

	it('must not be too many, too few, followed by transactions, or unmarked', () => {
		expect(verdict(entries, true, { maxTickHeight: 67n })).toBe('TooManyTicks');
		expect(verdict(entries, true, { maxTickHeight: 69n })).toBe('TooFewTicks');
		expect(verdict([...entries, entries[0]!], true)).toBe('TrailingEntry');
		expect(verdict(entries, false)).toBe('InvalidLastTick');
		expect(verdict(entries, true, { hashesPerTick: 11n })).toBe('InvalidTickHashCount');
		expect(verdict(entries, true, { tickHashCount: 1n })).toBe('InvalidTickHashCount');
		expect(blockErrorText('TrailingEntry')).toBe('trailing entry');
	});
});
