import { describe, expect, it } from 'vitest';
import { bn254G1Add, bn254G1Multiply, bn254G2Add, bn254G2Multiply, bn254Pairing } from './bn254.ts';
import {
	bn254G1Compress,
	bn254G1Decompress,
	bn254G2Compress,
	bn254G2Decompress,
} from './bn254-compression.ts';
import type { Endianness } from './integers.ts';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const word = (value: bigint): Uint8Array => bytesOf(value.toString(16).padStart(64, '0'));

const P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
const R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
const G1 = joined(word(1n), word(2n));
const MINUS_G1 = joined(word(1n), word(P - 2n));
const G2 = joined(
	word(0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n),
	word(0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn),
	word(0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn),
	word(0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan),
);
const INFINITY_1 = new Uint8Array(64);
const INFINITY_2 = new Uint8Array(128);

/** The same in little endian: chunks of 32 bytes (G1, integers) or of 64 (G2) reversed. */
function little(bytes: Uint8Array, chunk: number): Uint8Array {
	const out = bytes.slice();
	for (let at = 0; at < out.length; at += chunk) out.subarray(at, at + chunk).reverse();
	return out;
}

/** A point of the twisted curve with a small x: it is not in the subgroup. */
function outsideG2(): Uint8Array {
	for (let x = 1n; ; x++) {
		const point = bn254G2Decompress(joined(word(x), word(0n)), 'BE');
		if (point !== null) return point;
	}
}

describe('G1', () => {
	it('adds and multiplies', () => {
		const double = bn254G1Add(joined(G1, G1), 'BE')!;
		expect(Buffer.from(double).toString('hex')).toBe(
			'030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd315ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4',
		);
		expect(bn254G1Multiply(joined(G1, word(2n)), 'BE')).toEqual(double);
		expect(bn254G1Multiply(joined(G1, word(R + 2n)), 'BE')).toEqual(double);
		expect(bn254G1Add(joined(G1, MINUS_G1), 'BE')).toEqual(INFINITY_1);
		expect(bn254G1Multiply(joined(G1, word(R)), 'BE')).toEqual(INFINITY_1);
	});

	it('takes missing bytes as zeroes if big endian, and none missing if little endian', () => {
		expect(bn254G1Add(G1, 'BE')).toEqual(G1);
		expect(bn254G1Add(new Uint8Array(0), 'BE')).toEqual(INFINITY_1);
		expect(bn254G1Multiply(G1, 'BE')).toEqual(INFINITY_1);
		expect(bn254G1Add(new Uint8Array(129), 'BE')).toBeNull();
		expect(bn254G1Multiply(new Uint8Array(97), 'BE')).toBeNull();
		expect(bn254G1Add(little(G1, 32), 'LE')).toBeNull();
		expect(bn254G1Multiply(little(G1, 32), 'LE')).toBeNull();
	});

	it('refuses coordinates outside the field and points outside the curve', () => {
		expect(bn254G1Add(joined(word(1n + P), word(2n)), 'BE')).toBeNull();
		expect(bn254G1Add(joined(word(1n), word(3n)), 'BE')).toBeNull();
		expect(bn254G1Add(joined(word(0n), word(1n)), 'BE')).toBeNull();
	});

	it('reads flags in the top bits of y', () => {
		const flagged = (flags: bigint): Uint8Array => joined(word(1n), word(2n | (flags << 254n)));
		expect(bn254G1Add(flagged(2n), 'BE')).toEqual(G1);
		expect(bn254G1Add(flagged(1n), 'BE')).toEqual(INFINITY_1);
		expect(bn254G1Add(flagged(3n), 'BE')).toBeNull();
	});
});

describe('G2', () => {
	it('adds points of the twisted curve and multiplies those of the group', () => {
		const double = bn254G2Add(joined(G2, G2), 'BE')!;
		expect(bn254G2Multiply(joined(G2, word(2n)), 'BE')).toEqual(double);
		expect(bn254G2Multiply(joined(G2, word(R)), 'BE')).toEqual(INFINITY_2);
		const outside = outsideG2();
		expect(bn254G2Add(joined(outside, INFINITY_2), 'BE')).toEqual(outside);
		expect(bn254G2Multiply(joined(outside, word(1n)), 'BE')).toBeNull();
		expect(bn254Pairing(joined(INFINITY_1, outside), 'BE')).toBeNull();
	});

	it('takes exact lengths only', () => {
		expect(bn254G2Add(G2, 'BE')).toBeNull();
		expect(bn254G2Multiply(G2, 'BE')).toBeNull();
	});
});

