/**
 * Takes the `params` of a call apart into arguments. Source: jsonrpc-derive 18 `to_delegate.rs`
 * (`params_with_trailing`), jsonrpc-core 18 `types/params.rs`.
 */

import type { JsonValue } from '../json/value.ts';
import { JsonObject } from '../json/value.ts';
import { fail, failInvalidParams, JsonRpcError } from '../rpc-error.ts';
import { type Reader, refuse, refuseType } from './readers.ts';
import { debugElements, debugMembers, debugString } from './rust-debug.ts';

/** The `params` member: an array, an object, or null where it is missing. */
export type Params = JsonValue[] | JsonObject | null;

/** An argument that may be left out at the end, or be null. */
export class Optional<T> {
	readonly reader: Reader<T>;
	constructor(reader: Reader<T>) {
		this.reader = reader;
	}
}

/** An argument that may be left out at the end, or be null. */
export function opt<T>(reader: Reader<T>): Optional<T> {
	return new Optional(reader);
}

/** One argument in a method's row. */
export type Argument = Reader<unknown> | Optional<unknown>;

/** The value an argument comes to. */
export type ArgumentValue<A> = A extends Optional<infer T> ? T | null : A extends Reader<infer T> ? T : never;

/** The values of a method's arguments, in order. */
export type ArgumentValues<A extends readonly Argument[]> = { [K in keyof A]: ArgumentValue<A[K]> };

/** Reads `params` by the row `args`; the optional ones stand last. Ends the call with -32602 where they do not fit. */
export function readArguments<const A extends readonly Argument[]>(
	params: Params,
	args: A,
): ArgumentValues<A> {
	const trailing = args.filter((argument) => argument instanceof Optional).length;
	let values: readonly JsonValue[];
	if (trailing > 0) values = checkTrailing(params, args.length - trailing, args.length);
	else if (args.length === 0) values = checkNone(params);
	else values = checkExact(params, args.length);

	const read = args.map((argument, index) => {
		const value = values[index];
		if (!(argument instanceof Optional)) {
			return value === undefined ? refuseLength(index, args.length) : argument(value);
		}
		return value === undefined || value === null ? null : argument.reader(value);
	});
	if (values.length > args.length)
		refuse(`invalid length ${values.length}, expected fewer elements in array`);
	return read as ArgumentValues<A>;
}

function refuseLength(index: number, length: number): never {
	refuse(`invalid length ${index}, expected a tuple of size ${length}`);
}

function checkTrailing(params: Params, atLeast: number, atMost: number): readonly JsonValue[] {
	if (params instanceof JsonObject) return failInvalidParams('`params` should be an array');
	const values = params ?? [];
	if (values.length < atLeast) {
		return failInvalidParams(`\`params\` should have at least ${atLeast} argument(s)`);
	}
	if (values.length > atMost) {
		const message = `Expected from ${atLeast} to ${atMost} parameters.`;
		return fail(JsonRpcError.invalidParamsWithDetails(message, debugString(`Got: ${values.length}`)));
	}
	return values;
}

function checkNone(params: Params): readonly JsonValue[] {
	if (params === null || (Array.isArray(params) && params.length === 0)) return [];
	const details =
		params instanceof JsonObject ? `Map(${debugMembers(params)})` : `Array(${debugElements(params)})`;
	return fail(JsonRpcError.invalidParamsWithDetails('No parameters were expected', details));
}

function checkExact(params: Params, length: number): readonly JsonValue[] {
	return Array.isArray(params) ? params : refuseType(params, `a tuple of size ${length}`);
}
