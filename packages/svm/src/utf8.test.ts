import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, findUtf8Error, utf8ErrorText } from './utf8.ts';

const encoder = new TextEncoder();

describe('decodeUtf8', () => {
	it('gives back what was encoded, a byte order mark included', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const bytes = encoder.encode(text);
				expect(decodeUtf8(bytes, 0, bytes.length)).toBe(
					new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
				);
			}),
		);
		expect(decodeUtf8(encoder.encode('\ufeffx'), 0, 4)).toBe('\ufeffx');
	});

	it('reads only its part', () => {
		expect(decodeUtf8(encoder.encode('abcdef'), 2, 3)).toBe('cde');
		expect(decodeUtf8(Uint8Array.of(0xff, 0x61, 0xff), 1, 1)).toBe('a');
	});
});

describe('findUtf8Error', () => {
	it.each([
		[[0x80], 'invalid utf-8 sequence of 1 bytes from index 0'],
		[[0x61, 0xff, 0x61], 'invalid utf-8 sequence of 1 bytes from index 1'],
		[[0xc1, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0'],
		[[0xc3], 'incomplete utf-8 byte sequence from index 0'],
		[[0xc3, 0x28], 'invalid utf-8 sequence of 1 bytes from index 0'],
		[[0xe2, 0x82], 'incomplete utf-8 byte sequence from index 0'],
		[[0xe2, 0x82, 0x28], 'invalid utf-8 sequence of 2 bytes from index 0'],
		[[0xe0, 0x80, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0'],
		[[0xed, 0xa0, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0'],
		[[0xf0, 0x9f, 0x98], 'incomplete utf-8 byte sequence from index 0'],
		[[0xf0, 0x9f, 0x98, 0x28], 'invalid utf-8 sequence of 3 bytes from index 0'],
		[[0xf0, 0x8f, 0x80, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0'],
		[[0xf4, 0x90, 0x80, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0'],
		[[0xf5, 0x80, 0x80, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0'],
	])('%j: %s', (bytes, text) => {
		expect(utf8ErrorText(findUtf8Error(Uint8Array.from(bytes))!)).toBe(text);
	});

	it('finds a fault exactly where the platform does', () => {
		const strict = new TextDecoder('utf-8', { fatal: true });
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
				let isValid = true;
				try {
					strict.decode(bytes);
				} catch {
					isValid = false;
				}
				expect(findUtf8Error(bytes) === null).toBe(isValid);
			}),
			{ numRuns: 2000 },
		);
	});
});
