import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bigModExp } from './big-mod-exp.ts';
import { type Endianness, readInteger, writeInteger } from './integers.ts';

const le = (value: bigint, length: number): Uint8Array => {
	const out = new Uint8Array(length);
	writeInteger(out, 0, length, 'LE', value);
	return out;
};

/** Square and multiply, from the least significant bit up. */
function reference(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	for (let b = base % modulus, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) {
		if ((e & 1n) === 1n) result = (result * b) % modulus;
	}
	return result;
}

it('raises to a power in as many bytes as the modulus has', () => {
	const number = fc.bigInt({ min: 0n, max: 1n << 300n });
	fc.assert(
		fc.property(number, number, number, (base, exponent, half) => {
			const modulus = 2n * half + 3n;
			const result = bigModExp(le(base, 38), le(exponent, 40), le(modulus, 39))!;
			expect(result.length).toBe(39);
			expect(readInteger(result, 0, 39, 'LE')).toBe(reference(base, exponent, modulus));
		}),
		{ numRuns: 50 },
	);
});

it('takes empty numbers as zero', () => {
	const empty = new Uint8Array(0);
	expect(bigModExp(empty, empty, le(7n, 2))).toEqual(le(1n, 2));
	expect(bigModExp(empty, le(3n, 1), le(7n, 1))).toEqual(le(0n, 1));
});

it('refuses a modulus that is empty, zero, one or even', () => {
	for (const modulus of [new Uint8Array(0), le(0n, 4), le(1n, 4), le(10n, 1)]) {
		expect(bigModExp(le(2n, 1), le(2n, 1), modulus)).toBeNull();
	}
});

it('reads and writes integers of any length in both byte orders', () => {
	fc.assert(
		fc.property(
			fc.uint8Array({ maxLength: 70 }),
			fc.constantFrom<Endianness>('BE', 'LE'),
			(bytes, endianness) => {
				const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
				if (endianness === 'LE') digits.reverse();
				const value = readInteger(bytes, 0, bytes.length, endianness);
				expect(value).toBe(BigInt(`0x0${digits.join('')}`));
				const out = new Uint8Array(bytes.length + 3);
				writeInteger(out, 2, bytes.length, endianness, value);
				expect(out.subarray(2, 2 + bytes.length)).toEqual(bytes);
			},
		),
	);
});
