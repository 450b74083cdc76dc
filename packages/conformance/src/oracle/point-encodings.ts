/**
 * Makes encodings of points and field elements for the generators: right ones, of every order, and ones that are
 * wrong in all the ways that decoders tell apart.
 */
import {
	bls12381G1,
	bls12381G2,
	bn254G1Multiply,
	bn254G2Add,
	bn254G2Decompress,
	bn254G2Multiply,
	type Endianness,
} from '@parhelion/crypto';
import type { Random } from './random.ts';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** Orders of the fields and of the groups, as big-endian bytes. */
const BN254_P = bytesOf('30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47');
export const BN254_R: Uint8Array = bytesOf(
	'30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001',
);
const BLS_P = bytesOf(
	'1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
);
export const BLS_R: Uint8Array = bytesOf('73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001');

/** Generators, big endian. */
export const BN254_G1: Uint8Array = bytesOf(`${'00'.repeat(31)}01${'00'.repeat(31)}02`);
export const BN254_G2: Uint8Array = bytesOf(
	[
		'198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2',
		'1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed',
		'090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b',
		'12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
	].join(''),
);
export const BLS_G1: Uint8Array = bytesOf(
	[
		'17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
		'08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1',
	].join(''),
);
export const BLS_G2: Uint8Array = bytesOf(
	[
		'13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e',
		'024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
		'0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be',
		'0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801',
	].join(''),
);
/** Points of the curves that are not in the groups; the second of G1 is of order three. */
export const BLS_G1_OUTSIDE: readonly Uint8Array[] = [
	`${'00'.repeat(47)}040a989badd40d6212b33cffc3f3763e9bc760f988c9926b26da9dd85e928483446346b8ed00e1de5d5ea93e354abe706c`,
	`${'00'.repeat(48)}1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaa9`,
	`${'00'.repeat(95)}02`,
].map(bytesOf);
export const BLS_G2_OUTSIDE: readonly Uint8Array[] = [
	[
		`${'00'.repeat(47)}01${'00'.repeat(47)}02`,
		'19b203be56861004dc929da0468496a497e862f9164c9510893751b15b2b5f1107493c65351d0f26c411f861bb1c5a67',
		'11d57c44825bcab3686626136d72907afcc5b444ed828176ed81df96a05bc0a1c270438e9af8e7595becad284671529e',
	].join(''),
].map(bytesOf);

/** A big-endian encoding in the byte order asked for: elements reversed, those of Fp2 in the other order. */
function inOrder(bytes: Uint8Array, endianness: Endianness, field: number, isExtension: boolean): Uint8Array {
	if (endianness === 'BE') return bytes;
	const chunk = isExtension ? 2 * field : field;
	const out = new Uint8Array(bytes.length);
	for (let at = 0; at < bytes.length; at += chunk) {
		out.set(bytes.slice(at, at + chunk).reverse(), at);
	}
	return out;
}

/** `bytes` (big endian) plus `addend`, modulo their size. */
function plus(bytes: Uint8Array, addend: Uint8Array): Uint8Array {
	const out = bytes.slice();
	let carry = 0;
	for (let i = out.length - 1; i >= 0; i--) {
		carry += out[i]! + addend[i]!;
		out[i] = carry & 0xff;
		carry >>= 8;
	}
	return out;
}

/** Big-endian elements at the edges of a field. */
function edgeElement(random: Random, p: Uint8Array): Uint8Array {
	const small = new Uint8Array(p.length);
	small[p.length - 1] = random.int(4);
	// A number from 0 to 3, p and p plus that, p - 1, all ones.
	const minusOne = p.slice();
	minusOne[p.length - 1]!--;
	return random.pick([small, p, plus(p, small), minusOne, new Uint8Array(p.length).fill(0xff)]);
}

/** Spoils a big-endian encoding; as a rule it is then no longer right. */
function spoiled(random: Random, encoding: Uint8Array, p: Uint8Array): Uint8Array {
	const out = encoding.slice();
	const element = p.length * random.int(out.length / p.length);
	const flags = [0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0, 0xe0];
	switch (random.int(9)) {
		case 0:
			out[element] = out[element]! ^ random.pick(flags);
			break;
		case 1:
			out[0] = out[0]! ^ random.pick(flags);
			break;
		case 2:
			out.set(plus(out.subarray(element, element + p.length), p), element);
			break;
		case 3:
			out.set(edgeElement(random, p), element);
			break;
		case 4:
			out.fill(0);
			if (!random.oneIn(3)) out[random.oneIn(2) ? 0 : element] = random.pick(flags);
			if (random.oneIn(4)) out[random.int(out.length)] = 1;
			break;
		case 5:
			out.set(random.bytes(p.length), element);
			out[element] = out[element]! & 0x1f;
			break;
		case 6:
			return random.bytes(out.length);
		case 7:
			out.fill(0xff);
			break;
		default: {
			const at = random.int(out.length);
			out[at] = out[at]! ^ (1 << random.int(8));
		}
	}
	return out;
}

