/**
 * A cursor over tokens.
 *
 * Owns brackets: what stands between two is a list of tokens of its own, closed by an `end`.
 */
import type { Token } from './lexer.ts';

const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

/** Whether a bracket opens with `text`. */
export function opens(text: string): boolean {
	return OPENING.has(text);
}

/** Reads tokens one after another. */
export class TokenReader {
	readonly tokens: readonly Token[];
	at = 0;

	constructor(tokens: readonly Token[]) {
		this.tokens = tokens;
	}

	/** The token at hand, or one further on. */
	peek(ahead = 0): Token {
		return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
	}

	/** Takes a token. */
	next(): Token {
		const token = this.peek();
		this.at++;
		return token;
	}

	/** Takes the token if it is `text` (and no string). */
	accept(text: string): boolean {
		if (this.peek().text !== text || this.peek().kind === 'string') return false;
		this.at++;
		return true;
	}

	/** Takes `text`. */
	expect(text: string): void {
		if (!this.accept(text)) throw this.unexpected();
	}

	/** The tokens inside the bracket that starts here, closed by an `end`. */
	group(): Token[] {
		const { line } = this.peek();
		const from = this.at + 1;
		let depth = 0;
		do {
			const { text, kind } = this.next();
			if (kind === 'end') throw new SyntaxError(`line ${line}: bracket without an end`);
			if (kind === 'punct' && OPENING.has(text)) depth++;
			if (kind === 'punct' && CLOSING.has(text)) depth--;
		} while (depth > 0);
		return closed(this.tokens.slice(from, this.at - 1), line);
	}

	/** Skips `<...>` and returns what is inside. */
	generics(): string {
		let depth = 0;
		const inside: string[] = [];
		do {
			const { text, kind } = this.next();
			if (kind === 'end') throw this.unexpected();
			if (text === '<') depth++;
			else if (text === '>') depth--;
			else if (text === '>>') depth -= 2;
			else inside.push(text);
		} while (depth > 0);
		return inside.join(' ');
	}

	/** Skips `::<...>` and returns what is inside. */
	turbofish(): string {
		this.expect('::');
		return this.generics();
	}

	/** Skips a type, up to one of `ends`. */
	skipType(...ends: string[]): void {
		let depth = 0;
		while (this.peek().kind !== 'end' && (depth > 0 || !ends.includes(this.peek().text))) {
			const { text } = this.next();
			if (OPENING.has(text) || text === '<') depth++;
			else if (CLOSING.has(text) || text === '>') depth--;
		}
	}

	/** The tokens after the next `start` up to `end`. */
	until(start: string, end: string): Token[] {
		this.skipType(start);
		this.expect(start);
		const from = this.at;
		while (this.peek().kind !== 'end' && this.peek().text !== end) this.at++;
		return closed(this.tokens.slice(from, this.at), this.peek().line);
	}

	/** The error of the token at hand. */
	unexpected(): SyntaxError {
		const { line, text } = this.peek();
		return new SyntaxError(`line ${line}: unexpected ${text}`);
	}
}

function closed(tokens: readonly Token[], line: number): Token[] {
	return [...tokens, { kind: 'end', text: '', line }];
}
