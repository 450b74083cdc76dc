/**
 * Owns the way from entries to shreds and back.
 *
 * Sources: solana-ledger shredder.rs (`make_merkle_shreds_from_entries`, `deshred`), shred/merkle.rs
 * (`make_shreds_from_data`, `finish_erasure_batch`). Every batch has 32 data and 32 code shreds, the last one filled
 * up with empty data shreds; only the last batch of a slot is resigned. Each batch carries the Merkle root of the one
 * before, so batches are finished one after the other.
 */
import { ed25519Sign } from '@parhelion/crypto';
import { err, Hash, InvariantError, ok, type Result, type Slot } from '@parhelion/sdk';
import type { Keypair } from '../../bank/bank-types.ts';
import { merkleLeaf, merkleProof, merkleTree } from './merkle-tree.ts';
import { reedSolomon } from './reed-solomon.ts';
import { type DataShred, decodeShred, isDataComplete, type Shred, shredData } from './shred.ts';
import {
	DATA_COMPLETE_SHRED,
	DATA_SHRED_HEADERS,
	LAST_SHRED_IN_SLOT,
	PROOF_ENTRIES_FOR_32_32_BATCH,
	SHRED_TICK_REFERENCE_MASK,
	SHREDS_PER_FEC_BLOCK,
	type ShredError,
	type ShredType,
	SIZE_OF_SIGNATURE,
	shredCapacity,
	shredOffsets,
	shredSize,
	shredVariantByte,
} from './shred-layout.ts';

const MAX_U16 = 0xffff;

/** What all the shreds of a slot share. */
export interface ShredderOptions {
	readonly slot: Slot;
	readonly parentSlot: Slot;
	/** The cluster's shred version. */
	readonly version: number;
	/** The tick of the slot; beyond 63 it is 63. */
	readonly referenceTick: number;
	/** Who signs. */
	readonly leader: Keypair;
}

/** Where in the slot a run of shreds begins, and how it ends. */
export interface ShredRun {
	readonly isLastInSlot: boolean;
	/** The Merkle root of the batch before; of the parent block's last batch for the first run of a slot. */
	readonly chainedMerkleRoot: Hash;
	readonly nextShredIndex: number;
	readonly nextCodeIndex: number;
}

/** Shreds made of a run of entries, and how to go on from there. */
export interface ShreddedRun {
	/** Batch by batch, data shreds before code shreds. */
	readonly shreds: readonly Shred[];
	readonly chainedMerkleRoot: Hash;
	readonly nextShredIndex: number;
	readonly nextCodeIndex: number;
}

interface Batch {
	readonly data: Uint8Array;
	readonly resigned: boolean;
}

function capacityOf(resigned: boolean): number {
	const capacity = shredCapacity({ type: 'Data', proofSize: PROOF_ENTRIES_FOR_32_32_BATCH, resigned });
	if (capacity === null) throw new InvariantError('a proof of six hashes leaves room for entries');
	return capacity;
}

/** Cuts bytes into batches: the last of a slot is resigned, holds less, and may be empty. */
function batchesOf(bytes: Uint8Array, isLastInSlot: boolean): Batch[] {
	const plain = SHREDS_PER_FEC_BLOCK * capacityOf(false);
	const signed = isLastInSlot ? Math.min(bytes.length, SHREDS_PER_FEC_BLOCK * capacityOf(true)) : 0;
	const split = bytes.length - signed;
	const batches: Batch[] = [];
	for (let at = 0; at < split; at += plain) {
		batches.push({ data: bytes.subarray(at, Math.min(at + plain, split)), resigned: false });
	}
	if (signed > 0) batches.push({ data: bytes.subarray(split), resigned: true });
	if (batches.length === 0) batches.push({ data: bytes, resigned: isLastInSlot });
	return batches;
}

/** The shreds of a batch with headers and entries, without code, root, proof and signature. */
function blankShreds(
	options: ShredderOptions,
	batch: Batch,
	lastFlags: number,
	shredIndex: number,
	codeIndex: number,
): Uint8Array[] {
	const capacity = capacityOf(batch.resigned);
	const make = (type: ShredType, index: number): [Uint8Array, DataView] => {
		const payload = new Uint8Array(shredSize(type));
		const view = new DataView(payload.buffer);
		payload[64] = shredVariantByte({
			type,
			proofSize: PROOF_ENTRIES_FOR_32_32_BATCH,
			resigned: batch.resigned,
		});
		view.setBigUint64(65, options.slot, true);
		view.setUint32(73, index, true);
		view.setUint16(77, options.version, true);
		view.setUint32(79, shredIndex, true);
		return [payload, view];
	};
	const payloads: Uint8Array[] = [];
	for (let i = 0; i < SHREDS_PER_FEC_BLOCK; i++) {
		const chunk = batch.data.subarray(i * capacity, (i + 1) * capacity);
		const [payload, view] = make('Data', shredIndex + i);
		view.setUint16(83, Number(options.slot - options.parentSlot), true);
		const tick = Math.min(options.referenceTick, SHRED_TICK_REFERENCE_MASK);
		payload[85] = tick | (i === SHREDS_PER_FEC_BLOCK - 1 ? lastFlags : 0);
		view.setUint16(86, DATA_SHRED_HEADERS + chunk.length, true);
		payload.set(chunk, DATA_SHRED_HEADERS);
		payloads.push(payload);
	}
	for (let position = 0; position < SHREDS_PER_FEC_BLOCK; position++) {
		const [payload, view] = make('Code', codeIndex + position);
		view.setUint16(83, SHREDS_PER_FEC_BLOCK, true);
		view.setUint16(85, SHREDS_PER_FEC_BLOCK, true);
		view.setUint16(87, position, true);
		payloads.push(payload);
	}
	return payloads;
}

