import { blake3 } from '@noble/hashes/blake3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLatticeHasher, LATTICE_WORDS, LatticeSum, portableLatticeHasher } from './lattice.ts';

function pattern(length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
}

const compiled = compileLatticeHasher()!;
const arbitraryWords = fc.array(fc.nat(0xffff), { minLength: LATTICE_WORDS, maxLength: LATTICE_WORDS });

function sumOf(words: readonly number[]): LatticeSum {
	const sum = new LatticeSum();
	sum.words.set(words);
	return sum;
}

describe('the lattice hasher', () => {
	it.each([
		0, 1, 63, 64, 65, 128, 1023, 1024, 1025, 2048, 2049, 3073, 4096, 4097, 5121, 8192, 8193, 65_536, 65_537,
		131_097,
	])('hashes %i bytes as the library does', (length) => {
		const bytes = pattern(length);
		const expected = blake3(bytes, { dkLen: 2048 });
		expect(Buffer.compare(Buffer.from(new Uint8Array(compiled([bytes]).slice().buffer)), expected)).toBe(0);
		expect(Buffer.compare(Buffer.from(portableLatticeHasher([bytes]).buffer), expected)).toBe(0);
	});

	it('does not care how its input is cut', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(70_000), { minLength: 1, maxLength: 5 }), (lengths) => {
				const total = lengths.reduce((sum, length) => sum + length, 0);
				const bytes = pattern(total);
				let at = 0;
				const chunks = lengths.map((length) => {
					at += length;
					return bytes.subarray(at - length, at);
				});
				const whole = compiled([bytes]).slice();
				expect(Buffer.compare(Buffer.from(compiled(chunks).slice().buffer), Buffer.from(whole.buffer))).toBe(
					0,
				);
			}),
			{ numRuns: 25 },
		);
	});
});

describe('LatticeSum', () => {
	it('adds and subtracts each word by itself, wrapping', () => {
		fc.assert(
			fc.property(arbitraryWords, arbitraryWords, (a, b) => {
				const sum = sumOf(a);
				sum.addSum(sumOf(b));
				expect([...sum.words]).toEqual(a.map((word, i) => (word + b[i]!) & 0xffff));
				const difference = sumOf(a);
				difference.subtractSum(sumOf(b));
				expect([...difference.words]).toEqual(a.map((word, i) => (word - b[i]!) & 0xffff));
			}),
			{ numRuns: 40 },
		);
	});

	it('is what it was after the same was added and taken away, in any order', () => {
		const sum = new LatticeSum();
		const [a, b] = [pattern(10), pattern(2000)];
		sum.add([a]);
		sum.add([b, a]);
		sum.subtract([a]);
		sum.subtract([b, a]);
		expect(sum.words.every((word) => word === 0)).toBe(true);
		expect(sum.bytes.length).toBe(2048);
	});
});
