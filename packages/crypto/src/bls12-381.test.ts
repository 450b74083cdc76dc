import { describe, expect, it } from 'vitest';
import { type Bls12381Group, bls12381G1, bls12381G2, bls12381PairingMap } from './bls12-381.ts';
import type { Endianness } from './integers.ts';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const G1 = bytesOf(
	'17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb' +
		'08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1',
);
const G2 = bytesOf(
	'13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
		'024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8' +
		'0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be' +
		'0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801',
);
const ORDER = bytesOf('73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001');
/** On the curve, not in the group. */
const OUTSIDE_1 = bytesOf(
	`${'00'.repeat(47)}040a989badd40d6212b33cffc3f3763e9bc760f988c9926b26da9dd85e928483446346b8ed00e1de5d5ea93e354abe706c`,
);
const OUTSIDE_2 = bytesOf(
	`${'00'.repeat(47)}01${'00'.repeat(47)}02` +
		'19b203be56861004dc929da0468496a497e862f9164c9510893751b15b2b5f1107493c65351d0f26c411f861bb1c5a67' +
		'11d57c44825bcab3686626136d72907afcc5b444ed828176ed81df96a05bc0a1c270438e9af8e7595becad284671529e',
);
const scalar = (value: number): Uint8Array => {
	const bytes = new Uint8Array(32);
	bytes[31] = value;
	return bytes;
};

function reversed(bytes: Uint8Array, chunk: number): Uint8Array {
	const out = bytes.slice();
	for (let at = 0; at < out.length; at += chunk) out.subarray(at, at + chunk).reverse();
	return out;
}

interface Case {
	readonly name: string;
	readonly endianness: Endianness;
	readonly group: Bls12381Group;
	readonly base: Uint8Array;
	readonly outside: Uint8Array;
	/** Turns a big-endian encoding into this case's byte order. */
	readonly ordered: (bytes: Uint8Array) => Uint8Array;
	readonly orderedScalar: (bytes: Uint8Array) => Uint8Array;
}

const cases: Case[] = (['BE', 'LE'] as const).flatMap((endianness) =>
	(
		[
			['G1', bls12381G1, G1, OUTSIDE_1, 48],
			['G2', bls12381G2, G2, OUTSIDE_2, 96],
		] as const
	).map(([name, group, base, outside, chunk]) => ({
		name: `${name} ${endianness}`,
		endianness,
		group,
		base: endianness === 'BE' ? base : reversed(base, chunk),
		outside: endianness === 'BE' ? outside : reversed(outside, chunk),
		ordered: (bytes) => (endianness === 'BE' ? bytes : reversed(bytes, chunk)),
		orderedScalar: (bytes) => (endianness === 'BE' ? bytes : reversed(bytes, 32)),
	})),
);

