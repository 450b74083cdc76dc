/** Each error the lenient loader can end in, provoked in a file that is sound otherwise. */
import { describe, expect, test } from 'vitest';
import {
	type BuiltElf,
	buildLenientElf,
	CALL_IMM,
	EXIT,
	FUNC,
	LDDW,
	NOTYPE,
	R_BPF_64_32,
	R_BPF_64_64,
	R_BPF_64_RELATIVE,
} from '../../test/elf-builder.ts';
import type { Config } from '../config.ts';
import { defaultConfig } from '../config.ts';
import { type ElfError, elfErrorText } from '../errors.ts';
import { Executable } from '../executable.ts';
import { hashTargetPc } from '../function-registry.ts';
import { BuiltinProgram } from '../program.ts';

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const OUT_OF_BOUNDS: ElfError = { kind: 'ValueOutOfBounds' };
const failedToParse = (message: string): ElfError => ({ kind: 'FailedToParse', message });
const INVALID_FILE_HEADER = failedToParse('invalid file header');
const INVALID_DYNAMIC = failedToParse('invalid dynamic section table');

function load(bytes: Uint8Array, config: Partial<Config> = {}): ElfError | 'ok' {
	const result = Executable.load(bytes, BuiltinProgram.newLoader(defaultConfig(config)));
	return result.ok ? 'ok' : result.error;
}

/** A file with something of everything. */
const sound = (): BuiltElf =>
	buildLenientElf({
		text: [...LDDW(1, 0x100), ...CALL_IMM(1), ...EXIT, ...CALL_IMM(-1), ...EXIT],
		sections: [{ name: '.rodata', data: [...new Uint8Array(16)] }],
		dynamicSymbols: [
			{ name: 'local', value: 0, info: FUNC },
			{ name: 'sol_log_', value: 0n, info: NOTYPE },
		],
		relocations: [
			{ offset: 0, type: R_BPF_64_RELATIVE },
			{ offset: 32, type: R_BPF_64_32, symbol: 2 },
		],
		symbols: [{ name: 'label', value: 16, info: FUNC }],
	});

type Case = readonly [
	name: string,
	broken: BuiltElf | Uint8Array,
	expected: ElfError | 'ok',
	config?: Partial<Config>,
];
const LABELS = { enableSymbolAndSectionLabels: true };
const STRICT = { rejectBrokenElfs: true };

const FILE_HEADER: Case[] = [
	['the file ends before its flags', sound().bytes.subarray(0, 51), OUT_OF_BOUNDS],
	['the file ends inside its header', sound().bytes.subarray(0, 63), OUT_OF_BOUNDS],
	['the version is unknown', sound().u32(48, 5), { kind: 'UnsupportedSBPFVersion' }],
	[
		'the version is below those enabled',
		sound(),
		{ kind: 'UnsupportedSBPFVersion' },
		{ enabledSbpfVersions: { min: 1, max: 4 } },
	],
	[
		'the version is above those enabled',
		sound().u32(48, 2),
		{ kind: 'UnsupportedSBPFVersion' },
		{ enabledSbpfVersions: { min: 0, max: 1 } },
	],
	['the magic is wrong', sound().u8(0, 0x7e), INVALID_FILE_HEADER],
	['the class is 32 bits', sound().u8(4, 1), INVALID_FILE_HEADER],
	['the file is big-endian', sound().u8(5, 2), INVALID_FILE_HEADER],
	['the identity version is wrong', sound().u8(6, 0), INVALID_FILE_HEADER],
	['the file version is wrong', sound().u32(20, 2), INVALID_FILE_HEADER],
	['the header size is wrong', sound().u16(52, 63), INVALID_FILE_HEADER],
	['the program header size is wrong', sound().u16(54, 55), INVALID_FILE_HEADER],
	['the section header size is wrong', sound().u16(58, 65), INVALID_FILE_HEADER],
	['the name table index equals the count', sound().u16(62, 11), INVALID_FILE_HEADER],
	['the ABI is not none', sound().u8(7, 1), { kind: 'WrongAbi' }],
	['the machine is not BPF', sound().u16(18, 62), { kind: 'WrongMachine' }],
	['the machine is SBPF', sound().u16(18, 263), 'ok'],
	['the type is not dynamic', sound().u16(16, 2), { kind: 'WrongType' }],
];

