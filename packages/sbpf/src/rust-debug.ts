/**
 * Text as Rust's `Debug` prints it.
 *
 * Owns the escapes of `char` and `str`, which reach users inside error texts.
 */

/** Characters `Debug` escapes by number: unassigned, control, separators but the space, combining. */
const UNPRINTABLE = /[\p{C}\p{Z}\p{Grapheme_Extend}]/u;
const NAMED: ReadonlyMap<string, string> = new Map([
	['\\', '\\\\'],
	['\n', '\\n'],
	['\r', '\\r'],
	['\t', '\\t'],
	['\0', '\\0'],
]);

/** A string in double quotes. */
export function debugString(text: string): string {
	let out = '"';
	for (const char of text) out += char === '"' ? '\\"' : escaped(char);
	return `${out}"`;
}

/** A character in single quotes. */
export function debugChar(char: string): string {
	return char === "'" ? "'\\''" : `'${escaped(char)}'`;
}

function escaped(char: string): string {
	const named = NAMED.get(char);
	if (named !== undefined) return named;
	if (char !== ' ' && UNPRINTABLE.test(char)) return `\\u{${char.codePointAt(0)!.toString(16)}}`;
	return char;
}
