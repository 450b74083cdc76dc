import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesEqual, Hash } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChaChaRng } from '../../bank/chacha-rng.ts';
import { keypairFromSeed } from '../../genesis/local-genesis.ts';
import { createTicks, decodeEntries, encodeEntries } from '../entry.ts';
import { recoverShreds } from './recover.ts';
import { ReedSolomon, reedSolomon } from './reed-solomon.ts';
import {
	type CodeShred,
	chainedMerkleRoot,
	type DataShred,
	decodeShred,
	erasureShardIndex,
	isDataComplete,
	isLastInSlot,
	isShredDuplicate,
	referenceTick,
	retransmitterSignature,
	type Shred,
	shredData,
	shredMerkleRoot,
	shredParent,
	verifyShred,
} from './shred.ts';
import { CODE_SHRED_SIZE, DATA_SHRED_SIZE, shredVariantByte, shredVariantOf } from './shred-layout.ts';
import { deshred, makeShreds, type ShreddedRun, type ShredderOptions, type ShredRun } from './shredder.ts';

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'shreds.golden.json'), 'utf8')) as {
	readonly data: string;
	readonly empty: string;
};
const leader = keypairFromSeed(new Uint8Array(32).fill(3));
const START: ShredRun = {
	isLastInSlot: false,
	chainedMerkleRoot: Hash.default,
	nextShredIndex: 0,
	nextCodeIndex: 0,
};
const OPTIONS: ShredderOptions = { slot: 100n, parentSlot: 98n, version: 4711, referenceTick: 9, leader };

function made(
	bytes: Uint8Array,
	run: Partial<ShredRun> = {},
	options: Partial<ShredderOptions> = {},
): ShreddedRun {
	const result = makeShreds({ ...OPTIONS, ...options }, bytes, { ...START, ...run });
	if (!result.ok) throw new Error(result.error.kind);
	return result.value;
}

function dataOf(shreds: readonly Shred[]): DataShred[] {
	return shreds.filter((shred): shred is DataShred => shred.type === 'Data');
}

function codeOf(shreds: readonly Shred[]): CodeShred[] {
	return shreds.filter((shred): shred is CodeShred => shred.type === 'Code');
}

function errorOf(result: { ok: true } | { ok: false; error: { kind: string; error?: string } }): string {
	if (result.ok) return 'ok';
	return result.error.kind === 'Erasure' ? `Erasure ${result.error.error}` : result.error.kind;
}

function randomBytes(length: number, seed = 1): Uint8Array {
	const bytes = new Uint8Array(length);
	new ChaChaRng(new Uint8Array(32).fill(seed)).fillBytes(bytes);
	return bytes;
}

// solana-ledger shred.rs: both tests make their keys and data from ChaCha20 with a seed of ones.
describe('shreds of the reference', () => {
	const rng = new ChaChaRng(new Uint8Array(32).fill(1));
	const seed = new Uint8Array(32);
	rng.fillBytes(seed);
	const data = new Uint8Array(4096);
	rng.fillBytes(data);
	const options = { slot: 142_076_266n, parentSlot: 142_076_265n, version: 42, referenceTick: 0 };
	const signer = keypairFromSeed(seed);

	it('are made byte for byte: code, Merkle tree and signature included', () => {
		const { shreds } = made(data, { nextShredIndex: 64, nextCodeIndex: 64 }, { ...options, leader: signer });
		expect(Buffer.from(shreds[0]!.payload).toString('base64')).toBe(golden.data);
	});

	it('are made of nothing too: the last data shred of an empty slot', () => {
		const { shreds } = made(new Uint8Array(8), { isLastInSlot: true }, { ...options, leader: signer });
		expect(Buffer.from(dataOf(shreds).at(-1)!.payload).toString('base64')).toBe(golden.empty);
	});

	it('are read and verified', () => {
		const result = decodeShred(Buffer.from(golden.data, 'base64'));
		if (!result.ok || result.value.type !== 'Data') throw new Error('not a data shred');
		const shred = result.value;
		expect(shred.slot).toBe(options.slot);
		expect(shred.index).toBe(64);
		expect(shredParent(shred)).toBe(options.parentSlot);
		expect(shred.version).toBe(42);
		expect(referenceTick(shred)).toBe(0);
		expect(bytesEqual(shredData(shred), data.subarray(0, shredData(shred).length))).toBe(true);
		expect(verifyShred(shred, signer.pubkey)).toBe(true);
		expect(verifyShred(shred, leader.pubkey)).toBe(false);
	});
});

