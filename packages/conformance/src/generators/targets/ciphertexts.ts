/**
 * ElGamal ciphertexts over ristretto255 as token-2022 adds them up, and accounts that say that something was proved.
 *
 * Nobody has to know what is encrypted: the program compares bytes. Statements by `solana-zk-elgamal-proof-interface`,
 * `proof_data/`; what token-2022 wants of them by `spl-token-confidential-transfer-proof-extraction`.
 */
import { ristretto255Group as group } from '@parhelion/crypto';
import type { Random } from '../../oracle/random.ts';

/** A commitment or handle, or a key. */
export type Point = Uint8Array;
/** A commitment and a handle. */
export type Ciphertext = Uint8Array;
/** A commitment and a handle for each of some keys. */
export type Grouped = readonly Point[];

export const NO_KEY: Point = new Uint8Array(32);
export const ZERO: Ciphertext = new Uint8Array(64);
const GENERATOR: Point = Uint8Array.from(
	Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex'),
);

function scalar(value: number | bigint): Uint8Array {
	const out = new Uint8Array(32);
	new DataView(out.buffer).setBigUint64(0, BigInt(value), true);
	return out;
}

/** A multiple of a point that is one. */
export const times = (value: number | bigint, point: Point): Point => group.multiply(scalar(value), point)!;
const plus = (left: Point, right: Point): Point => group.add(left, right)!;
export const minus = (left: Point, right: Point): Point => group.subtract(left, right)!;
/** A multiple of the base point. */
export const multiple = (value: number | bigint): Point => times(value, GENERATOR);

const POINTS: readonly Point[] = Array.from({ length: 40 }, (_, i) =>
	multiple(1_000_003n ** BigInt(i % 3) + BigInt(i)),
);

export const randomPoint = (random: Random): Point => random.pick(POINTS);
export const randomCiphertext = (random: Random): Ciphertext =>
	joined(randomPoint(random), randomPoint(random));
export const randomGrouped = (random: Random, keys: number): Grouped =>
	Array.from({ length: 1 + keys }, () => randomPoint(random));

/** The low 16 bits and the rest as one. */
export const combined = (low: Point, high: Point): Point => plus(low, times(1 << 16, high));

/** Bytes one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
	const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/** What one of the keys reads of a grouped ciphertext. */
export const readBy = (grouped: Grouped, key: number): Ciphertext => joined(grouped[0]!, grouped[1 + key]!);

function pairwise(
	left: Ciphertext,
	right: Ciphertext,
	operation: (left: Point, right: Point) => Point,
): Ciphertext {
	return joined(
		operation(left.subarray(0, 32), right.subarray(0, 32)),
		operation(left.subarray(32), right.subarray(32)),
	);
}

export const add = (left: Ciphertext, right: Ciphertext): Ciphertext => pairwise(left, right, plus);
export const subtract = (left: Ciphertext, right: Ciphertext): Ciphertext => pairwise(left, right, minus);
export const combine = (low: Ciphertext, high: Ciphertext): Ciphertext => pairwise(low, high, combined);

/** A ciphertext without an amount that everybody knows. */
export const less = (from: Ciphertext, amount: bigint): Ciphertext =>
	amount === 0n ? from : joined(minus(from.subarray(0, 32), multiple(amount)), from.subarray(32));

/** What was proved: the kind of proof, by its number, and the statement. */
export interface Statement {
	readonly type: number;
	readonly bytes: Uint8Array;
}

export const zeroCiphertext = (key: Point, ciphertext: Ciphertext): Statement => ({
	type: 1,
	bytes: joined(key, ciphertext),
});

export const ciphertextEquality = (
	keys: readonly [Point, Point],
	ciphertexts: readonly [Ciphertext, Ciphertext],
): Statement => ({ type: 2, bytes: joined(...keys, ...ciphertexts) });

export const commitmentEquality = (key: Point, ciphertext: Ciphertext, commitment: Point): Statement => ({
	type: 3,
	bytes: joined(key, ciphertext, commitment),
});

export const pubkeyValidity = (key: Point): Statement => ({ type: 4, bytes: key });

export function percentageWithCap(fee: Point, delta: Point, claimed: Point, cap: bigint): Statement {
	return { type: 5, bytes: joined(fee, delta, claimed, scalar(cap).subarray(0, 8)) };
}

/** Of 64, 128 or 256 bits in all. */
export function range(
	bits: 64 | 128 | 256,
	commitments: readonly Point[],
	lengths: readonly number[],
): Statement {
	const bytes = new Uint8Array(264);
	bytes.set(joined(...commitments));
	bytes.set(lengths, 256);
	return { type: { 64: 6, 128: 7, 256: 8 }[bits], bytes };
}

/** For two keys or three. */
export function validity(keys: readonly Point[], low: Grouped, high: Grouped): Statement {
	return { type: keys.length === 2 ? 10 : 12, bytes: joined(...keys, ...low, ...high) };
}
