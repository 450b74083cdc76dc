/**
 * Range checks of the integers that callers hand over, with the original's messages.
 *
 * Source: node-litesvm util.rs.
 */

const U64_LIMIT = 1n << 64n;
const U128_LIMIT = 1n << 128n;
const I64_LIMIT = 1n << 63n;

/** The bigint in the spelling of the original's messages: sign and 64-bit words. */
function spell(value: bigint): string {
	const words: bigint[] = [];
	let rest = value < 0n ? -value : value;
	while (rest > 0n) {
		words.push(rest % U64_LIMIT);
		rest /= U64_LIMIT;
	}
	return `BigInt { sign_bit: ${value < 0n}, words: [${words.join(', ')}] }`;
}

function requireBigint(value: bigint, kind: string): void {
	if (typeof value !== 'bigint') throw new TypeError(`a bigint is needed for a ${kind}, got ${typeof value}`);
}

function unsigned(value: bigint, kind: string, limit: bigint): bigint {
	requireBigint(value, kind);
	if (value < 0n) throw new RangeError(`Cannot convert negative bigint to ${kind}: ${spell(value)}`);
	if (value >= limit) throw new RangeError(`Bigint too large for ${kind}: ${spell(value)}`);
	return value;
}

/** `value` as u64. TypeError if it is no bigint, RangeError if it is out of range. */
export function toU64(value: bigint): bigint {
	return unsigned(value, 'u64', U64_LIMIT);
}

/** `value` as u128. */
export function toU128(value: bigint): bigint {
	return unsigned(value, 'u128', U128_LIMIT);
}

/** `value` as usize (u64): still a bigint, since it may be above 2^53. */
export function toUsize(value: bigint): bigint {
	return unsigned(value, 'usize', U64_LIMIT);
}

/** `value` as i64. */
export function toI64(value: bigint): bigint {
	requireBigint(value, 'i64');
	if (value >= I64_LIMIT || value < -I64_LIMIT)
		throw new RangeError(`Bigint too large for i64: ${spell(value)}`);
	return value;
}
