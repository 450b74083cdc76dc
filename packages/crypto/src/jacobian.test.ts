import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bls12381G1, bls12381G2 } from './bls12-381.ts';
import { bn254G1Multiply, bn254G2Multiply } from './bn254.ts';
import { readInteger, writeInteger } from './integers.ts';
import { JacobianCurve, lazyFp, signedDigits } from './jacobian.ts';

const scalar = fc.oneof(
	fc.bigInt({ min: 0n, max: (1n << 254n) - 1n }),
	fc.bigInt({ min: 0n, max: 1n << 70n }),
	fc.bigInt({ min: 0n, max: 40n }),
	fc.bigInt({ min: 0n, max: 40n }).map((value) => bn254.fields.Fr.ORDER - value),
);
const runs = { numRuns: 40 };

function scalarBytes(value: bigint): Uint8Array {
	const out = new Uint8Array(32);
	writeInteger(out, 0, 32, 'LE', value);
	return out;
}

/** A point's coordinates, little endian one behind the other; infinity is zeroes. */
function bytesOf(coordinates: readonly bigint[], field: number): Uint8Array {
	const out = new Uint8Array(coordinates.length * field);
	for (const [i, value] of coordinates.entries()) writeInteger(out, i * field, field, 'LE', value);
	return out;
}

function coordinatesOf(bytes: Uint8Array, field: number): bigint[] {
	const clean = bytes.slice();
	// Infinity of BLS12-381 has a flag.
	for (let at = field - 1; at < clean.length; at += field) clean[at]! &= 0x3f;
	return Array.from({ length: clean.length / field }, (_, i) => readInteger(clean, i * field, field, 'LE'));
}

describe('multiplication is that of the library', () => {
	it('on G1', () => {
		for (const [curve, field] of [
			[bn254, 32],
			[bls12_381, 48],
		] as const) {
			fc.assert(
				fc.property(scalar, scalar, (k, of) => {
					const { Fr } = curve.fields;
					const point = curve.G1.Point.BASE.multiplyUnsafe(of % Fr.ORDER);
					fc.pre(!point.is0());
					const { x, y } = point.toAffine();
					const bytes = bytesOf([x, y], field);
					const factor = scalarBytes(k);
					const got =
						field === 32
							? bn254G1Multiply(new Uint8Array(Buffer.concat([bytes, factor])), 'LE')
							: bls12381G1.multiply(factor, bytes, 'LE');
					const want = point.multiplyUnsafe(k % Fr.ORDER).toAffine();
					expect(coordinatesOf(got!, field)).toEqual([want.x, want.y]);
				}),
				runs,
			);
		}
	});

	it('on G2', () => {
		for (const [curve, field] of [
			[bn254, 32],
			[bls12_381, 48],
		] as const) {
			fc.assert(
				fc.property(scalar, scalar, (k, of) => {
					const { Fr } = curve.fields;
					const point = curve.G2.Point.BASE.multiplyUnsafe(of % Fr.ORDER);
					fc.pre(!point.is0());
					const { x, y } = point.toAffine();
					const bytes = bytesOf([x.c0, x.c1, y.c0, y.c1], field);
					const factor = scalarBytes(k);
					const got =
						field === 32
							? bn254G2Multiply(new Uint8Array(Buffer.concat([bytes, factor])), 'LE')
							: bls12381G2.multiply(factor, bytes, 'LE');
					const want = point.multiplyUnsafe(k % Fr.ORDER).toAffine();
					expect(coordinatesOf(got!, field)).toEqual([want.x.c0, want.x.c1, want.y.c0, want.y.c1]);
				}),
				runs,
			);
		}
	});
});

it('multiplies points of small order, whose table would hit infinity', () => {
	// y² = x³ + 1 over the integers modulo 11 has twelve points: (0, 1) is of order three, (10, 0) of order two.
	const invert = (value: bigint): bigint => value ** 9n % 11n;
	const curve = new JacobianCurve(lazyFp(11n, invert));
	const multiple = (point: { x: bigint; y: bigint }, by: bigint): unknown =>
		curve.multiply(point, [by], (same) => same);
	const third = { x: 0n, y: 1n };
	for (let k = 0n; k < 9n; k++) {
		const residue = k % 3n;
		const want = residue === 0n ? null : { x: 0n, y: residue === 1n ? 1n : 10n };
		expect(multiple(third, k)).toEqual(want);
		expect(multiple({ x: 10n, y: 0n }, k)).toEqual(k % 2n === 0n ? null : { x: 10n, y: 0n });
	}
	expect(curve.add(third, third)).toEqual({ x: 0n, y: 10n });
	expect(curve.add(third, { x: 0n, y: 10n })).toBeNull();
});

it('signed digits are those of the scalar', () => {
	fc.assert(
		fc.property(
			fc.bigInt({ min: -(1n << 130n), max: 1n << 130n }),
			fc.integer({ min: 2, max: 6 }),
			(k, w) => {
				const digits = signedDigits(k, w);
				expect(digits.reduceRight((sum, digit) => 2n * sum + BigInt(digit), 0n)).toBe(k);
				for (const digit of digits) {
					expect(digit === 0 || (digit % 2 !== 0 && Math.abs(digit) < 2 ** (w - 1))).toBe(true);
				}
			},
		),
	);
});
