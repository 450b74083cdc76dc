/**
 * Tokens into the syntax tree.
 *
 * Owns Rust's precedences and the places where `{` starts no struct. What it does not know is a
 * `SyntaxError`, which costs the one test it stands in.
 */
import type { Expr, MatchArm, Pattern, Statement } from './ast.ts';
import type { Token } from './lexer.ts';
import { opens, TokenReader } from './token-reader.ts';

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
	...['*', '/', '%'].map((op) => [op, 9] as const),
	...['+', '-'].map((op) => [op, 8] as const),
	...['<<', '>>'].map((op) => [op, 7] as const),
	['&', 6],
	['^', 5],
	['|', 4],
	...['==', '!=', '<', '>', '<=', '>='].map((op) => [op, 3] as const),
	['&&', 2],
	['||', 1],
]);
const ASSIGNMENTS = new Set(['=', '|=', '&=', '+=', '-=', '*=', '^=', '<<=', '>>=']);

/** Reads expressions and statements. */
export class Parser extends TokenReader {
	/** The statements of a function's body. */
	body(): Expr {
		return this.#statements(this.peek().line);
	}

	/** A list of expressions, as in the arguments of a macro; `a => b` is a pair. */
	arguments(): Expr[] {
		const items: Expr[] = [];
		while (this.peek().kind !== 'end') {
			items.push(this.#pair());
			if (!this.accept(',')) break;
		}
		if (this.peek().kind !== 'end') throw this.unexpected();
		return items;
	}

	/** One expression and nothing after it. */
	whole(): Expr {
		const [value, ...rest] = this.arguments();
		if (value === undefined || rest.length > 0) throw this.unexpected();
		return value;
	}

	#statements(line: number): Expr {
		const statements: Statement[] = [];
		let value: Expr | null = null;
		while (this.peek().kind !== 'end') {
			if (this.accept(';')) continue;
			const at = this.peek().line;
			if (this.accept('#')) {
				this.group();
			} else if (this.peek().text === 'let') {
				this.at++;
				const pattern = this.#pattern();
				if (this.peek().text === ':') this.skipType('=', ';');
				statements.push({ kind: 'let', pattern, value: this.accept('=') ? this.#expr() : null, line: at });
			} else if (this.peek().text === 'const') {
				this.at++;
				const name = this.next().text;
				this.skipType('=');
				this.expect('=');
				statements.push({ kind: 'const', name, value: this.#expr(), line: at });
			} else if (this.peek().text === 'use') {
				while (this.peek().text !== ';') this.at++;
			} else {
				const expr = this.#expr();
				if (this.peek().kind === 'end') value = expr;
				else statements.push({ kind: 'expr', value: expr, line: at });
			}
		}
		return { kind: 'block', statements, value, line };
	}

	#block(): Expr {
		const { line } = this.peek();
		return new Parser(this.group()).#statements(line);
	}

	#pair(): Expr {
		const left = this.#expr();
		if (!this.accept('=>')) return left;
		return { kind: 'pair', left, right: this.#expr(), line: left.line };
	}

	#expr(structs = true): Expr {
		const target = this.#range(structs);
		const op = this.peek().text;
		if (this.peek().kind !== 'punct' || !ASSIGNMENTS.has(op)) return target;
		this.at++;
		return { kind: 'assign', op, target, value: this.#expr(structs), line: target.line };
	}

	#range(structs: boolean): Expr {
		const { line } = this.peek();
		const start = this.peek().text === '..' ? null : this.#binary(0, structs);
		const inclusive = this.peek().text === '..=';
		if (!inclusive && this.peek().text !== '..') return start!;
		this.at++;
		const ends = [')', ']', '}', ',', ';', ''].includes(this.peek().text) && this.peek().kind !== 'string';
		return { kind: 'range', start, end: ends ? null : this.#binary(0, structs), inclusive, line };
	}

	#binary(minimum: number, structs: boolean): Expr {
		let left = this.#unary(structs);
		for (;;) {
			const token = this.peek();
			const precedence = token.kind === 'punct' ? PRECEDENCE.get(token.text) : undefined;
			if (precedence === undefined || precedence <= minimum) return left;
			this.at++;
			const right = this.#binary(precedence, structs);
			left = { kind: 'binary', op: token.text, left, right, line: token.line };
		}
	}

	#unary(structs: boolean): Expr {
		const { line, text, kind } = this.peek();
		if (kind === 'punct' && (text === '-' || text === '!')) {
			this.at++;
			return this.#casts({ kind: 'unary', op: text, operand: this.#postfix(structs), line });
		}
		if (kind === 'punct' && (text === '&' || text === '&&' || text === '*')) {
			this.at++;
			if (this.peek().text === 'raw' && ['const', 'mut'].includes(this.peek(1).text)) {
				this.at++;
				const op = `raw ${this.next().text}`;
				return { kind: 'unary', op, operand: this.#unary(structs), line };
			}
			this.accept('mut');
			return this.#unary(structs);
		}
		return this.#casts(this.#postfix(structs));
	}

	#casts(operand: Expr): Expr {
		let value = operand;
		while (this.peek().text === 'as') {
			this.at++;
			const type = this.next().text;
			value = { kind: 'cast', operand: value, type, line: value.line };
		}
		return value;
	}

	#postfix(structs: boolean): Expr {
		let value = this.#primary(structs);
		for (;;) {
			const { text, kind, line } = this.peek();
			if (kind !== 'punct') return value;
			if (text === '(') {
				value = { kind: 'call', callee: value, args: this.#argumentsOf(this.group()), line };
			} else if (text === '[') {
				value = { kind: 'index', target: value, index: new Parser(this.group()).whole(), line };
			} else if (text === '?') {
				this.at++;
			} else if (text === '.') {
				this.at++;
				const name = this.next().text;
				const generics = this.peek().text === '::' ? this.turbofish() : '';
				if (this.peek().text === '(') {
					value = {
						kind: 'method',
						target: value,
						name,
						generics,
						args: this.#argumentsOf(this.group()),
						line,
					};
				} else {
					value = { kind: 'field', target: value, name, line };
				}
			} else {
				return value;
			}
		}
	}

	#argumentsOf(tokens: readonly Token[]): Expr[] {
		return new Parser(tokens).arguments();
	}

