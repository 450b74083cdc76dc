/**
 * Reads JSON exactly: 64-bit integers without loss, no prototype, depth limited. Accepts what serde_json
 * accepts (`serde_json::from_str` with its default recursion limit) and refuses the rest, such as lone
 * surrogates, `NaN`, numbers beyond f64 and anything after the document.
 *
 * Time is linear in the length of the text; the depth limit bounds the recursion.
 */
import { JsonObject, type JsonValue } from './value.ts';

/** serde_json's recursion limit: the 128th nested array or object is refused. */
const MAX_DEPTH = 127;

const I64_MIN = -(2n ** 63n);
const U64_MAX = 2n ** 64n - 1n;

/** The text is not JSON, or is nested too deep. */
export class JsonSyntaxError extends Error {
	override readonly name = 'JsonSyntaxError';
}

/** Everything a string may hold unescaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these characters
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

const ESCAPES: Readonly<Record<string, string>> = Object.freeze({
	'"': '"',
	'\\': '\\',
	'/': '/',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
});

class Parser {
	private readonly text: string;
	private at = 0;

	constructor(text: string) {
		this.text = text;
	}

	document(): JsonValue {
		const value = this.value(0);
		this.skipSpace();
		if (this.at < this.text.length) throw new JsonSyntaxError(`trailing characters at ${this.at}`);
		return value;
	}

	private value(depth: number): JsonValue {
		this.skipSpace();
		switch (this.text.charCodeAt(this.at)) {
			case 0x7b:
				return this.object(depth + 1);
			case 0x5b:
				return this.array(depth + 1);
			case 0x22:
				return this.string();
			case 0x74:
				return this.word('true', true);
			case 0x66:
				return this.word('false', false);
			case 0x6e:
				return this.word('null', null);
			default:
				return this.number();
		}
	}

	private object(depth: number): JsonObject {
		if (depth > MAX_DEPTH) throw new JsonSyntaxError('recursion limit exceeded');
		const object = new JsonObject();
		this.at++;
		if (this.peek() === '}') {
			this.at++;
			return object;
		}
		for (;;) {
			if (this.peek() !== '"') throw new JsonSyntaxError(`a key must be a string, at ${this.at}`);
			const key = this.string();
			if (this.peek() !== ':') throw new JsonSyntaxError(`expected \`:\` at ${this.at}`);
			this.at++;
			object.add(key, this.value(depth));
			const next = this.peek();
			this.at++;
			if (next === '}') return object;
			if (next !== ',') throw new JsonSyntaxError(`expected \`,\` or \`}\` at ${this.at - 1}`);
		}
	}

	private array(depth: number): JsonValue[] {
		if (depth > MAX_DEPTH) throw new JsonSyntaxError('recursion limit exceeded');
		const array: JsonValue[] = [];
		this.at++;
		if (this.peek() === ']') {
			this.at++;
			return array;
		}
		for (;;) {
			array.push(this.value(depth));
			const next = this.peek();
			this.at++;
			if (next === ']') return array;
			if (next !== ',') throw new JsonSyntaxError(`expected \`,\` or \`]\` at ${this.at - 1}`);
		}
	}

	private string(): string {
		this.at++;
		let result = '';
		for (;;) {
			PLAIN.lastIndex = this.at;
			const plain = PLAIN.exec(this.text)![0];
			result += plain;
			this.at += plain.length;
			const end = this.text[this.at];
			this.at++;
			if (end === '"') return result;
			if (end !== '\\') throw new JsonSyntaxError(`unterminated string at ${this.at - 1}`);
			result += this.escape();
		}
	}

	private escape(): string {
		const letter = this.text[this.at] ?? '';
		this.at++;
		if (letter !== 'u') {
			const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
			if (plain === undefined) throw new JsonSyntaxError(`invalid escape at ${this.at - 1}`);
			return plain;
		}
		const first = this.hex4();
		if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
		if (first > 0xdbff || this.text[this.at] !== '\\' || this.text[this.at + 1] !== 'u') {
			throw new JsonSyntaxError(`lone surrogate at ${this.at}`);
		}
		this.at += 2;
		const second = this.hex4();
		if (second < 0xdc00 || second > 0xdfff) throw new JsonSyntaxError(`lone surrogate at ${this.at}`);
		return String.fromCharCode(first, second);
	}

	private hex4(): number {
		const digits = this.text.slice(this.at, this.at + 4);
		if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new JsonSyntaxError(`invalid escape at ${this.at}`);
		this.at += 4;
		return Number.parseInt(digits, 16);
	}

	private number(): bigint | number {
		NUMBER.lastIndex = this.at;
		const match = NUMBER.exec(this.text);
		if (match === null) throw new JsonSyntaxError(`expected a value at ${this.at}`);
		const [text, fraction, exponent] = match;
		this.at += text.length;
		// `01` ends the number after the 0; what follows must not be another digit.
		if (/[0-9]/.test(this.text[this.at] ?? '')) throw new JsonSyntaxError(`invalid number at ${this.at}`);
		// More than 20 digits exceed u64; `-0` is a float to serde_json.
		if (fraction === undefined && exponent === undefined && text.length <= 20 && text !== '-0') {
			const integer = BigInt(text);
			if (integer >= I64_MIN && integer <= U64_MAX) return integer;
		}
		const float = Number(text);
		if (!Number.isFinite(float)) throw new JsonSyntaxError('number out of range');
		return float;
	}

	private word<T>(word: string, value: T): T {
		if (!this.text.startsWith(word, this.at)) throw new JsonSyntaxError(`expected a value at ${this.at}`);
		this.at += word.length;
		return value;
	}

	/** The next character that is not white space; empty at the end. */
	private peek(): string {
		this.skipSpace();
		return this.text[this.at] ?? '';
	}

	private skipSpace(): void {
		for (;;) {
			const code = this.text.charCodeAt(this.at);
			if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
			this.at++;
		}
	}
}

/** Parses a document. Throws {@link JsonSyntaxError}. */
export function parseJson(text: string): JsonValue {
	return new Parser(text).document();
}