describe('the erasure code', () => {
	// reed-solomon-erasure tests: test_one_encode
	it('equals the reference', () => {
		const shards = [
			[0, 1],
			[4, 5],
			[2, 3],
			[6, 7],
			[8, 9],
			[0, 0],
			[0, 0],
			[0, 0],
			[0, 0],
			[0, 0],
		].map((bytes) => Uint8Array.from(bytes));
		const codec = ReedSolomon.create(5, 5);
		if (!codec.ok) throw new Error(codec.error);
		expect(codec.value.encode(shards).ok).toBe(true);
		expect(shards.slice(5).map((shard) => [...shard])).toEqual([
			[12, 13],
			[10, 11],
			[14, 15],
			[90, 91],
			[94, 95],
		]);
	});

	it('brings back whatever is missing, as long as there are as many shards as data', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 40 }),
				fc.integer({ min: 1, max: 40 }),
				fc.integer({ min: 1, max: 20 }),
				fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
				(dataShards, parityShards, length, stream) => {
					const codec = reedSolomon(dataShards, parityShards);
					if (!codec.ok) throw new Error(codec.error);
					const total = dataShards + parityShards;
					const shards = Array.from({ length: total }, (_, i) => randomBytes(length, i + 1));
					expect(codec.value.encode(shards).ok).toBe(true);
					const order = shards.map((_, i) => ({ i, key: stream.next().value }));
					order.sort((x, y) => x.key - y.key);
					const lost = new Set(order.slice(0, parityShards).map(({ i }) => i));
					const damaged = shards.map((shard, i) => (lost.has(i) ? new Uint8Array(length) : shard.slice()));
					const present = shards.map((_, i) => !lost.has(i));
					expect(codec.value.reconstruct(damaged, present).ok).toBe(true);
					expect(damaged).toEqual(shards);
				},
			),
			{ numRuns: 40 },
		);
	});

	it('says why it cannot', () => {
		const create = (data: number, parity: number): string => {
			const codec = ReedSolomon.create(data, parity);
			return codec.ok ? 'ok' : codec.error;
		};
		expect([create(0, 1), create(1, 0), create(200, 57), create(200, 56)]).toEqual([
			'TooFewDataShards',
			'TooFewParityShards',
			'TooManyShards',
			'ok',
		]);
		const codec = reedSolomon(2, 1);
		if (!codec.ok) throw new Error(codec.error);
		const error = (lengths: number[], present: boolean[]): string => {
			const result = codec.value.reconstruct(
				lengths.map((length) => new Uint8Array(length)),
				present,
			);
			return result.ok ? 'ok' : result.error;
		};
		expect(error([1, 1], [true, true])).toBe('TooFewShards');
		expect(error([1, 1, 1, 1], [true, true, true, true])).toBe('TooManyShards');
		expect(error([0, 0, 0], [true, true, false])).toBe('EmptyShard');
		expect(error([1, 2, 1], [true, true, false])).toBe('IncorrectShardSize');
		expect(error([1, 1, 1], [true, false, false])).toBe('TooFewShardsPresent');
	});
});

