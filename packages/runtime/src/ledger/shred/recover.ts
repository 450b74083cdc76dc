/**
 * Owns the recovery of a batch's missing shreds from those that came.
 *
 * Source: solana-ledger shred/merkle.rs (`recover`, `make_stub_shred`). The leader signs the root of the batch's
 * Merkle tree, so shreds of one signature belong together, and recovered shreds that lead to the same root need no
 * signature check of their own.
 */
import { bytesEqual, catchFault, Fault, type Result } from '@parhelion/sdk';
import { merkleProof, merkleTree } from './merkle-tree.ts';
import { reedSolomon } from './reed-solomon.ts';
import {
	type CodeShred,
	decodeShred,
	erasureShard,
	erasureShardIndex,
	type Shred,
	shredMerkleLeaf,
	shredMerkleRoot,
	shredSignature,
} from './shred.ts';
import {
	CODE_SHRED_SIZE,
	DATA_SHRED_SIZE,
	type ShredError,
	type ShredType,
	SIZE_OF_SIGNATURE,
	shredOffsets,
	shredVariantByte,
} from './shred-layout.ts';

function fail(error: ShredError): never {
	throw new Fault<ShredError>(error);
}

function unwrap<T>(result: Result<T, ShredError>): T {
	if (!result.ok) throw new Fault<ShredError>(result.error);
	return result.value;
}

/** Whether two shreds agree in all that a batch has in common. */
function sameBatch(shred: Shred, code: CodeShred): boolean {
	return (
		shred.slot === code.slot &&
		shred.version === code.version &&
		shred.fecSetIndex === code.fecSetIndex &&
		shred.variant.proofSize === code.variant.proofSize &&
		shred.variant.resigned === code.variant.resigned &&
		(shred.type === 'Data' ||
			(shred.numDataShreds === code.numDataShreds &&
				shred.numCodingShreds === code.numCodingShreds &&
				shred.index - shred.position === code.index - code.position))
	);
}

/** A shred of the batch with everything in it that no erasure code covers, the proof excepted. */
function stubPayload(code: CodeShred, type: ShredType, shardIndex: number): Uint8Array {
	const { proofSize, resigned } = code.variant;
	const payload = new Uint8Array(type === 'Data' ? DATA_SHRED_SIZE : CODE_SHRED_SIZE);
	const view = new DataView(payload.buffer);
	payload.set(shredSignature(code));
	if (type === 'Code') {
		const position = shardIndex - code.numDataShreds;
		payload.set(code.payload.subarray(SIZE_OF_SIGNATURE, code.offsets.erasureStart), SIZE_OF_SIGNATURE);
		payload[SIZE_OF_SIGNATURE] = shredVariantByte({ type, proofSize, resigned });
		view.setUint32(73, code.index - code.position + position, true);
		view.setUint16(87, position, true);
	}
	const from = code.offsets;
	const to = shredOffsets({ type, proofSize, resigned });
	payload.set(code.payload.subarray(from.chainedMerkleRoot, from.proof), to.chainedMerkleRoot);
	payload.set(code.payload.subarray(from.retransmitterSignature), to.retransmitterSignature);
	return payload;
}

/** The headers that a recovered shred must show: a data shred's are erasure coded, so anything could come out. */
function isExpected(shred: Shred, code: CodeShred, type: ShredType, shardIndex: number): boolean {
	if (shred.type !== type || !sameBatch(shred, code)) return false;
	return erasureShardIndex(shred) === shardIndex;
}

/**
 * The missing shreds of a batch, in the order of their place in it. Takes shreds of one batch in any order (the
 * caller groups by slot and `fecSetIndex`), of which none may stand twice.
 *
 * Errors, in order: `Erasure` with `TooFewParityShards` without any code shred; `InvalidMerkleProof`;
 * `InvalidMerkleRoot` for shreds of different signatures; `InvalidRecoveredShred` for headers that do not belong
 * together; `Erasure` with `InvalidIndex` for a shred that stands twice or outside the batch, then what the code
 * finds; `InvalidRecoveredShred` or what {@link decodeShred} finds in a recovered shred; `InvalidMerkleRoot` where
 * they do not lead to the root that was signed.
 */
export function recoverShreds(shreds: readonly Shred[]): Result<Shred[], ShredError> {
	return catchFault(() => recover(shreds));
}

function recover(shreds: readonly Shred[]): Shred[] {
	const code = shreds.findLast((shred) => shred.type === 'Code');
	if (code === undefined) fail({ kind: 'Erasure', error: 'TooFewParityShards' });
	const root = unwrap(shredMerkleRoot(code));
	const { numDataShreds, numCodingShreds } = code;
	const total = numDataShreds + numCodingShreds;

	const found = new Array<Shred | undefined>(total).fill(undefined);
	for (const shred of shreds) {
		if (!bytesEqual(shredSignature(shred), shredSignature(code))) fail({ kind: 'InvalidMerkleRoot' });
		if (!sameBatch(shred, code)) fail({ kind: 'InvalidRecoveredShred' });
		const at = erasureShardIndex(shred);
		const outside = shred.type === 'Data' ? at >= numDataShreds : at >= total;
		if (outside || found[at] !== undefined) fail({ kind: 'Erasure', error: 'InvalidIndex' });
		found[at] = shred;
	}

	const typeOf = (at: number): ShredType => (at < numDataShreds ? 'Data' : 'Code');
	const payloads = found.map((shred, at) => shred?.payload ?? stubPayload(code, typeOf(at), at));
	const shards = found.map((shred, at) => {
		if (shred !== undefined) return erasureShard(shred);
		const offsets = shredOffsets({ ...code.variant, type: typeOf(at) });
		return payloads[at]!.subarray(offsets.erasureStart, offsets.erasureEnd);
	});
	const codec = reedSolomon(numDataShreds, numCodingShreds);
	if (!codec.ok) fail({ kind: 'Erasure', error: codec.error });
	const present = found.map((shred) => shred !== undefined);
	const reconstructed = codec.value.reconstruct(shards, present);
	if (!reconstructed.ok) fail({ kind: 'Erasure', error: reconstructed.error });

	const batch = found.map((shred, at) => {
		if (shred !== undefined) return shred;
		const made = unwrap(decodeShred(payloads[at]!));
		if (!isExpected(made, code, typeOf(at), at)) fail({ kind: 'InvalidRecoveredShred' });
		return made;
	});
	const tree = merkleTree(batch.map(shredMerkleLeaf));
	if (!bytesEqual(tree.at(-1)![0]!, root.bytes)) fail({ kind: 'InvalidMerkleRoot' });
	const recovered: Shred[] = [];
	for (const [at, shred] of batch.entries()) {
		if (present[at]) continue;
		const proof = merkleProof(tree, at);
		if (proof.length !== shred.offsets.retransmitterSignature - shred.offsets.proof) {
			fail({ kind: 'InvalidMerkleProof' });
		}
		shred.payload.set(proof, shred.offsets.proof);
		recovered.push(shred);
	}
	return recovered;
}
