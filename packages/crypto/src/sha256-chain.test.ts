import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './hashes.ts';
import { sha256Chain } from './sha256-chain.ts';

describe('sha256Chain', () => {
	it('is sha256 of sha256 of ...', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(20), (start, times) => {
				let expected: Uint8Array = start;
				for (let i = 0; i < times; i++) expected = sha256(expected);
				expect(sha256Chain(start, times)).toEqual(new Uint8Array(expected));
			}),
		);
	});

	it('reads a view of a larger array and gives away memory of its own', () => {
		const large = new Uint8Array(100).fill(5);
		const view = large.subarray(30, 62);
		const result = sha256Chain(view, 0);
		large.fill(0);
		expect(result).toEqual(new Uint8Array(32).fill(5));
	});

	it('refuses other lengths and counts', () => {
		expect(() => sha256Chain(new Uint8Array(31), 1)).toThrow(RangeError);
		expect(() => sha256Chain(new Uint8Array(32), -1)).toThrow(RangeError);
		expect(() => sha256Chain(new Uint8Array(32), 1.5)).toThrow(RangeError);
	});
});