describe('a shred', () => {
	const run = made(randomBytes(50_000), {
		isLastInSlot: true,
		chainedMerkleRoot: Hash.fromBytes(randomBytes(32, 7)),
	});
	const shred = run.shreds[0] as DataShred;
	const code = codeOf(run.shreds)[0]!;

	it('has a variant byte that says everything about its form', () => {
		for (let byte = 0; byte < 256; byte++) {
			const variant = shredVariantOf(byte);
			expect(variant.ok).toBe([0x60, 0x70, 0x90, 0xb0].includes(byte & 0xf0));
			if (variant.ok) expect(shredVariantByte(variant.value)).toBe(byte);
		}
	});

	it('is refused if anything in its headers cannot be', () => {
		const changed = (from: Shred, offset: number, ...bytes: number[]): string => {
			const payload = from.payload.slice();
			payload.set(bytes, offset);
			return errorOf(decodeShred(payload));
		};
		expect(changed(shred, 64, 0xa5)).toBe('InvalidShredVariant');
		expect(changed(shred, 64, 0x80)).toBe('InvalidShredVariant');
		expect(changed(shred, 73, 0, 0x80, 0, 0)).toBe('InvalidShredIndex');
		expect(changed(shred, 79, 1)).toBe('InvalidErasureShardIndex');
		expect(changed(shred, 83, 0, 0)).toBe('InvalidParentOffset');
		expect(changed(shred, 83, 101, 0)).toBe('InvalidParentOffset');
		expect(changed(shred, 85, 0x80)).toBe('InvalidShredFlags');
		expect(changed(shred, 86, 87, 0)).toBe('InvalidDataSize');
		expect(changed(shred, 86, 0xff, 0xff)).toBe('InvalidDataSize');
		expect(changed(code, 73, 0, 0x80, 0, 0)).toBe('InvalidShredIndex');
		expect(changed(code, 85, 1, 1)).toBe('InvalidNumCodingShreds');
		expect(changed(code, 83, 0, 0)).toBe('InvalidErasureShardIndex');
		expect(changed(code, 85, 0, 0)).toBe('InvalidErasureShardIndex');
		expect(changed(code, 87, 32, 0)).toBe('InvalidErasureShardIndex');
		expect(changed(code, 79, 0xff, 0xff, 0xff, 0xff)).toBe('InvalidErasureShardIndex');
		expect(errorOf(decodeShred(shred.payload.subarray(0, DATA_SHRED_SIZE - 1)))).toBe('InvalidPayloadSize');
		expect(errorOf(decodeShred(code.payload.subarray(0, CODE_SHRED_SIZE - 1)))).toBe('InvalidPayloadSize');
		expect(errorOf(decodeShred(new Uint8Array(64)))).toBe('InvalidPayloadSize');
	});

	it('never brings the reader down, whatever its bytes', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ minLength: 0, maxLength: 1300 }),
				fc.constantFrom(0x66, 0x76, 0x96, 0xb6),
				(bytes, variant) => {
					if (bytes.length > 64) bytes[64] = variant;
					const result = decodeShred(bytes);
					if (result.ok) shredMerkleRoot(result.value);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('fails its signature with any byte changed but the retransmitter’s signature', () => {
		fc.assert(
			fc.property(
				fc.nat(run.shreds.length - 1),
				fc.nat(CODE_SHRED_SIZE - 1),
				fc.integer({ min: 1, max: 255 }),
				(which, at, flip) => {
					const original = run.shreds[which]!;
					const payload = original.payload.slice();
					const offset = at % payload.length;
					payload[offset] = payload[offset]! ^ flip;
					const result = decodeShred(payload);
					const resigned = original.variant.resigned && offset >= original.offsets.retransmitterSignature;
					expect(result.ok && verifyShred(result.value, leader.pubkey)).toBe(resigned);
				},
			),
			{ numRuns: 60 },
		);
	});

	it('is a duplicate of another in its place, unless only the retransmitter differs', () => {
		const last = run.shreds.at(-1)!;
		const other = (offset: number): Shred => {
			const payload = last.payload.slice();
			payload[offset] = payload[offset]! ^ 1;
			const result = decodeShred(payload);
			if (!result.ok) throw new Error(result.error.kind);
			return result.value;
		};
		expect(isShredDuplicate(last, last)).toBe(false);
		expect(isShredDuplicate(last, run.shreds[0]!)).toBe(false);
		expect(isShredDuplicate(last, other(0))).toBe(true);
		expect(isShredDuplicate(last, other(last.payload.length - 1))).toBe(false);
		expect(retransmitterSignature(last)?.length).toBe(64);
		expect(retransmitterSignature(run.shreds[0]!)).toBeNull();
	});
});

describe('the shreds of a slot', () => {
	it('carry entries there and back, whatever their length', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 120_000 }), fc.boolean(), (length, ends) => {
				const bytes = randomBytes(length);
				const { shreds, nextShredIndex, nextCodeIndex } = made(bytes, { isLastInSlot: ends });
				const data = dataOf(shreds);
				expect(data.length).toBe(nextShredIndex);
				expect(codeOf(shreds).length).toBe(nextCodeIndex);
				expect(data.length % 32).toBe(0);
				expect(data.findIndex(isDataComplete)).toBe(data.length - 1);
				expect(data.findIndex(isLastInSlot)).toBe(ends ? data.length - 1 : -1);
				const joined = deshred(data);
				if (!joined.ok) throw new Error(joined.error.kind);
				if (length > 0) expect(bytesEqual(joined.value, bytes)).toBe(true);
				else expect(joined.value.every((byte) => byte === 0)).toBe(true);
			}),
			{ numRuns: 8 },
		);
	});

	it('are chained from batch to batch, and each is signed', () => {
		const before = Hash.fromBytes(randomBytes(32, 9));
		const run = made(randomBytes(90_000), { isLastInSlot: true, chainedMerkleRoot: before });
		let expected = before;
		for (let at = 0; at < run.shreds.length; at += 64) {
			const batch = run.shreds.slice(at, at + 64);
			const roots = batch.map((shred) => {
				const root = shredMerkleRoot(shred);
				return root.ok ? root.value.key : root.error.kind;
			});
			expect(new Set(roots).size).toBe(1);
			expect(batch.every((shred) => chainedMerkleRoot(shred).equals(expected))).toBe(true);
			expect(batch.map(erasureShardIndex)).toEqual(batch.map((_, i) => i));
			for (const shred of [batch[0]!, batch[63]!]) expect(verifyShred(shred, leader.pubkey)).toBe(true);
			const root = shredMerkleRoot(batch[0]!);
			if (root.ok) expected = root.value;
			const isLast = at + 64 === run.shreds.length;
			expect(batch.every((shred) => shred.variant.resigned === isLast)).toBe(true);
		}
		expect(run.chainedMerkleRoot.equals(expected)).toBe(true);
	});

	it('hold ticks that read back as entries', () => {
		const ticks = createTicks(64, 2n, Hash.default);
		const joined = deshred(dataOf(made(encodeEntries(ticks), { isLastInSlot: true }).shreds));
		const entries = joined.ok ? decodeEntries(joined.value) : joined;
		if (!entries.ok) throw new Error(entries.error.kind);
		expect(entries.value.length).toBe(64);
		expect(entries.value.at(-1)!.hash.equals(ticks.at(-1)!.hash)).toBe(true);
	});

	it('need all data shreds in order, and nothing behind the last', () => {
		const data = dataOf(made(randomBytes(40_000)).shreds);
		expect(errorOf(deshred([]))).toBe('Erasure TooFewDataShards');
		expect(errorOf(deshred(data.slice(0, -1)))).toBe('Erasure TooFewDataShards');
		expect(errorOf(deshred(data.toSpliced(3, 1)))).toBe('Erasure TooFewDataShards');
		expect(errorOf(deshred([...data, data[0]!]))).toBe('InvalidDeshredSet');
	});

	it('belong to a slot whose parent is near', () => {
		const error = (slot: bigint, parentSlot: bigint): string =>
			errorOf(makeShreds({ ...OPTIONS, slot, parentSlot }, new Uint8Array(1), START));
		expect(error(5n, 6n)).toBe('InvalidParentSlot');
		expect(error(65_536n, 0n)).toBe('InvalidParentSlot');
		expect(error(65_535n, 0n)).toBe('ok');
		expect(error(5n, 5n)).toBe('InvalidParentOffset');
		expect(error(0n, 0n)).toBe('ok');
	});
});

