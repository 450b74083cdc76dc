/**
 * Owns where things lie in a shred. Data: headers, entries, the Merkle root of the batch before, Merkle proof,
 * retransmitter's signature if resigned. Code: headers, erasure code, and the same tail.
 *
 * What is erasure coded in a data shred is everything from behind the signature to the end of the entries; what is
 * hashed into the Merkle tree is everything from behind the signature to the proof.
 *
 * Sources: solana-ledger shred.rs, shred/merkle.rs, shred/wire.rs.
 */
import { err, ok, type Result } from '@parhelion/sdk';
import type { ErasureError } from './reed-solomon.ts';

/** Bytes of the signature that a shred begins with. */
export const SIZE_OF_SIGNATURE = 64;
/** Bytes of a data shred. */
export const DATA_SHRED_SIZE = 1203;
/** Bytes of a code shred: a packet without its nonce. */
export const CODE_SHRED_SIZE = 1228;
/** Bytes before the entries of a data shred. */
export const DATA_SHRED_HEADERS = 88;
/** Bytes before the code of a code shred. */
export const CODE_SHRED_HEADERS = 89;
/** Bytes of a hash in the tail. */
export const SIZE_OF_MERKLE_ROOT = 32;
/** Bytes of a hash in a proof. */
export const SIZE_OF_MERKLE_PROOF_ENTRY = 20;
/** Data shreds of a batch, and code shreds too. */
export const SHREDS_PER_FEC_BLOCK = 32;
/** Hashes of a proof in a batch of 32 and 32. */
export const PROOF_ENTRIES_FOR_32_32_BATCH = 6;
/** Data shreds that a slot may have; code shreds too. */
export const MAX_SHREDS_PER_SLOT = 32_768;

/** The low bits of a data shred's flags: the tick it was made in, at most 63. */
export const SHRED_TICK_REFERENCE_MASK = 0b0011_1111;
/** The flag of the last shred of a batch of entries. */
export const DATA_COMPLETE_SHRED = 0b0100_0000;
/** The flags of the last shred of a slot. */
export const LAST_SHRED_IN_SLOT = 0b1100_0000;

/** What a shred carries. */
export type ShredType = 'Data' | 'Code';

/** Why a shred is not valid; `kind` is upstream's variant name. */
export type ShredError =
	| { readonly kind: 'Erasure'; readonly error: ErasureError }
	| { readonly kind: 'InvalidDataSize'; readonly size: number; readonly payload: number }
	| { readonly kind: 'InvalidErasureShardIndex' }
	| { readonly kind: 'InvalidNumCodingShreds'; readonly count: number }
	| { readonly kind: 'InvalidParentOffset'; readonly slot: bigint; readonly parentOffset: number }
	| { readonly kind: 'InvalidParentSlot'; readonly slot: bigint; readonly parentSlot: bigint }
	| { readonly kind: 'InvalidPayloadSize'; readonly size: number }
	| { readonly kind: 'InvalidProofSize'; readonly proofSize: number }
	| { readonly kind: 'InvalidShredFlags'; readonly flags: number }
	| { readonly kind: 'InvalidShredIndex'; readonly type: ShredType; readonly index: number }
	| {
			readonly kind:
				| 'InvalidDeshredSet'
				| 'InvalidMerkleProof'
				| 'InvalidMerkleRoot'
				| 'InvalidRecoveredShred'
				| 'InvalidShredType'
				| 'InvalidShredVariant';
	  };

/** The byte behind the signature, taken apart. All of today's shreds are chained. */
export interface ShredVariant {
	readonly type: ShredType;
	/** Hashes of the Merkle proof: 0 to 15. */
	readonly proofSize: number;
	/** Whether the retransmitter signs too. */
	readonly resigned: boolean;
}

/** The high bits of the variant byte. */
const VARIANT_BITS: Readonly<Record<ShredType, readonly [plain: number, resigned: number]>> = {
	Code: [0x60, 0x70],
	Data: [0x90, 0xb0],
};

/** The variant of a byte; `InvalidShredVariant` for all that are not chained Merkle shreds. */
export function shredVariantOf(byte: number): Result<ShredVariant, ShredError> {
	const proofSize = byte & 0x0f;
	for (const type of ['Code', 'Data'] as const) {
		const bits = VARIANT_BITS[type].indexOf(byte & 0xf0);
		if (bits >= 0) return ok({ type, proofSize, resigned: bits === 1 });
	}
	return err({ kind: 'InvalidShredVariant' });
}

/** The byte of a variant. */
export function shredVariantByte({ type, proofSize, resigned }: ShredVariant): number {
	return VARIANT_BITS[type][resigned ? 1 : 0]! | proofSize;
}

/** Bytes of a whole shred. */
export function shredSize(type: ShredType): number {
	return type === 'Data' ? DATA_SHRED_SIZE : CODE_SHRED_SIZE;
}

/** Bytes before the capacity of a shred. */
export function shredHeaders(type: ShredType): number {
	return type === 'Data' ? DATA_SHRED_HEADERS : CODE_SHRED_HEADERS;
}

/** Bytes of entries that a data shred holds, or of code in a code shred; null where the proof leaves no room. */
export function shredCapacity({ type, proofSize, resigned }: ShredVariant): number | null {
	const tail =
		SIZE_OF_MERKLE_ROOT + proofSize * SIZE_OF_MERKLE_PROOF_ENTRY + (resigned ? SIZE_OF_SIGNATURE : 0);
	const capacity = shredSize(type) - shredHeaders(type) - tail;
	return capacity < 0 ? null : capacity;
}

/** Where the parts of a shred's tail begin, and what of it is erasure coded. */
export interface ShredOffsets {
	readonly erasureStart: number;
	readonly erasureEnd: number;
	readonly chainedMerkleRoot: number;
	readonly proof: number;
	/** The end of the shred where nobody resigns. */
	readonly retransmitterSignature: number;
}

/** The offsets of a variant. Proofs have at most 15 hashes, so that every variant has room for them. */
export function shredOffsets(variant: ShredVariant): ShredOffsets {
	const chainedMerkleRoot = shredHeaders(variant.type) + (shredCapacity(variant) ?? 0);
	const proof = chainedMerkleRoot + SIZE_OF_MERKLE_ROOT;
	return {
		erasureStart: variant.type === 'Data' ? SIZE_OF_SIGNATURE : CODE_SHRED_HEADERS,
		erasureEnd: chainedMerkleRoot,
		chainedMerkleRoot,
		proof,
		retransmitterSignature: proof + variant.proofSize * SIZE_OF_MERKLE_PROOF_ENTRY,
	};
}
