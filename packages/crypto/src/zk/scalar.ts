/**
 * Owns arithmetic modulo the order of ristretto255, as proofs need it. Nothing here is constant-time.
 *
 * Source: crate `curve25519-dalek` 4.1, `Scalar`.
 */
import { ristretto255 } from '@noble/curves/ed25519.js';

/** The group's order. */
export const ORDER: bigint = ristretto255.Point.Fn.ORDER;

function readLittleEndian(bytes: Uint8Array): bigint {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	let value = 0n;
	for (let at = bytes.length - 8; at >= 0; at -= 8) value = (value << 64n) | view.getBigUint64(at, true);
	return value;
}

/** The number between 0 and the order that is congruent. */
export function reduceScalar(value: bigint): bigint {
	const rest = value % ORDER;
	return rest < 0n ? rest + ORDER : rest;
}

/** The scalar of 32 bytes, or null from the order on (upstream: `from_canonical_bytes`). */
export function canonicalScalar(bytes: Uint8Array): bigint | null {
	const value = readLittleEndian(bytes);
	return value < ORDER ? value : null;
}

/** 64 bytes modulo the order (upstream: `from_bytes_mod_order_wide`). */
export function scalarFromWideBytes(bytes: Uint8Array): bigint {
	return readLittleEndian(bytes) % ORDER;
}

/** The inverses of scalars that are not zero, by one inversion. */
export function invertScalars(values: readonly bigint[]): bigint[] {
	const products: bigint[] = [];
	let product = 1n;
	for (const value of values) {
		products.push(product);
		product = (product * value) % ORDER;
	}
	let inverse = ristretto255.Point.Fn.inv(product);
	const out = new Array<bigint>(values.length);
	for (let i = values.length - 1; i >= 0; i--) {
		out[i] = (inverse * products[i]!) % ORDER;
		inverse = (inverse * values[i]!) % ORDER;
	}
	return out;
}
