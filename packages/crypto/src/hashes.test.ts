import crypto, { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { blake3 } from './blake3.ts';
import { setFastPaths } from './fast-paths.ts';
import { keccak256, sha256, sha512 } from './hashes.ts';
import { nodeFastPaths } from './node-fast-paths.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

afterEach(() => setFastPaths({}));

describe('hashes', () => {
	it('have the known values of nothing and of "abc"', () => {
		expect(hex(sha256())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
		expect(hex(sha256(text('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
		expect(hex(sha512(text('abc'))).slice(0, 32)).toBe('ddaf35a193617abacc417349ae204131');
		expect(hex(keccak256(new Uint8Array()))).toBe(
			'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
		);
		expect(hex(keccak256(text('abc')))).toBe(
			'4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
		);
		expect(hex(blake3(new Uint8Array()))).toBe(
			'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
		);
		expect(hex(blake3(text('abc')))).toBe('6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85');
	});
	it('do not see how the input is cut', () => {
		fc.assert(
			fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (chunks) => {
				const whole = Uint8Array.from(Buffer.concat(chunks));
				for (const hash of [sha256, sha512, keccak256, blake3]) {
					expect(hash(...chunks)).toEqual(hash(whole));
				}
			}),
		);
	});
	it.each([
		['portable', {}],
		['with Node’s crypto.hash', nodeFastPaths(crypto)],
		['with Node’s createHash', nodeFastPaths({ ...crypto, hash: undefined })],
	])('agree with Node, %s', (_name, paths) => {
		setFastPaths(paths);
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
				expect(Object.getPrototypeOf(sha256(bytes))).toBe(Uint8Array.prototype);
				expect(hex(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
				expect(hex(sha512(bytes))).toBe(createHash('sha512').update(bytes).digest('hex'));
			}),
		);
	});
	it('use what a face injects, and go back when it is taken away', () => {
		const one = new Uint8Array(32).fill(1);
		const two = new Uint8Array(64).fill(2);
		setFastPaths({ sha256: () => one, sha512: () => two });
		expect(sha256(text('abc'))).toBe(one);
		expect(sha512(text('abc'))).toBe(two);
		expect(hex(sha256(text('a'), text('bc'))).slice(0, 8)).toBe('ba7816bf');
		setFastPaths({});
		expect(hex(sha256(text('abc'))).slice(0, 8)).toBe('ba7816bf');
	});
});
