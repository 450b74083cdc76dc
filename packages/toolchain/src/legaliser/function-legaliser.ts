/**
 * One function of LLVM assembly, line by line, into one that the BPF code generator accepts.
 *
 * Owns calls, results and parameters; arithmetic and memory functions have rules of their own in `arithmetic.ts` and
 * `memory.ts`. Values that it makes are called `%lg.N`, and unnamed ones `%v.N`, for the order of numbers would not
 * survive a change of the parameters.
 */
import { lowerArithmetic } from './arithmetic.ts';
import { lowerMemoryIntrinsic } from './memory.ts';
import { type Argument, ScanError, Scanner } from './scanner.ts';
import { type Lowering, lowerSignature } from './signature.ts';
import { words } from './types.ts';

/** What the functions of a module share. */
export interface ModuleContext {
	readonly namedTypes: ReadonlyMap<string, string>;
	/** Functions of the runtime library that were called, with their declarations. */
	readonly declarations: Map<string, string>;
}

/** What a rule may do: add lines, make names, ask for buffers. */
export interface Emitter {
	readonly module: ModuleContext;
	/** Adds an instruction, with the source line of the one that it stands for. */
	emit(line: string): void;
	/** Adds an instruction for a new value, which is returned. */
	value(line: string): string;
	/** Calls a function of the runtime library that leaves a 128-bit value in memory, which is returned. */
	wideCall(name: string, ...args: readonly string[]): string;
	/** The width that `value` had before it was zero-extended, if it was. */
	zeroExtendedFrom(value: string): number | undefined;
}

interface ParsedCall {
	readonly result: string | null;
	readonly marker: string;
	readonly prefix: readonly string[];
	readonly type: string;
	readonly callee: string;
	readonly args: readonly Argument[];
	/** What stands behind the arguments, debug location left out. */
	readonly suffix: string;
}