describe.each(cases)('$name', ({ endianness, group, base, outside, ordered, orderedScalar }) => {
	const infinity = (): Uint8Array => {
		const bytes = new Uint8Array(group.size);
		bytes[0] = 0x40;
		return ordered(bytes);
	};

	it('is a group', () => {
		const double = group.add(base, base, endianness)!;
		expect(group.multiply(orderedScalar(scalar(2)), base, endianness)).toEqual(double);
		expect(group.subtract(double, base, endianness)).toEqual(base);
		expect(group.subtract(base, base, endianness)).toEqual(infinity());
		expect(group.multiply(orderedScalar(scalar(0)), base, endianness)).toEqual(infinity());
		expect(group.add(base, infinity(), endianness)).toEqual(base);
		expect(group.validate(base, endianness)).toBe(true);
		expect(group.validate(infinity(), endianness)).toBe(true);
	});

	it('adds points outside the group and does nothing else with them', () => {
		expect(group.validate(outside, endianness)).toBe(false);
		expect(group.multiply(orderedScalar(scalar(1)), outside, endianness)).toBeNull();
		const sum = group.add(outside, base, endianness)!;
		expect(group.validate(sum, endianness)).toBe(false);
		expect(group.subtract(sum, base, endianness)).toEqual(outside);
	});

	it('refuses scalars from the order on, flags that do not belong, and coordinates that are too big', () => {
		expect(group.multiply(orderedScalar(ORDER), base, endianness)).toBeNull();
		for (const flags of [0x80, 0x20, 0xa0, 0x40, 0xe0]) {
			const bytes = ordered(base).slice();
			bytes[0]! |= flags;
			expect(group.validate(ordered(bytes), endianness)).toBe(false);
		}
		const tooBig = ordered(base).slice();
		tooBig.fill(0xff, group.compressedSize);
		expect(group.validate(ordered(tooBig), endianness)).toBe(false);
		expect(group.validate(new Uint8Array(group.size), endianness)).toBe(false);
	});

	it('decompresses', () => {
		const x = ordered(base).slice(0, group.compressedSize);
		const found = [0x80, 0xa0].map((flags) => {
			const bytes = x.slice();
			bytes[0]! |= flags;
			return group.decompress(ordered(bytes), endianness)!;
		});
		expect(found).toContainEqual(base);
		expect(group.add(found[0]!, found[1]!, endianness)).toEqual(infinity());
		expect(group.decompress(ordered(x), endianness)).toBeNull();
		const flagged = new Uint8Array(group.compressedSize);
		flagged[0] = 0xc0;
		expect(group.decompress(ordered(flagged), endianness)).toEqual(infinity());
		flagged[0] = 0xe0;
		expect(group.decompress(ordered(flagged), endianness)).toBeNull();
		const other = ordered(outside).slice(0, group.compressedSize);
		other[0]! |= 0x80;
		expect(group.decompress(ordered(other), endianness)).toBeNull();
	});
});

it('G1 leaves the points with x = 0 out', () => {
	const point = new Uint8Array(96);
	point[95] = 2;
	expect(bls12381G1.add(point, point, 'BE')).toBeNull();
});

describe('products of pairings', () => {
	const one = (endianness: Endianness): Uint8Array => {
		const bytes = new Uint8Array(576);
		bytes[endianness === 'LE' ? 0 : 575] = 1;
		return bytes;
	};
	const infinity1 = new Uint8Array(96).fill(0x40, 0, 1);

	it('are one for no pairs, for infinity, and where they cancel', () => {
		const none = new Uint8Array(0);
		expect(bls12381PairingMap(none, none, 'LE')).toEqual(one('LE'));
		expect(bls12381PairingMap(infinity1, G2, 'BE')).toEqual(one('BE'));
		const minus = bls12381G1.subtract(infinity1, G1, 'BE')!;
		expect(bls12381PairingMap(joined(G1, minus), joined(G2, G2), 'BE')).toEqual(one('BE'));
	});

	it('are bilinear and the same in both byte orders', () => {
		const left = bls12381PairingMap(bls12381G1.multiply(scalar(6), G1, 'BE')!, G2, 'BE')!;
		const right = bls12381PairingMap(
			bls12381G1.multiply(scalar(2), G1, 'BE')!,
			bls12381G2.multiply(scalar(3), G2, 'BE')!,
			'BE',
		);
		expect(right).toEqual(left);
		expect(left).not.toEqual(one('BE'));
		const little = bls12381PairingMap(reversed(G1, 48), reversed(G2, 96), 'LE')!;
		expect(bls12381PairingMap(G1, G2, 'BE')).toEqual(little.reverse());
	});

	it('refuse nine pairs and points outside the groups', () => {
		const nine = (bytes: Uint8Array): Uint8Array => joined(...Array.from({ length: 9 }, () => bytes));
		expect(bls12381PairingMap(nine(infinity1), nine(G2), 'BE')).toBeNull();
		expect(bls12381PairingMap(OUTSIDE_1, G2, 'BE')).toBeNull();
		expect(bls12381PairingMap(G1, OUTSIDE_2, 'BE')).toBeNull();
	});
});
