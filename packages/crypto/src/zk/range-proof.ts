/**
 * Owns verifying aggregated range proofs (Bulletproofs): that each of up to eight commitments holds a number of at most so
 * many bits, the lengths adding up to 64, 128 or 256.
 *
 * Source: crate `solana-zk-sdk` 7.0, `range_proof/range.rs`, `range_proof/inner_product.rs`,
 * `zk_elgamal_proof_program/batched_range_proof/`.
 */
import { Transcript } from './merlin.ts';
import { isIdentity, type PointSlot, PointSum } from './point-sum.ts';
import { type RangeProofVerificationError, Rejection } from './proof-errors.ts';
import { canonicalScalar, invertScalars, ORDER, reduceScalar } from './scalar.ts';

const UNIT = 32;
const MAX_COMMITMENTS = 8;
const COMMITMENTS_LEN = MAX_COMMITMENTS * UNIT;
const CONTEXT_LEN = COMMITMENTS_LEN + MAX_COMMITMENTS;
/** Amounts are u64. */
const MAX_SINGLE_BIT_LENGTH = 64;

function refuse(error: RangeProofVerificationError): Rejection {
	return new Rejection({ kind: 'RangeProof', error });
}

/** What is claimed: commitments, in the sum with the multiple zero so far, and the bits of each. */
interface Statement {
	readonly commitments: readonly PointSlot[];
	readonly bitLengths: readonly number[];
}

/**
 * Reads eight commitments and eight lengths, of which the first so many count.
 *
 * Fails with `ProofContext` (a commitment encodes no element), `IllegalCommitmentLength` (there is none),
 * `IllegalAmountBitLength`, `ProofContext` (something behind the first zero), `IllegalCommitmentLength` (the sum).
 */
function readStatement(data: Uint8Array, bits: number, sum: PointSum): Statement {
	const commitments: PointSlot[] = [];
	for (let at = 0; at < COMMITMENTS_LEN; at += UNIT) {
		const encoding = data.subarray(at, at + UNIT);
		if (isIdentity(encoding)) break;
		const point = sum.decode(encoding);
		if (point === null) throw new Rejection({ kind: 'ProofContext' });
		commitments.push(point);
	}
	const count = commitments.length;
	if (count === 0) throw new Rejection({ kind: 'IllegalCommitmentLength' });
	const bitLengths = [...data.subarray(COMMITMENTS_LEN, COMMITMENTS_LEN + count)];
	if (bitLengths.some((length) => length === 0 || length > MAX_SINGLE_BIT_LENGTH)) {
		throw new Rejection({ kind: 'IllegalAmountBitLength' });
	}
	const rest = data.subarray(count * UNIT, COMMITMENTS_LEN);
	const restOfLengths = data.subarray(COMMITMENTS_LEN + count, CONTEXT_LEN);
	if (!isIdentity(rest) || !isIdentity(restOfLengths)) throw new Rejection({ kind: 'ProofContext' });
	if (bitLengths.reduce((total, length) => total + length, 0) !== bits) {
		throw new Rejection({ kind: 'IllegalCommitmentLength' });
	}
	return { commitments, bitLengths };
}

interface Scalar {
	readonly bytes: Uint8Array;
	readonly value: bigint;
}

/** The proof: A, S, T_1, T_2, three scalars, then L and R of each round of the inner product, and its two scalars. */
class RangeProof {
	private readonly bytes: Uint8Array;
	readonly rounds: number;
	readonly tX: Scalar;
	readonly tXBlinding: Scalar;
	readonly eBlinding: Scalar;
	readonly a: Scalar;
	readonly b: Scalar;

	/** Fails with `Deserialization` for a scalar that is not canonical. */
	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
		const units = bytes.length / UNIT;
		this.rounds = (units - 9) / 2;
		this.tX = this.scalar(4);
		this.tXBlinding = this.scalar(5);
		this.eBlinding = this.scalar(6);
		this.a = this.scalar(units - 2);
		this.b = this.scalar(units - 1);
	}

	private scalar(index: number): Scalar {
		const bytes = this.point(index);
		const value = canonicalScalar(bytes);
		if (value === null) throw refuse('Deserialization');
		return { bytes, value };
	}

	/** The encoding of A, S, T_1, T_2 by 0 to 3. */
	point(index: number): Uint8Array {
		return this.bytes.subarray(index * UNIT, (index + 1) * UNIT);
	}

	left(round: number): Uint8Array {
		return this.point(7 + 2 * round);
	}

	right(round: number): Uint8Array {
		return this.point(8 + 2 * round);
	}
}

/** 1 + x + x^2 + ... of `count` summands. */
function sumOfPowers(x: bigint, count: number): bigint {
	let sum = 0n;
	for (let i = 0; i < count; i++) sum = (sum * x + 1n) % ORDER;
	return sum;
}

/** delta(y, z) of the verification equation, not reduced. */
function delta(bitLengths: readonly number[], y: bigint, z: bigint, bits: number): bigint {
	let result = (z - z * z) * sumOfPowers(y, bits);
	let power = (z * z * z) % ORDER;
	for (const length of bitLengths) {
		result -= power * ((1n << BigInt(length)) - 1n);
		power = (power * z) % ORDER;
	}
	return result;
}

/** Refuses the identity, then appends. Fails with `Transcript(ValidationError)`. */
function validateAndAppend(transcript: Transcript, label: string, encoding: Uint8Array): void {
	if (isIdentity(encoding)) throw refuse('Transcript');
	transcript.appendMessage(label, encoding);
}

