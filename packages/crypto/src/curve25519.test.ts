import { ed25519, ristretto255 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { type Curve25519Group, edwards25519Group, ristretto255Group } from './curve25519.ts';
import { portableEdwards25519Group, portableRistretto255Group } from './curve25519-portable.ts';
import { sha512 } from './hashes.ts';

const scalarOf = (value: bigint): Uint8Array => {
	const bytes = new Uint8Array(32);
	new DataView(bytes.buffer).setBigUint64(0, value, true);
	return bytes;
};
function wideScalarOf(value: bigint): Uint8Array {
	return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}
const L = Uint8Array.from(
	Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex'),
);
const NO_POINT = new Uint8Array(32).fill(0xff).fill(0x7f, 31);

const groups: readonly (readonly [string, Curve25519Group, Uint8Array, Uint8Array])[] = [
	['edwards25519', edwards25519Group, ed25519.Point.BASE.toBytes(), ed25519.Point.ZERO.toBytes()],
	['ristretto255', ristretto255Group, ristretto255.Point.BASE.toBytes(), ristretto255.Point.ZERO.toBytes()],
	[
		'edwards25519, portable',
		portableEdwards25519Group,
		ed25519.Point.BASE.toBytes(),
		ed25519.Point.ZERO.toBytes(),
	],
	[
		'ristretto255, portable',
		portableRistretto255Group,
		ristretto255.Point.BASE.toBytes(),
		ristretto255.Point.ZERO.toBytes(),
	],
];

describe.each(groups)('%s', (name, group, base, identity) => {
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
		const nothing = name.startsWith('edwards') ? scalarOf(2n) : NO_POINT;
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

describe('in WebAssembly and without it', () => {
	/** Encodings of every kind: of elements, small order and not, of none, not canonical, random. */
	function encodings(): Uint8Array[] {
		const list: Uint8Array[] = [];
		for (const first of [0, 1, 2, 3, 0xec, 0xed, 0xee, 0xef, 0xff]) {
			for (const [middle, last] of [
				[0, 0],
				[0, 0x80],
				[0xff, 0x7f],
				[0xff, 0xff],
			] as const) {
				const bytes = new Uint8Array(32).fill(middle, 1);
				bytes[0] = first;
				bytes[31] = last;
				list.push(bytes);
			}
		}
		let element = ed25519.Point.BASE;
		let ristretto = ristretto255.Point.BASE;
		for (let i = 0; i < 12; i++) {
			element = element.double().add(ed25519.Point.BASE);
			ristretto = ristretto.double().add(ristretto255.Point.BASE);
			list.push(element.toBytes(), ristretto.toBytes(), sha512(ristretto.toBytes()).subarray(0, 32));
		}
		for (const torsion of [
			'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
			'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
		]) {
			const point = ed25519.Point.fromHex(torsion, true);
			list.push(point.toBytes(), element.add(point).toBytes());
		}
		return list;
	}
	it.each([
		['edwards25519', edwards25519Group, portableEdwards25519Group],
		['ristretto255', ristretto255Group, portableRistretto255Group],
	] as const)('%s comes to the same', (_name, group, portable) => {
		const all = encodings();
		const scalars = [0n, 1n, 2n, 8n, 1n << 252n, (1n << 128n) - 1n].map(wideScalarOf);
		const last = L.slice();
		last[0]! -= 1;
		scalars.push(last, L, new Uint8Array(32).fill(255));
		for (const [i, one] of all.entries()) {
			expect(group.validate(one), `${i}`).toBe(portable.validate(one));
			const other = all[(i * 7 + 3) % all.length]!;
			expect(group.add(one, other), `${i}`).toEqual(portable.add(one, other));
			expect(group.subtract(one, other), `${i}`).toEqual(portable.subtract(one, other));
			const scalar = scalars[i % scalars.length]!;
			expect(group.multiply(scalar, one), `${i}`).toEqual(portable.multiply(scalar, one));
		}
		const good = all.filter((one) => group.validate(one));
		expect(good.length).toBeGreaterThan(12);
		for (const count of [0, 1, 2, 5, 17, 40]) {
			const points = new Uint8Array(32 * count);
			const factors = new Uint8Array(32 * count);
			for (let i = 0; i < count; i++) {
				points.set(good[(i * 5 + count) % good.length]!, 32 * i);
				const factor = sha512(new Uint8Array([i, count])).subarray(0, 32);
				factor[31]! &= 15;
				factors.set(factor, 32 * i);
			}
			expect(group.multiscalarMultiply(factors, points)).toEqual(
				portable.multiscalarMultiply(factors, points),
			);
		}
		const many = new Uint8Array(32 * 513);
		for (let i = 0; i < 513; i++) many.set(good[0]!, 32 * i);
		const ones = new Uint8Array(32 * 513);
		for (let i = 0; i < 513; i++) ones[32 * i] = 1;
		for (const count of [512, 513]) {
			expect(group.multiscalarMultiply(ones.subarray(0, 32 * count), many.subarray(0, 32 * count))).toEqual(
				group.multiply(wideScalarOf(BigInt(count)), good[0]!),
			);
		}
	});
});
