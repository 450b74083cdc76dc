/**
 * What the names in upstream's tests mean: programs become rows, assertions become expectations.
 *
 * Owns the helpers of upstream's `test_utils` (macros, `TestContextObject`, test syscalls) as far as they
 * say what is tested.
 * The published crate lacks that package; a checkout has it, and with it the texts some tests share.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig, INSTRUCTIONS, type OpName } from '@parhelion/sbpf';
import { bytesToHex, type JsonObject } from '../row.ts';
import type { Expr } from './ast.ts';
import {
	asmAnswer,
	assembled,
	configFields,
	elfAnswer,
	hex,
	insnFields,
	loaderFields,
	maximum,
	syscallFields,
	versions,
	writeWord,
} from './fields.ts';
import { format, isEqual, type World } from './interpreter.ts';
import { Parser } from './parser.ts';
import {
	bytesOf,
	debug,
	integer,
	isObject,
	list,
	object,
	type RustObject,
	string,
	Unsupported,
	type Value,
	variant,
} from './values.ts';

/** A row and what the result of it must be: fields to equal, `debug` for an error with its arguments. */
export interface ExtractedCase {
	readonly suite: string;
	readonly row: JsonObject;
	readonly expected: JsonObject;
}

/** Calls a function of the test's own file; `undefined` where there is none of that name. */
export type CallOwn = (name: string, args: readonly Value[]) => Value | undefined;

const DEFAULT_CONFIG: Value = { kind: 'config', settings: new Map() };
/** The defaults that tests compute with. */
const DEFAULT_SETTINGS: ReadonlyMap<string, Value> = new Map([
	['max_call_depth', BigInt(defaultConfig().maxCallDepth)],
	['stack_frame_size', BigInt(defaultConfig().stackFrameSize)],
]);
/** What wraps a value without changing what is tested. */
const TRANSPARENT = new Set(['new', 'from', 'box']);

/** The world of one test function. */
export class SbpfWorld implements World {
	readonly cases: ExtractedCase[] = [];
	readonly #folder: string;
	readonly #shouldPanic: string | null;
	readonly #callOwn: CallOwn;
	readonly #constant: (name: string) => Value | undefined;

	constructor(
		folder: string,
		shouldPanic: string | null,
		callOwn: CallOwn,
		constant: (name: string) => Value | undefined,
	) {
		this.#folder = folder;
		this.#shouldPanic = shouldPanic;
		this.#callOwn = callOwn;
		this.#constant = constant;
	}

	path(segments: readonly string[]): Value {
		const name = segments[segments.length - 1]!;
		if (name === 'NO_INPUT') return { kind: 'memory', bytes: [], writable: false };
		const constant = this.#constant(name);
		if (constant !== undefined) return constant;
		if (name === 'MAX') return maximum(segments[0]!);
		if (Object.hasOwn(INSTRUCTIONS, name)) return BigInt(INSTRUCTIONS[name as OpName].opcode);
		if (/^[A-Z][A-Za-z0-9]*$/.test(name)) return variant(name);
		throw new Unsupported(segments.join('::'));
	}

	call(segments: readonly string[], args: readonly Value[]): Value {
		const name = segments[segments.length - 1]!;
		const owner = segments[segments.length - 2] ?? '';
		switch (`${owner}::${name}`) {
			case 'Config::default':
				return DEFAULT_CONFIG;
			case 'TestContextObject::new':
				return args[0] ?? null;
			case 'BuiltinProgram::new_mock':
				return { kind: 'loader', config: DEFAULT_CONFIG, syscalls: [] };
			case 'BuiltinProgram::new_loader':
				return { kind: 'loader', config: args[0] ?? DEFAULT_CONFIG, syscalls: [] };
			case 'FunctionRegistry::default':
				return null;
			case 'Executable::from_text_bytes':
				return this.#fromTextBytes(args);
			case 'Vec::new':
				return [];
			case 'File::open':
				return args[0]!;
			case 'fs::read':
				return this.#readFile(string(args[0]));
			case 'ElfExecutable::load':
				return elfAnswer('load', args[0], args[1]);
			case 'ElfExecutable::load_with_strict_parser':
				return elfAnswer('strict', args[0], args[1]);
			case 'Elf64::parse':
				return elfAnswer('parse', args[0], undefined);
			case 'LittleEndian::write_u32':
			case 'LittleEndian::write_i32':
				writeWord(args[0], integer(args[1]));
				return null;
			case '::assemble':
				return assembled(args);
			case '::asm':
				return asmAnswer(string(args[0]), DEFAULT_CONFIG);
			case '::asm_with_config':
				return asmAnswer(string(args[0]), args[1]!);
			case '::insn':
				return [...args];
		}
		if (name === 'register') {
			object(args[0], 'loader').syscalls.push({ name: string(args[1]), impl: owner });
			return null;
		}
		if (TRANSPARENT.has(name) && owner !== '' && args.length === 1) return args[0]!;
		const own = owner === '' ? this.#callOwn(name, args) : undefined;
		if (own !== undefined) return own;
		if (/^[A-Z]/.test(name)) return variant(name, ...args);
		throw new Unsupported(`${segments.join('::')}()`);
	}