const TABLES: Case[] = [
	['program headers overlap the file header', sound().u64(32, 63n), failedToParse('values overlap')],
	['program headers wrap around', sound().u64(32, U64_MAX - 8n), OUT_OF_BOUNDS],
	['program headers lie past the end', sound().u64(32, 1n << 63n), OUT_OF_BOUNDS],
	['program headers are not aligned', sound().u64(32, 68n), failedToParse('invalid alignment')],
	['section headers overlap the file header', sound().u64(40, 8n), failedToParse('values overlap')],
	['section headers overlap the program headers', sound().u64(40, 168n), failedToParse('values overlap')],
	['section headers wrap around', sound().u64(40, U64_MAX), OUT_OF_BOUNDS],
	[
		'the first section is not null',
		sound().u32(Number(sound().view.getBigUint64(40, true)) + 4, 1),
		failedToParse('invalid section header'),
	],
	['a segment ends past the file', sound().u64(64 + 32, 1n << 40n), OUT_OF_BOUNDS],
	['a segment wraps around', sound().u64(64 + 32, U64_MAX), OUT_OF_BOUNDS],
	[
		'segments descend',
		sound()
			.u32(64 + 56, 1)
			.u64(64 + 56 + 16, 0n),
		{ kind: 'InvalidProgramHeader' },
	],
	[
		'a section overlaps the file header',
		sound().u64(sound().header('.text', 'offset'), 60n),
		failedToParse('values overlap'),
	],
	['a section wraps around', sound().u64(sound().header('.text', 'size'), U64_MAX), OUT_OF_BOUNDS],
	[
		'a section runs over all headers without wrapping',
		sound().u64(sound().header('.text', 'size'), U64_MAX - 200n),
		failedToParse('values overlap'),
	],
	[
		'a section starts before its predecessor ends',
		sound().u64(sound().header('.rodata', 'offset'), 184n),
		failedToParse('sections not in ascending order'),
	],
	[
		'a section lies past the end',
		sound().u64(sound().header('.shstrtab', 'offset'), 1n << 50n),
		OUT_OF_BOUNDS,
	],
	[
		'a section without bytes lies past the end',
		sound()
			.u32(sound().header('.rodata', 'type'), 8)
			.u64(sound().header('.rodata', 'size'), 1n << 40n),
		OUT_OF_BOUNDS,
	],
	[
		'a section without bytes wraps around',
		sound().u32(sound().header('.rodata', 'type'), 8).u64(sound().header('.rodata', 'size'), U64_MAX),
		OUT_OF_BOUNDS,
	],
];