	#primary(structs: boolean): Expr {
		const token = this.peek();
		const { line, text } = token;
		if (token.kind === 'int') {
			this.at++;
			return { kind: 'int', value: BigInt(text), line };
		}
		if (token.kind === 'string') {
			this.at++;
			return { kind: 'string', value: text, line };
		}
		if (token.kind === 'punct') return this.#bracketed(line, text);
		if (token.kind === 'end') throw this.unexpected();
		switch (text) {
			case 'true':
			case 'false':
				this.at++;
				return { kind: 'bool', value: text === 'true', line };
			case 'unsafe':
				this.at++;
				return this.#block();
			case 'if':
				return this.#if();
			case 'match':
				return this.#match();
			case 'for': {
				this.at++;
				const pattern = this.#pattern();
				this.expect('in');
				return { kind: 'for', pattern, items: this.#expr(false), body: this.#block(), line };
			}
		}
		const segments = this.#path();
		if (this.peek().text === '!' && opens(this.peek(1).text)) {
			this.at++;
			return { kind: 'macro', name: segments[segments.length - 1]!, tokens: this.group(), line };
		}
		if (structs && this.peek().text === '{' && /^[A-Z]/.test(segments[segments.length - 1]!)) {
			return this.#struct(segments, line);
		}
		return { kind: 'path', segments, line };
	}

	#bracketed(line: number, text: string): Expr {
		if (text === '(') {
			const tokens = this.group();
			const inner = new Parser(tokens);
			const items: Expr[] = [];
			let comma = tokens.length === 1;
			while (inner.peek().kind !== 'end') {
				items.push(inner.#pair());
				comma = inner.accept(',') || comma;
			}
			if (items.length === 1 && !comma) return items[0]!;
			return { kind: 'tuple', items, line };
		}
		if (text === '[') {
			const inner = new Parser(this.group());
			const items: Expr[] = [];
			while (inner.peek().kind !== 'end') {
				items.push(inner.#expr());
				if (inner.accept(';')) return { kind: 'repeat', item: items[0]!, count: inner.#expr(), line };
				inner.accept(',');
			}
			return { kind: 'array', items, line };
		}
		if (text === '{') return this.#block();
		if (text === '<') {
			// `<T as Trait>::name`: only the name is needed.
			this.generics();
			this.expect('::');
			return { kind: 'path', segments: this.#path(), line };
		}
		throw this.unexpected();
	}

	#struct(segments: readonly string[], line: number): Expr {
		const inner = new Parser(this.group());
		const fields: [string, Expr][] = [];
		let base: Expr | null = null;
		while (inner.peek().kind !== 'end') {
			if (inner.accept('..')) {
				base = inner.#expr();
			} else {
				if (inner.accept('#')) inner.group();
				const name = inner.next();
				const value: Expr = inner.accept(':')
					? inner.#expr()
					: { kind: 'path', segments: [name.text], line: name.line };
				fields.push([name.text, value]);
			}
			inner.accept(',');
		}
		return { kind: 'struct', segments, fields, base, line };
	}

	#if(): Expr {
		const { line } = this.next();
		if (this.peek().text === 'let') throw this.unexpected();
		const condition = this.#expr(false);
		const then = this.#block();
		let otherwise: Expr | null = null;
		if (this.peek().text === 'else') {
			this.at++;
			otherwise = this.peek().text === 'if' ? this.#if() : this.#block();
		}
		return { kind: 'if', condition, then, otherwise, line };
	}

	#match(): Expr {
		const { line } = this.next();
		const subject = this.#expr(false);
		const inner = new Parser(this.group());
		const arms: MatchArm[] = [];
		while (inner.peek().kind !== 'end') {
			const pattern = inner.#pattern();
			inner.expect('=>');
			arms.push({ pattern, value: inner.#expr() });
			inner.accept(',');
		}
		return { kind: 'match', subject, arms, line };
	}

	#pattern(): Pattern {
		this.accept('&');
		this.accept('mut');
		if (this.peek().text === '(') return { kind: 'tuple', items: new Parser(this.group()).#patterns() };
		if (this.accept('_')) return { kind: 'any' };
		const segments = this.#path();
		const name = segments[segments.length - 1]!;
		if (this.peek().text === '(')
			return { kind: 'variant', name, items: new Parser(this.group()).#patterns() };
		return { kind: 'name', name };
	}

	#patterns(): Pattern[] {
		const patterns: Pattern[] = [];
		while (this.peek().kind !== 'end') {
			patterns.push(this.#pattern());
			this.accept(',');
		}
		return patterns;
	}

	#path(): string[] {
		const segments = [this.#ident()];
		while (this.peek().text === '::') {
			if (this.peek(1).text === '<') {
				this.turbofish();
			} else {
				this.at++;
				segments.push(this.#ident());
			}
		}
		return segments;
	}

	#ident(): string {
		const token = this.next();
		if (token.kind !== 'ident') throw new SyntaxError(`line ${token.line}: unexpected ${token.text}`);
		return token.text;
	}
}
