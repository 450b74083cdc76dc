/**
 * Puts a WebAssembly module together: types, imports, functions, tables, memory, globals, exports,
 * elements, data and names, in the order that the binary format wants.
 *
 * Knows nothing of what is compiled. The engine validates the result.
 * Source: WebAssembly core specification 2.0, section 5.5.
 */
import { ByteSink } from './byte-sink.ts';
import { CodeBuilder } from './code-builder.ts';
import type {
	FuncIndex,
	FuncType,
	GlobalIndex,
	Limits,
	RefType,
	TableIndex,
	TypeIndex,
	ValType,
} from './types.ts';

const MAGIC_AND_VERSION = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const SECTION = {
	custom: 0,
	type: 1,
	import: 2,
	function: 3,
	table: 4,
	memory: 5,
	global: 6,
	export: 7,
	start: 8,
	element: 9,
	code: 10,
	data: 11,
	dataCount: 12,
} as const;
const KIND = { func: 0, table: 1, memory: 2, global: 3 } as const;
const FUNC_TYPE = 0x60;
const END = 0x0b;

interface DefinedFunction {
	readonly type: TypeIndex;
	readonly code: CodeBuilder;
}

/** A function that is being written. */
export interface FunctionHandle {
	readonly index: FuncIndex;
	readonly code: CodeBuilder;
}

/** Collects a module's parts; imports come before definitions of the same kind. */
export class ModuleBuilder {
	readonly #types: FuncType[] = [];
	readonly #typeIndex = new Map<string, TypeIndex>();
	readonly #imports = new ByteSink();
	#importCount = 0;
	#importedFuncs = 0;
	#importedGlobals = 0;
	#importedTables = 0;
	readonly #functions: DefinedFunction[] = [];
	readonly #tables: { limits: Limits; type: RefType }[] = [];
	readonly #memories: Limits[] = [];
	#importedMemories = 0;
	readonly #globals: { type: ValType; mutable: boolean; low: number; high: number }[] = [];
	readonly #exports = new ByteSink();
	readonly #exportNames = new Set<string>();
	readonly #elements: { table: TableIndex; offset: number; funcs: readonly FuncIndex[] }[] = [];
	readonly #data: { offset: number; bytes: Uint8Array }[] = [];
	readonly #names: [FuncIndex, string][] = [];

	/** The index of a function type; equal types share one. */
	type(params: readonly ValType[], results: readonly ValType[]): TypeIndex {
		const key = `${params.join()}>${results.join()}`;
		const known = this.#typeIndex.get(key);
		if (known !== undefined) return known;
		this.#typeIndex.set(key, this.#types.length);
		return this.#types.push({ params, results }) - 1;
	}

