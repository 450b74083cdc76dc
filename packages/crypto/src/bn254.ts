/**
 * Owns the operations on BN254 (alt_bn128) that programs may ask for: sums, multiples, the pairing check. Nothing is
 * constant-time; the inputs are public. Fields: `@noble/curves`; encodings: bn254-encoding.ts.
 *
 * Source: crate `solana-bn254` 3.2.1 over `ark-bn254` 0.5.
 */
import { bn254 } from '@noble/curves/bn254.js';
import {
	decodeG1,
	decodeG2,
	encodeG1,
	encodeG2,
	FIELD,
	G1_SIZE,
	type G1Point,
	G2_SIZE,
	type G2Point,
	g1Equation,
	g2Equation,
	P,
} from './bn254-encoding.ts';
import { type Fp2Element, Fp12Tower } from './fp12.ts';
import { type Endianness, readInteger } from './integers.ts';
import { type AffinePoint, JacobianCurve, lazyFp, lazyFp2, signedDigits } from './jacobian.ts';
import { millerLines } from './miller-lines.ts';
import { finalExponentiationBn, type LineCoefficients, millerLoop, type PairingTerm } from './pairing.ts';

const { Fp, Fp2, Fr } = bn254.fields;
/** Bytes of a pair of points. */
const PAIR_SIZE: number = G1_SIZE + G2_SIZE;

const invert = (value: bigint): bigint => Fp.inv(value);
const lazyFq2 = lazyFp2(P, invert);
const g1Curve: JacobianCurve<bigint> = new JacobianCurve(lazyFp(P, invert));
const g2Curve: JacobianCurve<Fp2Element> = new JacobianCurve(lazyFq2);

/** The parameter of the curve. */
const X = 4965661367192848881n;
const SIX_X_SQUARED: bigint = 6n * X * X;
const SIX_X_SQUARED_DIGITS: readonly number[] = signedDigits(SIX_X_SQUARED, 2);

/** A cube root of one: multiplying x by it is an endomorphism of G1. */
const BETA = 21888242871839275220042445260109153167277707414472061641714758635765020556616n;
/** Two numbers whose sum, the second times that endomorphism's scalar, is a multiple of the order of the group. */
const LATTICE = [
	[-(SIX_X_SQUARED + 2n * X), 2n * X + 1n],
	[-(2n * X + 1n), -(SIX_X_SQUARED + 4n * X + 1n)],
] as const;

/** A scalar as two of half its length: for the point and for its image under the endomorphism. */
function splitScalar(scalar: bigint): bigint[] {
	const [[a1, b1], [a2, b2]] = LATTICE;
	const c1 = (scalar * b2) / Fr.ORDER;
	const c2 = (-scalar * b1) / Fr.ORDER;
	return [scalar - c1 * a1 - c2 * a2, -c1 * b1 - c2 * b2];
}

const g1Endomorphism = ({ x, y }: AffinePoint<bigint>): AffinePoint<bigint> => ({ x: (x * BETA) % P, y });

/** What pairings and the check of the subgroup need besides: made when first used. */
interface PairingConstants {
	readonly tower: Fp12Tower;
	readonly lines: (point: AffinePoint<Fp2Element>) => LineCoefficients;
	/** The untwist-Frobenius-twist endomorphism. */
	readonly psi: (point: AffinePoint<Fp2Element>) => AffinePoint<Fp2Element>;
}

let pairingConstants: PairingConstants | undefined;

function constants(): PairingConstants {
	if (pairingConstants !== undefined) return pairingConstants;
	const frobenius = Fp2.pow(Fp2.NONRESIDUE, (P - 1n) / 6n);
	const psiX = Fp2.sqr(frobenius);
	const psiY = Fp2.mul(psiX, frobenius);
	const conjugate = ({ c0, c1 }: Fp2Element): Fp2Element => ({ c0, c1: -c1 });
	const psi = ({ x, y }: AffinePoint<Fp2Element>): AffinePoint<Fp2Element> => ({
		x: lazyFq2.mul(conjugate(x), psiX),
		y: lazyFq2.mul(conjugate(y), psiY),
	});
	pairingConstants = {
		psi,
		tower: new Fp12Tower({ p: P, xi: 9n, frobenius, invert }),
		lines: millerLines({
			field: lazyFq2,
			b: Fp2.mulByB(Fp2.ONE),
			loop: 6n * X + 2n,
			last(point) {
				const first = psi(point);
				const second = psi(first);
				return [first, { x: second.x, y: lazyFq2.times(second.y, -1n) }];
			},
		}),
	};
	return pairingConstants;
}

/** A point of G1, the whole curve; undefined where the bytes encode none. */
function g1Point(bytes: Uint8Array, endianness: Endianness): G1Point | undefined {
	const affine = decodeG1(bytes, endianness);
	return affine && Fp.sqr(affine.y) !== g1Equation(affine.x) ? undefined : affine;
}