/** Adds code, root of the batch before, proofs and signature, in place; gives the batch's Merkle root. */
function finishBatch(
	payloads: readonly Uint8Array[],
	resigned: boolean,
	chained: Hash,
	leader: Keypair,
): Hash {
	const offsets = payloads.map((_, i) =>
		shredOffsets({
			type: i < SHREDS_PER_FEC_BLOCK ? 'Data' : 'Code',
			proofSize: PROOF_ENTRIES_FOR_32_32_BATCH,
			resigned,
		}),
	);
	const codec = reedSolomon(SHREDS_PER_FEC_BLOCK, SHREDS_PER_FEC_BLOCK);
	if (!codec.ok) throw new InvariantError(`no code of 32 and 32 shards: ${codec.error}`);
	const shards = payloads.map((payload, i) =>
		payload.subarray(offsets[i]!.erasureStart, offsets[i]!.erasureEnd),
	);
	const encoded = codec.value.encode(shards);
	if (!encoded.ok) throw new InvariantError(`shards of one batch do not fit together: ${encoded.error}`);
	for (const [i, payload] of payloads.entries()) payload.set(chained.bytes, offsets[i]!.chainedMerkleRoot);
	const tree = merkleTree(
		payloads.map((payload, i) => merkleLeaf(payload.subarray(SIZE_OF_SIGNATURE, offsets[i]!.proof))),
	);
	const root = tree.at(-1)![0]!;
	const signature = ed25519Sign(root, leader.seed);
	for (const [i, payload] of payloads.entries()) {
		payload.set(merkleProof(tree, i), offsets[i]!.proof);
		payload.set(signature);
	}
	return Hash.fromBytes(root);
}

/**
 * Makes the shreds of a run of bytes: a batch of entries (`encodeEntries`) or a block marker.
 *
 * Errors: `InvalidParentSlot` for a parent that is not before the slot by 0 to 65535 slots; then what
 * {@link decodeShred} says of a shred (an index beyond the slot's, slot 0's parent).
 */
export function makeShreds(
	options: ShredderOptions,
	bytes: Uint8Array,
	run: ShredRun,
): Result<ShreddedRun, ShredError> {
	const { slot, parentSlot } = options;
	if (slot < parentSlot || slot - parentSlot > BigInt(MAX_U16)) {
		return err({ kind: 'InvalidParentSlot', slot, parentSlot });
	}
	let { chainedMerkleRoot, nextShredIndex, nextCodeIndex } = run;
	const shreds: Shred[] = [];
	const batches = batchesOf(bytes, run.isLastInSlot);
	for (const [i, batch] of batches.entries()) {
		const ends = run.isLastInSlot ? LAST_SHRED_IN_SLOT : DATA_COMPLETE_SHRED;
		const lastFlags = i === batches.length - 1 ? ends : 0;
		const payloads = blankShreds(options, batch, lastFlags, nextShredIndex, nextCodeIndex);
		chainedMerkleRoot = finishBatch(payloads, batch.resigned, chainedMerkleRoot, options.leader);
		for (const payload of payloads) {
			const shred = decodeShred(payload);
			if (!shred.ok) return shred;
			shreds.push(shred.value);
		}
		nextShredIndex += SHREDS_PER_FEC_BLOCK;
		nextCodeIndex += SHREDS_PER_FEC_BLOCK;
	}
	return ok({ shreds, chainedMerkleRoot, nextShredIndex, nextCodeIndex });
}

/**
 * Joins the data shreds of one run, in order, into the bytes they were made of. Errors: `InvalidDeshredSet` for
 * shreds behind the one that completes the run; `Erasure` with `TooFewDataShards` for a gap or a run not completed.
 * Where there are no bytes at all it gives zeros, which read as no entries.
 */
export function deshred(shreds: readonly DataShred[]): Result<Uint8Array, ShredError> {
	let length = 0;
	for (const [i, shred] of shreds.entries()) {
		const before = shreds[i - 1];
		if (before !== undefined && isDataComplete(before)) return err({ kind: 'InvalidDeshredSet' });
		if (before !== undefined && before.index + 1 !== shred.index) {
			return err({ kind: 'Erasure', error: 'TooFewDataShards' });
		}
		length += shredData(shred).length;
	}
	const last = shreds.at(-1);
	if (last === undefined || !isDataComplete(last)) return err({ kind: 'Erasure', error: 'TooFewDataShards' });
	if (length === 0) {
		return ok(new Uint8Array(shredCapacity({ type: 'Data', proofSize: 0, resigned: false }) ?? 0));
	}
	const bytes = new Uint8Array(length);
	let at = 0;
	for (const shred of shreds) {
		const part = shredData(shred);
		bytes.set(part, at);
		at += part.length;
	}
	return ok(bytes);
}
