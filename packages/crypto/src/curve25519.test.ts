import { ed25519, ristretto255 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { type Curve25519Group, edwards25519Group, ristretto255Group } from './curve25519.ts';

const scalarOf = (value: bigint): Uint8Array => {
	const bytes = new Uint8Array(32);
	new DataView(bytes.buffer).setBigUint64(0, value, true);
	return bytes;
};
const L = Uint8Array.from(
	Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex'),
);
const NO_POINT = new Uint8Array(32).fill(0xff).fill(0x7f, 31);

const groups: readonly (readonly [string, Curve25519Group, Uint8Array, Uint8Array])[] = [
	['edwards25519', edwards25519Group, ed25519.Point.BASE.toBytes(), ed25519.Point.ZERO.toBytes()],
	['ristretto255', ristretto255Group, ristretto255.Point.BASE.toBytes(), ristretto255.Point.ZERO.toBytes()],
];

describe.each(groups)('%s', (_name, group, base, identity) => {
	it('is a group', () => {
		const double = group.add(base, base)!;
		expect(group.multiply(scalarOf(2n), base)).toEqual(double);
		expect(group.subtract(double, base)).toEqual(base);
		expect(group.subtract(base, base)).toEqual(identity);
		expect(group.multiply(scalarOf(0n), base)).toEqual(identity);
		expect(group.add(base, identity)).toEqual(base);
	});

	it('sums multiples, of many and of none', () => {
		for (const count of [0, 1, 3, 20]) {
			const scalars = new Uint8Array(32 * count);
			const points = new Uint8Array(32 * count);
			let sum = 0n;
			for (let i = 0; i < count; i++) {
				scalars.set(scalarOf(BigInt(i + 1)), 32 * i);
				points.set(group.multiply(scalarOf(BigInt(3 * i)), base)!, 32 * i);
				sum += BigInt((i + 1) * 3 * i);
			}
			expect(group.multiscalarMultiply(scalars, points)).toEqual(group.multiply(scalarOf(sum), base));
		}
	});

	it('refuses scalars from the order on and bytes that are no element', () => {
		expect(group.multiply(L, base)).toBeNull();
		expect(group.multiscalarMultiply(L, base)).toBeNull();
		const nothing = group === edwards25519Group ? scalarOf(2n) : NO_POINT;
		expect(group.validate(base)).toBe(true);
		expect(group.validate(nothing)).toBe(false);
		expect(group.add(base, nothing)).toBeNull();
		expect(group.subtract(nothing, base)).toBeNull();
		expect(group.multiply(scalarOf(1n), nothing)).toBeNull();
		expect(group.multiscalarMultiply(scalarOf(1n), nothing)).toBeNull();
	});
});

it('edwards25519 takes y mod p and answers in canonical form', () => {
	const onePlusP = new Uint8Array(32).fill(0xff);
	onePlusP[0] = 0xee;
	onePlusP[31] = 0x7f;
	const identity = ed25519.Point.ZERO.toBytes();
	expect(edwards25519Group.validate(onePlusP)).toBe(true);
	expect(edwards25519Group.multiply(scalarOf(1n), onePlusP)).toEqual(identity);
	expect(edwards25519Group.add(onePlusP, identity)).toEqual(identity);
	const signed = identity.slice();
	signed[31] = 0x80;
	expect(edwards25519Group.multiply(scalarOf(1n), signed)).toEqual(identity);
});
