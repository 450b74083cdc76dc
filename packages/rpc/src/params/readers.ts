/**
 * Reads typed parameters out of JSON values, with serde's rules and serde's words.
 *
 * A {@link Reader} returns the value or ends the call with `Invalid params: <what serde_json says>.`.
 * Sources: serde `de` (`Unexpected`, `Expected`), serde_json `value/de.rs`; the shapes of errors were compared
 * with the reference's own parser (`reference-requests.jsonl`).
 */
import { JsonObject, type JsonValue } from '../json/value.ts';
import { formatFloat, type Json } from '../json/write.ts';
import { failInvalidParams, RpcFault } from '../rpc-error.ts';
import { debugString } from './rust-debug.ts';

/** Turns a JSON value into a `T`. */
export type Reader<T> = (value: JsonValue) => T;

/** A JSON schema, as far as it says what a reader takes. */
export type JsonSchema = { readonly [key: string]: Json };

const schemas = new WeakMap<object, JsonSchema>();

/** Says what `reader` takes. */
export function described<T>(reader: Reader<T>, schema: JsonSchema): Reader<T> {
	schemas.set(reader, schema);
	return reader;
}

/** What `reader` takes; anything where that is not known. */
export function schemaOf(reader: Reader<unknown>): JsonSchema {
	return schemas.get(reader) ?? {};
}

/** What a reader makes. */
export type Read<R> = R extends Reader<infer T> ? T : never;

/** Ends the call with what serde found wrong. */
export function refuse(what: string): never {
	failInvalidParams(`Invalid params: ${what}.`);
}

function describe(value: JsonValue): string {
	switch (typeof value) {
		case 'boolean':
			return `boolean \`${value}\``;
		case 'string':
			return `string ${debugString(value)}`;
		case 'bigint':
			return `integer \`${value}\``;
		case 'number':
			return `floating point \`${formatFloat(value)}\``;
	}
	if (value === null) return 'null';
	return value instanceof JsonObject ? 'map' : 'sequence';
}

/** Ends the call: `value` has a type that cannot be `expected`. */
export function refuseType(value: JsonValue, expected: string): never {
	refuse(`invalid type: ${describe(value)}, expected ${expected}`);
}

/** A string. */
export const readString: Reader<string> = described(
	(value) => (typeof value === 'string' ? value : refuseType(value, 'a string')),
	{ type: 'string' },
);

/** A boolean. */
export const readBool: Reader<boolean> = described(
	(value) => (typeof value === 'boolean' ? value : refuseType(value, 'a boolean')),
	{ type: 'boolean' },
);

function unsigned(name: string, max: bigint): Reader<bigint> {
	const read: Reader<bigint> = (value) => {
		if (typeof value !== 'bigint') return refuseType(value, name);
		if (value < 0n || value > max) return refuse(`invalid value: ${describe(value)}, expected ${name}`);
		return value;
	};
	return described(read, { type: 'integer', minimum: 0, maximum: max });
}

/** A u64. */
export const readU64: Reader<bigint> = unsigned('u64', 2n ** 64n - 1n);
/** A usize of 64 bits. */
export const readUsize: Reader<bigint> = unsigned('usize', 2n ** 64n - 1n);
/** A u8. */
const readU8Bigint = unsigned('u8', 255n);
export const readU8: Reader<number> = described(
	(value) => Number(readU8Bigint(value)),
	schemaOf(readU8Bigint),
);

/** `null` or what `reader` reads. */
export function option<T>(reader: Reader<T>): Reader<T | null> {
	return described((value) => (value === null ? null : reader(value)), {
		anyOf: [schemaOf(reader), { type: 'null' }],
	});
}

/** An array. */
export function sequence<T>(reader: Reader<T>): Reader<T[]> {
	return described(
		(value) =>
			Array.isArray(value) ? value.map((element) => reader(element)) : refuseType(value, 'a sequence'),
		{ type: 'array', items: schemaOf(reader) },
	);
}

/** The first reader that accepts the value, as `#[serde(untagged)]`. */
export function untagged<T>(name: string, ...readers: readonly Reader<T>[]): Reader<T> {
	const read: Reader<T> = (value) => {
		for (const reader of readers) {
			const attempted = attempt(reader, value);
			if (attempted !== null) return attempted.value;
		}
		return refuse(`data did not match any variant of untagged enum ${name}`);
	};
	return described(read, { anyOf: readers.map(schemaOf) });
}

/** What `reader` makes of `value`, or null where it would refuse. */
export function attempt<T>(reader: Reader<T>, value: JsonValue): { readonly value: T } | null {
	try {
		return { value: reader(value) };
	} catch (thrown) {
		if (thrown instanceof RpcFault) return null;
		throw thrown;
	}
}

/** A variant without content: its name, or an object of its name and null. */
function unitVariant(content: JsonValue | undefined): void {
	if (content !== undefined && content !== null) refuseType(content, 'unit');
}

/**
 * An enum whose variants are names, or objects of one name and the content. `variants` maps each name to the
 * reader of its content, or to null where it has none.
 */