/** A point of the twisted curve, of whatever order; undefined where the bytes encode none. */
function g2PointUnchecked(bytes: Uint8Array, endianness: Endianness): G2Point | undefined {
	const affine = decodeG2(bytes, endianness);
	return affine && !Fp2.eql(Fp2.sqr(affine.y), g2Equation(affine.x)) ? undefined : affine;
}

/**
 * A point of G2, the subgroup of prime order; undefined where the bytes encode none. The check is that of section 4.3 of
 * eprint.iacr.org/2022/352: ψ is the multiplication by 6 x².
 */
function g2Point(bytes: Uint8Array, endianness: Endianness): G2Point | undefined {
	const point = g2PointUnchecked(bytes, endianness);
	if (!point) return point;
	return g2Curve.isMultiple(point, SIX_X_SQUARED_DIGITS, constants().psi(point), false) ? point : undefined;
}

/** `input` with zeroes behind it up to `size`, as EIP-196 has it. */
function padded(input: Uint8Array, size: number): Uint8Array {
	if (input.length === size) return input;
	const out = new Uint8Array(size);
	out.set(input);
	return out;
}

/** Whether an input is refused for its length: big endian it may be short, little endian it must be exact. */
function isWrongLength(input: Uint8Array, size: number, endianness: Endianness): boolean {
	return endianness === 'BE' ? input.length > size : input.length !== size;
}

/**
 * The sum of two points of G1 (64 bytes each); null where the length is wrong or one of them is no point.
 * Big endian, missing bytes count as zeroes.
 */
export function bn254G1Add(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (isWrongLength(input, 2 * G1_SIZE, endianness)) return null;
	const points = padded(input, 2 * G1_SIZE);
	const left = g1Point(points.subarray(0, G1_SIZE), endianness);
	if (left === undefined) return null;
	const right = g1Point(points.subarray(G1_SIZE), endianness);
	return right === undefined ? null : encodeG1(g1Curve.add(left, right), endianness);
}

/**
 * A point of G1 (64 bytes) times an integer (32 bytes, not reduced); null as {@link bn254G1Add}. Big endian,
 * missing bytes count as zeroes.
 */
export function bn254G1Multiply(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (isWrongLength(input, G1_SIZE + FIELD, endianness)) return null;
	const operands = padded(input, G1_SIZE + FIELD);
	const point = g1Point(operands.subarray(0, G1_SIZE), endianness);
	if (point === undefined) return null;
	const scalar = readInteger(operands, G1_SIZE, FIELD, endianness) % Fr.ORDER;
	return encodeG1(g1Curve.multiply(point, splitScalar(scalar), g1Endomorphism), endianness);
}

/**
 * The sum of two points of the twisted curve (128 bytes each), of whatever order; null where the length is
 * wrong or one of them is no point.
 */
export function bn254G2Add(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (input.length !== 2 * G2_SIZE) return null;
	const left = g2PointUnchecked(input.subarray(0, G2_SIZE), endianness);
	if (left === undefined) return null;
	const right = g2PointUnchecked(input.subarray(G2_SIZE), endianness);
	return right === undefined ? null : encodeG2(g2Curve.add(left, right), endianness);
}

/**
 * A point of G2 (128 bytes) times an integer (32 bytes, not reduced); null where the length is wrong or the
 * point is none of the subgroup.
 */
export function bn254G2Multiply(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (input.length !== G2_SIZE + FIELD) return null;
	const point = g2Point(input.subarray(0, G2_SIZE), endianness);
	if (point === undefined) return null;
	const scalar = readInteger(input, G2_SIZE, FIELD, endianness) % Fr.ORDER;
	// ψ is the multiplication by 6 x².
	const parts = [scalar % SIX_X_SQUARED, scalar / SIX_X_SQUARED];
	return encodeG2(g2Curve.multiply(point, parts, constants().psi), endianness);
}

/**
 * Whether the product of the pairings is one, as an integer of 32 bytes; null where `input` is not a number of
 * pairs of a point of G1 and one of G2 (192 bytes a pair). The product of no pairings is one.
 */
export function bn254Pairing(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (input.length % PAIR_SIZE !== 0) return null;
	const { tower, lines } = constants();
	const terms: PairingTerm[] = [];
	for (let at = 0; at < input.length; at += PAIR_SIZE) {
		const g1 = g1Point(input.subarray(at, at + G1_SIZE), endianness);
		if (g1 === undefined) return null;
		const g2 = g2Point(input.subarray(at + G1_SIZE, at + PAIR_SIZE), endianness);
		if (g2 === undefined) return null;
		// A pairing with infinity is one.
		if (g1 !== null && g2 !== null) terms.push({ lines: lines(g2), ...g1 });
	}
	const isOne =
		terms.length === 0 || tower.isOne(finalExponentiationBn(tower, millerLoop(tower, terms, 'D'), X));
	const out = new Uint8Array(FIELD);
	out[endianness === 'LE' ? 0 : FIELD - 1] = isOne ? 1 : 0;
	return out;
}