	method(target: Value, name: string, generics: string, args: readonly Value[]): Value {
		if (isObject(target, 'answer')) return this.#answered(target, name);
		switch (name) {
			case 'clone':
				return Array.isArray(target) ? target.slice() : target;
			case 'unwrap':
			case 'expect':
			case 'to_string':
			case 'to_vec':
			case 'iter':
			case 'into_iter':
				return target;
			case 'verify':
				if (generics !== 'RequisiteVerifier') throw new Unsupported(generics);
				return { kind: 'answer', suite: 'verify', row: object(target, 'program').fields };
			case 'stack_size':
				return (
					integer(this.field(target, 'max_call_depth')) * integer(this.field(target, 'stack_frame_size'))
				);
			case 'get': {
				const { start, end } = object(args[0], 'range');
				return string(target).slice(Number(integer(start)), Number(integer(end)));
			}
			case 'read_to_end':
				list(args[0]).push(...list(this.#readFile(string(target))));
				return null;
			case 'insert':
				list(target).splice(Number(integer(args[0])), 0, args[1]!);
				return null;
		}
		throw new Unsupported(`.${name}()`);
	}

	field(target: Value, name: string): Value {
		const value = object(target, 'config').settings.get(name) ?? DEFAULT_SETTINGS.get(name);
		if (value === undefined) throw new Unsupported(`.${name}`);
		return value;
	}

	struct(segments: readonly string[], fields: ReadonlyMap<string, Value>, base: Value | null): Value {
		if (segments[segments.length - 1] !== 'Config') return { kind: 'struct', fields };
		const inherited = base === null ? new Map<string, Value>() : object(base, 'config').settings;
		return { kind: 'config', settings: new Map([...inherited, ...fields]) };
	}

	raw(value: Value, writable: boolean): Value {
		return { kind: 'memory', bytes: list(value), writable };
	}

	macro(expr: Extract<Expr, { kind: 'macro' }>, evaluate: (expr: Expr) => Value): Value {
		const args = new Parser(expr.tokens).arguments();
		const values = (): Value[] => args.map(evaluate);
		switch (expr.name) {
			case 'vec':
				return values();
			case 'println':
				return null;
			case 'format': {
				const [template, ...rest] = values();
				return format(template!, rest, (name) => evaluate(variable(name, expr.line)));
			}
			case 'disasm':
				this.#disasm(values());
				return null;
			case 'assert_eq': {
				const [left, right] = values();
				this.#assertEqual(left!, right!);
				return null;
			}
			case 'assert_error': {
				const [subject, template, ...rest] = values();
				this.#expectError(
					subject!,
					format(template!, rest, (name) => evaluate(variable(name, expr.line))),
				);
				return null;
			}
			case 'assert':
				if (evaluate(args[0]!) !== true) throw new Unsupported('an assertion of something else');
				return null;
			case 'matches': {
				const [left, right] = values();
				this.#expectError(left!, debug(object(right, 'variant').values[0]!));
				return true;
			}
			case 'test_interpreter_and_jit': {
				const [program, memory, budget, expected] = values();
				this.#vm(object(program, 'program').fields, memory!, budget!, expected!);
				return null;
			}
			case 'test_interpreter_and_jit_asm':
				this.#vmAsm(values());
				return null;
			case 'test_interpreter_and_jit_elf':
				this.#vmElf(values());
				return null;
			case 'test_syscall_asm':
				this.#vmSyscalls(values());
				return null;
		}
		throw new Unsupported(`${expr.name}!`);
	}

	#fromTextBytes([text, loader, version]: readonly Value[]): Value {
		const fields = {
			...loaderFields(object(loader, 'loader')),
			sbpf_version: object(version, 'variant').name,
			text_bytes: bytesToHex(bytesOf(list(text))),
		};
		return { kind: 'program', fields };
	}