export function enumeration<T>(variants: Readonly<Record<string, Reader<T> | null>>): Reader<T> {
	const names = Object.keys(variants);
	const quoted = names.map((name) => `\`${name}\``);
	const expected =
		quoted.length === 2 ? `expected ${quoted.join(' or ')}` : `expected one of ${quoted.join(', ')}`;
	const read: Reader<T> = (value) => {
		let name: string;
		let content: JsonValue | undefined;
		if (typeof value === 'string') {
			name = value;
		} else if (value instanceof JsonObject) {
			if (value.size !== 1) return refuse('invalid value: map, expected map with a single key');
			[name, content] = value.entries().next().value!;
		} else {
			return refuseType(value, 'string or map');
		}
		if (!Object.hasOwn(variants, name)) return refuse(`unknown variant ${`\`${name}\``}, ${expected}`);
		const reader = variants[name]!;
		if (reader === null) {
			unitVariant(content);
			return name as T;
		}
		if (content === undefined) return refuse('invalid type: unit variant, expected newtype variant');
		return reader(content);
	};
	return described(read, schemaOfVariants(variants));
}

/** Plain names are strings, or objects of the name and null; the others objects of the name and the content. */
function schemaOfVariants(variants: Readonly<Record<string, Reader<unknown> | null>>): JsonSchema {
	const plain = Object.keys(variants).filter((name) => variants[name] === null);
	const objects = Object.entries(variants).map(([name, reader]) => ({
		type: 'object',
		properties: { [name]: reader === null ? { type: 'null' } : schemaOf(reader) },
		required: [name],
	}));
	return { anyOf: plain.length === 0 ? objects : [{ enum: plain }, ...objects] };
}

/** An enum of plain names. */
export function names<const T extends string>(...all: readonly T[]): Reader<T> {
	return enumeration<T>(Object.fromEntries(all.map((name) => [name, null])));
}

/** A member of a struct. */
export interface Field<T> {
	readonly read: Reader<T>;
	/** The value where the member is missing; without it the member is required. */
	readonly fallback?: T;
	/** The fallback stands in for a missing element of an array too (`#[serde(default)]`). */
	readonly defaults?: boolean;
	/** Reads the whole object instead of one member (`#[serde(flatten)]`). */
	readonly flatten?: (object: JsonObject) => T;
	/** Schemas of the members that {@link flatten} reads. */
	readonly members?: JsonSchema;
}

/** A member that must be there. */
export function required<T>(read: Reader<T>): Field<T> {
	return { read };
}

/** A member that may be missing or null. */
export function optional<T>(read: Reader<T>): Field<T | null> {
	return { read: option(read), fallback: null };
}

/** A member that may be missing. */
export function withDefault<T>(read: Reader<T>, fallback: T): Field<T> {
	return { read, fallback, defaults: true };
}

/** Members that stand in the same object as the others. */
export function flattened<T>(flatten: (object: JsonObject) => T, members: JsonSchema): Field<T> {
	return { read: () => refuse('a flattened field has no value of its own'), flatten, members };
}

type Fields<T> = { readonly [K in keyof T]: Field<T[K]> };

/**
 * A struct: an object, or (when nothing is flattened into it) an array of its members in order. Members
 * nobody knows are skipped. Members are read in the order of their names, as serde_json's map gives them.
 */
export function struct<T extends object>(name: string, fields: Fields<T>): Reader<T> {
	const keys = Object.keys(fields) as (keyof T & string)[];
	const isFlat = keys.some((key) => fields[key].flatten !== undefined);
	const read: Reader<T> = (value) => {
		if (value instanceof JsonObject) return readMembers(value, fields, keys);
		if (Array.isArray(value) && !isFlat) return readElements(value, name, fields, keys);
		return refuseType(value, `struct ${name}`);
	};
	const schema = schemaOfMembers(fields, keys);
	const prefixItems = keys.map((key) => schemaOf(fields[key].read));
	const elements = { type: 'array', prefixItems, maxItems: keys.length };
	return described(read, isFlat ? schema : { anyOf: [schema, elements] });
}

function schemaOfMembers<T extends object>(
	fields: Fields<T>,
	keys: readonly (keyof T & string)[],
): JsonSchema {
	const properties: Record<string, Json> = {};
	for (const key of keys) {
		const { members, read } = fields[key];
		if (members === undefined) properties[key] = schemaOf(read);
		else Object.assign(properties, members);
	}
	const required = keys.filter((key) => fields[key].members === undefined && !('fallback' in fields[key]));
	return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

function readMembers<T extends object>(
	object: JsonObject,
	fields: Fields<T>,
	keys: readonly (keyof T & string)[],
): T {
	const result: Partial<T> = {};
	const known = new Set<string>(keys);
	for (const [key, value] of object.sortedEntries()) {
		if (!known.has(key)) continue;
		const field = fields[key as keyof T & string];
		if (field.flatten === undefined) result[key as keyof T & string] = field.read(value);
	}
	for (const key of keys) {
		const field = fields[key];
		if (field.flatten !== undefined || Object.hasOwn(result, key)) continue;
		if (!('fallback' in field)) return refuse(`missing field \`${key}\``);
		result[key] = field.fallback as T[typeof key];
	}
	for (const key of keys) {
		const { flatten } = fields[key];
		if (flatten !== undefined) result[key] = flatten(object);
	}
	return result as T;
}

function readElements<T extends object>(
	values: readonly JsonValue[],
	name: string,
	fields: Fields<T>,
	keys: readonly (keyof T & string)[],
): T {
	const result: Partial<T> = {};
	keys.forEach((key, index) => {
		const field = fields[key];
		const value = values[index];
		if (value !== undefined) {
			result[key] = field.read(value);
		} else if (field.defaults === true) {
			result[key] = field.fallback as T[typeof key];
		} else {
			const plural = keys.length === 1 ? '1 element' : `${keys.length} elements`;
			refuse(`invalid length ${index}, expected struct ${name} with ${plural}`);
		}
	});
	if (values.length > keys.length)
		refuse(`invalid length ${values.length}, expected fewer elements in array`);
	return result as T;
}
