/**
 * Owns the encodings of BN254.
 *
 * A field element has 32 bytes. Big endian as in EIP-196 and EIP-197: x, y, and the imaginary part of an element of Fp2
 * first. Little endian as in arkworks: x, y, and the real part first. All zeroes is the point at infinity. arkworks keeps
 * two flags in the top bits of the last element, and so do both forms here: bit 255 is y's sign where y is left out and
 * ignored where it is not, bit 254 marks infinity, both together are refused.
 *
 * Source: crate `solana-bn254` 3.2.1 over `ark-ec` 0.5 (`SWCurveConfig::deserialize_with_mode`, `SWFlags`).
 */
import { bn254 } from '@noble/curves/bn254.js';
import type { Fp2Element } from './fp12.ts';
import { type Endianness, isAllZero, readInteger, writeInteger } from './integers.ts';
import type { AffinePoint } from './jacobian.ts';

const { Fp, Fp2 } = bn254.fields;

/** A point of G1; infinity is null. */
export type G1Point = AffinePoint<bigint> | null;
/** A point of the twisted curve; infinity is null. */
export type G2Point = AffinePoint<Fp2Element> | null;

/** The order of the field. */
export const P: bigint = Fp.ORDER;
/** Bytes of an element. */
export const FIELD = 32;
/** Bytes of a point of G1. */
export const G1_SIZE = 64;
/** Bytes of a point of G2. */
export const G2_SIZE = 128;

/** The bits from here on are flags. */
export const FLAG_SHIFT = 254n;
const MASK = (1n << FLAG_SHIFT) - 1n;
/** There is no point but infinity. */
export const FLAG_INFINITY = 1;
/** y is the greater of the two. */
export const FLAG_NEGATIVE = 2;
/** Never right. */
export const FLAG_BOTH = 3;

/** The flags and the integer below them. */
export function splitFlags(raw: bigint): { flags: number; value: bigint } {
	return { flags: Number(raw >> FLAG_SHIFT), value: raw & MASK };
}

/** Coordinates (64 bytes) that need not be on the curve, infinity as null; undefined where they are not in the field. */
export function decodeG1(bytes: Uint8Array, endianness: Endianness): G1Point | undefined {
	if (isAllZero(bytes)) return null;
	const x = readInteger(bytes, 0, FIELD, endianness);
	const { flags, value: y } = splitFlags(readInteger(bytes, FIELD, FIELD, endianness));
	if (flags === FLAG_BOTH || x >= P || y >= P) return undefined;
	return flags === FLAG_INFINITY ? null : { x, y };
}

/** The real and the imaginary part, before they are known to be in the field. */
export function readFp2(bytes: Uint8Array, at: number, endianness: Endianness): { c0: bigint; c1: bigint } {
	const first = readInteger(bytes, at, FIELD, endianness);
	const second = readInteger(bytes, at + FIELD, FIELD, endianness);
	return endianness === 'LE' ? { c0: first, c1: second } : { c0: second, c1: first };
}

/** As {@link decodeG1}, for 128 bytes. */
export function decodeG2(bytes: Uint8Array, endianness: Endianness): G2Point | undefined {
	if (isAllZero(bytes)) return null;
	const x = readFp2(bytes, 0, endianness);
	const rawY = readFp2(bytes, 2 * FIELD, endianness);
	const { flags, value } = splitFlags(rawY.c1);
	const y = { c0: rawY.c0, c1: value };
	if (flags === FLAG_BOTH || x.c0 >= P || x.c1 >= P || y.c0 >= P || y.c1 >= P) return undefined;
	return flags === FLAG_INFINITY ? null : { x, y };
}

/** The coordinates; infinity is zeroes. */
export function encodeG1(affine: G1Point, endianness: Endianness): Uint8Array {
	const out = new Uint8Array(G1_SIZE);
	if (affine === null) return out;
	writeInteger(out, 0, FIELD, endianness, affine.x);
	writeInteger(out, FIELD, FIELD, endianness, affine.y);
	return out;
}

/** Writes the real and the imaginary part. */
export function writeFp2(out: Uint8Array, at: number, endianness: Endianness, { c0, c1 }: Fp2Element): void {
	writeInteger(out, at, FIELD, endianness, endianness === 'LE' ? c0 : c1);
	writeInteger(out, at + FIELD, FIELD, endianness, endianness === 'LE' ? c1 : c0);
}

/** As {@link encodeG1}. */
export function encodeG2(affine: G2Point, endianness: Endianness): Uint8Array {
	const out = new Uint8Array(G2_SIZE);
	if (affine === null) return out;
	writeFp2(out, 0, endianness, affine.x);
	writeFp2(out, 2 * FIELD, endianness, affine.y);
	return out;
}

/** x³ + 3. */
export const g1Equation = (x: bigint): bigint => Fp.add(Fp.mul(Fp.sqr(x), x), 3n);
/** x³ + 3 / (9 + u). */
export const g2Equation = (x: Fp2Element): Fp2Element => Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.mulByB(Fp2.ONE));
