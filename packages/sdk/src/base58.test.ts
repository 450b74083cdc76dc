import { getBase58Decoder, getBase58Encoder } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base58Decode, base58Decode32, base58Decode64, base58Encode } from './base58.ts';

const kitDecoder = getBase58Decoder();
const kitEncoder = getBase58Encoder();

describe('base58', () => {
	it('prints what @solana/kit prints and reads it back, with any number of leading zeroes', () => {
		fc.assert(
			fc.property(fc.nat(5), fc.uint8Array({ maxLength: 130 }), (zeroes, tail) => {
				const bytes = Uint8Array.of(...new Uint8Array(zeroes), ...tail);
				const text = base58Encode(bytes);
				expect(text).toBe(kitDecoder.decode(bytes));
				expect(base58Decode(text)).toEqual(bytes);
			}),
			{ numRuns: 1000 },
		);
	});
	it('reads what @solana/kit reads from any text of the alphabet', () => {
		const character = fc.constantFrom(...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz');
		fc.assert(
			fc.property(fc.array(character, { maxLength: 100 }), (characters) => {
				const text = characters.join('');
				expect(base58Decode(text)).toEqual(Uint8Array.from(kitEncoder.encode(text)));
			}),
			{ numRuns: 1000 },
		);
	});
	it('refuses characters outside the alphabet wherever they stand', () => {
		for (const bad of ['0', 'O', 'I', 'l', ' ', 'é', '\u{1F600}', '\u0000', '-']) {
			expect(base58Decode(`abc${bad}`), bad).toBeNull();
			expect(base58Decode(`${bad}abc`), bad).toBeNull();
			expect(base58Decode(`11111${bad}`), bad).toBeNull();
		}
	});
	it('takes fixed sizes only at their exact length', () => {
		expect(base58Decode32('1'.repeat(32))).toEqual(new Uint8Array(32));
		expect(base58Decode32('1'.repeat(31))).toBeNull();
		expect(base58Decode32('1'.repeat(33))).toBeNull();
		// 2^256 - 1 and 2^256.
		expect(base58Decode32('JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG')).toEqual(
			new Uint8Array(32).fill(255),
		);
		expect(base58Decode32('JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH')).toBeNull();
		expect(base58Decode64('1'.repeat(64))).toEqual(new Uint8Array(64));
		expect(base58Decode64('1'.repeat(89))).toBeNull();
		expect(base58Decode64('z'.repeat(88))).toBeNull();
	});
});