/** 32 bytes: mostly below the order, also at its edges and above it. */
function scalarBelow(random: Random, order: Uint8Array): Uint8Array {
	if (random.oneIn(6)) return edgeElement(random, order);
	const bytes = random.bytes(32);
	if (!random.oneIn(8)) bytes[0] = bytes[0]! & 0x1f;
	return bytes;
}

/** A group to take encodings from. */
export interface PointSource {
	/** A random encoding of a point; wrong now and then. */
	point(random: Random, endianness: Endianness): Uint8Array;
	/** A random encoding of an x with flags; often there is no point behind it. */
	compressed(random: Random, endianness: Endianness): Uint8Array;
	/** 32 bytes of a scalar. */
	scalar(random: Random): Uint8Array;
}

interface SourceOptions {
	readonly p: Uint8Array;
	readonly order: Uint8Array;
	readonly isExtension: boolean;
	/** Makes a point, big endian; of the group as a rule. */
	readonly make: (random: Random) => Uint8Array;
	/** Sets the flags of x, big endian. */
	readonly setFlags: (random: Random, x: Uint8Array) => void;
}

function source({ p, order, isExtension, make, setFlags }: SourceOptions): PointSource {
	const field = p.length;
	return {
		point(random, endianness) {
			const made = make(random);
			const bytes = random.oneIn(4) ? spoiled(random, made, p) : made;
			return inOrder(bytes, endianness, field, isExtension);
		},
		compressed(random, endianness) {
			const made = make(random);
			const x = made.slice(0, made.length / 2);
			if (random.oneIn(3)) {
				// Any x: about every second one is that of a point, seldom one of the group.
				x.set(random.bytes(x.length));
				x[0] = x[0]! & 0x0f;
				x[field % x.length] = x[field % x.length]! & 0x0f;
			}
			setFlags(random, x);
			const bytes = random.oneIn(4) ? spoiled(random, x, p) : x;
			return inOrder(bytes, endianness, field, isExtension);
		},
		scalar: (random) => scalarBelow(random, order),
	};
}

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** BN254's flags: the sign, seldom infinity or both. */
function setArkworksFlags(random: Random, x: Uint8Array): void {
	x[0] = x[0]! | (random.oneIn(2) ? 0x80 : 0) | (random.oneIn(12) ? 0x40 : 0);
}

/** BLS12-381's flags: compressed and the sign, seldom not, or infinity. */
function setZcashFlags(random: Random, x: Uint8Array): void {
	x[0] = x[0]! | (random.oneIn(12) ? 0 : 0x80) | (random.oneIn(2) ? 0x20 : 0) | (random.oneIn(16) ? 0x40 : 0);
}

/** BN254's G1. */
export const bn254G1Points: PointSource = source({
	p: BN254_P,
	order: BN254_R,
	isExtension: false,
	make: (random) => bn254G1Multiply(joined(BN254_G1, scalarBelow(random, BN254_R)), 'BE')!,
	setFlags: setArkworksFlags,
});

/** BN254's G2, and other points of the twisted curve. */
export const bn254G2Points: PointSource = source({
	p: BN254_P,
	order: BN254_R,
	isExtension: true,
	make(random) {
		const point = bn254G2Multiply(joined(BN254_G2, scalarBelow(random, BN254_R)), 'BE')!;
		if (!random.oneIn(6)) return point;
		const x = random.bytes(64);
		x[0] = x[0]! & 0x9f;
		x[32] = x[32]! & 0x1f;
		const other = bn254G2Decompress(x, 'BE');
		return other === null ? point : bn254G2Add(joined(point, other), 'BE')!;
	},
	setFlags: setArkworksFlags,
});

function blsPoint(
	random: Random,
	group: typeof bls12381G1,
	base: Uint8Array,
	outside: readonly Uint8Array[],
): Uint8Array {
	const point = group.multiply(scalarBelow(random, BLS_R), base, 'BE') ?? base;
	if (!random.oneIn(6)) return point;
	const other = random.pick(outside);
	return (random.oneIn(2) ? group.add(point, other, 'BE') : null) ?? other;
}

/** BLS12-381's G1, and other points of the curve. */
export const bls12381G1Points: PointSource = source({
	p: BLS_P,
	order: BLS_R,
	isExtension: false,
	make: (random) => blsPoint(random, bls12381G1, BLS_G1, BLS_G1_OUTSIDE),
	setFlags: setZcashFlags,
});

/** BLS12-381's G2, and other points of the twisted curve. */
export const bls12381G2Points: PointSource = source({
	p: BLS_P,
	order: BLS_R,
	isExtension: true,
	make: (random) => blsPoint(random, bls12381G2, BLS_G2, BLS_G2_OUTSIDE),
	setFlags: setZcashFlags,
});

/** A field element of 32 bytes for Poseidon; now and then too big. */
export function poseidonElement(random: Random, endianness: Endianness): Uint8Array {
	const element = random.bytes(32);
	element[0] = element[0]! & 0x1f;
	if (random.oneIn(60)) element.set(edgeElement(random, BN254_R));
	return endianness === 'BE' ? element : element.slice().reverse();
}
