/**
 * Owns one shred: reading it with the reference's checks, its Merkle root, its leader's signature.
 *
 * Sources: solana-ledger shred.rs (`Shred`), shred/merkle.rs (`from_payload`, `sanitize`, `merkle_root`),
 * shred/shred_data.rs, shred/shred_code.rs. Legacy and unchained shreds are refused, as upstream refuses them.
 */
import { ed25519VerifyStrict } from '@parhelion/crypto';
import {
	ByteReader,
	bytesEqual,
	catchFault,
	err,
	Fault,
	Hash,
	ok,
	type Pubkey,
	type Result,
	type Slot,
} from '@parhelion/sdk';
import { merkleLeaf, merkleRootOf } from './merkle-tree.ts';
import {
	DATA_COMPLETE_SHRED,
	DATA_SHRED_HEADERS,
	LAST_SHRED_IN_SLOT,
	MAX_SHREDS_PER_SLOT,
	SHRED_TICK_REFERENCE_MASK,
	SHREDS_PER_FEC_BLOCK,
	type ShredError,
	type ShredOffsets,
	type ShredVariant,
	SIZE_OF_SIGNATURE,
	shredCapacity,
	shredOffsets,
	shredSize,
	shredVariantOf,
} from './shred-layout.ts';

const VARIANT_OFFSET = 64;
const MAX_U32 = 0xffff_ffff;

/** What data and code shreds have in common. */
interface CommonShred {
	/** The whole shred; nobody writes to it. */
	readonly payload: Uint8Array;
	readonly variant: ShredVariant;
	readonly offsets: ShredOffsets;
	readonly slot: Slot;
	readonly index: number;
	/** The cluster's shred version (u16). */
	readonly version: number;
	/** The index of the batch's first data shred. */
	readonly fecSetIndex: number;
}

/** A shred that carries entries. */
export interface DataShred extends CommonShred {
	readonly type: 'Data';
	/** Slots back to the parent. */
	readonly parentOffset: number;
	/** {@link DATA_COMPLETE_SHRED} and its kin. */
	readonly flags: number;
	/** Bytes of headers and entries. */
	readonly size: number;
}

/** A shred that carries erasure code. */
export interface CodeShred extends CommonShred {
	readonly type: 'Code';
	readonly numDataShreds: number;
	readonly numCodingShreds: number;
	/** 0 to `numCodingShreds` - 1. */
	readonly position: number;
}

/** A shred that passed {@link decodeShred}'s checks. */
export type Shred = DataShred | CodeShred;

function fail(error: ShredError): never {
	throw new Fault<ShredError>(error);
}

/** The parent's slot; `InvalidParentOffset` for 0 (but in slot 0) and beyond the first slot. */
function parentSlotOf(slot: Slot, parentOffset: number): Slot {
	const parent = slot - BigInt(parentOffset);
	if ((parentOffset === 0 && slot !== 0n) || parent < 0n) {
		fail({ kind: 'InvalidParentOffset', slot, parentOffset });
	}
	return parent;
}

function sanitizeData(shred: DataShred): void {
	const { index, flags, size, payload } = shred;
	if (index >= MAX_SHREDS_PER_SLOT) fail({ kind: 'InvalidShredIndex', type: 'Data', index });
	if ((flags & LAST_SHRED_IN_SLOT) !== 0 && (flags & DATA_COMPLETE_SHRED) === 0) {
		fail({ kind: 'InvalidShredFlags', flags });
	}
	const capacity = shredCapacity(shred.variant) ?? 0;
	if (size < DATA_SHRED_HEADERS || size > DATA_SHRED_HEADERS + capacity) {
		fail({ kind: 'InvalidDataSize', size, payload: payload.length });
	}
	parentSlotOf(shred.slot, shred.parentOffset);
	if (index < shred.fecSetIndex) fail({ kind: 'InvalidErasureShardIndex' });
}

function sanitizeCode(shred: CodeShred): void {
	const { index, fecSetIndex, numDataShreds, numCodingShreds, position } = shred;
	if (index >= MAX_SHREDS_PER_SLOT) fail({ kind: 'InvalidShredIndex', type: 'Code', index });
	if (numCodingShreds > 8 * SHREDS_PER_FEC_BLOCK) {
		fail({ kind: 'InvalidNumCodingShreds', count: numCodingShreds });
	}
	// neither the last data shred of the batch nor its last code shred may lie beyond the slot
	const lastData = fecSetIndex + numDataShreds - 1;
	const firstCode = index - position;
	const lastCode = firstCode + numCodingShreds - 1;
	const fits =
		numDataShreds > 0 &&
		lastData <= MAX_U32 &&
		lastData < MAX_SHREDS_PER_SLOT &&
		firstCode >= 0 &&
		numCodingShreds > 0 &&
		lastCode < MAX_SHREDS_PER_SLOT &&
		position < numCodingShreds;
	if (!fits) fail({ kind: 'InvalidErasureShardIndex' });
}

/**
 * Reads and checks a shred; bytes beyond its size are ignored. The shred keeps a copy. Errors, in order:
 * `InvalidPayloadSize`, `InvalidShredVariant`, `InvalidPayloadSize`, `InvalidShredIndex`, then for data
 * `InvalidShredFlags`, `InvalidDataSize`, `InvalidParentOffset`, and for code `InvalidNumCodingShreds`; at last
 * `InvalidErasureShardIndex`. Neither proof nor signature is checked.
 */
