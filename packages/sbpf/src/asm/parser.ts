/**
 * Assembly text into statements.
 *
 * Owns the grammar and the words of a syntax error; refuses any knowledge of mnemonics. The grammar
 * looks one character ahead, as upstream's does, with its consequences: an operand that starts with `r`
 * is a register and nothing else, one that starts with a digit is a number, and a statement may follow
 * another on the same line.
 * Source: solana-sbpf `asm_parser.rs`.
 */
import { Fault } from '@parhelion/sdk';
import { debugChar } from '../rust-debug.ts';

/** An operand; integers are 64 bits wide and wrap. */
export type Operand =
	| { readonly kind: 'Register'; readonly register: bigint }
	| { readonly kind: 'Integer'; readonly value: bigint }
	| { readonly kind: 'Memory'; readonly register: bigint; readonly offset: bigint }
	| { readonly kind: 'Label'; readonly name: string };

/** A line of the program, or a part of one. */
export type Statement =
	| { readonly kind: 'Label'; readonly name: string }
	| { readonly kind: 'Directive'; readonly name: string; readonly operands: readonly Operand[] }
	| { readonly kind: 'Instruction'; readonly name: string; readonly operands: readonly Operand[] };

/** What a statement may start with, in the order upstream's parser lists it after some input. */
const STATEMENT_START = ['letter or digit', "'_'", "'.'", 'whitespaces', 'end of input'];
const PROGRAM_START = ['whitespaces', 'letter or digit', "'_'", "'.'", 'end of input'];
/** What upstream's parser lists where an operand is missing; its list is not complete. */
const OPERAND_START = ['0x', "'-'", "'+'", "' '", 'digit'];

const ALPHANUMERIC = /[\p{Alphabetic}\p{N}]/u;
const WHITESPACE = /\p{White_Space}/u;
const DIGIT = /[0-9]/;
const HEX_DIGIT = /[0-9a-fA-F]/;

/**
 * Parses `source`, in time linear in its length.
 *
 * @throws Fault<string> `Parse error at line L column C: ...`, both counted from 1 in characters.
 */
export function parse(source: string): Statement[] {
	return new Parser(Array.from(source)).program();
}

class Parser {
	readonly #chars: readonly string[];
	#at = 0;

	constructor(chars: readonly string[]) {
		this.#chars = chars;
	}

	program(): Statement[] {
		const statements: Statement[] = [];
		this.#skip(WHITESPACE);
		while (this.#at < this.#chars.length) {
			statements.push(this.#label() ?? this.#directive() ?? this.#instruction());
			this.#skip(WHITESPACE);
		}
		return statements;
	}

	#label(): Statement | null {
		const start = this.#at;
		const name = this.#takeIdent();
		if (name !== '' && this.#accept(':')) return { kind: 'Label', name };
		this.#at = start;
		return null;
	}

	#directive(): Statement | null {
		if (!this.#accept('.')) return null;
		const name = this.#take(ALPHANUMERIC);
		if (name === '') throw this.#unexpected(['letter or digit']);
		this.#skip(/ /);
		return { kind: 'Directive', name, operands: this.#operands() };
	}

	#instruction(): Statement {
		const name = this.#take(ALPHANUMERIC);
		if (name === '') throw this.#unexpected(this.#at === 0 ? PROGRAM_START : STATEMENT_START);
		this.#skip(/ /);
		return { kind: 'Instruction', name, operands: this.#operands() };
	}

	#operands(): Operand[] {
		const first = this.#operand();
		if (first === null) return [];
		const operands = [first];
		while (this.#accept(',')) {
			this.#skip(/ /);
			const next = this.#operand();
			if (next === null) throw this.#unexpected(OPERAND_START);
			operands.push(next);
		}
		return operands;
	}

	#operand(): Operand | null {
		if (this.#peek() === 'r') return { kind: 'Register', register: this.#register() };
		const value = this.#integer();
		if (value !== null) return { kind: 'Integer', value };
		if (this.#accept('[')) {
			if (this.#peek() !== 'r') throw this.#unexpected(["'r'"]);
			const register = this.#register();
			this.#skip(/ /);
			const offset = this.#integer() ?? 0n;
			if (!this.#accept(']')) throw this.#unexpected(["']'"]);
			return { kind: 'Memory', register, offset };
		}
		const name = this.#takeIdent();
		return name === '' ? null : { kind: 'Label', name };
	}

	#register(): bigint {
		this.#at++;
		const digits = this.#take(DIGIT);
		if (digits === '') throw this.#unexpected(['digit']);
		return decimal(digits);
	}

	/** A number with an optional sign; a number too large for its type counts as 0. */
	#integer(): bigint | null {
		const signed = this.#peek() === '-' || this.#peek() === '+';
		const negative = this.#peek() === '-';
		if (signed) {
			this.#at++;
			this.#skip(/ /);
		}
		let value: bigint;
		if (this.#peek() === '0' && this.#peek(1) === 'x' && HEX_DIGIT.test(this.#peek(2))) {
			this.#at += 2;
			value = hexadecimal(this.#take(HEX_DIGIT));
		} else {
			const digits = this.#take(DIGIT);
			if (digits === '') {
				if (signed) throw this.#unexpected(['0x']);
				return null;
			}
			value = decimal(digits);
		}
		return negative ? BigInt.asIntN(64, -value) : value;
	}

	#peek(ahead = 0): string {
		return this.#chars[this.#at + ahead] ?? '';
	}

	#accept(char: string): boolean {
		if (this.#peek() !== char) return false;
		this.#at++;
		return true;
	}

	#take(what: RegExp): string {
		const start = this.#at;
		this.#skip(what);
		return this.#chars.slice(start, this.#at).join('');
	}

	#takeIdent(): string {
		const start = this.#at;
		while (this.#peek() === '_' || ALPHANUMERIC.test(this.#peek())) this.#at++;
		return this.#chars.slice(start, this.#at).join('');
	}

	#skip(what: RegExp): void {
		while (what.test(this.#peek())) this.#at++;
	}

	/** The error at the place reached, with what could have stood there. */
	#unexpected(expected: readonly string[]): Fault<string> {
		let line = 1;
		let column = 1;
		for (let i = 0; i < this.#at; i++) {
			column++;
			if (this.#chars[i] === '\n') {
				line++;
				column = 1;
			}
		}
		const char = this.#peek();
		const found = char === '' ? 'end of input' : debugChar(char);
		const parts = [`unexpected ${found}`, ...expected.map((what) => `expected ${what}`)];
		return new Fault(`Parse error at line ${line} column ${column}: ${parts.join(', ')}`);
	}
}

/** A decimal number of 63 bits at most, else 0. */
function decimal(digits: string): bigint {
	const significant = digits.replace(/^0+/, '');
	if (significant.length > 19) return 0n;
	const value = BigInt(significant || '0');
	return value < 1n << 63n ? value : 0n;
}

/** A hexadecimal number of 64 bits at most, else 0; read as two's complement. */
function hexadecimal(digits: string): bigint {
	const significant = digits.replace(/^0+/, '');
	if (significant.length > 16) return 0n;
	return BigInt.asIntN(64, BigInt(`0x${significant || '0'}`));
}