describe('recovery', () => {
	const run = made(randomBytes(60_000), { isLastInSlot: true, nextShredIndex: 64, nextCodeIndex: 96 });
	const batches = [run.shreds.slice(0, 64), run.shreds.slice(64, 128)];

	it('brings back any 32 of 64 shreds byte for byte', () => {
		fc.assert(
			fc.property(
				fc.constantFrom(...batches),
				fc.shuffledSubarray(
					Array.from({ length: 64 }, (_, i) => i),
					{ minLength: 32, maxLength: 64 },
				),
				(batch, kept) => {
					const shreds = kept.map((i) => batch[i]!);
					fc.pre(shreds.some(({ type }) => type === 'Code'));
					const recovered = recoverShreds(shreds);
					if (!recovered.ok) throw new Error(recovered.error.kind);
					const missing = batch.filter((_, i) => !kept.includes(i));
					expect(recovered.value.length).toBe(missing.length);
					for (const [i, shred] of recovered.value.entries()) {
						expect(bytesEqual(shred.payload, missing[i]!.payload)).toBe(true);
					}
				},
			),
			{ numRuns: 10 },
		);
	});

	it('says why it cannot', () => {
		const batch = batches[0]!;
		const other = batches[1]!;
		expect(errorOf(recoverShreds([]))).toBe('Erasure TooFewParityShards');
		expect(errorOf(recoverShreds(batch.slice(0, 32)))).toBe('Erasure TooFewParityShards');
		expect(errorOf(recoverShreds(batch.slice(33)))).toBe('Erasure TooFewShardsPresent');
		expect(errorOf(recoverShreds([...batch.slice(20, 60), other[0]!]))).toBe('InvalidMerkleRoot');
		expect(errorOf(recoverShreds([...batch.slice(20, 60), batch[40]!]))).toBe('Erasure InvalidIndex');
		expect(errorOf(recoverShreds(batch))).toBe('ok');
	});

	it('does not trust shreds whose data was changed', () => {
		const batch = batches[0]!;
		const payload = batch[5]!.payload.slice();
		payload[200] = payload[200]! ^ 1;
		const changed = decodeShred(payload);
		if (!changed.ok) throw new Error(changed.error.kind);
		expect(errorOf(recoverShreds([changed.value, ...batch.slice(10, 60)]))).not.toBe('ok');
		// a batch that recovers to something else than was signed
		const code = batch[63]!.payload.slice();
		code[200] = code[200]! ^ 1;
		const wrong = decodeShred(code);
		if (!wrong.ok) throw new Error(wrong.error.kind);
		expect(errorOf(recoverShreds([...batch.slice(0, 31), wrong.value]))).not.toBe('ok');
	});

	it('does not take up memory for a batch that a hostile shred makes up', () => {
		const payload = codeOf(batches[0]!)[0]!.payload.slice();
		const view = new DataView(payload.buffer);
		view.setUint16(83, 30_000, true);
		view.setUint16(85, 256, true);
		const hostile = decodeShred(payload);
		if (!hostile.ok) throw new Error(hostile.error.kind);
		expect(errorOf(recoverShreds([hostile.value]))).not.toBe('ok');
	});
});
