/** The strict loader: the one form it takes, and every field it checks. */
import { describe, expect, test } from 'vitest';
import {
	type BuiltElf,
	buildStrictElf,
	CALL_IMM,
	EXIT,
	FUNC,
	MOV64_IMM,
	NOTYPE,
	STRICT_PHDR,
} from '../../test/elf-builder.ts';
import { type Config, defaultConfig } from '../config.ts';
import type { ElfError } from '../errors.ts';
import { Executable } from '../executable.ts';
import { MM_BYTECODE_START } from '../isa/ebpf.ts';
import { BuiltinProgram, type ContextObject } from '../program.ts';

const LABELS = { enableSymbolAndSectionLabels: true };
const HEADER: ElfError = { kind: 'FailedToParse', message: 'invalid file header' };
const PROGRAM_HEADER: ElfError = { kind: 'InvalidProgramHeader' };
const U64_MAX = 0xffff_ffff_ffff_ffffn;

function load(bytes: Uint8Array, config: Partial<Config> = {}): Executable<ContextObject> | ElfError {
	const result = Executable.load(bytes, BuiltinProgram.newLoader(defaultConfig(config)));
	return result.ok ? result.value : result.error;
}

function loaded(elf: BuiltElf, config: Partial<Config> = {}): Executable<ContextObject> {
	const result = load(elf.bytes, config);
	if (!(result instanceof Executable)) throw new Error(JSON.stringify(result));
	return result;
}

const RODATA = [1, 2, 3, 4, 5, 6, 7, 8];
const TEXT = [...MOV64_IMM(0, 7), ...CALL_IMM(0, 1), ...EXIT];
const both = (): BuiltElf => buildStrictElf({ rodata: RODATA, text: TEXT, entry: 1 });
const textOnly = (): BuiltElf => buildStrictElf({ text: TEXT });

test('read-only data is mapped at 0 and bytecode at 2^32', () => {
	const executable = loaded(both());
	expect(executable.roSection).toEqual({ vmAddr: 0, bytes: Uint8Array.from(RODATA) });
	expect(executable.textSectionVaddr).toBe(MM_BYTECODE_START);
	expect(executable.textSectionOffset).toBe(64 + 112 + 8);
	expect([...executable.textBytes]).toEqual(TEXT);
	expect(executable.entryPc).toBe(1);
	expect(executable.functionRegistry.size).toBe(0);
	expect(executable.sbpfVersion).toBe(3);
	expect(executable.verify().ok).toBe(true);
});

test('a program may have no read-only data', () => {
	const executable = loaded(textOnly());
	expect(executable.roSection).toEqual({ vmAddr: 0, bytes: new Uint8Array(0) });
	expect([...executable.textBytes]).toEqual(TEXT);
});

test('read-only data may be empty', () => {
	const executable = loaded(buildStrictElf({ rodata: [], text: TEXT }));
	expect(executable.roSection.bytes.length).toBe(0);
	expect([...executable.textBytes]).toEqual(TEXT);
});

test('version 4 has the same form', () => {
	expect(loaded(buildStrictElf({ flags: 4 })).sbpfVersion).toBe(4);
});

test('headers after the two that count are not looked at', () => {
	const elf = buildStrictElf({ rodata: RODATA, text: TEXT });
	// One more header in front of the body moves the body by its size.
	const bytes = new Uint8Array(elf.bytes.length + 56);
	bytes.set(elf.bytes.subarray(0, 176));
	bytes.set(elf.bytes.subarray(176), 232);
	const view = new DataView(bytes.buffer);
	view.setUint16(56, 3, true);
	view.setBigUint64(STRICT_PHDR(0) + 8, 232n, true);
	view.setBigUint64(STRICT_PHDR(1) + 8, 240n, true);
	expect(load(bytes)).toBeInstanceOf(Executable);
});

test('the file header is fixed but for type, entry point, section headers and flags', () => {
	const free = new Set<number>();
	for (const [from, to] of [
		[16, 18],
		[40, 48],
		[58, 64],
	] as const) {
		for (let at = from; at < to; at++) free.add(at);
	}
	for (let at = 0; at < 64; at++) {
		if (at >= 48 && at < 52) continue;
		const result = load(both().u8(at, 0xaf).bytes);
		if (free.has(at)) expect(result, `byte ${at}`).toBeInstanceOf(Executable);
		else expect(result, `byte ${at}`).toEqual(HEADER);
	}
});

test('each program header is fixed but for its alignment', () => {
	for (const i of [0, 1]) {
		for (let at = 0; at < 56; at++) {
			const result = load(both().u8(STRICT_PHDR(i) + at, 0xaf).bytes);
			if (at >= 48) expect(result, `byte ${at} of ${i}`).toBeInstanceOf(Executable);
			else expect(result, `byte ${at} of ${i}`).toEqual(PROGRAM_HEADER);
		}
	}
});

