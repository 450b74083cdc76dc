/**
 * Runs upstream's test functions far enough to see what they test.
 *
 * Owns the language: scopes, operators, control flow. What the paths, calls, methods and macros of
 * solana-sbpf mean is the {@link World}'s.
 */
import type { Expr, Pattern, Statement } from './ast.ts';
import { debug, integer, isObject, list, string, Unsupported, type Value } from './values.ts';

/** The meaning of names the language does not define. */
export interface World {
	/** A path that no variable bears, such as `ebpf::ADD64_IMM`. */
	path(segments: readonly string[]): Value;
	/** A call of a path. */
	call(segments: readonly string[], args: readonly Value[]): Value;
	method(target: Value, name: string, generics: string, args: readonly Value[]): Value;
	field(target: Value, name: string): Value;
	struct(segments: readonly string[], fields: ReadonlyMap<string, Value>, base: Value | null): Value;
	macro(expr: Extract<Expr, { kind: 'macro' }>, evaluate: (expr: Expr) => Value): Value;
	/** `&raw const` and `&raw mut`. */
	raw(value: Value, writable: boolean): Value;
}

const WIDTHS: ReadonlyMap<string, number> = new Map([
	...[8, 16, 32, 64].map((bits) => [String(bits), bits] as const),
	['size', 64],
]);

/** The cast of an integer to `type`. */
function cast(value: bigint, type: string): bigint {
	const bits = WIDTHS.get(type.slice(1));
	if (type.startsWith('u') && bits !== undefined) return BigInt.asUintN(bits, value);
	if (type.startsWith('i') && bits !== undefined) return BigInt.asIntN(bits, value);
	throw new Unsupported(`as ${type}`);
}

const ARITHMETIC: Readonly<Record<string, (a: bigint, b: bigint) => Value>> = {
	'+': (a, b) => a + b,
	'-': (a, b) => a - b,
	'*': (a, b) => a * b,
	'/': (a, b) => a / b,
	'%': (a, b) => a % b,
	'<<': (a, b) => a << b,
	'>>': (a, b) => a >> b,
	'&': (a, b) => a & b,
	'|': (a, b) => a | b,
	'^': (a, b) => a ^ b,
	'<': (a, b) => a < b,
	'>': (a, b) => a > b,
	'<=': (a, b) => a <= b,
	'>=': (a, b) => a >= b,
};

/** Evaluates expressions in nested scopes. */
export class Interpreter {
	readonly #world: World;
	readonly #scopes: Map<string, Value>[] = [new Map()];

	constructor(world: World) {
		this.#world = world;
	}

	/** Binds a variable in the innermost scope. */
	define(name: string, value: Value): void {
		this.#scopes[this.#scopes.length - 1]!.set(name, value);
	}

	/** The value of a variable, or `undefined`. */
	lookup(name: string): Value | undefined {
		return this.#scopes.findLast((scope) => scope.has(name))?.get(name);
	}

