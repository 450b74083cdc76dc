/**
 * Owns what the verifications of all sigma proofs have in common: reading the statement and the proof, the transcript,
 * and the algebraic relation as one sum that must be the identity.
 *
 * Source: crate `solana-zk-sdk` 7.0, `sigma_proofs/mod.rs`, `transcript.rs`, `encryption/*.rs` (decoding).
 */
import { Transcript } from './merlin.ts';
import { isIdentity, type PointSlot, PointSum } from './point-sum.ts';
import {
	type ProofVerificationError,
	Rejection,
	type SigmaProofType,
	type SigmaProofVerificationError,
} from './proof-errors.ts';
import { canonicalScalar } from './scalar.ts';

const POINT_LEN = 32;
const SCALAR_LEN = 32;

/** An element of the statement. */
export interface StatementPoint {
	readonly encoding: Uint8Array;
	readonly point: PointSlot;
}

/** A twisted ElGamal ciphertext: a Pedersen commitment, and a decryption handle for each public key. */
export interface Ciphertext {
	readonly bytes: Uint8Array;
	readonly commitment: StatementPoint;
	readonly handles: readonly StatementPoint[];
}

/** A scalar of the proof. */
export interface ProofScalar {
	readonly bytes: Uint8Array;
	readonly value: bigint;
}

/**
 * One verification. Every method that refuses throws a {@link Rejection}; the order of calls is the order of upstream's
 * checks.
 */
export class SigmaVerification {
	readonly transcript: Transcript;
	/** What must be the identity in the end. */
	readonly sum: PointSum = new PointSum();
	private readonly proofType: SigmaProofType;
	private readonly data: Uint8Array;
	private at = 0;

	/** `data`: the statement and the proof. `label` names the instruction. */
	constructor(proofType: SigmaProofType, label: string, data: Uint8Array) {
		this.proofType = proofType;
		this.transcript = Transcript.forInstruction(label);
		this.data = data;
	}

	private take(length: number): Uint8Array {
		this.at += length;
		return this.data.subarray(this.at - length, this.at);
	}

	private refuse(error: SigmaProofVerificationError): Rejection {
		return new Rejection({ kind: 'SigmaProof', proof: this.proofType, error });
	}

	private readPoint(encoding: Uint8Array, error: ProofVerificationError): StatementPoint {
		const point = this.sum.decode(encoding);
		if (point === null) throw new Rejection(error);
		return { encoding, point };
	}

	/** Fails with `ElGamal(PubkeyDeserialization)`. */
	readPubkey(): StatementPoint {
		return this.readPoint(this.take(POINT_LEN), { kind: 'ElGamal', error: 'PubkeyDeserialization' });
	}

	/** Fails with `ElGamal(CiphertextDeserialization)`. */
	readCommitment(): StatementPoint {
		return this.readPoint(this.take(POINT_LEN), { kind: 'ElGamal', error: 'CiphertextDeserialization' });
	}

	/** Fails with `ElGamal(CiphertextDeserialization)`. */
	readCiphertext(handleCount: number): Ciphertext {
		const start = this.at;
		const commitment = this.readCommitment();
		const handles = Array.from({ length: handleCount }, () => this.readCommitment());
		return { bytes: this.data.subarray(start, this.at), commitment, handles };
	}

	readU64(): bigint {
		const bytes = this.take(8);
		return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
	}

	/** A point of the proof, not decoded yet. */
	readProofPoint(): Uint8Array {
		return this.take(POINT_LEN);
	}

	/** A scalar of the proof. Fails with `Deserialization` unless canonical. */
	readProofScalar(): ProofScalar {
		const bytes = this.take(SCALAR_LEN);
		const value = canonicalScalar(bytes);
		if (value === null) throw this.refuse('Deserialization');
		return { bytes, value };
	}

	/** Fails with `IdentityPoint` if one is the identity. */
	refuseIdentity(...points: readonly StatementPoint[]): void {
		if (points.some(({ encoding }) => isIdentity(encoding))) throw this.refuse('IdentityPoint');
	}

	/** Fails with `Transcript(ValidationError)` if the point is the identity. */
	validateAndAppendPoint(label: string, encoding: Uint8Array): void {
		if (isIdentity(encoding)) throw this.refuse('Transcript');
		this.transcript.appendMessage(label, encoding);
	}

	/** Takes a point of the proof into the sum. Fails with `Deserialization`. */
	decodeProofPoint(encoding: Uint8Array): PointSlot {
		const point = this.sum.decode(encoding);
		if (point === null) throw this.refuse('Deserialization');
		return point;
	}

	/** Adds `scalar` times a point of the statement or the proof. */
	add(scalar: bigint, point: StatementPoint | PointSlot): void {
		this.sum.add(scalar, typeof point === 'number' ? point : point.point);
	}

	/** Fails with `AlgebraicRelation` unless the sum is the identity. */
	requireIdentity(): void {
		if (!this.sum.isIdentity()) throw this.refuse('AlgebraicRelation');
	}
}