	importFunction(module: string, name: string, type: TypeIndex): FuncIndex {
		if (this.#functions.length > 0) throw new RangeError('imported functions come before defined ones');
		this.#import(module, name, KIND.func).u32(type);
		return this.#importedFuncs++;
	}

	importMemory(module: string, name: string, limits: Limits): void {
		writeLimits(this.#import(module, name, KIND.memory), limits);
		this.#importedMemories++;
	}

	importTable(module: string, name: string, limits: Limits, type: RefType): TableIndex {
		if (this.#tables.length > 0) throw new RangeError('imported tables come before defined ones');
		const sink = this.#import(module, name, KIND.table);
		sink.byte(type);
		writeLimits(sink, limits);
		return this.#importedTables++;
	}

	importGlobal(module: string, name: string, type: ValType, mutable: boolean): GlobalIndex {
		if (this.#globals.length > 0) throw new RangeError('imported globals come before defined ones');
		const sink = this.#import(module, name, KIND.global);
		sink.byte(type);
		sink.byte(mutable ? 1 : 0);
		return this.#importedGlobals++;
	}

	/** A new function; its body is written through `code`, in any order among functions. */
	function(type: TypeIndex, name?: string): FunctionHandle {
		const signature = this.#types[type];
		if (signature === undefined) throw new RangeError(`no type ${type}`);
		const code = new CodeBuilder(signature.params.length);
		const index = this.#importedFuncs + this.#functions.push({ type, code }) - 1;
		if (name !== undefined) this.#names.push([index, name]);
		return { index, code };
	}

	table(limits: Limits, type: RefType): TableIndex {
		return this.#importedTables + this.#tables.push({ limits, type }) - 1;
	}

	/** The module's memory. RangeError for a second one. */
	memory(limits: Limits): void {
		if (this.#memories.length + this.#importedMemories > 0) throw new RangeError('a module has one memory');
		this.#memories.push(limits);
	}

	/** An integer global; its first value by halves. */
	global(type: ValType, mutable: boolean, low = 0, high: number = (low | 0) >> 31): GlobalIndex {
		return this.#importedGlobals + this.#globals.push({ type, mutable, low, high }) - 1;
	}

	exportFunction(name: string, index: FuncIndex): void {
		this.#export(name, KIND.func, index);
	}

	exportTable(name: string, index: TableIndex): void {
		this.#export(name, KIND.table, index);
	}

	exportGlobal(name: string, index: GlobalIndex): void {
		this.#export(name, KIND.global, index);
	}

	exportMemory(name: string): void {
		this.#export(name, KIND.memory, 0);
	}

	/** Fills a table from `offset` on when the module is instantiated. */
	elements(table: TableIndex, offset: number, funcs: readonly FuncIndex[]): void {
		this.#elements.push({ table, offset, funcs });
	}

	/** Fills memory from `offset` on when the module is instantiated. */
	data(offset: number, bytes: Uint8Array): void {
		this.#data.push({ offset, bytes });
	}

	/** The module in the binary format. RangeError where a function's blocks are not closed. */
	toBytes(): Uint8Array<ArrayBuffer> {
		const out = new ByteSink(4096);
		out.bytes(MAGIC_AND_VERSION);
		section(out, SECTION.type, this.#types, (sink, { params, results }) => {
			sink.byte(FUNC_TYPE);
			writeList(sink, params);
			writeList(sink, results);
		});
		if (this.#importCount > 0) {
			const sink = new ByteSink();
			sink.u32(this.#importCount);
			sink.append(this.#imports);
			writeSection(out, SECTION.import, sink);
		}
		section(out, SECTION.function, this.#functions, (sink, { type }) => sink.u32(type));
		section(out, SECTION.table, this.#tables, (sink, { limits, type }) => {
			sink.byte(type);
			writeLimits(sink, limits);
		});
		section(out, SECTION.memory, this.#memories, writeLimits);
		section(out, SECTION.global, this.#globals, (sink, global) => {
			sink.byte(global.type);
			sink.byte(global.mutable ? 1 : 0);
			writeIntegerConstant(sink, global.type, global.low, global.high);
		});
		if (this.#exportNames.size > 0) {
			const sink = new ByteSink();
			sink.u32(this.#exportNames.size);
			sink.append(this.#exports);
			writeSection(out, SECTION.export, sink);
		}
		section(out, SECTION.element, this.#elements, (sink, { table, offset, funcs }) => {
			// Flag 0 fills table 0; flag 2 names the table and the kind of its elements.
			sink.u32(table === 0 ? 0 : 2);
			if (table !== 0) sink.u32(table);
			writeOffset(sink, offset);
			if (table !== 0) sink.byte(0);
			sink.u32(funcs.length);
			for (const func of funcs) sink.u32(func);
		});
		section(out, SECTION.code, this.#functions, (sink, { code }) => code.finish(sink));
		section(out, SECTION.data, this.#data, (sink, { offset, bytes }) => {
			sink.u32(0);
			writeOffset(sink, offset);
			sink.u32(bytes.length);
			sink.bytes(bytes);
		});
		if (this.#names.length > 0) this.#writeNames(out);
		return out.toBytes();
	}

	#import(module: string, name: string, kind: number): ByteSink {
		this.#importCount++;
		this.#imports.name(module);
		this.#imports.name(name);
		this.#imports.byte(kind);
		return this.#imports;
	}

	#export(name: string, kind: number, index: number): void {
		if (this.#exportNames.has(name)) throw new RangeError(`"${name}" is exported twice`);
		this.#exportNames.add(name);
		this.#exports.name(name);
		this.#exports.byte(kind);
		this.#exports.u32(index);
	}

	/** The custom section that debuggers and profilers read function names from. */
	#writeNames(out: ByteSink): void {
		const functions = new ByteSink();
		functions.u32(this.#names.length);
		for (const [index, name] of this.#names) {
			functions.u32(index);
			functions.name(name);
		}
		const sink = new ByteSink();
		sink.name('name');
		writeSection(sink, 1, functions);
		writeSection(out, SECTION.custom, sink);
	}
}

function writeSection(out: ByteSink, id: number, content: ByteSink): void {
	out.byte(id);
	out.u32(content.length);
	out.append(content);
}

/** A section that is a list of rows; left out when there are none. */
function section<T>(
	out: ByteSink,
	id: number,
	rows: readonly T[],
	write: (sink: ByteSink, row: T) => void,
): void {
	if (rows.length === 0) return;
	const sink = new ByteSink(1024);
	sink.u32(rows.length);
	for (const row of rows) write(sink, row);
	writeSection(out, id, sink);
}

function writeList(sink: ByteSink, bytes: readonly number[]): void {
	sink.u32(bytes.length);
	for (const byte of bytes) sink.byte(byte);
}

function writeLimits(sink: ByteSink, { min, max, shared }: Limits): void {
	if (shared && max === undefined) throw new RangeError('a shared memory needs a maximum');
	sink.byte((max === undefined ? 0 : 1) | (shared ? 2 : 0));
	sink.u32(min);
	if (max !== undefined) sink.u32(max);
}

function writeOffset(sink: ByteSink, offset: number): void {
	sink.byte(0x41);
	sink.s32(offset);
	sink.byte(END);
}

function writeIntegerConstant(sink: ByteSink, type: ValType, low: number, high: number): void {
	if (type === 0x7e) {
		sink.byte(0x42);
		sink.s64(low, high);
	} else if (type === 0x7f) {
		sink.byte(0x41);
		sink.s32(low);
	} else throw new RangeError('a global of this room is an i32 or an i64');
	sink.byte(END);
}