const NAMES: Case[] = [
	['there is no name table', sound().u16(62, 0), failedToParse('no section name string table found')],
	[
		'the name table is no string table',
		sound().u32(sound().header('.shstrtab', 'type'), 1),
		failedToParse('invalid section header'),
	],
	[
		'a section name starts past the table',
		sound().u32(sound().header('.text', 'name'), 0xffff),
		OUT_OF_BOUNDS,
	],
	[
		'a section name has no terminator in 16 bytes',
		buildLenientElf({ sections: [{ name: '.rodata.longname', data: [] }] }),
		failedToParse('Section or symbol name `.rodata.longname` is longer than `16` bytes'),
	],
	[
		'a section name has 15 bytes',
		buildLenientElf({ sections: [{ name: '.rodata.longnam', data: EXIT }] }),
		'ok',
	],
	[
		'a long section name is no UTF-8',
		buildLenientElf({ sections: [{ name: '.\xef\xbb\xbf\xf0\x90\x80.........', data: [] }] }),
		failedToParse('Section or symbol name `.\ufeff\ufffd.........` is longer than `16` bytes'),
	],
	[
		'there are two string tables of one name',
		buildLenientElf({ sections: [{ name: '.dynstr', data: [], type: 3 }] }),
		failedToParse('invalid section header'),
	],
	['there is no text', sound().u32(sound().header('.text', 'name'), 0), { kind: 'NotOneTextSection' }],
	[
		'there are two texts',
		buildLenientElf({ sections: [{ name: '.text', data: EXIT }] }),
		{ kind: 'NotOneTextSection' },
	],
	[
		'there is a bss section',
		buildLenientElf({ sections: [{ name: '.bss.x', data: EXIT }] }),
		{ kind: 'WritableSectionNotSupported', name: '.bss.x' },
	],
	[
		'there is writable data',
		buildLenientElf({ sections: [{ name: '.data', data: EXIT, flags: 3 }] }),
		{ kind: 'WritableSectionNotSupported', name: '.data' },
	],
	['data is not in memory', buildLenientElf({ sections: [{ name: '.data', data: EXIT, flags: 1 }] }), 'ok'],
	[
		'data is for relocation',
		buildLenientElf({ sections: [{ name: '.data.rel.ro', data: EXIT, flags: 3 }] }),
		'ok',
	],
];

const DYNAMIC: Case[] = [
	[
		'the dynamic section is not whole entries, in segment and section',
		sound()
			.u64(64 + 56 + 32, 17n)
			.u64(sound().header('.dynamic', 'size'), 17n),
		INVALID_DYNAMIC,
	],
	['only the dynamic segment is broken', sound().u64(64 + 56 + 32, 17n), 'ok'],
	['the dynamic segment wraps around', sound().u64(64 + 56 + 8, U64_MAX), 'ok'],
	['a relocation has another size', sound().u64(sound().dynamic(19), 24n), INVALID_DYNAMIC],
	['there are no relocations at their address', sound().u64(sound().dynamic(18), 0n), INVALID_DYNAMIC],
	['relocations are not whole entries', sound().u64(sound().dynamic(18), 17n), INVALID_DYNAMIC],
	['relocations run past the end', sound().u64(sound().dynamic(18), 1n << 40n), INVALID_DYNAMIC],
	['relocations wrap around', sound().u64(sound().dynamic(18), U64_MAX - 15n), OUT_OF_BOUNDS],
	['relocations are nowhere', sound().u64(sound().dynamic(17), 1n << 40n), INVALID_DYNAMIC],
	['a segment wraps around in memory', sound().u64(64 + 40, U64_MAX), OUT_OF_BOUNDS],
	['symbols are nowhere', sound().u64(sound().dynamic(6), 12345n), INVALID_DYNAMIC],
	[
		'the symbols are none',
		sound().u32(sound().header('.dynsym', 'type'), 1),
		failedToParse('invalid section header'),
	],
	[
		'the symbols are not whole entries',
		sound().u64(sound().header('.dynsym', 'size'), 71n),
		failedToParse('invalid size'),
	],
];

const badRelocation = (): BuiltElf => buildLenientElf({ relocations: [{ offset: 0, type: 3 }] });

