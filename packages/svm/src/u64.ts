/**
 * Owns {@link U64}: a u64 as the number it is where a double holds it exactly, else as a bigint.
 *
 * Addresses, lengths and counts that programs hand over are almost always below 2^53; only nonsense is
 * not. This keeps the hot paths on plain numbers and still names the nonsense exactly in an error.
 */

import type { ContextObject, EbpfVm } from '@parhelion/sbpf';
import { U64_MAX } from '@parhelion/sdk';

/** A u64: a number below 2^53, a bigint from there on. */
export type U64 = number | bigint;

/** Upper halves below this leave the whole value below 2^53. */
const SAFE_HIGH = 0x20_0000;

/** The value of two 32-bit halves (unsigned numbers). */
export function u64FromHalves(low: number, high: number): U64 {
	return high < SAFE_HIGH ? high * 0x1_0000_0000 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** Argument `index` (1 to 5) of a syscall. */
export function argU64<C extends ContextObject>(vm: EbpfVm<C>, index: number): U64 {
	const halves = vm.registers32;
	const high = halves[2 * index + 1]! >>> 0;
	return high < SAFE_HIGH ? high * 0x1_0000_0000 + (halves[2 * index]! >>> 0) : vm.registers[index]!;
}

/** The little-endian u64 at `offset`. */
export function readU64(view: DataView, offset: number): U64 {
	const high = view.getUint32(offset + 4, true);
	return high < SAFE_HIGH
		? high * 0x1_0000_0000 + view.getUint32(offset, true)
		: view.getBigUint64(offset, true);
}

const scratch = new BigUint64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

/** Whether the little-endian u64 at `offset` is `value`. Makes no bigint: it takes a third of the time. */
export function isU64At(view: DataView, offset: number, value: bigint): boolean {
	scratch[0] = value;
	return (
		view.getInt32(offset, true) === scratchWords[0] && view.getInt32(offset + 4, true) === scratchWords[1]
	);
}

/** Writes `value` (a number below 2^53) as a little-endian u64. */
export function writeU64(view: DataView, offset: number, value: number): void {
	view.setUint32(offset, value % 0x1_0000_0000, true);
	view.setUint32(offset + 4, value / 0x1_0000_0000, true);
}

/** The value in the form {@link U64} asks for. */
export function normalizeU64(value: bigint): U64 {
	return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** `a + b`, at most 2^64 - 1. */
export function saturatingAdd(a: U64, b: U64): U64 {
	if (typeof a === 'number' && typeof b === 'number') {
		const sum = a + b;
		if (sum <= Number.MAX_SAFE_INTEGER) return sum;
	}
	const sum = BigInt(a) + BigInt(b);
	return normalizeU64(sum > U64_MAX ? U64_MAX : sum);
}

/** `a * b`, at most 2^64 - 1. */
export function saturatingMul(a: U64, b: number): U64 {
	if (typeof a === 'number') {
		const product = a * b;
		if (product <= Number.MAX_SAFE_INTEGER) return product;
	}
	const product = BigInt(a) * BigInt(b);
	return normalizeU64(product > U64_MAX ? U64_MAX : product);
}

/** `a + b` modulo 2^64, as pointer arithmetic does. */
export function wrappingAdd(a: U64, b: number): U64 {
	if (typeof a === 'number') {
		const sum = a + b;
		if (sum <= Number.MAX_SAFE_INTEGER) return sum;
	}
	return normalizeU64((BigInt(a) + BigInt(b)) & U64_MAX);
}

/** Compute units for an amount: beyond 2^53 any number exceeds every meter. */
export function toUnits(amount: U64): number {
	return typeof amount === 'number' ? amount : Number(amount);
}

/** `value / divisor`, rounded down, in compute units. Exact below 2^53 for divisors up to 256. */
export function unitsPer(value: U64, divisor: number): number {
	return Math.floor(Number(value) / divisor);
}
