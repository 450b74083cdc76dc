/**
 * Rust's `Debug` spelling of strings, characters and JSON values: the reference quotes what a client sent in
 * some of its error messages. Source: core `str::escape_debug`, serde_json `Value`'s `Debug`.
 */

import { JsonObject, type JsonValue } from '../json/value.ts';
import { formatFloat } from '../json/write.ts';

const SHORT: ReadonlyMap<string, string> = new Map([
	['\0', '\\0'],
	['\t', '\\t'],
	['\n', '\\n'],
	['\r', '\\r'],
	['\\', '\\\\'],
]);

/** Not printable, or attached to the character before it: Rust writes these as `\u{..}`. */
const ESCAPED = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Mn}\p{Me}]|(?! )\p{Zs}/u;

function escapeCharacter(character: string): string {
	const short = SHORT.get(character);
	if (short !== undefined) return short;
	return ESCAPED.test(character) ? `\\u{${character.codePointAt(0)!.toString(16)}}` : character;
}

/** `text` in double quotes. */
export function debugString(text: string): string {
	let result = '"';
	for (const character of text) result += character === '"' ? '\\"' : escapeCharacter(character);
	return `${result}"`;
}

/** `character` in single quotes. */
export function debugChar(character: string): string {
	return character === "'" ? "'\\''" : `'${escapeCharacter(character)}'`;
}

/** A JSON value, e.g. `Array [Number(1), String("a")]`. */
export function debugValue(value: JsonValue): string {
	switch (typeof value) {
		case 'boolean':
			return `Bool(${value})`;
		case 'string':
			return `String(${debugString(value)})`;
		case 'bigint':
			return `Number(${value})`;
		case 'number':
			return `Number(${formatFloat(value)})`;
	}
	if (value === null) return 'Null';
	if (value instanceof JsonObject) return `Object ${debugMembers(value)}`;
	return `Array ${debugElements(value)}`;
}

/** The elements in brackets. */
export function debugElements(values: readonly JsonValue[]): string {
	return `[${values.map(debugValue).join(', ')}]`;
}

/** The members in braces, in the order of their names. */
export function debugMembers(object: JsonObject): string {
	const members = object.sortedEntries().map(([key, value]) => `${debugString(key)}: ${debugValue(value)}`);
	return `{${members.join(', ')}}`;
}