it('little endian is the same in another order', () => {
	const two = word(2n);
	const sum = bn254G1Add(joined(G1, G1), 'BE')!;
	expect(bn254G1Add(little(joined(G1, G1), 32), 'LE')).toEqual(little(sum, 32));
	expect(bn254G1Multiply(little(joined(G1, two), 32), 'LE')).toEqual(little(sum, 32));
	const sum2 = bn254G2Add(joined(G2, G2), 'BE')!;
	expect(bn254G2Add(little(joined(G2, G2), 64), 'LE')).toEqual(little(sum2, 64));
	expect(bn254G2Multiply(joined(little(G2, 64), little(two, 32)), 'LE')).toEqual(little(sum2, 64));
	const pair = joined(little(G1, 32), little(G2, 64), little(MINUS_G1, 32), little(G2, 64));
	expect(bn254Pairing(pair, 'LE')).toEqual(little(word(1n), 32));
});

it('pairings cancel, are bilinear, and are one with infinity', () => {
	const pairing = (...parts: Uint8Array[]): bigint =>
		BigInt(`0x${Buffer.from(bn254Pairing(joined(...parts), 'BE')!).toString('hex')}`);
	expect(pairing()).toBe(1n);
	expect(pairing(G1, G2)).toBe(0n);
	expect(pairing(G1, G2, MINUS_G1, G2)).toBe(1n);
	expect(pairing(INFINITY_1, G2, G1, INFINITY_2)).toBe(1n);
	const times3 = bn254G1Multiply(joined(G1, word(3n)), 'BE')!;
	const times5 = bn254G2Multiply(joined(G2, word(5n)), 'BE')!;
	const minus15 = bn254G1Multiply(joined(MINUS_G1, word(15n)), 'BE')!;
	expect(pairing(times3, times5, minus15, G2)).toBe(1n);
	expect(pairing(times3, times5, minus15, times5)).toBe(0n);
	expect(bn254Pairing(G1, 'BE')).toBeNull();
});

describe.each<Endianness>(['BE', 'LE'])('compression in %s', (endianness) => {
	const ordered = (bytes: Uint8Array, chunk: number): Uint8Array =>
		endianness === 'BE' ? bytes : little(bytes, chunk);

	it('leaves y out and finds it again', () => {
		for (let k = 1n; k < 8n; k++) {
			const p = ordered(bn254G1Multiply(joined(G1, word(k)), 'BE')!, 32);
			const compressed = bn254G1Compress(p, endianness)!;
			expect(compressed.length).toBe(32);
			expect(bn254G1Decompress(compressed, endianness)).toEqual(p);
			const q = ordered(bn254G2Multiply(joined(G2, word(k)), 'BE')!, 64);
			const compressed2 = bn254G2Compress(q, endianness)!;
			expect(compressed2.length).toBe(64);
			expect(bn254G2Decompress(compressed2, endianness)).toEqual(q);
		}
	});

	it('has infinity as zeroes and as a flag', () => {
		expect(bn254G1Compress(INFINITY_1, endianness)).toEqual(new Uint8Array(32));
		expect(bn254G2Compress(INFINITY_2, endianness)).toEqual(new Uint8Array(64));
		expect(bn254G1Decompress(new Uint8Array(32), endianness)).toEqual(INFINITY_1);
		expect(bn254G2Decompress(new Uint8Array(64), endianness)).toEqual(INFINITY_2);
		const flag = ordered(word(1n << 254n), 32);
		expect(bn254G1Decompress(flag, endianness)).toEqual(INFINITY_1);
		expect(bn254G1Compress(ordered(joined(word(5n), word(1n << 254n)), 32), endianness)).toEqual(flag);
	});

	it('refuses what is no x, both flags, and wrong lengths', () => {
		expect(bn254G1Decompress(ordered(word(P), 32), endianness)).toBeNull();
		expect(bn254G1Decompress(ordered(word(3n << 254n), 32), endianness)).toBeNull();
		expect(bn254G1Decompress(ordered(word(4n), 32), endianness)).toBeNull();
		expect(bn254G1Compress(new Uint8Array(63), endianness)).toBeNull();
		expect(bn254G2Compress(new Uint8Array(64), endianness)).toBeNull();
		expect(bn254G1Decompress(new Uint8Array(31), endianness)).toBeNull();
		expect(bn254G2Decompress(new Uint8Array(32), endianness)).toBeNull();
	});
});
