/**
 * Owns the operations on BLS12-381 that programs may ask for: sums, differences, multiples, validation,
 * decompression, products of pairings. Nothing is constant-time; the inputs are public. Library: `@noble/curves`.
 *
 * Encodings: big endian as Zcash has it, 48 bytes an element, the imaginary part of an element of Fp2 first, three
 * flags in the top bits of the first byte: compressed, infinity, greater y. Little endian is the same with the bytes
 * of every element reversed and the real part first, so that the flags are in the last byte of x. An element of the
 * target group is its twelve coefficients, lowest first if little endian, all bytes reversed if big endian.
 *
 * Source: crate `solana-bls12-381-syscall` 0.1.1 over `blst` (`POINTonE1_Deserialize_Z`, `POINTonE1_Uncompress_Z` and
 * those of E2): G1 refuses the points with x = 0, which are on the curve but not in the group, everywhere.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { type Fp2Element, type Fp12Element, Fp12Tower } from './fp12.ts';
import { type Endianness, readInteger, writeInteger } from './integers.ts';
import { type AffinePoint, JacobianCurve, lazyFp, lazyFp2, signedDigits } from './jacobian.ts';
import { millerLines } from './miller-lines.ts';
import { finalExponentiationBls, type LineCoefficients, millerLoop, type PairingTerm } from './pairing.ts';

const { Fp, Fp2, Fr } = bls12_381.fields;

const P = Fp.ORDER;
const HALF = P >> 1n;
const FIELD = 48;
const SCALAR = 32;
/** Most pairs of one product. */
const MAX_PAIRS = 8;

const FLAG_COMPRESSED = 0x80;
const FLAG_INFINITY = 0x40;
const FLAG_GREATER = 0x20;
const FLAGS_SHIFT = 381n;
const MASK = (1n << FLAGS_SHIFT) - 1n;

/** The absolute value of the curve's parameter, which is negative. */
const X = 0xd201000000010000n;
const X_DIGITS: readonly number[] = signedDigits(X, 2);
const X_SQUARED: bigint = X * X;
const X_SQUARED_DIGITS: readonly number[] = signedDigits(X_SQUARED, 2);
/** A cube root of one: multiplying x by it is an endomorphism of G1. */
const BETA = 0x5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffen;

const g1Endomorphism = ({ x, y }: AffinePoint<bigint>): AffinePoint<bigint> => ({ x: (x * BETA) % P, y });

const invert = (value: bigint): bigint => Fp.inv(value);
const lazyFq2 = lazyFp2(P, invert);

/** What pairings and the check of G2 need besides: made when first used. */
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
	const square = Fp2.sqr(frobenius);
	const psiX = Fp2.inv(square);
	const psiY = Fp2.inv(Fp2.mul(square, frobenius));
	const conjugate = ({ c0, c1 }: Fp2Element): Fp2Element => ({ c0, c1: -c1 });
	pairingConstants = {
		psi: ({ x, y }) => ({
			x: lazyFq2.mul(conjugate(x), psiX),
			y: lazyFq2.mul(conjugate(y), psiY),
		}),
		tower: new Fp12Tower({ p: P, xi: 1n, frobenius, invert }),
		lines: millerLines({ field: lazyFq2, b: Fp2.mulByB(Fp2.ONE), loop: X, last: () => [] }),
	};
	return pairingConstants;
}

/** Where the two groups differ: their coordinates. */
interface Coordinates<F> {
	/** Bytes of a coordinate. */
	readonly size: number;
	/** Index of the byte with the flags in an encoded point. */
	flagsAt(endianness: Endianness): number;
	/** A coordinate, its flags dropped; null where it is not in the field. */
	read(bytes: Uint8Array, at: number, endianness: Endianness): F | null;
	write(out: Uint8Array, at: number, endianness: Endianness, value: F): void;
	/** Whether the point with these coordinates is on the curve, and not left out of it. */
	isOnCurve(x: F, y: F): boolean;
	/** The root of the curve equation at x that is greater than its negative; null where there is none. */
	greaterY(x: F): F | null;
	negate(y: F): F;
	/** Whether a point of the curve is in the group of prime order. */
	isInGroup(point: AffinePoint<F>): boolean;
	/** The multiple of an element of the group, by a fast endomorphism. */
	multiply(point: AffinePoint<F> | null, scalar: bigint): AffinePoint<F> | null;
	readonly curve: JacobianCurve<F>;
}