const CALL = /^\s*(?:(%(?:"[^"]*"|[-\w$.]+)) = )?((?:tail |musttail |notail )?)call /;
/** Words of an argument in memory that are copied without a call. */
const MAX_COPIED_WORDS = 8;
const DEBUG_LOCATION = /, !dbg !\d+/;
const CALLING_CONVENTIONS = /^(?:ccc|fastcc|coldcc|cc \d+|tailcc)$/;

/** Legalises the lines of a function from `define` to the closing brace; one that cannot be read stays as it is. */
export function legaliseFunction(lines: readonly string[], module: ModuleContext): readonly string[] {
	const named = lines.map((line) => nameNumbers(/^\d+:/.test(line) ? `v.${line}` : line));
	try {
		return new FunctionLegaliser(module).run(named);
	} catch (error) {
		if (error instanceof ScanError) return named;
		throw error;
	}
}

/** `%7` becomes `%v.7`, whether it is a value, a label or a type, but not in a string. */
export function nameNumbers(line: string): string {
	return line.replace(/"[^"]*"|%(\d+)(?![\w.$-])/g, (text, number?: string) =>
		number === undefined ? text : `%v.${number}`,
	);
}

class FunctionLegaliser implements Emitter {
	readonly module: ModuleContext;
	#out: string[] = [];
	#names = 0;
	#debug = '';
	#own: Lowering | null = null;
	#argBytes = 0;
	#resultBytes = 0;
	#usesWide = false;
	readonly #copies: string[] = [];
	readonly #zeroExtended: Map<string, number> = new Map();

	constructor(module: ModuleContext) {
		this.module = module;
	}

	run(lines: readonly string[]): string[] {
		const [define = ''] = lines;
		const { line, prologue } = this.#define(define);
		const body = lines.slice(1);
		const head = [line];
		// The allocations come first in the first block, which may have a label.
		const labelled = /^(?:"[^"]*"|[-\w$.]+):/.test(body[0] ?? '');
		head.push(labelled ? body[0]! : `${entryLabel(define)}:`);
		for (const text of labelled ? body.slice(1) : body) this.#line(text);
		const buffers = [
			...(this.#argBytes > 0 ? [`  %lg.args = alloca [${this.#argBytes} x i8], align 8`] : []),
			...(this.#resultBytes > 0 ? [`  %lg.result = alloca [${this.#resultBytes} x i8], align 8`] : []),
			...this.#copies,
			...(this.#usesWide ? ['  %lg.wide = alloca i128, align 8'] : []),
		];
		return [...head, ...buffers, ...prologue, ...this.#out];
	}

	emit(line: string): void {
		this.#out.push(`  ${line}${this.#debug}`);
	}

	value(line: string): string {
		const name = `%lg.${this.#names++}`;
		this.emit(`${name} = ${line}`);
		return name;
	}

	wideCall(name: string, ...args: readonly string[]): string {
		this.#usesWide = true;
		const types = args.map((arg) => arg.split(' ')[0]);
		this.module.declarations.set(name, `declare void @${name}(${['ptr', ...types].join(', ')})`);
		this.emit(`call void @${name}(${['ptr %lg.wide', ...args].join(', ')})`);
		return this.value('load i128, ptr %lg.wide, align 8');
	}

	zeroExtendedFrom(value: string): number | undefined {
		return this.#zeroExtended.get(value);
	}

	#define(text: string): { readonly line: string; readonly prologue: readonly string[] } {
		const scanner = new Scanner(text);
		scanner.expect('define');
		const prefix = scanner.attributes();
		const type = scanner.type();
		const name = scanner.name();
		const params = scanner.argumentList();
		const rest = scanner.rest;
		if (params.includes(null)) return { line: text, prologue: [] };
		const named = (params as Argument[]).map((param, i) =>
			param.value === '' ? { ...param, value: `%lg.unused.${i}` } : param,
		);
		const lowering = lowerSignature(type, named, this.module.namedTypes);
		if (lowering === null) {
			const list = named.map((param) => argumentText(param)).join(', ');
			return { line: `define ${[...prefix, type].join(' ')} ${name}(${list})${rest}`, prologue: [] };
		}
		this.#own = lowering;
		const kept = lowering.kept.map((i) => argumentText(named[i]!));
		if (lowering.indirectResult) kept.unshift('ptr %lg.sret');
		if (lowering.spilled.length > 0) kept.push('ptr %lg.spilled');
		const prologue = lowering.spilled.flatMap(({ index, offset }) => {
			const { type: paramType, value } = named[index]!;
			const at = `%lg.spilled.${offset}`;
			return [
				`  ${at} = getelementptr inbounds i8, ptr %lg.spilled, i64 ${offset}`,
				`  ${value} = load ${paramType}, ptr ${at}, align 8`,
			];
		});
		const linkage = prefix.filter((word) => !isResultAttribute(word));
		const result = lowering.indirectResult ? 'void' : [...prefix.filter(isResultAttribute), type].join(' ');
		const line = `define ${[...linkage, result].join(' ')} ${name}(${kept.join(', ')})${withoutAttributes(rest)}`;
		return { line, prologue };
	}

	#line(text: string): void {
		this.#debug = DEBUG_LOCATION.exec(text)?.[0] ?? '';
		try {
			if (this.#return(text) || this.#call(text) || lowerArithmetic(text, this)) return;
		} catch (error) {
			if (!(error instanceof ScanError)) throw error;
		}
		const extended = /^\s*(%\S+) = zext (?:nneg )?i(\d+) \S+ to i\d+/.exec(text);
		if (extended !== null) this.#zeroExtended.set(extended[1]!, Number(extended[2]));
		this.#out.push(text);
	}

	/** `ret` of a value that goes through memory. */
	#return(text: string): boolean {
		if (!this.#own?.indirectResult || !/^\s*ret /.test(text)) return false;
		const scanner = new Scanner(text);
		scanner.expect('ret');
		const type = scanner.type();
		const value = scanner.value();
		this.emit(`store ${type} ${value}, ptr %lg.sret, align 8`);
		this.emit('ret void');
		return true;
	}

	#call(text: string): boolean {
		const start = CALL.exec(text);
		if (start === null) return false;
		const call = parseCall(text, start);
		if (call === null) return false;
		if (call.callee.startsWith('@llvm.')) return lowerMemoryIntrinsic(call, this);
		const args = call.args.map((arg) => this.#copied(arg));
		const lowering = lowerSignature(call.type, args, this.module.namedTypes);
		const isChanged = lowering !== null || args.some((arg, i) => arg !== call.args[i]);
		if (!isChanged) {
			const clean = args.map((arg) => argumentText(arg));
			if (clean.every((arg, i) => arg === argumentText(call.args[i]!, false))) return false;
			this.emit(
				`${assigned(call)}${call.marker}call ${[...call.prefix, call.type].join(' ')} ${call.callee}(${clean.join(', ')})${call.suffix}`,
			);
			return true;
		}
		if (lowering === null) {
			// The callee sees memory of this frame now, so that this is no tail call any more.
			const list = args.map((arg) => argumentText(arg)).join(', ');
			this.emit(
				`${assigned(call)}call ${[...call.prefix, call.type].join(' ')} ${call.callee}(${list})${call.suffix}`,
			);
			return true;
		}
		this.#lowerCall(call, args, lowering);
		return true;
	}

	#lowerCall(call: ParsedCall, args: readonly Argument[], lowering: Lowering): void {
		this.#argBytes = Math.max(this.#argBytes, lowering.spillSize);
		this.#resultBytes = Math.max(this.#resultBytes, lowering.resultSize);
		for (const { index, offset } of lowering.spilled) {
			const { type, value } = args[index]!;
			const at = this.value(`getelementptr inbounds i8, ptr %lg.args, i64 ${offset}`);
			this.emit(`store ${type} ${value}, ptr ${at}, align 8`);
		}
		const kept = lowering.kept.map((i) => argumentText(args[i]!));
		if (lowering.indirectResult) kept.unshift('ptr %lg.result');
		if (lowering.spilled.length > 0) kept.push('ptr %lg.args');
		const convention = call.prefix.filter((word) => CALLING_CONVENTIONS.test(word));
		if (!lowering.indirectResult) {
			const results = call.prefix.filter((word) => !CALLING_CONVENTIONS.test(word));
			this.emit(
				`${assigned(call)}call ${[...convention, ...results, call.type].join(' ')} ${call.callee}(${kept.join(', ')})`,
			);
			return;
		}
		this.emit(`call ${[...convention, 'void'].join(' ')} ${call.callee}(${kept.join(', ')})`);
		if (call.result !== null) this.emit(`${call.result} = load ${call.type}, ptr %lg.result, align 8`);
	}

	/** An argument passed as a copy in memory: the copy is made here. */
	#copied(arg: Argument): Argument {
		const byval = arg.attributes.find((attribute) => attribute.startsWith('byval('));
		if (byval === undefined) return arg;
		const type = byval.slice('byval('.length, -1);
		const align = arg.attributes.find((attribute) => attribute.startsWith('align ')) ?? 'align 8';
		const copy = `%lg.copy.${this.#copies.length}`;
		this.#copies.push(`  ${copy} = alloca ${type}, ${align}`);
		const size = `i64 ptrtoint (ptr getelementptr (${type}, ptr null, i64 1) to i64)`;
		const from = `ptr ${align} ${arg.value}`;
		const isSmall = words(type, this.module.namedTypes) <= MAX_COPIED_WORDS;
		const name = isSmall ? 'llvm.memcpy.p0.p0.i64' : 'memcpy';
		const flag = isSmall ? ', i1 false' : '';
		const result = isSmall ? 'void' : 'ptr';
		this.module.declarations.set(name, `declare ${result} @${name}(ptr, ptr, i64${isSmall ? ', i1' : ''})`);
		const call = `call ${result} @${name}(ptr ${align} ${copy}, ${from}, ${size}${flag})`;
		if (isSmall) this.emit(call);
		else this.value(call);
		return { type: 'ptr', attributes: [align], value: copy };
	}
}

/** The words of an argument, without those that say how C would pass it. */
function argumentText(arg: Argument, clean = true): string {
	const attributes = clean
		? arg.attributes.filter((word) => !/^(?:sret|byval)\(/.test(word))
		: arg.attributes;
	return [arg.type, ...attributes, arg.value].filter((part) => part !== '').join(' ');
}

function assigned(call: ParsedCall): string {
	return call.result === null ? '' : `${call.result} = `;
}

/** Whether a word in front of a result's type speaks of the result. */
function isResultAttribute(word: string): boolean {
	return /^(?:noundef|nonnull|noalias|zeroext|signext|inreg|range\(|dereferenceable|align )/.test(word);
}

/** What stands behind the parameters, without attributes that a changed function no longer has. */
function withoutAttributes(rest: string): string {
	return rest.replace(/ #\d+/g, '');
}

/** The label of a first block that has none: LLVM counts it behind the unnamed parameters. */
function entryLabel(define: string): string {
	const scanner = new Scanner(define);
	scanner.expect('define');
	scanner.attributes();
	scanner.type();
	scanner.name();
	const unnamed = scanner.argumentList().filter((param) => /^%v\.\d+$/.test(param?.value ?? ''));
	return `v.${unnamed.length}`;
}

function parseCall(text: string, start: RegExpExecArray): ParsedCall | null {
	const scanner = new Scanner(text, start[0].length);
	const prefix = scanner.attributes();
	const type = scanner.type();
	scanner.skipSpaces();
	// A function type says that arguments vary; `asm` has rules of its own.
	if (scanner.text[scanner.at] === '(' || scanner.text.startsWith('asm ', scanner.at)) return null;
	const callee = scanner.name();
	const args = scanner.argumentList();
	if (args.includes(null)) return null;
	const suffix = scanner.rest.replace(DEBUG_LOCATION, '');
	return {
		result: start[1] ?? null,
		marker: start[2] ?? '',
		prefix,
		type,
		callee,
		args: args as Argument[],
		suffix,
	};
}

export type { ParsedCall };
