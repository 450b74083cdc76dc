/**
 * Errors in the runner's spelling: the name of upstream's variant, its arguments beside it.
 */
import { errorDebug } from '@parhelion/sbpf';
import type { JsonObject } from './row.ts';

/** `err` is the variant; `args`, where there are any, its arguments: 64-bit ones in hex, errors in Rust's `Debug` spelling. */
export function errorFields(error: { readonly kind: string }): JsonObject {
	const { kind, ...fields } = error;
	const args = Object.values(fields).map(argument);
	return args.length === 0 ? { err: kind } : { err: kind, args };
}

function argument(value: unknown): unknown {
	if (typeof value === 'bigint') return `0x${value.toString(16)}`;
	if (typeof value === 'object' && value !== null) return errorDebug(value);
	return value;
}