/** The operations of one group. Points have 96 bytes in G1 and 192 in G2, compressed ones half of it. */
export interface Bls12381Group {
	/** Bytes of a point. */
	readonly size: number;
	/** Bytes of a compressed point. */
	readonly compressedSize: number;
	/** Whether `point` encodes an element of the group of prime order. */
	validate(point: Uint8Array, endianness: Endianness): boolean;
	/** The sum of two points of the curve, of whatever order; null where one of the two is none. */
	add(left: Uint8Array, right: Uint8Array, endianness: Endianness): Uint8Array | null;
	/** The difference, as {@link add}. */
	subtract(left: Uint8Array, right: Uint8Array, endianness: Endianness): Uint8Array | null;
	/** The multiple; null where the point is no element of the group or the scalar (32 bytes) not below its order. */
	multiply(scalar: Uint8Array, point: Uint8Array, endianness: Endianness): Uint8Array | null;
	/** The element behind x and its flags; null where there is none. */
	decompress(compressed: Uint8Array, endianness: Endianness): Uint8Array | null;
}

/** A group with what pairings need of it. */
interface Group<F> extends Bls12381Group {
	/** The element that `bytes` encode, infinity as null; undefined where they encode none. */
	element(bytes: Uint8Array, endianness: Endianness): AffinePoint<F> | null | undefined;
}

/** Whether all bytes but the one with the flags are zero, and that one is `flags`. */
function isInfinity(bytes: Uint8Array, flagsAt: number, flags: number): boolean {
	for (let i = 0; i < bytes.length; i++) if (bytes[i] !== (i === flagsAt ? flags : 0)) return false;
	return true;
}

