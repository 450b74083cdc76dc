import { blake3 as nobleBlake3 } from '@noble/hashes/blake3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Blake3Words, blake3, compileBlake3, portableBlake3 } from './blake3.ts';

function pattern(length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
}

const compiled = compileBlake3()!;

/** The output as bytes of their own. */
function output(words: Blake3Words, chunks: readonly Uint8Array[], length: number): Buffer {
	return Buffer.from(new Uint8Array(words(chunks, length).slice(0, length / 4).buffer));
}

describe('BLAKE3', () => {
	it.each([
		0, 1, 63, 64, 65, 128, 1023, 1024, 1025, 2048, 2049, 3073, 4096, 4097, 5121, 8192, 8193, 65_536, 65_537,
		131_097,
	])('hashes %i bytes as the library does, whatever the length of the output', (size) => {
		const bytes = pattern(size);
		for (const length of [32, 64, 68, 256, 260, 2048]) {
			const expected = Buffer.from(nobleBlake3(bytes, { dkLen: length }));
			expect(output(compiled, [bytes], length).equals(expected)).toBe(true);
			expect(output(portableBlake3, [bytes], length).equals(expected)).toBe(true);
		}
		expect(blake3(bytes)).toEqual(nobleBlake3(bytes));
	});

	it('does not care how its input is cut', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(70_000), { minLength: 1, maxLength: 5 }), (lengths) => {
				const bytes = pattern(lengths.reduce((sum, length) => sum + length, 0));
				let at = 0;
				const chunks = lengths.map((length) => {
					at += length;
					return bytes.subarray(at - length, at);
				});
				const whole = output(compiled, [bytes], 2048);
				expect(output(compiled, chunks, 2048).equals(whole)).toBe(true);
			}),
			{ numRuns: 25 },
		);
	});

	it('gives the words that upstream expects', () => {
		// The first words of the lattice hash of "hello": crate solana-lattice-hash, test_hello_world.
		const words = compiled([new TextEncoder().encode('hello')], 2048);
		expect([...new Uint16Array(words.slice(0, 2).buffer)]).toEqual([0x8fea, 0x3d16, 0x86b3, 0x9282]);
	});

	it('gives a hash that the next one leaves alone', () => {
		const first = blake3(pattern(10));
		const kept = first.slice();
		blake3(pattern(11));
		expect(first).toEqual(kept);
	});
});
