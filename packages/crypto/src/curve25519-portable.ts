/**
 * Owns the group operations on edwards25519 and ristretto255 by `@noble/curves`: the readable form of
 * native/curve25519.c, and what runs where WebAssembly may not be compiled.
 *
 * Source: crate `solana-curve25519` (`edwards.rs`, `ristretto.rs`, `scalar.rs`) over `curve25519-dalek` 4:
 * `CompressedEdwardsY::decompress` takes y mod p and any sign bit; `CompressedRistretto::decompress` and
 * `Scalar::from_canonical_bytes` take canonical encodings only.
 */
import { pippenger } from '@noble/curves/abstract/curve.js';
import { ed25519, ristretto255 } from '@noble/curves/ed25519.js';
import type { Curve25519Group } from './curve25519-group.ts';
import { isOnCurve } from './on-curve.ts';

const Edwards = ed25519.Point;
const Ristretto = ristretto255.Point;
const P = Edwards.Fp.ORDER;
const L = Edwards.Fn.ORDER;

/** Below this many points separate multiplications are faster than buckets. */
const FEW_POINTS = 4;

/** What the library offers for both groups. */
interface GroupPoint<Self> {
	add(other: Self): Self;
	subtract(other: Self): Self;
	multiplyUnsafe(scalar: bigint): Self;
	toBytes(): Uint8Array;
}

function littleEndian(bytes: Uint8Array): bigint {
	let hex = '0x';
	for (let i = bytes.length - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0');
	return BigInt(hex);
}

/** The scalar, or null from the group's order on. */
function canonicalScalar(bytes: Uint8Array): bigint | null {
	const scalar = littleEndian(bytes);
	return scalar < L ? scalar : null;
}

function chunks(bytes: Uint8Array): Uint8Array[] {
	const out: Uint8Array[] = [];
	for (let at = 0; at + 32 <= bytes.length; at += 32) out.push(bytes.subarray(at, at + 32));
	return out;
}

/** The items if all could be made, else null. */
function all<T>(items: readonly (T | null)[]): T[] | null {
	const out: T[] = [];
	for (const item of items) {
		if (item === null) return null;
		out.push(item);
	}
	return out;
}

function groupOf<Point extends GroupPoint<Point>>(
	decompress: (bytes: Uint8Array) => Point | null,
	validate: (bytes: Uint8Array) => boolean,
	sumOfMultiples: (points: Point[], scalars: bigint[]) => Point,
): Curve25519Group {
	const both = (
		left: Uint8Array,
		right: Uint8Array,
		op: (a: Point, b: Point) => Point,
	): Uint8Array | null => {
		const a = decompress(left);
		if (a === null) return null;
		const b = decompress(right);
		return b === null ? null : op(a, b).toBytes();
	};
	return {
		validate,
		add: (left, right) => both(left, right, (a, b) => a.add(b)),
		subtract: (left, right) => both(left, right, (a, b) => a.subtract(b)),
		multiply(scalar, point) {
			const factor = canonicalScalar(scalar);
			if (factor === null) return null;
			return decompress(point)?.multiplyUnsafe(factor).toBytes() ?? null;
		},
		multiscalarMultiply(scalars, points) {
			const factors = all(chunks(scalars).map(canonicalScalar));
			if (factors === null) return null;
			const elements = all(chunks(points).map(decompress));
			return elements === null ? null : sumOfMultiples(elements, factors).toBytes();
		},
	};
}

function decompressEdwards(bytes: Uint8Array): InstanceType<typeof Edwards> | null {
	if (!isOnCurve(bytes)) return null;
	const point = Edwards.fromBytes(bytes, true);
	const { x, y } = point.toAffine();
	// The library would encode an unreduced y as it came.
	return y < P ? point : Edwards.fromAffine({ x, y: y - P });
}

function decompressRistretto(bytes: Uint8Array): InstanceType<typeof Ristretto> | null {
	try {
		return Ristretto.fromBytes(bytes);
	} catch {
		return null;
	}
}

/** edwards25519 with its points of small order, encoded as compressed y. */
export const portableEdwards25519Group: Curve25519Group = groupOf(
	decompressEdwards,
	isOnCurve,
	(points, scalars) => {
		if (points.length > FEW_POINTS) return pippenger(Edwards, points, scalars);
		let sum = Edwards.ZERO;
		for (const [i, point] of points.entries()) sum = sum.add(point.multiplyUnsafe(scalars[i]!));
		return sum;
	},
);

/** ristretto255, the group of prime order. */
export const portableRistretto255Group: Curve25519Group = groupOf(
	decompressRistretto,
	(bytes) => decompressRistretto(bytes) !== null,
	(points, scalars) => {
		if (points.length > FEW_POINTS) return pippenger(Ristretto, points, scalars);
		let sum = Ristretto.ZERO;
		for (const [i, point] of points.entries()) sum = sum.add(point.multiplyUnsafe(scalars[i]!));
		return sum;
	},
);
