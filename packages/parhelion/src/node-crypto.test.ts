import { sign } from 'node:crypto';
import {
	type Ed25519Backend,
	ed25519Backends,
	ed25519PublicKey,
	ed25519Sign,
	ed25519VerifyStrict,
	setFastPaths,
	sha256,
	sha512,
} from '@parhelion/crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ed25519PrivateKey, useNodeCrypto } from './node-crypto.ts';

/** The answers of both implementations. */
function both<T>(ask: () => T): { portable: T; native: T } {
	setFastPaths({});
	const portable = ask();
	useNodeCrypto();
	return { portable, native: ask() };
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
	fc.uint8Array({ minLength: length, maxLength: length });

describe("Node's cryptography", () => {
	afterAll(() => setFastPaths({}));

	it('makes the key of a seed, and of nothing longer or shorter', () => {
		const [seed, message] = [new Uint8Array(32).fill(7), new Uint8Array([1, 2, 3])];
		const { portable } = both(() => ed25519Sign(message, seed));
		expect(new Uint8Array(sign(null, message, ed25519PrivateKey(seed)))).toEqual(portable);
		for (const length of [0, 31, 33, 64]) {
			expect(() => ed25519PrivateKey(new Uint8Array(length))).toThrow(RangeError);
		}
	});

	it('accepts and refuses the same signatures, wherever a bit is flipped', () => {
		const at = fc.record({ part: fc.constantFrom('signature', 'key', 'message', 'none'), bit: fc.nat(511) });
		fc.assert(
			fc.property(bytes(32), fc.uint8Array({ maxLength: 80 }), at, (seed, message, { part, bit }) => {
				const key = ed25519PublicKey(seed);
				const signature = ed25519Sign(message, seed);
				const input = { signature, key, message: message.slice(), none: new Uint8Array(64) }[part];
				if (input.length > 0) input[(bit >> 3) % input.length]! ^= 1 << (bit & 7);
				const changed = part === 'message' ? input : message;
				useNodeCrypto();
				const ask = (backend: Ed25519Backend) => ed25519VerifyStrict(signature, changed, key, backend);
				const verdict = ask('portable');
				expect([ask('platform'), ask('wasm')]).toEqual([verdict, verdict]);
				if (part === 'none') expect(verdict).toBe(true);
			}),
			{ numRuns: 60 },
		);
	});

	it('signs alike', () => {
		fc.assert(
			fc.property(bytes(32), fc.uint8Array({ maxLength: 80 }), (seed, message) => {
				const { portable, native } = both(() => [
					Array.from(ed25519PublicKey(seed)),
					Array.from(ed25519Sign(message, seed)),
				]);
				expect(native).toEqual(portable);
			}),
			{ numRuns: 25 },
		);
	});

	it('refuses what is no key, and takes no key for another', () => {
		const signature = new Uint8Array(64);
		for (const key of [
			'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
			'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
			'0200000000000000000000000000000000000000000000000000000000000000',
			'0100000000000000000000000000000000000000000000000000000000000000',
		]) {
			useNodeCrypto();
			for (const backend of ed25519Backends()) {
				expect(ed25519VerifyStrict(signature, new Uint8Array(3), hex(key), backend), backend).toBe(false);
			}
		}
	});

	it('hashes alike', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
				const { portable, native } = both(() => [Array.from(sha256(input)), Array.from(sha512(input))]);
				expect(native).toEqual(portable);
			}),
			{ numRuns: 40 },
		);
	});
});
