/** The values a test computes with. Integers have no width until they are cast. */
import type { JsonObject } from '../row.ts';

export type Value = bigint | string | boolean | null | Value[] | RustObject;

export type RustObject =
	/** An enum value: `Ok(3)`, `SBPFVersion::V0`, `EbpfError::DivideByZero`. */
	| { readonly kind: 'variant'; readonly name: string; readonly values: readonly Value[] }
	/** A struct of which only the fields matter. */
	| { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, Value> }
	| { readonly kind: 'range'; readonly start: Value; readonly end: Value }
	/** A part of an array, from an index on; tests never look past its end. */
	| { readonly kind: 'slice'; readonly array: Value[]; readonly start: number }
	| { readonly kind: 'memory'; readonly bytes: Value[]; readonly writable: boolean }
	/** The settings that differ from the defaults, by upstream's names. */
	| { readonly kind: 'config'; readonly settings: ReadonlyMap<string, Value> }
	| { readonly kind: 'loader'; readonly config: Value; readonly syscalls: JsonObject[] }
	/** The fields of a row that make the program. */
	| { readonly kind: 'program'; readonly fields: JsonObject }
	/** What a suite answers to a row; what is expected of it is learnt later. */
	| { readonly kind: 'answer'; readonly suite: string; readonly row: JsonObject };

/** Something of Rust or of upstream's test helpers that the extractor does not know. */
export class Unsupported extends Error {
	override readonly name = 'Unsupported';
}

/** An integer, or the reason why not. */
export function integer(value: Value | undefined): bigint {
	if (typeof value !== 'bigint') throw new Unsupported('an integer is needed');
	return value;
}

/** A list. */
export function list(value: Value | undefined): Value[] {
	if (!Array.isArray(value)) throw new Unsupported('a list is needed');
	return value;
}

/** A string. */
export function string(value: Value | undefined): string {
	if (typeof value !== 'string') throw new Unsupported('a string is needed');
	return value;
}

/** An object of one kind. */
export function object<K extends RustObject['kind']>(
	value: Value | undefined,
	kind: K,
): Extract<RustObject, { kind: K }> {
	if (typeof value !== 'object' || value === null || Array.isArray(value) || value.kind !== kind) {
		throw new Unsupported(`${kind} is needed`);
	}
	return value as Extract<RustObject, { kind: K }>;
}

/** Whether `value` is an object of `kind`. */
export function isObject<K extends RustObject['kind']>(
	value: Value | undefined,
	kind: K,
): value is Extract<RustObject, { kind: K }> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && value.kind === kind;
}

/** An enum value. */
export function variant(name: string, ...values: Value[]): Value {
	return { kind: 'variant', name, values };
}

/** A value as Rust's `Debug` prints it. */
export function debug(value: Value): string {
	if (typeof value === 'string') return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(debug).join(', ')}]`;
	if (!isObject(value, 'variant')) return String(value);
	return value.values.length === 0 ? value.name : `${value.name}(${value.values.map(debug).join(', ')})`;
}

/** A list of numbers as bytes. */
export function bytesOf(values: readonly Value[]): Uint8Array {
	return Uint8Array.from(values, (value) => Number(BigInt.asUintN(8, integer(value))));
}
