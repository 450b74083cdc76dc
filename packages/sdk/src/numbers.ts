/**
 * Owns the flavoured number types. A flavour documents and keeps two different flavours apart; a plain
 * `bigint` or `number` still converts silently, so arithmetic needs no casts.
 */

/** A slot number (u64). */
export type Slot = bigint & { readonly __flavour?: 'Slot' };
/** An epoch number (u64). */
export type Epoch = bigint & { readonly __flavour?: 'Epoch' };
/** An amount in lamports (u64). */
export type Lamports = bigint & { readonly __flavour?: 'Lamports' };
/** Seconds since 1970 (i64). */
export type UnixTimestamp = bigint & { readonly __flavour?: 'UnixTimestamp' };
/** Compute units; always below 2^53. */
export type ComputeUnits = number & { readonly __flavour?: 'ComputeUnits' };

/** The largest u64. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** a + b, at most u64::MAX. */
export function saturatingAdd(a: bigint, b: bigint): bigint {
	const sum = a + b;
	return sum > U64_MAX ? U64_MAX : sum;
}

/** a - b, at least 0. */
export function saturatingSub(a: bigint, b: bigint): bigint {
	return a > b ? a - b : 0n;
}

/** a * b, at most u64::MAX. */
export function saturatingMul(a: bigint, b: bigint): bigint {
	const product = a * b;
	return product > U64_MAX ? U64_MAX : product;
}
