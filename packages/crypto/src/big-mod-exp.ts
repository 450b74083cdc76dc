/**
 * Owns the modular exponentiation of big integers. Source: crate `solana-big-mod-exp` 4.0.0 (`big_mod_exp`).
 */
import { readInteger, writeInteger } from './integers.ts';

/** Bits of the exponent taken at a time. */
const WINDOW = 4;
const WINDOW_VALUES: number = 1 << WINDOW;

/** `base ** exponent % modulus`, from the most significant bits down, {@link WINDOW} at a time. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	if (exponent === 0n) return 1n % modulus;
	const powers: bigint[] = [1n];
	for (let i = 1; i < WINDOW_VALUES; i++) powers.push((powers[i - 1]! * base) % modulus);
	let result = 1n;
	for (const digit of exponent.toString(WINDOW_VALUES)) {
		for (let i = 0; i < WINDOW; i++) result = (result * result) % modulus;
		const factor = Number.parseInt(digit, WINDOW_VALUES);
		if (factor !== 0) result = (result * powers[factor]!) % modulus;
	}
	return result;
}

/**
 * `base ** exponent` modulo `modulus`, little-endian integers, in as many bytes as `modulus` has; null where that is
 * empty, one, or even.
 */
export function bigModExp(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): Uint8Array | null {
	const m = readInteger(modulus, 0, modulus.length, 'LE');
	if ((m & 1n) === 0n || m === 1n) return null;
	const b = readInteger(base, 0, base.length, 'LE') % m;
	const out = new Uint8Array(modulus.length);
	const e = readInteger(exponent, 0, exponent.length, 'LE');
	writeInteger(out, 0, out.length, 'LE', power(b, e, m));
	return out;
}