const TEXT: Case[] = [
	['the entry point is before the text', sound().u64(24, 175n), { kind: 'EntrypointOutOfBounds' }],
	['the entry point is behind the text', sound().u64(24, 224n), { kind: 'EntrypointOutOfBounds' }],
	['the entry point is the largest address', sound().u64(24, U64_MAX), { kind: 'EntrypointOutOfBounds' }],
	['the entry point is inside an instruction', sound().u64(24, 177n), { kind: 'InvalidEntrypoint' }],
	[
		'the text is displaced',
		sound().u64(sound().header('.text', 'addr'), 0x1000n).u64(24, 0x1000n),
		OUT_OF_BOUNDS,
		STRICT,
	],
	[
		'the text ends above the bytecode region',
		sound()
			.u64(sound().header('.text', 'addr'), (1n << 32n) + 8n)
			.u64(24, (1n << 32n) + 8n),
		OUT_OF_BOUNDS,
	],
	[
		'the text ends above the bytecode region, before relocations are looked at',
		badRelocation()
			.u64(badRelocation().header('.text', 'addr'), (1n << 32n) + 8n)
			.u64(24, (1n << 32n) + 8n),
		OUT_OF_BOUNDS,
	],
	[
		'the text starts where upstream panics',
		buildLenientElf()
			.u64(buildLenientElf().header('.text', 'addr'), 1n << 32n)
			.u64(24, 1n << 32n),
		OUT_OF_BOUNDS,
	],
	[
		'a call leads before the text',
		buildLenientElf({ text: [...CALL_IMM(-2), ...EXIT] }),
		{ kind: 'RelativeJumpOutOfBounds', pc: 0 },
	],
	[
		'a call leads behind the text',
		buildLenientElf({ text: [...EXIT, ...CALL_IMM(0)] }),
		{ kind: 'RelativeJumpOutOfBounds', pc: 1 },
	],
	[
		'a displaced section follows',
		buildLenientElf({ sections: [{ name: '.rodata', data: EXIT, addr: 8n }] }),
		OUT_OF_BOUNDS,
		STRICT,
	],
	[
		'a section lies above the bytecode region',
		buildLenientElf({ sections: [{ name: '.rodata', data: EXIT, addr: (1n << 32n) + 1n }] }),
		OUT_OF_BOUNDS,
	],
	[
		'the sections span more memory than the file',
		buildLenientElf({ sections: [{ name: '.rodata', data: EXIT, addr: 1n << 31n }] }),
		OUT_OF_BOUNDS,
	],
];

const withRelocation = (relocation: Parameters<typeof buildLenientElf>[0] & object): BuiltElf =>
	buildLenientElf({ text: [...LDDW(1, 0), ...CALL_IMM(-1), ...EXIT], ...relocation });