/** What is asked of the prover, in order. */
interface Challenges {
	readonly y: bigint;
	readonly z: bigint;
	readonly x: bigint;
	readonly w: bigint;
	/** One each round. */
	readonly us: readonly bigint[];
	readonly d: bigint;
}

/** Fails with `Transcript(ValidationError)` where a point is the identity. */
function replay(transcript: Transcript, proof: RangeProof, bits: number): Challenges {
	transcript.appendText('dom-sep', 'range-proof');
	transcript.appendU64('n', BigInt(bits));
	validateAndAppend(transcript, 'A', proof.point(0));
	validateAndAppend(transcript, 'S', proof.point(1));
	const y = transcript.challengeScalar('y');
	const z = transcript.challengeScalar('z');
	validateAndAppend(transcript, 'T_1', proof.point(2));
	validateAndAppend(transcript, 'T_2', proof.point(3));
	const x = transcript.challengeScalar('x');
	transcript.appendMessage('t_x', proof.tX.bytes);
	transcript.appendMessage('t_x_blinding', proof.tXBlinding.bytes);
	transcript.appendMessage('e_blinding', proof.eBlinding.bytes);
	const w = transcript.challengeScalar('w');
	// Nobody uses this one any more; the transcript keeps it.
	transcript.challengeBytes('c', 64);

	transcript.appendText('dom-sep', 'inner-product');
	transcript.appendU64('n', BigInt(bits));
	const us: bigint[] = [];
	for (let round = 0; round < proof.rounds; round++) {
		validateAndAppend(transcript, 'L', proof.left(round));
		validateAndAppend(transcript, 'R', proof.right(round));
		us.push(transcript.challengeScalar('u'));
	}
	transcript.appendMessage('ipp_a', proof.a.bytes);
	transcript.appendMessage('ipp_b', proof.b.bytes);
	return { y, z, x, w, us, d: transcript.challengeScalar('d') };
}

/**
 * Adds the multiples of the generators: of the inner product's folding, and of the powers of two for each commitment. Returns the
 * challenges' squares, and those of their inverses.
 */
function addGenerators(
	sum: PointSum,
	proof: RangeProof,
	{ y, z, us }: Challenges,
	bitLengths: readonly number[],
): { readonly squares: readonly bigint[]; readonly inverseSquares: readonly bigint[] } {
	const inverses = invertScalars([y, ...us]);
	const yInverse = inverses.shift()!;
	const squares = us.map((u) => (u * u) % ORDER);
	const inverseSquares = inverses.map((u) => (u * u) % ORDER);
	const rounds = us.length;
	const bits = 1 << rounds;
	const s = [inverses.reduce((product, u) => (product * u) % ORDER, 1n)];
	for (let i = 1; i < bits; i++) {
		const log = 31 - Math.clz32(i);
		s.push((s[i - (1 << log)]! * squares[rounds - 1 - log]!) % ORDER);
	}

	const a = proof.a.value;
	const b = proof.b.value;
	let power = 1n;
	// z^2, z^3 and so on, times the powers of two.
	let weight = (z * z) % ORDER;
	let i = 0;
	for (const length of bitLengths) {
		let term = weight;
		for (let bit = 0; bit < length; bit++, i++) {
			const h = z + power * (term - b * s[bits - 1 - i]!);
			sum.addGenerators(-z - a * s[i]!, h);
			power = (power * yInverse) % ORDER;
			term *= 2n;
		}
		weight = (weight * z) % ORDER;
	}
	return { squares, inverseSquares };
}

/**
 * Verifies the data of a batched range proof over `bits` bits: 264 bytes of statement, then the proof.
 *
 * Refuses as {@link readStatement}, then with `RangeProof` of `Deserialization`, `Transcript(ValidationError)`,
 * `MultiscalarMul`, `AlgebraicRelation`.
 */
export function verifyBatchedRangeProof(data: Uint8Array, bits: number): void {
	const sum = new PointSum();
	const { commitments, bitLengths } = readStatement(data, bits, sum);
	const transcript = Transcript.forInstruction('batched-range-proof-instruction');
	transcript.appendMessage('commitments', data.subarray(0, COMMITMENTS_LEN));
	transcript.appendMessage('bit-lengths', data.subarray(COMMITMENTS_LEN, CONTEXT_LEN));
	const proof = new RangeProof(data.subarray(CONTEXT_LEN));
	const challenges = replay(transcript, proof, bits);
	const { y, z, x, w, d } = challenges;

	const addPoint = (scalar: bigint, encoding: Uint8Array): void => {
		const point = sum.decode(encoding);
		if (point === null) throw refuse('MultiscalarMul');
		sum.add(scalar, point);
	};
	addPoint(1n, proof.point(0));
	addPoint(x, proof.point(1));
	addPoint(d * x, proof.point(2));
	addPoint(reduceScalar(d * x) * x, proof.point(3));
	const { squares, inverseSquares } = addGenerators(sum, proof, challenges, bitLengths);
	for (let round = 0; round < proof.rounds; round++) {
		addPoint(squares[round]!, proof.left(round));
		addPoint(inverseSquares[round]!, proof.right(round));
	}
	sum.addH(-proof.eBlinding.value - d * proof.tXBlinding.value);
	const tX = proof.tX.value;
	sum.addG(w * (tX - proof.a.value * proof.b.value) + d * (delta(bitLengths, y, z, bits) - tX));
	let weight = reduceScalar(d * z * z);
	for (const commitment of commitments) {
		sum.add(weight, commitment);
		weight = (weight * z) % ORDER;
	}
	if (!sum.isIdentity()) throw refuse('AlgebraicRelation');
}