function groupOf<F>(coordinates: Coordinates<F>): Group<F> {
	const { size, curve } = coordinates;
	/** Infinity is null, what is no point undefined. */
	type Point = AffinePoint<F> | null;

	/** A point of the curve, of whatever order. */
	const pointOf = (bytes: Uint8Array, endianness: Endianness): Point | undefined => {
		const flagsAt = coordinates.flagsAt(endianness);
		const flags = bytes[flagsAt]!;
		if ((flags & (FLAG_COMPRESSED | FLAG_GREATER)) !== 0) return undefined;
		if ((flags & FLAG_INFINITY) !== 0) {
			return isInfinity(bytes, flagsAt, FLAG_INFINITY) ? null : undefined;
		}
		const x = coordinates.read(bytes, 0, endianness);
		const y = coordinates.read(bytes, size, endianness);
		return x === null || y === null || !coordinates.isOnCurve(x, y) ? undefined : { x, y };
	};

	const inGroup = (point: Point | undefined): Point | undefined =>
		point && !coordinates.isInGroup(point) ? undefined : point;

	const encode = (point: Point, endianness: Endianness): Uint8Array => {
		const out = new Uint8Array(2 * size);
		if (point === null) {
			out[coordinates.flagsAt(endianness)] = FLAG_INFINITY;
			return out;
		}
		coordinates.write(out, 0, endianness, point.x);
		coordinates.write(out, size, endianness, point.y);
		return out;
	};

	const negate = (point: Point): Point =>
		point === null ? null : { x: point.x, y: coordinates.negate(point.y) };

	const both = (
		left: Uint8Array,
		right: Uint8Array,
		endianness: Endianness,
		op: (a: Point, b: Point) => Point,
	): Uint8Array | null => {
		const a = pointOf(left, endianness);
		if (a === undefined) return null;
		const b = pointOf(right, endianness);
		return b === undefined ? null : encode(op(a, b), endianness);
	};

	const uncompress = (bytes: Uint8Array, endianness: Endianness): Point | undefined => {
		const flagsAt = coordinates.flagsAt(endianness);
		const flags = bytes[flagsAt]!;
		if ((flags & FLAG_COMPRESSED) === 0) return undefined;
		if ((flags & FLAG_INFINITY) !== 0) {
			return isInfinity(bytes, flagsAt, FLAG_COMPRESSED | FLAG_INFINITY) ? null : undefined;
		}
		const x = coordinates.read(bytes, 0, endianness);
		if (x === null) return undefined;
		const y = coordinates.greaterY(x);
		if (y === null || !coordinates.isOnCurve(x, y)) return undefined;
		return { x, y: (flags & FLAG_GREATER) === 0 ? coordinates.negate(y) : y };
	};

	const element = (bytes: Uint8Array, endianness: Endianness): Point | undefined =>
		inGroup(pointOf(bytes, endianness));

	return {
		size: 2 * size,
		compressedSize: size,
		element,
		validate: (point, endianness) => element(point, endianness) !== undefined,
		add: (left, right, endianness) => both(left, right, endianness, (a, b) => curve.add(a, b)),
		subtract: (left, right, endianness) => both(left, right, endianness, (a, b) => curve.add(a, negate(b))),
		multiply(scalar, bytes, endianness) {
			const factor = readInteger(scalar, 0, SCALAR, endianness);
			if (factor >= Fr.ORDER) return null;
			const point = element(bytes, endianness);
			return point === undefined ? null : encode(coordinates.multiply(point, factor), endianness);
		},
		decompress(compressed, endianness) {
			const point = inGroup(uncompress(compressed, endianness));
			return point === undefined ? null : encode(point, endianness);
		},
	};
}

/** The square root, or null. */
function squareRoot<F>(field: { sqrt(n: F): F }, square: F): F | null {
	try {
		return field.sqrt(square);
	} catch {
		return null;
	}
}

/** x³ + 4. */
const g1Equation = (x: bigint): bigint => Fp.add(Fp.mul(Fp.sqr(x), x), 4n);
/** x³ + 4 (1 + u). */
const g2Equation = (x: Fp2Element): Fp2Element => Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.mulByB(Fp2.ONE));

const isGreater = (y: bigint): boolean => y > HALF;
const isGreaterFp2 = ({ c0, c1 }: Fp2Element): boolean => isGreater(c1 === 0n ? c0 : c1);

/** An integer below p, or null. */
function readFp(bytes: Uint8Array, at: number, endianness: Endianness): bigint | null {
	const value = readInteger(bytes, at, FIELD, endianness);
	return value < P ? value : null;
}

/** As {@link readFp}, without the three bits of the flags. */
function readFpBelowFlags(bytes: Uint8Array, at: number, endianness: Endianness): bigint | null {
	const value = readInteger(bytes, at, FIELD, endianness) & MASK;
	return value < P ? value : null;
}

const g1Curve: JacobianCurve<bigint> = new JacobianCurve(lazyFp(P, invert));
const g2Curve: JacobianCurve<Fp2Element> = new JacobianCurve(lazyFq2);

const g1: Group<bigint> = groupOf<bigint>({
	size: FIELD,
	flagsAt: (endianness) => (endianness === 'LE' ? FIELD - 1 : 0),
	read: (bytes, at, endianness) => (at === 0 ? readFpBelowFlags : readFp)(bytes, at, endianness),
	write: (out, at, endianness, value) => writeInteger(out, at, FIELD, endianness, value),
	isOnCurve: (x, y) => x !== 0n && Fp.sqr(y) === g1Equation(x),
	greaterY(x) {
		const root = squareRoot(Fp, g1Equation(x));
		return root === null || isGreater(root) ? root : Fp.neg(root);
	},
	negate: (y) => Fp.neg(y),
	// Section 6 of eprint.iacr.org/2021/1130: the endomorphism is the multiplication by -X².
	isInGroup: ({ x, y }) => g1Curve.isMultiple({ x, y }, X_SQUARED_DIGITS, { x: Fp.mul(x, BETA), y }, true),
	multiply: (point, scalar) =>
		g1Curve.multiply(point, [scalar % X_SQUARED, -scalar / X_SQUARED], g1Endomorphism),
	curve: g1Curve,
});