	#readFile(path: string): Value {
		return Array.from(readFileSync(join(this.#folder, path)), (byte) => BigInt(byte));
	}

	/** What a test does with an answer tells what it expects. */
	#answered(answer: Extract<RustObject, { kind: 'answer' }>, name: string): Value {
		switch (name) {
			case 'unwrap':
			case 'expect':
				this.#expect(
					answer,
					this.#shouldPanic === null ? OK.get(answer.suite)! : panicked(this.#shouldPanic),
				);
				return answer.suite === 'elf' ? variant('loaded') : null;
			case 'is_ok':
				this.#expect(answer, OK.get(answer.suite)!);
				return true;
			case 'unwrap_err':
				return answer;
			case 'map':
				throw new Unsupported('a closure');
		}
		throw new Unsupported(`.${name}() of an answer`);
	}

	#expect({ suite, row }: Extract<RustObject, { kind: 'answer' }>, expected: JsonObject): void {
		this.cases.push({ suite, row, expected });
	}

	#expectError(subject: Value, error: string): void {
		this.#expect(object(subject, 'answer'), { debug: unwrapped(error) });
	}

	#assertEqual(left: Value, right: Value): void {
		if (!isObject(left, 'answer')) {
			if (!isEqual(left, right)) throw new Unsupported('an assertion of something else');
			return;
		}
		if (left.suite !== 'asm') {
			this.#expectError(left, debug(right));
			return;
		}
		const { name, values } = object(right, 'variant');
		if (name === 'Err') this.#expect(left, { err: string(values[0]) });
		else this.#expect(left, { insns: list(values[0]).map(insnFields) });
	}

	#disasm([source, config]: readonly Value[]): void {
		const text = string(source);
		const labelled: Value = {
			kind: 'config',
			settings: new Map([['enable_symbol_and_section_labels', true]]),
		};
		const row = { ...configFields(config ?? labelled), asm: text };
		this.cases.push({ suite: 'disasm', row, expected: { text } });
	}

	#vmAsm(values: readonly Value[]): void {
		const [source, ...rest] = values;
		const config = rest.length === 4 ? rest.shift()! : DEFAULT_CONFIG;
		const [memory, budget, expected] = rest;
		this.#vm({ ...configFields(config), asm: string(source) }, memory!, budget!, expected!);
	}

	#vmElf(values: readonly Value[]): void {
		const [path, ...rest] = values;
		const config = rest.length === 5 ? rest.shift()! : DEFAULT_CONFIG;
		const [memory, syscalls, budget, expected] = rest;
		const elf = Buffer.from(bytesOf(list(this.#readFile(string(path))))).toString('base64');
		const fields = { ...configFields(config), syscalls: syscallFields(syscalls!), elf_base64: elf };
		this.#vm(fields, memory!, budget!, expected!);
	}

	#vmSyscalls([source, memory, syscalls, budget, expected]: readonly Value[]): void {
		for (const version of ['V0', 'V3']) {
			const settings = new Map<string, Value>([['enabled_sbpf_versions', versions(version, version)]]);
			const fields = { ...configFields({ kind: 'config', settings }), syscalls: syscallFields(syscalls!) };
			this.#vm({ ...fields, asm: string(source) }, memory!, budget!, expected!);
		}
	}

	/** The budget of upstream's tests is also the count they expect. */
	#vm(program: JsonObject, memory: Value, budget: Value, expected: Value): void {
		const { bytes, writable } = object(memory, 'memory');
		const row = {
			...program,
			input: bytesToHex(bytesOf(bytes)),
			input_writable: writable,
			budget: Number(integer(budget)),
		};
		const { name, values } = object(expected, 'variant');
		const outcome = name === 'Ok' ? { ok: hex(integer(values[0])) } : { debug: debug(values[0]!) };
		this.cases.push({ suite: 'vm', row, expected: { ...outcome, count: Number(integer(budget)) } });
	}
}

/** What a suite answers when all is well. */
const OK: ReadonlyMap<string, JsonObject> = new Map([
	['verify', { ok: true }],
	['elf', { ok: true }],
]);

function panicked(text: string): JsonObject {
	return { debug: unwrapped(text.replace(/^validation failed: /, '')) };
}

/** The error inside `VerifierError(...)`. */
function unwrapped(error: string): string {
	return /^VerifierError\((.*)\)$/.exec(error)?.[1] ?? error;
}

function variable(name: string, line: number): Expr {
	return { kind: 'path', segments: [name], line };
}
