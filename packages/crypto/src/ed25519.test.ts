import crypto from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { afterEach, describe, expect, it } from 'vitest';
import {
	ed25519Backends,
	ed25519KeypairFromSeed,
	ed25519PublicKey,
	ed25519Sign,
	ed25519VerifyStrict,
} from './ed25519.ts';
import { createEquation } from './ed25519-kernel.ts';
import { setFastPaths } from './fast-paths.ts';
import { sha512 } from './hashes.ts';
import { nodeFastPaths } from './node-fast-paths.ts';

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const P = (1n << 255n) - 19n;
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

function littleEndian(value: bigint): Uint8Array {
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
	return bytes;
}
function toBigInt(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** A point of order 8. */
const TORSION = Point.fromBytes(
	fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
	true,
);

/** All encodings of the points of small order: eight canonical ones, and those with another sign or y from p on. */
const smallOrderEncodings: Uint8Array[] = [];
for (let i = 0, point = Point.ZERO; i < 8; i++, point = point.add(TORSION)) {
	const bytes = point.toBytes();
	const y = toBigInt(bytes) & ((1n << 255n) - 1n);
	for (const value of y < 19n ? [y, y + P] : [y]) {
		smallOrderEncodings.push(littleEndian(value), littleEndian(value + (1n << 255n)));
	}
}

/** Signs with the key [a]B + torsion; the signature is good without cofactor where k is a multiple of 8. */
function signMixed(a: bigint, r: bigint, message: Uint8Array, torsionOfR = Point.ZERO) {
	const publicKey = Point.BASE.multiply(a).add(TORSION).toBytes();
	const R = Point.BASE.multiply(r).add(torsionOfR).toBytes();
	const k = toBigInt(sha512(R, publicKey, message)) % L;
	return { publicKey, signature: join(R, littleEndian((r + k * a) % L)), k };
}

afterEach(() => setFastPaths({}));

describe.each(['wasm', 'platform', 'portable'] as const)('ed25519VerifyStrict, %s', (backend) => {
	const seed = new Uint8Array(32).fill(7);
	const message = new TextEncoder().encode('strict');
	const publicKey = ed25519PublicKey(seed);
	const signature = ed25519Sign(message, seed);
	const check = (s: Uint8Array, m: Uint8Array, p: Uint8Array): boolean => {
		setFastPaths(nodeFastPaths(crypto));
		return ed25519VerifyStrict(s, m, p, backend);
	};

	it.each([
		[
			'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
			'',
			'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
		],
		[
			'3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
			'72',
			'92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
		],
		[
			'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
			'af82',
			'6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
		],
	])('takes the vector of RFC 8032 with key %s', (key, text, good) => {
		expect(check(fromHex(good), fromHex(text), fromHex(key))).toBe(true);
	});
	it('takes a good signature and nothing near it', () => {
		expect(check(signature, message, publicKey)).toBe(true);
		for (const [bytes, name] of [
			[signature, 'signature'],
			[publicKey, 'key'],
		] as const) {
			for (let bit = 0; bit < bytes.length * 8; bit += 37) {
				const bad = bytes.slice();
				bad[bit >> 3]! ^= 1 << (bit & 7);
				const ok = name === 'signature' ? check(bad, message, publicKey) : check(signature, message, bad);
				expect(ok, `${name} bit ${bit}`).toBe(false);
			}
		}
		expect(check(signature, new Uint8Array(), publicKey)).toBe(false);
	});
	it('refuses other lengths', () => {
		expect(check(signature.subarray(1), message, publicKey)).toBe(false);
		expect(check(join(signature, new Uint8Array(1)), message, publicKey)).toBe(false);
		expect(check(signature, message, publicKey.subarray(1))).toBe(false);
		expect(check(new Uint8Array(), message, new Uint8Array())).toBe(false);
	});
	it('refuses S from the group order on, though the equation holds', () => {
		const s = toBigInt(signature.subarray(32));
		for (let multiple = 1n; multiple < 15n; multiple++) {
			const malleable = join(signature.subarray(0, 32), littleEndian(s + multiple * L));
			expect(check(malleable, message, publicKey), `+ ${multiple} L`).toBe(false);
		}
		expect(check(join(signature.subarray(0, 32), littleEndian(L)), message, publicKey)).toBe(false);
		expect(check(join(signature.subarray(0, 32), new Uint8Array(32).fill(255)), message, publicKey)).toBe(
			false,
		);
	});
	it('refuses a public key of small order in each of its encodings', () => {
		expect(smallOrderEncodings.length).toBeGreaterThan(16);
		for (const key of smallOrderEncodings) {
			// With the identity as key, R = [s]B verifies under the plain equation.
			const forged = join(Point.BASE.multiply(5n).toBytes(), littleEndian(5n));
			expect(check(forged, message, key), Buffer.from(key).toString('hex')).toBe(false);
		}
	});
	it('refuses an R of small order in each of its encodings', () => {
		for (const r of smallOrderEncodings) {
			const forged = join(r, new Uint8Array(32));
			for (const key of [publicKey, ...smallOrderEncodings]) expect(check(forged, message, key)).toBe(false);
		}
		// R = identity and S = k a satisfy the equation for an honest key.
		const a = 1234567n;
		const key = Point.BASE.multiply(a).toBytes();
		const R = Point.ZERO.toBytes();
		const k = toBigInt(sha512(R, key, message)) % L;
		expect(check(join(R, littleEndian((k * a) % L)), message, key)).toBe(false);
	});
	it('uses the equation without cofactor on a key of mixed order', () => {
		let good = 0;
		let bad = 0;
		for (let r = 2n; r < 60n && (good < 2 || bad < 2); r++) {
			const { publicKey: key, signature: mixed, k } = signMixed(99n, r, message);
			const expected = k % 8n === 0n;
			if (expected ? good < 2 : bad < 2) expect(check(mixed, message, key), `r ${r}`).toBe(expected);
			if (expected) good++;
			else bad++;
		}
		expect(good).toBeGreaterThan(0);
	});
	it('compares R with its torsion part', () => {
		for (let r = 2n; r < 12n; r++) {
			const { publicKey: key, signature: mixed, k } = signMixed(99n, r, message, TORSION);
			// [s]B - [k]A = [r]B - [k]T equals [r]B + T where k is -1 mod 8.
			expect(check(mixed, message, key), `r ${r}`).toBe(k % 8n === 7n);
		}
	});
	it('refuses what is no point', () => {
		const noPoint = littleEndian(2n);
		expect(check(signature, message, noPoint)).toBe(false);
		expect(check(join(noPoint, signature.subarray(32)), message, publicKey)).toBe(false);
	});
});

describe('the backends', () => {
	it('are those that are to be had', () => {
		expect(ed25519Backends()).toEqual(['wasm', 'portable']);
		expect(() =>
			ed25519VerifyStrict(
				new Uint8Array(64).fill(9),
				new Uint8Array(),
				new Uint8Array(32).fill(9),
				'platform',
			),
		).toThrow('no backend platform for ed25519 here');
		setFastPaths(nodeFastPaths(crypto));
		expect(ed25519Backends()).toEqual(['wasm', 'platform', 'portable']);
	});
});

/** A key pair [a]B with small a, and a signature with R = [a + 1]B: quickly made. */
function signCheaply(a: bigint, message: Uint8Array): { publicKey: Uint8Array; signature: Uint8Array } {
	const publicKey = Point.BASE.multiplyUnsafe(a).toBytes();
	const R = Point.BASE.multiplyUnsafe(a + 1n).toBytes();
	const k = toBigInt(sha512(R, publicKey, message)) % L;
	return { publicKey, signature: join(R, littleEndian((a + 1n + k * a) % L)) };
}

describe('the kernel', () => {
	const sign = (seed: Uint8Array, message: Uint8Array) => ({
		message,
		publicKey: ed25519PublicKey(seed),
		signature: ed25519Sign(message, seed),
	});
	/** A seed of its own for each number. */
	const seedOf = (i: number): Uint8Array => sha512(littleEndian(BigInt(i))).subarray(0, 32);

	it('gives the same answers before and after it made a table, for good keys and signatures and for bad', () => {
		const equation = createEquation()!;
		setFastPaths(nodeFastPaths(crypto));
		const keys = Array.from({ length: 12 }, (_, i) => sign(seedOf(i), littleEndian(BigInt(i * i))));
		const mixed = signMixed(99n, 8n, new Uint8Array(5));
		const noPoint = littleEndian(2n);
		for (let round = 0; round < 60; round++) {
			for (const [i, { signature, message, publicKey }] of keys.entries()) {
				expect(equation(signature, message, publicKey), `round ${round} key ${i}`).toBe(true);
				const bad = signature.slice();
				bad[(round * 7 + i) & 31]! ^= 1 << (round & 7);
				expect(equation(bad, message, publicKey), `round ${round} key ${i}`).toBe(false);
				expect(equation(signature, message, keys[(i + 1) % 12]!.publicKey)).toBe(false);
			}
			expect(equation(mixed.signature, new Uint8Array(5), mixed.publicKey)).toBe(mixed.k % 8n === 0n);
			expect(equation(mixed.signature, new Uint8Array(5), noPoint)).toBe(false);
		}
	});
	it('agrees with the platform on scalars of every shape, with tables and without', () => {
		const compiled = createEquation()!;
		const platform = nodeFastPaths(crypto).ed25519Verify!;
		const message = new Uint8Array(3);
		const { publicKey, signature } = sign(seedOf(1), message);
		for (let i = 0; i < 40; i++) compiled(signature, message, publicKey);
		// R is what the equation gives for S, so that each of these is good for a fresh k only by accident; what is
		// compared is the verdict on S = k a + r for chosen r, where the digits of r are extreme.
		for (const r of [
			1n,
			2n,
			(1n << 252n) - 1n,
			(1n << 128n) - 1n,
			L - 1n,
			L - 2n,
			BigInt(`0x${'8'.repeat(62)}`),
			BigInt(`0x${'7'.repeat(62)}`),
			BigInt(`0x${'f'.repeat(62)}`),
			BigInt(`0x${'01'.repeat(31)}`),
		]) {
			for (const a of [1n, 8n, L - 1n, BigInt(`0x${'5a'.repeat(31)}`)]) {
				const key = Point.BASE.multiply(a).toBytes();
				const R = Point.BASE.multiply(r % L).toBytes();
				const k = toBigInt(sha512(R, key, message)) % L;
				for (const s of [(r + k * a) % L, (r + k * a + 1n) % L, r % L]) {
					const made = join(R, littleEndian(s));
					for (let use = 0; use < 10; use++) {
						expect(compiled(made, message, key), `r ${r} a ${a} s ${s}`).toBe(platform(made, message, key));
					}
				}
			}
		}
	});
	it('takes messages of any length, also beyond its room', () => {
		const equation = createEquation()!;
		setFastPaths(nodeFastPaths(crypto));
		for (const length of [
			0, 1, 46, 47, 48, 63, 64, 111, 112, 127, 128, 175, 176, 1232, 4095, 4096, 4097, 70_000,
		]) {
			const { signature, message, publicKey } = sign(seedOf(2), new Uint8Array(length).fill(length));
			expect(equation(signature, message, publicKey), `${length} bytes`).toBe(true);
			if (length === 0) continue;
			message[length - 1]! ^= 1;
			expect(equation(signature, message, publicKey), `${length} bytes`).toBe(false);
		}
	});
	it('keeps tables for some keys only, lets them go, and answers right for all', () => {
		const equation = createEquation()!;
		const message = new Uint8Array(2);
		const keys = Array.from({ length: 320 }, (_, i) => signCheaply(BigInt(i + 2), message));
		const askAll = (): void => {
			for (const [i, { signature, publicKey }] of keys.entries()) {
				expect(equation(signature, message, publicKey)).toBe(true);
				expect(equation(keys[(i + 1) % keys.length]!.signature, message, publicKey)).toBe(false);
			}
		};
		for (let round = 0; round < 5; round++) askAll();
		// Long enough for every other table to have been idle.
		const { signature, publicKey } = keys[0]!;
		for (let i = 0; i < 4200; i++) equation(signature, message, publicKey);
		keys.reverse();
		for (let round = 0; round < 5; round++) askAll();
	});
});

describe('signing', () => {
	it('gives the key pair in Solana’s layout', () => {
		const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
		const { publicKey, secretKey } = ed25519KeypairFromSeed(seed);
		expect(publicKey).toEqual(fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'));
		expect(secretKey).toEqual(join(seed, publicKey));
		expect(ed25519Sign(new Uint8Array(), seed)).toEqual(
			fromHex(
				'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
			),
		);
	});
	it('refuses other seeds', () => {
		expect(() => ed25519Sign(new Uint8Array(), new Uint8Array(64))).toThrow(RangeError);
		expect(() => ed25519KeypairFromSeed(new Uint8Array(31))).toThrow(RangeError);
	});
});
