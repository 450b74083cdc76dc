/** What the lenient loader makes of sound files. */
import { describe, expect, test } from 'vitest';
import {
	type BuiltElf,
	buildLenientElf,
	CALL_IMM,
	EXIT,
	FUNC,
	LDDW,
	MOV64_IMM,
	NOTYPE,
	R_BPF_64_32,
	R_BPF_64_64,
	R_BPF_64_RELATIVE,
} from '../../test/elf-builder.ts';
import { type Config, defaultConfig } from '../config.ts';
import { Executable } from '../executable.ts';
import { hashSymbolName, hashTargetPc } from '../function-registry.ts';
import { MM_REGION_SIZE } from '../isa/ebpf.ts';
import { BuiltinProgram, type ContextObject } from '../program.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const ENTRYPOINT_KEY = hashSymbolName(utf8('entrypoint'));

function load(elf: BuiltElf, config: Partial<Config> = {}): Executable<ContextObject> {
	const result = Executable.load(elf.bytes, BuiltinProgram.newLoader(defaultConfig(config)));
	if (!result.ok)
		throw new Error(JSON.stringify(result.error, (_, v) => (typeof v === 'bigint' ? `${v}` : v)));
	return result.value;
}

const words = (bytes: Uint8Array): number[] =>
	Array.from(new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer));
/** The immediate of slot `pc`. */
const imm = (executable: Executable<ContextObject>, pc: number): number =>
	words(executable.textBytes)[pc * 2 + 1]!;
const functionsOf = (executable: Executable<ContextObject>): [number, string, number][] =>
	[...executable.functionRegistry.entries()].map(([key, { name, value }]) => [
		key,
		String.fromCharCode(...name),
		value,
	]);

describe('the text', () => {
	test('starts at the entry point of the file header', () => {
		const executable = load(buildLenientElf({ text: [...EXIT, ...MOV64_IMM(0, 1), ...EXIT], entry: 1 }));
		expect(executable.entryPc).toBe(1);
		expect(executable.sbpfVersion).toBe(0);
		expect(executable.textSectionVaddr).toBe(MM_REGION_SIZE + 176);
		expect(executable.textSectionOffset).toBe(176);
		expect([...executable.textBytes]).toEqual([...EXIT, ...MOV64_IMM(0, 1), ...EXIT]);
		expect(functionsOf(executable)).toEqual([[ENTRYPOINT_KEY, 'entrypoint', 1]]);
	});

	test('keeps the version its flags ask for', () => {
		for (const flags of [0, 1, 2]) expect(load(buildLenientElf({ flags })).sbpfVersion).toBe(flags);
	});

	test('is empty where the section has no bytes', () => {
		const elf = buildLenientElf();
		const executable = load(elf.u32(elf.header('.text', 'type'), 8));
		expect(executable.textBytes.length).toBe(0);
		expect(executable.verify()).toEqual({
			ok: false,
			error: { kind: 'VerifierError', error: { kind: 'NoProgram' } },
		});
	});

	test('leaves a file as it is whose own slice shares its memory, as a Buffer’s does', () => {
		class Sharing extends Uint8Array<ArrayBuffer> {
			override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
				return this.subarray(start, end);
			}
		}
		const call = [0x85, 0x10, 0, 0, 0, 0, 0, 0];
		const elf = buildLenientElf({ text: [...call, ...EXIT] });
		const file = Sharing.from(elf.bytes);
		const result = Executable.load(file, BuiltinProgram.newLoader(defaultConfig()));
		expect(result.ok).toBe(true);
		expect(result.ok && [...result.value.textBytes]).not.toEqual([...call, ...EXIT]);
		expect(Array.from(file)).toEqual(Array.from(elf.bytes));
	});

	test('is a copy of the file', () => {
		const elf = buildLenientElf();
		const executable = load(elf);
		elf.bytes.fill(0);
		expect([...executable.textBytes]).toEqual(EXIT);
		expect(executable.verify().ok).toBe(true);
	});
});