const g2: Group<Fp2Element> = groupOf<Fp2Element>({
	size: 2 * FIELD,
	flagsAt: (endianness) => (endianness === 'LE' ? 2 * FIELD - 1 : 0),
	read(bytes, at, endianness) {
		const c1At = endianness === 'LE' ? at + FIELD : at;
		const c0 = readFp(bytes, endianness === 'LE' ? at : at + FIELD, endianness);
		const c1 = (at === 0 ? readFpBelowFlags : readFp)(bytes, c1At, endianness);
		return c0 === null || c1 === null ? null : { c0, c1 };
	},
	write(out, at, endianness, { c0, c1 }) {
		writeInteger(out, at, FIELD, endianness, endianness === 'LE' ? c0 : c1);
		writeInteger(out, at + FIELD, FIELD, endianness, endianness === 'LE' ? c1 : c0);
	},
	isOnCurve: (x, y) => Fp2.eql(Fp2.sqr(y), g2Equation(x)),
	greaterY(x) {
		const root = squareRoot(Fp2, g2Equation(x));
		return root === null || isGreaterFp2(root) ? root : Fp2.neg(root);
	},
	negate: (y) => Fp2.neg(y),
	// Section 4 of the same: ψ is the multiplication by -X.
	isInGroup: (point) => g2Curve.isMultiple(point, X_DIGITS, constants().psi(point), true),
	multiply(point, scalar) {
		// The digits in base -X: those in base X with alternating signs.
		const parts = [scalar % X, -((scalar / X) % X), (scalar / X_SQUARED) % X, -(scalar / (X_SQUARED * X))];
		return g2Curve.multiply(point, parts, constants().psi);
	},
	curve: g2Curve,
});

/** The group of points over Fp. */
export const bls12381G1: Bls12381Group = g1;
/** The group of points of the twisted curve, over Fp2. */
export const bls12381G2: Bls12381Group = g2;

function encodeTarget(coefficients: readonly bigint[], endianness: Endianness): Uint8Array {
	const out = new Uint8Array(12 * FIELD);
	for (const [i, value] of coefficients.entries()) writeInteger(out, i * FIELD, FIELD, 'LE', value);
	return endianness === 'LE' ? out : out.reverse();
}

/**
 * The product (576 bytes) of the pairings of as many points of G1 (96 bytes each) as of G2 (192 bytes each); null
 * above eight pairs or where a point is no element of its group. The product of no pairings is one.
 */
export function bls12381PairingMap(
	g1Points: Uint8Array,
	g2Points: Uint8Array,
	endianness: Endianness,
): Uint8Array | null {
	const count = g1Points.length / g1.size;
	if (count > MAX_PAIRS) return null;
	const { tower, lines } = constants();
	const terms: PairingTerm[] = [];
	for (let i = 0; i < count; i++) {
		const left = g1.element(g1Points.subarray(i * g1.size, (i + 1) * g1.size), endianness);
		if (left === undefined) return null;
		const right = g2.element(g2Points.subarray(i * g2.size, (i + 1) * g2.size), endianness);
		if (right === undefined) return null;
		// A pairing with infinity is one.
		if (left !== null && right !== null) terms.push({ lines: lines(right), ...left });
	}
	let product: Fp12Element = tower.one;
	if (terms.length > 0) {
		// X is negative: so is the power of the loop.
		product = finalExponentiationBls(tower, tower.conjugate(millerLoop(tower, terms, 'M')), X);
	}
	return encodeTarget(tower.normalize(product), endianness);
}
