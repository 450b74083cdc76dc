/**
 * Owns the compression of BN254's points: y left out, its sign in a flag (see bn254-encoding.ts).
 *
 * Source: crate `solana-bn254` 3.2.1, compression.rs.
 */
import { bn254 } from '@noble/curves/bn254.js';
import {
	decodeG1,
	decodeG2,
	encodeG1,
	encodeG2,
	FIELD,
	FLAG_BOTH,
	FLAG_INFINITY,
	FLAG_NEGATIVE,
	FLAG_SHIFT,
	G1_SIZE,
	G2_SIZE,
	g1Equation,
	g2Equation,
	P,
	readFp2,
	splitFlags,
	writeFp2,
} from './bn254-encoding.ts';
import type { Fp2Element } from './fp12.ts';
import { type Endianness, isAllZero, readInteger, writeInteger } from './integers.ts';

const { Fp, Fp2 } = bn254.fields;
const HALF = P >> 1n;

/** Whether `y` is greater than `-y`. */
const isGreater = (y: bigint): boolean => y > HALF;
/** As {@link isGreater}; the imaginary part decides, the real one where that is zero. */
const isGreaterFp2 = ({ c0, c1 }: Fp2Element): boolean => isGreater(c1 === 0n ? c0 : c1);

/** A compressed point's last element with its flags. */
function withFlags(value: bigint, flags: number): bigint {
	return value | (BigInt(flags) << FLAG_SHIFT);
}

/** The flags of a compressed point. */
function flagsOf(isInfinity: boolean, isNegative: boolean): number {
	if (isInfinity) return FLAG_INFINITY;
	return isNegative ? FLAG_NEGATIVE : 0;
}

/** x with flags (32 bytes) of coordinates (64 bytes), which need not be on the curve; null where they are none. */
export function bn254G1Compress(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (input.length !== G1_SIZE) return null;
	const out = new Uint8Array(FIELD);
	if (isAllZero(input)) return out;
	const affine = decodeG1(input, endianness);
	if (affine === undefined) return null;
	const flags = flagsOf(affine === null, affine !== null && isGreater(affine.y));
	writeInteger(out, 0, FIELD, endianness, withFlags(affine?.x ?? 0n, flags));
	return out;
}

/** As {@link bn254G1Compress}, for the twisted curve: 64 bytes of 128. */
export function bn254G2Compress(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (input.length !== G2_SIZE) return null;
	const out = new Uint8Array(2 * FIELD);
	if (isAllZero(input)) return out;
	const affine = decodeG2(input, endianness);
	if (affine === undefined) return null;
	const flags = flagsOf(affine === null, affine !== null && isGreaterFp2(affine.y));
	const { c0, c1 } = affine?.x ?? Fp2.ZERO;
	writeFp2(out, 0, endianness, { c0, c1: withFlags(c1, flags) });
	return out;
}

/** The square root, or null. */
function squareRoot<F>(field: { sqrt(n: F): F }, square: F): F | null {
	try {
		return field.sqrt(square);
	} catch {
		return null;
	}
}

/** The point (64 bytes) behind x and its flags (32 bytes); null where there is none. */
export function bn254G1Decompress(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (input.length !== FIELD) return null;
	const { flags, value: x } = splitFlags(readInteger(input, 0, FIELD, endianness));
	if (flags === FLAG_BOTH || x >= P) return null;
	if (flags === FLAG_INFINITY || isAllZero(input)) return new Uint8Array(G1_SIZE);
	const root = squareRoot(Fp, g1Equation(x));
	if (root === null) return null;
	const y = isGreater(root) === (flags === FLAG_NEGATIVE) ? root : Fp.neg(root);
	return encodeG1({ x, y }, endianness);
}

/**
 * As {@link bn254G1Decompress}, for the twisted curve: 128 bytes of 64. The point may be of whatever order.
 */
export function bn254G2Decompress(input: Uint8Array, endianness: Endianness): Uint8Array | null {
	if (input.length !== 2 * FIELD) return null;
	const raw = readFp2(input, 0, endianness);
	const { flags, value } = splitFlags(raw.c1);
	const x = { c0: raw.c0, c1: value };
	if (flags === FLAG_BOTH || x.c0 >= P || x.c1 >= P) return null;
	if (flags === FLAG_INFINITY || isAllZero(input)) return new Uint8Array(G2_SIZE);
	const root = squareRoot(Fp2, g2Equation(x));
	if (root === null) return null;
	const y = isGreaterFp2(root) === (flags === FLAG_NEGATIVE) ? root : Fp2.neg(root);
	return encodeG2({ x, y }, endianness);
}