describe('a relative call', () => {
	const elf = buildLenientElf({ text: [...CALL_IMM(1), ...EXIT, ...CALL_IMM(-1), ...CALL_IMM(-2), ...EXIT] });

	test('becomes a call by the key of its target, except that to -1', () => {
		const executable = load(elf);
		expect(imm(executable, 0)).toBe(hashTargetPc(2));
		expect(imm(executable, 2)).toBe(0xffff_ffff);
		expect(imm(executable, 3)).toBe(hashTargetPc(2));
		expect(executable.functionRegistry.lookupByKey(hashTargetPc(2))).toEqual({
			name: new Uint8Array(0),
			value: 2,
		});
	});

	test('names its target where labels are kept', () => {
		const executable = load(elf, { enableSymbolAndSectionLabels: true });
		expect(functionsOf(executable).map(([, name, pc]) => [name, pc])).toContainEqual(['function_2', 2]);
	});
});

describe('a relocation', () => {
	const relocated = (
		text: readonly number[],
		type: number,
		value: number | bigint,
		offset = 0,
		info = NOTYPE,
	): Executable<ContextObject> =>
		load(
			buildLenientElf({
				text,
				sections: [{ name: '.rodata', data: LDDW(0, 0x44, 0x55) }],
				dynamicSymbols: [{ name: 'sol_log_', value, info }],
				relocations: [{ offset, type, symbol: 1 }],
			}),
		);

	test.each([
		['adds what the immediate holds', 0x10n, 8, [0x18, 1]],
		['leaves an address above 2^32 alone', 0x2_0000_0010n, 8, [0x18, 2]],
		['carries into the upper half', 0x1_ffff_ffffn, 8, [7, 2]],
		['carries out of the region below 2^32', 0xffff_ffffn, 8, [7, 1]],
		['saturates', 0xffff_ffff_ffff_ffffn, 8, [0xffff_ffff, 0xffff_ffff]],
	] as const)('of 64 bits by a symbol %s', (_, value, addend, expected) => {
		const executable = relocated([...LDDW(1, addend, 99), ...EXIT], R_BPF_64_64, value);
		expect([imm(executable, 0), imm(executable, 1)]).toEqual(expected);
	});

	test.each([
		['moves an address in the file up', 0x10, 0, [0x10, 1]],
		['leaves an address above 2^32 alone', 0x10, 3, [0x10, 3]],
	] as const)('of an lddw %s', (_, low, high, expected) => {
		const executable = relocated([...LDDW(1, low, high), ...EXIT], R_BPF_64_RELATIVE, 0);
		expect([imm(executable, 0), imm(executable, 1)]).toEqual(expected);
	});

	test('of a data word takes the address from its upper half', () => {
		const executable = load(
			buildLenientElf({
				sections: [{ name: '.rodata', data: LDDW(0, 0x44, 0x55) }],
				relocations: [{ offset: 0, section: '.rodata', type: R_BPF_64_RELATIVE }],
			}),
		);
		const rodata = executable.roSection.bytes.subarray(8, 16);
		expect(words(rodata)).toEqual([0x44, 1]);
	});

	test('of a call to a function registers the function', () => {
		const executable = relocated([...CALL_IMM(-1), ...EXIT, ...EXIT], R_BPF_64_32, 16, 0, FUNC);
		expect(imm(executable, 0)).toBe(hashTargetPc(2));
		expect(functionsOf(executable)).toContainEqual([hashTargetPc(2), '', 2]);
	});

	test('of a call to a symbol that is no function, or has no address, is the key of a syscall', () => {
		for (const [value, info] of [
			[8, NOTYPE],
			[0n, FUNC],
		] as const) {
			const executable = relocated([...CALL_IMM(-1), ...EXIT], R_BPF_64_32, value, 0, info);
			expect(imm(executable, 0)).toBe(hashSymbolName(utf8('sol_log_')));
			expect(executable.functionRegistry.size).toBe(1);
		}
	});

	test('is found by its section where the dynamic segment is missing', () => {
		const elf = buildLenientElf({
			noDynamicSegment: true,
			text: [...LDDW(1, 0x10), ...EXIT],
			relocations: [{ offset: 0, type: R_BPF_64_RELATIVE }],
		});
		expect(imm(load(elf), 1)).toBe(1);
		// Nor does any segment hold its address; then that of a section does.
		expect(imm(load(elf.u32(64, 0)), 1)).toBe(1);
	});

	test('of a syscall the loader knows passes where broken files are refused', () => {
		const elf = buildLenientElf({
			text: [...CALL_IMM(-1), ...EXIT],
			dynamicSymbols: [{ name: 'sol_log_', value: 0n, info: NOTYPE }],
			relocations: [{ offset: 0, type: R_BPF_64_32, symbol: 1 }],
		});
		const loader = BuiltinProgram.newLoader(defaultConfig({ rejectBrokenElfs: true }));
		expect(Executable.load(elf.bytes, loader).ok).toBe(false);
		loader.registerFunction('sol_log_', () => {});
		expect(Executable.load(elf.bytes, loader).ok).toBe(true);
	});
});