	/** The value of `expr`. */
	evaluate(expr: Expr): Value {
		switch (expr.kind) {
			case 'int':
			case 'string':
			case 'bool':
				return expr.value;
			case 'path':
				return (
					(expr.segments.length === 1 ? this.lookup(expr.segments[0]!) : undefined) ??
					this.#world.path(expr.segments)
				);
			case 'array':
			case 'tuple':
				return expr.items.map((item) => this.evaluate(item));
			case 'pair':
				return [this.evaluate(expr.left), this.evaluate(expr.right)];
			case 'repeat': {
				const item = this.evaluate(expr.item);
				return new Array<Value>(Number(integer(this.evaluate(expr.count)))).fill(item);
			}
			case 'call':
				if (expr.callee.kind !== 'path') throw new Unsupported('a call of an expression');
				return this.#world.call(expr.callee.segments, this.#all(expr.args));
			case 'method':
				return this.#world.method(this.evaluate(expr.target), expr.name, expr.generics, this.#all(expr.args));
			case 'field':
				return this.#world.field(this.evaluate(expr.target), expr.name);
			case 'index':
				return this.#index(this.evaluate(expr.target), this.evaluate(expr.index));
			case 'range': {
				const start = expr.start === null ? 0n : this.evaluate(expr.start);
				return { kind: 'range', start, end: expr.end === null ? null : this.evaluate(expr.end) };
			}
			case 'unary':
				return this.#unary(expr.op, this.evaluate(expr.operand));
			case 'binary':
				return this.#binary(expr.op, this.evaluate(expr.left), () => this.evaluate(expr.right));
			case 'cast':
				return cast(integer(this.evaluate(expr.operand)), expr.type);
			case 'assign':
				this.#assign(expr.target, expr.op, this.evaluate(expr.value));
				return null;
			case 'struct': {
				const fields = new Map(expr.fields.map(([name, value]) => [name, this.evaluate(value)]));
				return this.#world.struct(
					expr.segments,
					fields,
					expr.base === null ? null : this.evaluate(expr.base),
				);
			}
			case 'macro':
				return this.#world.macro(expr, (inner) => this.evaluate(inner));
			case 'block':
				return this.#scoped(() => this.#run(expr.statements, expr.value));
			case 'if':
				if (this.evaluate(expr.condition) === true) return this.evaluate(expr.then);
				return expr.otherwise === null ? null : this.evaluate(expr.otherwise);
			case 'match': {
				const subject = this.evaluate(expr.subject);
				for (const arm of expr.arms) {
					const bound = matchPattern(arm.pattern, subject);
					if (bound !== null) return this.#scoped(() => this.evaluate(arm.value), bound);
				}
				throw new Unsupported('a match without a fitting arm');
			}
			case 'for':
				for (const item of list(this.evaluate(expr.items))) {
					const bound = matchPattern(expr.pattern, item);
					if (bound === null) throw new Unsupported('a pattern that does not fit');
					this.#scoped(() => this.evaluate(expr.body), bound);
				}
				return null;
		}
	}

	#all(exprs: readonly Expr[]): Value[] {
		return exprs.map((expr) => this.evaluate(expr));
	}

	#scoped(body: () => Value, variables: ReadonlyMap<string, Value> = new Map()): Value {
		this.#scopes.push(new Map(variables));
		try {
			return body();
		} finally {
			this.#scopes.pop();
		}
	}

	#run(statements: readonly Statement[], value: Expr | null): Value {
		for (const statement of statements) {
			if (statement.kind === 'expr') {
				this.evaluate(statement.value);
			} else if (statement.kind === 'const') {
				this.define(statement.name, this.evaluate(statement.value));
			} else {
				const bound = matchPattern(
					statement.pattern,
					statement.value === null ? null : this.evaluate(statement.value),
				);
				if (bound === null) throw new Unsupported('a pattern that does not fit');
				for (const [name, item] of bound) this.define(name, item);
			}
		}
		return value === null ? null : this.evaluate(value);
	}

	#index(target: Value, index: Value): Value {
		if (isObject(index, 'range')) {
			return { kind: 'slice', array: list(target), start: Number(integer(index.start)) };
		}
		const value = list(target)[Number(integer(index))];
		if (value === undefined) throw new Unsupported('an index out of bounds');
		return value;
	}

	#unary(op: string, operand: Value): Value {
		if (op === '-') return -integer(operand);
		if (op.startsWith('raw')) return this.#world.raw(operand, op === 'raw mut');
		if (typeof operand === 'boolean') return !operand;
		throw new Unsupported('! of an integer');
	}

	#binary(op: string, left: Value, right: () => Value): Value {
		if (op === '&&') return left === true && right() === true;
		if (op === '||') return left === true || right() === true;
		if (op === '==' || op === '!=') return isEqual(left, right()) === (op === '==');
		const arithmetic = ARITHMETIC[op];
		if (arithmetic === undefined) throw new Unsupported(op);
		return arithmetic(integer(left), integer(right()));
	}

	#assign(target: Expr, op: string, operand: Value): void {
		const value = op === '=' ? operand : this.#binary(op.slice(0, -1), this.evaluate(target), () => operand);
		if (target.kind === 'index') {
			list(this.evaluate(target.target))[Number(integer(this.evaluate(target.index)))] = value;
			return;
		}
		if (target.kind !== 'path') throw new Unsupported('an assignment to a field');
		const scope = this.#scopes.findLast((candidate) => candidate.has(target.segments[0]!));
		if (scope === undefined) throw new Unsupported('an assignment to no variable');
		scope.set(target.segments[0]!, value);
	}
}

/** Whether two values are equal. */
export function isEqual(a: Value, b: Value): boolean {
	if (Array.isArray(a) && Array.isArray(b)) {
		return a.length === b.length && a.every((item, i) => isEqual(item, b[i]!));
	}
	if (isObject(a, 'variant') && isObject(b, 'variant')) {
		return a.name === b.name && isEqual([...a.values], [...b.values]);
	}
	return a === b;
}

/** The variables a pattern binds, or `null` where it does not fit. */
function matchPattern(pattern: Pattern, value: Value): Map<string, Value> | null {
	switch (pattern.kind) {
		case 'any':
			return new Map();
		case 'name':
			return new Map([[pattern.name, value]]);
		case 'tuple':
			// The unit has no items to look at.
			return pattern.items.length === 0 ? new Map() : matchAll(pattern.items, list(value));
		case 'variant':
			if (!isObject(value, 'variant') || value.name !== pattern.name) return null;
			return matchAll(pattern.items, [...value.values]);
	}
}

function matchAll(patterns: readonly Pattern[], values: readonly Value[]): Map<string, Value> | null {
	const bound = new Map<string, Value>();
	for (const [i, pattern] of patterns.entries()) {
		const inner = matchPattern(pattern, values[i] ?? null);
		if (inner === null) return null;
		for (const [name, value] of inner) bound.set(name, value);
	}
	return bound;
}

/** A format string with its arguments in place: `{}`, `{:?}` and `{name}`. */
export function format(template: Value, args: readonly Value[], lookup: (name: string) => Value): string {
	let next = 0;
	return string(template).replace(/\{([a-z_0-9]*)(:[^}]*)?\}/g, (_, name: string, style?: string) => {
		const value = name === '' ? (args[next++] ?? null) : lookup(name);
		return typeof value === 'string' && style !== ':?' ? value : debug(value);
	});
}
