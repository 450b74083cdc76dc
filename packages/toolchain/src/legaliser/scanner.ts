/**
 * A cursor over one line of LLVM assembly.
 *
 * Owns just as much grammar as the legaliser asks for: types, attributes, values as balanced text, argument lists. It
 * refuses what it does not know by throwing a {@link ScanError}; the line then stays as it is.
 * Source: the LLVM Language Reference.
 */

/** The text is not what was expected. */
export class ScanError extends Error {
	override readonly name = 'ScanError';
}

/** A value with its type, and the attributes in between. */
export interface Argument {
	readonly type: string;
	readonly attributes: readonly string[];
	/** Empty for a parameter without a name. */
	readonly value: string;
}

const SIMPLE_TYPE =
	/(?:void|ptr(?: addrspace\(\d+\))?|label|metadata|token|half|bfloat|float|double|fp128|x86_fp80|ppc_fp128|opaque|i\d+)(?![\w.$-])/y;
const NAME = /[%@](?:"[^"]*"|[-\w$.]+)/y;
const WORD = /[a-z_][\w.]*/y;
const QUOTED = /"[^"]*"(?:="[^"]*")?/y;
/** Words that begin a value, where any other word is an attribute. */
const VALUE_WORD =
	/(?:true|false|null|none|undef|poison|zeroinitializer|getelementptr|ptrtoint|ptrtoaddr|inttoptr|bitcast|addrspacecast|trunc|add|sub|mul|xor|splat|blockaddress|dso_local_equivalent|no_cfi|c")(?![\w.])/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']', '<': '>' };

export class Scanner {
	readonly text: string;
	at: number;

	constructor(text: string, at = 0) {
		this.text = text;
		this.at = at;
	}

	/** Everything not read yet. */
	get rest(): string {
		return this.text.slice(this.at);
	}

	skipSpaces(): void {
		while (this.text[this.at] === ' ') this.at++;
	}

	/** Reads what `pattern` (sticky) matches here, or nothing. */
	match(pattern: RegExp): string | null {
		this.skipSpaces();
		pattern.lastIndex = this.at;
		const found = pattern.exec(this.text);
		if (found === null) return null;
		this.at = pattern.lastIndex;
		return found[0];
	}

	accept(text: string): boolean {
		this.skipSpaces();
		if (!this.text.startsWith(text, this.at)) return false;
		this.at += text.length;
		return true;
	}

	expect(text: string): void {
		if (!this.accept(text)) throw new ScanError(`"${text}" expected at ${this.at}`);
	}

	/** A type, or `null` where none stands here. */
	tryType(): string | null {
		this.skipSpaces();
		const simple = this.match(SIMPLE_TYPE);
		if (simple !== null) return simple;
		const char = this.text[this.at];
		if (char === '{' || char === '[' || char === '<') return this.balanced();
		if (char === '%') return this.match(NAME);
		return null;
	}

	type(): string {
		const type = this.tryType();
		if (type === null) throw new ScanError(`type expected at ${this.at}`);
		return type;
	}

	name(): string {
		const name = this.match(NAME);
		if (name === null) throw new ScanError(`name expected at ${this.at}`);
		return name;
	}

	/** A bracket and everything up to the one that closes it. */
	balanced(): string {
		const start = this.at;
		const open: string[] = [];
		for (; this.at < this.text.length; this.at++) {
			const char = this.text[this.at]!;
			if (char === '"') {
				const end = this.text.indexOf('"', this.at + 1);
				if (end === -1) break;
				this.at = end;
			} else if (CLOSING[char] !== undefined) open.push(CLOSING[char]);
			else if (char === open[open.length - 1]) {
				open.pop();
				if (open.length === 0) return this.text.slice(start, ++this.at);
			}
		}
		throw new ScanError('brackets do not match');
	}

	/** Text up to a comma, a closing bracket or the end that no bracket encloses. */
	value(): string {
		this.skipSpaces();
		const start = this.at;
		while (this.at < this.text.length) {
			const char = this.text[this.at]!;
			if (char === ',' || char === ')' || char === ']' || char === '}' || char === ';') break;
			if (char === '"') {
				const end = this.text.indexOf('"', this.at + 1);
				if (end === -1) throw new ScanError('a string without an end');
				this.at = end + 1;
			} else if (CLOSING[char] !== undefined) this.balanced();
			else this.at++;
		}
		return this.text.slice(start, this.at).trim();
	}

	/** Attributes, up to a type or a value. */
	attributes(): string[] {
		const found: string[] = [];
		for (;;) {
			this.skipSpaces();
			const start = this.at;
			const quoted = this.match(QUOTED);
			if (quoted !== null) {
				found.push(quoted);
				continue;
			}
			VALUE_WORD.lastIndex = this.at;
			SIMPLE_TYPE.lastIndex = this.at;
			if (VALUE_WORD.test(this.text) || SIMPLE_TYPE.test(this.text)) return found;
			const word = this.match(WORD);
			if (word === null) {
				this.at = start;
				return found;
			}
			let attribute = word;
			if (this.text[this.at] === '(') attribute += this.balanced();
			else if (word === 'align' || word === 'cc') attribute += ` ${this.match(/\d+/y) ?? ''}`;
			found.push(attribute);
		}
	}

	/** `(type attributes value, ...)`; `null` in place of `...`. */
	argumentList(): (Argument | null)[] {
		this.expect('(');
		const found: (Argument | null)[] = [];
		if (this.accept(')')) return found;
		do {
			if (this.accept('...')) {
				found.push(null);
				continue;
			}
			const type = this.type();
			const attributes = this.attributes();
			found.push({ type, attributes, value: this.value() });
		} while (this.accept(','));
		this.expect(')');
		return found;
	}
}
