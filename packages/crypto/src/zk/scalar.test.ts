import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalScalar, invertScalars, ORDER, reduceScalar, scalarFromWideBytes } from './scalar.ts';

function encode(value: bigint, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	for (let i = 0; i < length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
	return bytes;
}

describe('scalars', () => {
	it('are canonical below the order only', () => {
		expect(canonicalScalar(encode(ORDER - 1n, 32))).toBe(ORDER - 1n);
		for (const value of [ORDER, ORDER + 1n, (1n << 256n) - 1n])
			expect(canonicalScalar(encode(value, 32))).toBeNull();
	});
	it('are read where they stand in a longer array', () => {
		const bytes = Uint8Array.from([...encode(5n, 32), ...encode(6n, 32), 9]);
		expect(canonicalScalar(bytes.subarray(32, 64))).toBe(6n);
	});
	it('are reduced from 64 bytes, and from numbers of either sign', () => {
		fc.assert(
			fc.property(fc.bigInt(0n, (1n << 512n) - 1n), (value) => {
				expect(scalarFromWideBytes(encode(value, 64))).toBe(value % ORDER);
				expect((reduceScalar(-value) + value) % ORDER).toBe(0n);
				expect(reduceScalar(-value)).toBeGreaterThanOrEqual(0n);
			}),
		);
	});
	it('are inverted together', () => {
		const values = [1n, 2n, ORDER - 1n, 12345678901234567890n];
		for (const [i, inverse] of invertScalars(values).entries())
			expect((inverse * values[i]!) % ORDER).toBe(1n);
	});
});
