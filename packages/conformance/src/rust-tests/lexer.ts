/**
 * Rust source into tokens.
 *
 * Owns as much of the language as upstream's test files use; the rest is an error.
 */

/** A token. `text` of a string is its value; of a number its digits without `_` and suffix. */
export interface Token {
	readonly kind: 'ident' | 'int' | 'string' | 'punct' | 'end';
	readonly text: string;
	readonly line: number;
}

/** Longest first. */
const PUNCTUATION = [
	...['..=', '<<=', '>>=', '...'],
	...[
		'::',
		'->',
		'=>',
		'..',
		'<<',
		'>>',
		'&&',
		'||',
		'==',
		'!=',
		'<=',
		'>=',
		'|=',
		'&=',
		'+=',
		'-=',
		'*=',
		'^=',
	],
	...'+-*/%^!&|=<>@.,;:#$?~()[]{}',
];

const SKIPPED = /(?:\s+|\/\/[^\n]*|\/\*.*?\*\/)+/sy;
const INTEGER = /(0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*)(?:[ui](?:8|16|32|64|128|size))?/y;
const IDENT = /[A-Za-z_][A-Za-z_0-9]*/y;
const RAW_STRING = /b?r(#*)"(.*?)"\1/sy;
const STRING = /b?"((?:[^"\\]|\\.)*)"/sy;
const CHAR_OR_LIFETIME = /b?'(?:\\.[^']*|[^'\\])'|'[A-Za-z_]+/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
	['n', '\n'],
	['r', '\r'],
	['t', '\t'],
	['0', '\0'],
	['\\', '\\'],
	['"', '"'],
	["'", "'"],
]);

/** The tokens of `source`, closed by one of kind `end`. */
export function tokenize(source: string): Token[] {
	const tokens: Token[] = [];
	let at = 0;
	let line = 1;
	const match = (pattern: RegExp): RegExpExecArray | null => {
		pattern.lastIndex = at;
		return pattern.exec(source);
	};
	const advance = (text: string): void => {
		at += text.length;
		for (const char of text) if (char === '\n') line++;
	};
	while (at < source.length) {
		const skipped = match(SKIPPED);
		if (skipped !== null) {
			advance(skipped[0]);
			continue;
		}
		const raw = match(RAW_STRING);
		const text = raw ?? match(STRING);
		if (text !== null) {
			const value = raw !== null ? raw[2]! : unescaped(text[1]!);
			tokens.push({ kind: 'string', text: value, line });
			advance(text[0]);
			continue;
		}
		const lifetime = match(CHAR_OR_LIFETIME);
		if (lifetime !== null) {
			advance(lifetime[0]);
			continue;
		}
		const integer = match(INTEGER);
		if (integer !== null) {
			tokens.push({ kind: 'int', text: integer[1]!.replaceAll('_', ''), line });
			advance(integer[0]);
			continue;
		}
		const ident = match(IDENT);
		if (ident !== null) {
			tokens.push({ kind: 'ident', text: ident[0], line });
			advance(ident[0]);
			continue;
		}
		const punct = PUNCTUATION.find((candidate) => source.startsWith(candidate, at));
		if (punct === undefined) throw new SyntaxError(`line ${line}: unexpected ${source[at]}`);
		tokens.push({ kind: 'punct', text: punct, line });
		advance(punct);
	}
	tokens.push({ kind: 'end', text: '', line });
	return tokens;
}

function unescaped(body: string): string {
	return body.replace(
		/\\(?:\n\s*|x([0-9a-fA-F]{2})|(.))/g,
		(_, hex: string | undefined, char: string | undefined) => {
			if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
			return char === undefined ? '' : (ESCAPES.get(char) ?? char);
		},
	);
}
