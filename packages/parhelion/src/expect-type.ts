/**
 * Checks of what callers hand over: a value of another type is a `TypeError` that says what was expected.
 *
 * Callers in JavaScript, and in TypeScript behind a cast, would otherwise meet an error from the depth of the
 * runtime, or a wrong result.
 */
import { Pubkey } from '@parhelion/sdk';

/** What a value is, for a message. */
function describe(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'an array';
	if (typeof value !== 'object') return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
	const name: unknown = value.constructor?.name;
	return typeof name === 'string' && name !== 'Object' && name !== '' ? `a ${name}` : 'an object';
}

/** The error for `name`, of which `expected` was wanted. */
export function wrongType(name: string, expected: string, value: unknown): TypeError {
	return new TypeError(`${name}: expected ${expected}, got ${describe(value)}`);
}

/** TypeError unless `value` is a boolean. */
export function expectBoolean(value: unknown, name: string): boolean {
	if (typeof value !== 'boolean') throw wrongType(name, 'a boolean', value);
	return value;
}

/** TypeError unless `value` is a number, RangeError unless it is an integer from `minimum` to `maximum`. */
export function expectInteger(value: unknown, name: string, minimum: number, maximum: number): number {
	if (typeof value !== 'number') throw wrongType(name, 'a number', value);
	if (!Number.isInteger(value) || value < minimum || value > maximum) {
		throw new RangeError(`${name}: expected an integer from ${minimum} to ${maximum}, got ${value}`);
	}
	return value;
}

/** TypeError unless `value` is a string. */
export function expectString(value: unknown, name: string): string {
	if (typeof value !== 'string') throw wrongType(name, 'a string', value);
	return value;
}

/** TypeError unless `value` is a function. */
export function expectFunction(value: unknown, name: string): void {
	if (typeof value !== 'function') throw wrongType(name, 'a function', value);
}

/** TypeError unless `value` is an object. */
export function expectObject(value: unknown, name: string, expected: string): void {
	if (typeof value !== 'object' || value === null) throw wrongType(name, expected, value);
}

/** TypeError unless `value` is an instance of `type`. */
export function expectInstance<Instance>(
	value: unknown,
	type: abstract new (...args: never) => Instance,
	name: string,
): Instance {
	const article = /^[AEIOU]/.test(type.name) ? 'an' : 'a';
	if (!(value instanceof type)) throw wrongType(name, `${article} ${type.name}`, value);
	return value;
}

/** `value` if it is bytes (a `Uint8Array`, so a `Buffer` too). */
export function expectBytes(value: unknown, name: string): Uint8Array {
	if (!(value instanceof Uint8Array)) throw wrongType(name, 'a Uint8Array', value);
	return value;
}

/** The address in base58. TypeError for another type, RangeError for text that is no address. */
export function toPubkey(value: unknown, name: string): Pubkey {
	if (typeof value !== 'string') throw wrongType(name, 'a base58 address (a string)', value);
	const pubkey = Pubkey.tryFromBase58(value);
	if (pubkey === null) {
		throw new RangeError(`${name}: expected a base58 address of 32 bytes, got "${value.slice(0, 64)}"`);
	}
	return pubkey;
}
