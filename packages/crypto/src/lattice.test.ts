import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATTICE_WORDS, LatticeSum } from './lattice.ts';

function pattern(length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
}

const arbitraryWords = fc.array(fc.nat(0xffff), { minLength: LATTICE_WORDS, maxLength: LATTICE_WORDS });

function sumOf(words: readonly number[]): LatticeSum {
	const sum = new LatticeSum();
	sum.words.set(words);
	return sum;
}

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
