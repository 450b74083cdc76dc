/**
 * Results against expectations.
 *
 * Owns what counts as the same: every expected field must be there and equal; `debug` stands for an error
 * with its arguments in Rust's spelling.
 */
import type { JsonObject } from './row.ts';

/** Where `result` is not as `expected`, in words; `null` where it is. */
export function disagreement(expected: JsonObject, result: JsonObject): string | null {
	for (const [name, value] of Object.entries(expected)) {
		const actual = name === 'debug' ? debugOf(result) : result[name];
		if (!isSame(value, actual)) {
			return `${name}: expected ${JSON.stringify(value)}, got ${JSON.stringify(actual ?? result)}`;
		}
	}
	return null;
}

/** The error of a result with its arguments; `undefined` where it has none. */
function debugOf({ err, args }: JsonObject): string | undefined {
	if (typeof err !== 'string') return undefined;
	return Array.isArray(args) ? `${err}(${args.map(argument).join(', ')})` : err;
}

function argument(value: unknown): string {
	if (typeof value !== 'string') return String(value);
	if (/^0x[0-9a-f]+$/.test(value)) return String(BigInt(value));
	return value === 'Load' || value === 'Store' || value.includes('(') ? value : JSON.stringify(value);
}

function isSame(a: unknown, b: unknown): boolean {
	if (Array.isArray(a) && Array.isArray(b)) {
		return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
	}
	if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
		const keys = Object.keys(a);
		if (keys.length !== Object.keys(b).length) return false;
		return keys.every((key) => isSame((a as JsonObject)[key], (b as JsonObject)[key]));
	}
	return a === b;
}