export function decodeShred(bytes: Uint8Array): Result<Shred, ShredError> {
	return catchFault(() => readShred(bytes));
}

function readShred(bytes: Uint8Array): Shred {
	const byte = bytes[VARIANT_OFFSET];
	if (byte === undefined) fail({ kind: 'InvalidPayloadSize', size: bytes.length });
	const parsed = shredVariantOf(byte);
	if (!parsed.ok) throw new Fault<ShredError>(parsed.error);
	const variant = parsed.value;
	const size = shredSize(variant.type);
	if (bytes.length < size) fail({ kind: 'InvalidPayloadSize', size: bytes.length });
	const payload = bytes.slice(0, size);
	const reader = new ByteReader(payload, VARIANT_OFFSET + 1);
	const common: CommonShred = {
		payload,
		variant,
		offsets: shredOffsets(variant),
		slot: reader.u64(),
		index: reader.u32(),
		version: reader.u16(),
		fecSetIndex: reader.u32(),
	};
	if (variant.type === 'Data') {
		const shred: DataShred = {
			...common,
			type: 'Data',
			parentOffset: reader.u16(),
			flags: reader.u8(),
			size: reader.u16(),
		};
		sanitizeData(shred);
		return shred;
	}
	const shred: CodeShred = {
		...common,
		type: 'Code',
		numDataShreds: reader.u16(),
		numCodingShreds: reader.u16(),
		position: reader.u16(),
	};
	sanitizeCode(shred);
	return shred;
}

/** The 64 bytes of the leader's signature. */
export function shredSignature(shred: Shred): Uint8Array {
	return shred.payload.subarray(0, SIZE_OF_SIGNATURE);
}

/** The bytes of entries in a data shred. */
export function shredData(shred: DataShred): Uint8Array {
	return shred.payload.subarray(DATA_SHRED_HEADERS, shred.size);
}

/** The slot of the parent of a data shred's block. */
export function shredParent(shred: DataShred): Slot {
	return shred.slot - BigInt(shred.parentOffset);
}

/** Whether a batch of entries ends with this shred. */
export function isDataComplete(shred: DataShred): boolean {
	return (shred.flags & DATA_COMPLETE_SHRED) !== 0;
}

/** Whether the slot ends with this shred. */
export function isLastInSlot(shred: DataShred): boolean {
	return (shred.flags & LAST_SHRED_IN_SLOT) === LAST_SHRED_IN_SLOT;
}

/** The tick in which the shred was made, at most 63. */
export function referenceTick(shred: DataShred): number {
	return shred.flags & SHRED_TICK_REFERENCE_MASK;
}

/** The place of a shred in its batch: data shreds first, then code shreds. */
export function erasureShardIndex(shred: Shred): number {
	return shred.type === 'Data' ? shred.index - shred.fecSetIndex : shred.numDataShreds + shred.position;
}

/** What of a shred is erasure coded: a view. */
export function erasureShard(shred: Shred): Uint8Array {
	return shred.payload.subarray(shred.offsets.erasureStart, shred.offsets.erasureEnd);
}

/** The shred's leaf in the Merkle tree of its batch. */
export function shredMerkleLeaf(shred: Shred): Uint8Array {
	return merkleLeaf(shred.payload.subarray(SIZE_OF_SIGNATURE, shred.offsets.proof));
}

/** The proof that the shred carries: a view. */
export function shredMerkleProof(shred: Shred): Uint8Array {
	return shred.payload.subarray(shred.offsets.proof, shred.offsets.retransmitterSignature);
}

/** The root of the batch's Merkle tree, which the leader signed; `InvalidMerkleProof` where the proof is too short. */
export function shredMerkleRoot(shred: Shred): Result<Hash, ShredError> {
	const root = merkleRootOf(erasureShardIndex(shred), shredMerkleLeaf(shred), shredMerkleProof(shred));
	return root === null ? err({ kind: 'InvalidMerkleProof' }) : ok(Hash.fromBytes(root));
}

/** The Merkle root of the batch before. */
export function chainedMerkleRoot(shred: Shred): Hash {
	return Hash.fromBytes(shred.payload, shred.offsets.chainedMerkleRoot);
}

/** The retransmitter's signature (64 bytes), or null where nobody resigns. */
export function retransmitterSignature(shred: Shred): Uint8Array | null {
	if (!shred.variant.resigned) return null;
	const start = shred.offsets.retransmitterSignature;
	return shred.payload.subarray(start, start + SIZE_OF_SIGNATURE);
}

/** Whether the leader signed the root that the shred's proof leads to. */
export function verifyShred(shred: Shred, leader: Pubkey): boolean {
	const root = shredMerkleRoot(shred);
	return root.ok && ed25519VerifyStrict(shredSignature(shred), root.value.bytes, leader.bytes);
}

/** Whether two shreds claim one place with different bytes; the retransmitter's signature does not count. */
export function isShredDuplicate(a: Shred, b: Shred): boolean {
	if (a.type !== b.type || a.slot !== b.slot || a.index !== b.index) return false;
	const end = (shred: Shred): number =>
		shred.variant.resigned ? shred.offsets.retransmitterSignature : shred.payload.length;
	return !bytesEqual(a.payload.subarray(0, end(a)), b.payload.subarray(0, end(b)));
}
