import { randomBytes } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSymbol, computeIsOnCurve, isOnCurve } from './on-curve.ts';
import { portableSymbol } from './on-curve-portable.ts';

const P = (1n << 255n) - 19n;

function encode(value: bigint): Uint8Array {
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
	return bytes;
}

/** The reference: a square root by `@noble/curves`, with every encoding allowed. */
function reference(bytes: Uint8Array): boolean {
	try {
		ed25519.Point.fromBytes(bytes, true);
		return true;
	} catch {
		return false;
	}
}

const SIGN = 1n << 255n;

describe('isOnCurve', () => {
	it('agrees with a square root on random bytes', () => {
		let on = 0;
		for (let i = 0; i < 4000; i++) {
			const bytes = new Uint8Array(randomBytes(32));
			const expected = reference(bytes);
			if (expected) on++;
			if (isOnCurve(bytes) !== expected) expect.fail(`differs on ${Buffer.from(bytes).toString('hex')}`);
		}
		// About half of all y are on the curve: the test has seen both.
		expect(on).toBeGreaterThan(1500);
		expect(on).toBeLessThan(2500);
	});
	it('agrees on structured values: long runs of one bit, small numbers, numbers near p and 2^255', () => {
		const near = fc
			.tuple(fc.constantFrom(0n, P, 1n << 255n, 1n << 252n, P / 2n, 1n << 240n), fc.bigInt(-300n, 300n))
			.map(([base, delta]) => BigInt.asUintN(256, base + delta));
		const runs = fc
			.array(fc.tuple(fc.nat(31), fc.constantFrom(0, 255, 1, 128)), { maxLength: 8 })
			.map((edits) => {
				const bytes = new Uint8Array(32);
				for (const [at, value] of edits) bytes.fill(value, at);
				return bytes;
			});
		fc.assert(
			fc.property(fc.oneof(near.map(encode), runs), (bytes) => {
				expect(isOnCurve(bytes)).toBe(reference(bytes));
			}),
			{ numRuns: 3000 },
		);
	});
	it('comes to the same in WebAssembly and without it', () => {
		const compiled = compileSymbol();
		if (compiled === null) throw new Error('Node compiles WebAssembly');
		const structured = fc.tuple(
			fc.constantFrom(0n, P, 1n << 255n, 1n << 252n, (1n << 256n) - 1n, P / 3n),
			fc.bigInt(-99n, 99n),
		);
		const any = fc.oneof(
			fc.uint8Array({ minLength: 32, maxLength: 32 }),
			structured.map(([base, delta]) => encode(BigInt.asUintN(256, base + delta))),
		);
		fc.assert(
			fc.property(any, (bytes) => {
				expect(compiled(bytes)).toBe(portableSymbol(bytes));
			}),
			{ numRuns: 5000 },
		);
	});
	it('takes every y from p to 2^255 - 1 as y - p, as dalek does', () => {
		for (let y = 0n; y < 19n; y++) {
			for (const sign of [0n, SIGN]) {
				expect(isOnCurve(encode(P + y + sign)), `p + ${y}`).toBe(isOnCurve(encode(y)));
				expect(isOnCurve(encode(P + y + sign)), `p + ${y}`).toBe(reference(encode(y)));
			}
		}
	});
	it('takes x = 0 with either sign: y = 1 and y = -1', () => {
		for (const y of [1n, P - 1n, P + 1n]) {
			for (const sign of [0n, SIGN]) expect(isOnCurve(encode(y + sign))).toBe(true);
		}
	});
	it('answers the same when it is asked again, whatever was asked in between', () => {
		const keys = Array.from({ length: 6000 }, () => new Uint8Array(randomBytes(32)));
		const answers = keys.map((key) => computeIsOnCurve(key));
		for (let round = 0; round < 2; round++) {
			for (const [i, key] of keys.entries()) {
				if (isOnCurve(key) !== answers[i] || isOnCurve(key) !== answers[i]) {
					expect.fail(`differs on ${Buffer.from(key).toString('hex')}`);
				}
			}
		}
		// Bytes that fall on one entry and differ in a single word.
		const zero = new Uint8Array(32);
		for (let at = 4; at < 20; at += 4) {
			for (let value = 0; value < 40; value++) {
				const one = zero.slice();
				one[at] = value;
				expect(isOnCurve(one)).toBe(computeIsOnCurve(one));
			}
		}
	});
	it('ignores the sign bit', () => {
		for (let y = 0n; y < 64n; y++) expect(isOnCurve(encode(y + SIGN))).toBe(isOnCurve(encode(y)));
	});
	it('says yes to public keys', () => {
		for (let i = 0; i < 20; i++) {
			expect(isOnCurve(ed25519.getPublicKey(new Uint8Array(32).fill(i)))).toBe(true);
		}
	});
	it('reads the first 32 bytes and refuses fewer', () => {
		const key = ed25519.getPublicKey(new Uint8Array(32));
		expect(isOnCurve(new Uint8Array([...key, 1, 2, 3]))).toBe(true);
		expect(() => isOnCurve(new Uint8Array(31))).toThrow(RangeError);
	});
});