test('the entry point is that of the file header, whatever symbol bears the name', () => {
	const elf = buildLenientElf({
		text: [...CALL_IMM(-1), ...EXIT, ...EXIT],
		entry: 1,
		dynamicSymbols: [{ name: 'entrypoint', value: 16, info: FUNC }],
		relocations: [{ offset: 0, type: R_BPF_64_32, symbol: 1 }],
	});
	const executable = load(elf);
	expect(imm(executable, 0)).toBe(ENTRYPOINT_KEY);
	expect(functionsOf(executable)).toEqual([[ENTRYPOINT_KEY, 'entrypoint', 1]]);
});

describe('labels', () => {
	test('come from the symbol table, the first name of a slot stays', () => {
		const elf = buildLenientElf({
			text: [...CALL_IMM(1), ...EXIT, ...EXIT],
			symbols: [
				{ name: 'twice', value: 16, info: FUNC },
				{ name: 'second', value: 8, info: FUNC & 0xf },
				{ name: 'object', value: 8, info: 0x11 },
			],
		});
		const executable = load(elf, { enableSymbolAndSectionLabels: true });
		const names = functionsOf(executable).map(([, name, pc]) => `${name}=${pc}`);
		expect(names.sort()).toEqual(['entrypoint=0', 'function_2=2', 'second=1']);
	});
});

describe('the read-only region', () => {
	const rodata = { name: '.rodata', data: [1, 2, 3, 4, 5, 6, 7, 8] };
	const comment = { name: '.comment', data: [9, 9, 9, 9, 9, 9, 9, 9] };

	test('holds everything from the start of the file, holes zeroed', () => {
		const { roSection } = load(buildLenientElf({ sections: [comment, rodata] }), { optimizeRodata: false });
		expect(roSection.vmAddr).toBe(MM_REGION_SIZE);
		expect([...roSection.bytes]).toEqual([
			...new Uint8Array(176),
			...EXIT,
			...new Uint8Array(8),
			...rodata.data,
		]);
	});

	test('starts at the first section where it may be optimised', () => {
		const { roSection, textBytes } = load(buildLenientElf({ sections: [comment, rodata] }));
		expect(roSection.vmAddr).toBe(MM_REGION_SIZE + 176);
		expect([...roSection.bytes]).toEqual([...EXIT, ...new Uint8Array(8), ...rodata.data]);
		expect(textBytes.buffer).toBe(roSection.bytes.buffer);
	});

	test('is a part of the file where the sections lie in one piece', () => {
		const { roSection, textBytes } = load(buildLenientElf({ sections: [rodata, comment] }));
		expect([...roSection.bytes]).toEqual([...EXIT, ...rodata.data]);
		expect(roSection.vmAddr).toBe(MM_REGION_SIZE + 176);
		expect(textBytes.byteOffset).toBe(176);
	});

	test('puts a displaced section where its address says', () => {
		const { roSection } = load(buildLenientElf({ sections: [{ ...rodata, addr: 200n }] }));
		expect([...roSection.bytes]).toEqual([...EXIT, ...new Uint8Array(16), ...rodata.data]);
	});

	test('is where the text is read from: the later of two overlapping sections wins', () => {
		const { textBytes } = load(buildLenientElf({ sections: [{ ...rodata, addr: 176n }] }));
		expect([...textBytes]).toEqual(rodata.data);
	});

	test('takes up the sections of its four names only', () => {
		const sections = ['.rodata', '.data.rel.ro', '.eh_frame', '.rodata.x'].map((name) => ({
			name,
			data: EXIT,
		}));
		expect(load(buildLenientElf({ sections })).roSection.bytes.length).toBe(4 * 8);
	});
});

test('the memory size grows with the program', () => {
	const small = load(buildLenientElf({ text: EXIT }));
	const large = load(buildLenientElf({ text: [...new Uint8Array(8000), ...EXIT] }));
	expect(large.memSize - small.memSize).toBeGreaterThanOrEqual(8000);
});