describe('refuses', () => {
	const entry = (elf: BuiltElf, address: bigint): BuiltElf => elf.u64(24, address);
	const sizes = (elf: BuiltElf, i: number, size: bigint): BuiltElf =>
		elf.u64(STRICT_PHDR(i) + 32, size).u64(STRICT_PHDR(i) + 40, size);
	test.each<[string, Uint8Array, ElfError]>([
		['an empty file', new Uint8Array(0), { kind: 'ValueOutOfBounds' }],
		['a file without its last header byte', both().bytes.subarray(0, 63), { kind: 'ValueOutOfBounds' }],
		['a file without its last program header byte', both().bytes.subarray(0, 175), HEADER],
		['a file without program headers', both().u16(56, 0).bytes, HEADER],
		['read-only data without bytecode', both().u16(56, 1).bytes, HEADER],
		['a file cut before its bytecode', both().bytes.subarray(0, 184), PROGRAM_HEADER],
		['a file cut inside its bytecode', both().bytes.subarray(0, 200), PROGRAM_HEADER],
		['read-only data of odd size', sizes(both(), 0, 7n).bytes, PROGRAM_HEADER],
		['bytecode of odd size', sizes(both(), 1, 23n).bytes, PROGRAM_HEADER],
		['bytecode of the largest size', sizes(both(), 1, U64_MAX).bytes, PROGRAM_HEADER],
		['bytecode larger than a region', sizes(both(), 1, 1n << 32n).bytes, PROGRAM_HEADER],
		['another size in memory', both().u64(STRICT_PHDR(1) + 40, 16n).bytes, PROGRAM_HEADER],
		['bytecode that may be written', both().u32(STRICT_PHDR(1) + 4, 3).bytes, PROGRAM_HEADER],
		['an entry point before the bytecode', entry(both(), (1n << 32n) - 8n).bytes, HEADER],
		['an entry point behind the bytecode', entry(both(), (1n << 32n) + 24n).bytes, HEADER],
		['an entry point inside an instruction', entry(both(), (1n << 32n) + 4n).bytes, HEADER],
		['the largest entry point', entry(both(), U64_MAX - 7n).bytes, HEADER],
		['no bytecode at all', sizes(textOnly(), 0, 0n).bytes, HEADER],
		['no bytes after the headers', sizes(textOnly(), 0, 0n).bytes.subarray(0, 120), PROGRAM_HEADER],
	])('%s', (_, bytes, expected) => {
		expect(load(bytes)).toEqual(expected);
	});
});

describe('labels', () => {
	const symbols = [
		{ name: 'entrypoint', value: 0, info: FUNC },
		{ name: 'helper', value: 16, info: FUNC },
		{ name: 'data', value: 8, info: NOTYPE },
	];
	const labelled = (): BuiltElf => buildStrictElf({ text: TEXT, symbols });

	test('come from the symbol table, by slot', () => {
		const { functionRegistry } = loaded(labelled(), LABELS);
		const names = [...functionRegistry.entries()].map(([key, { name, value }]) => [
			key,
			String.fromCharCode(...name),
			value,
		]);
		expect(names).toEqual([
			[0, 'entrypoint', 0],
			[2, 'helper', 2],
		]);
	});

	test('are left out by default, whatever the section headers say', () => {
		expect(loaded(labelled()).functionRegistry.size).toBe(0);
		expect(load(labelled().u64(40, U64_MAX).bytes)).toBeInstanceOf(Executable);
	});

	test('may be missing both table and names', () => {
		const elf = labelled();
		elf.u32(elf.header('.symtab', 'name'), 0).u32(elf.header('.strtab', 'name'), 0);
		expect(loaded(elf, LABELS).functionRegistry.size).toBe(0);
	});

	const shdr = labelled();
	test.each<[string, Uint8Array, ElfError]>([
		['section headers that wrap around', labelled().u64(40, U64_MAX).bytes, { kind: 'ValueOutOfBounds' }],
		[
			'section headers over the file header',
			labelled().u64(40, 8n).bytes,
			{ kind: 'FailedToParse', message: 'values overlap' },
		],
		[
			'no name table',
			labelled().u16(62, 0).bytes,
			{ kind: 'FailedToParse', message: 'no section name string table found' },
		],
		['a name table that is not there', labelled().u16(62, 9).bytes, { kind: 'ValueOutOfBounds' }],
		[
			'names without a table',
			labelled().u32(shdr.header('.symtab', 'name'), 0).bytes,
			{ kind: 'FailedToParse', message: 'invalid section header' },
		],
		[
			'a table that is not whole symbols',
			labelled().u64(shdr.header('.symtab', 'size'), 25n).bytes,
			{ kind: 'FailedToParse', message: 'invalid size' },
		],
		[
			'a symbol without a name',
			labelled().u32(shdr.at('.symtab', 24), 0xffff).bytes,
			{ kind: 'ValueOutOfBounds' },
		],
		[
			'two symbols of one key',
			labelled().u64(shdr.at('.symtab', 24 + 8), (1n << 32n) * 9n + 16n).bytes,
			{ kind: 'SymbolHashCollision', key: 2 },
		],
	])('end in an error where upstream panics: %s', (_, bytes, expected) => {
		expect(load(bytes, LABELS)).toEqual(expected);
	});
});