const RELOCATIONS: Case[] = [
	[
		'the type is none',
		withRelocation({ relocations: [{ offset: 0, type: 0 }] }),
		{ kind: 'UnknownRelocation', type: 0 },
	],
	[
		'the type is unknown',
		withRelocation({ relocations: [{ offset: 0, type: 3 }] }),
		{ kind: 'UnknownRelocation', type: 3 },
	],
	[
		'a 64-bit relocation has no symbol',
		withRelocation({ relocations: [{ offset: 0, type: R_BPF_64_64, symbol: 1 }] }),
		{ kind: 'UnknownSymbol', index: 1 },
	],
	[
		'a 64-bit relocation lies past the end',
		withRelocation({ relocations: [{ offset: 1 << 20, type: R_BPF_64_64 }] }),
		OUT_OF_BOUNDS,
	],
	[
		'an address of zero is relocated',
		withRelocation({ relocations: [{ offset: 0, type: R_BPF_64_RELATIVE }] }),
		{ kind: 'InvalidVirtualAddress', vmAddr: 0n },
	],
	[
		'a relative relocation lies past the end',
		withRelocation({ relocations: [{ offset: 1 << 20, type: R_BPF_64_RELATIVE }] }),
		OUT_OF_BOUNDS,
	],
	[
		'a call has no symbol',
		withRelocation({ relocations: [{ offset: 16, type: R_BPF_64_32, symbol: 7 }] }),
		{ kind: 'UnknownSymbol', index: 7 },
	],
	[
		'the name of a call is nowhere',
		sound().u32(sound().at('.dynsym', 48), 0x7777),
		{ kind: 'UnknownSymbol', index: 0x7777 },
	],
	[
		'the name of a call is not kept',
		sound().u32(sound().header('.dynstr', 'name'), 0),
		{ kind: 'UnknownSymbol', index: sound().view.getUint32(sound().at('.dynsym', 48), true) },
	],
	[
		'a called function lies outside the text',
		withRelocation({
			dynamicSymbols: [{ name: 'f', value: 32, info: FUNC }],
			relocations: [{ offset: 16, type: R_BPF_64_32, symbol: 1 }],
		}),
		OUT_OF_BOUNDS,
	],
	['a syscall is unknown', sound(), 'ok'],
	[
		'a syscall is unknown and that is refused',
		sound(),
		{ kind: 'UnresolvedSymbol', name: 'sol_log_', pc: 26n, fileOffset: 208n },
		STRICT,
	],
	[
		'a syscall is unknown at the largest offset',
		sound().u64(sound().at('.rel.dyn', 16), U64_MAX),
		{ kind: 'UnresolvedSymbol', name: 'sol_log_', pc: U64_MAX / 8n, fileOffset: U64_MAX },
		STRICT,
	],
	['a call lies past the end', sound().u64(sound().at('.rel.dyn', 16), U64_MAX), OUT_OF_BOUNDS],
	[
		'a label has no name',
		sound().u32(sound().at('.symtab', 24), 0x99),
		{ kind: 'UnknownSymbol', index: 0x99 },
		LABELS,
	],
	[
		'labels have no names',
		sound().u32(sound().header('.strtab', 'name'), 0),
		{ kind: 'UnknownSymbol', index: 1 },
		LABELS,
	],
	['a label lies outside the text', sound().u64(sound().at('.symtab', 32), 8n), OUT_OF_BOUNDS, LABELS],
	['a label lies outside the text and none are kept', sound().u64(sound().at('.symtab', 32), 8n), 'ok'],
	['the labels are broken', sound().u64(sound().header('.symtab', 'size'), 47n), 'ok', LABELS],
	[
		'two entry points are named',
		withRelocation({
			text: [...CALL_IMM(-1), ...CALL_IMM(-1), ...EXIT],
			dynamicSymbols: [
				{ name: 'entrypoint', value: 0, info: FUNC },
				{ name: 'entrypoint', value: 8, info: FUNC },
			],
			relocations: [
				{ offset: 0, type: R_BPF_64_32, symbol: 1 },
				{ offset: 8, type: R_BPF_64_32, symbol: 2 },
			],
		}),
		{ kind: 'SymbolHashCollision', key: 0x71e3cf81 },
	],
];

describe.each([
	['in the file header', FILE_HEADER],
	['in the header tables', TABLES],
	['in the names of sections', NAMES],
	['in the dynamic section', DYNAMIC],
	['in the text and read-only sections', TEXT],
	['in relocations and symbols', RELOCATIONS],
] as const)('a fault %s', (_where, cases) => {
	test.each(cases.map(([name, ...rest]) => [name, rest] as const))(
		'%s',
		(_name, [broken, expected, config]) => {
			const bytes = broken instanceof Uint8Array ? broken : broken.bytes;
			expect(load(bytes, config)).toEqual(expected);
		},
	);
});

test('a sound file loads under every setting', () => {
	for (const config of [{}, LABELS, { optimizeRodata: false }])
		expect(load(sound().bytes, config)).toBe('ok');
});

test('a loader function holds the key of a called slot', () => {
	const loader = BuiltinProgram.newMock();
	const key = hashTargetPc(1);
	loader.functions.registerFunction(key, new Uint8Array(0), () => {});
	const elf = buildLenientElf({ text: [...CALL_IMM(0), ...EXIT] });
	expect(Executable.load(elf.bytes, loader)).toEqual({
		ok: false,
		error: { kind: 'SymbolHashCollision', key },
	});
});

test('a loader function holds the key of the entry point', () => {
	const loader = BuiltinProgram.newMock();
	loader.registerFunction('entrypoint', () => {});
	const error = { kind: 'SymbolHashCollision', key: 0x71e3cf81 } as const;
	expect(Executable.load(buildLenientElf().bytes, loader)).toEqual({ ok: false, error });
	expect(elfErrorText(error)).toBe('Symbol hash collision 0x71e3cf81');
});
