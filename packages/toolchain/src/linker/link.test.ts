import { describe, expect, it } from 'vitest';
import { bothEngines, TEST_SYSCALLS } from '../../test/machine.ts';
import {
	buildArchive,
	buildObject,
	CONSTANTS,
	code,
	NOBITS,
	type ObjectSpec,
	STRINGS,
	slot,
} from '../../test/object-builder.ts';
import { type LinkError, linkErrorText } from './errors.ts';
import type { TargetVersion } from './layout.ts';
import { type LinkedProgram, type LinkInput, link } from './link.ts';
import { linkMapText } from './link-map.ts';

const VERSIONS: readonly TargetVersion[] = [0, 3];
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

function linkInputs(inputs: readonly LinkInput[], version: TargetVersion = 0): LinkedProgram {
	const linked = link(inputs, { syscalls: TEST_SYSCALLS, version });
	if (!linked.ok) throw new Error(linked.error.map(linkErrorText).join('\n'));
	return linked.value;
}

function linkObjects(version: TargetVersion, ...specs: readonly ObjectSpec[]): LinkedProgram {
	return linkInputs(
		specs.map((spec, i) => ({ name: `${i}.o`, bytes: buildObject(spec) })),
		version,
	);
}

function errorsOf(inputs: readonly LinkInput[], version: TargetVersion = 0): readonly LinkError[] {
	const linked = link(inputs, { syscalls: TEST_SYSCALLS, version });
	return linked.ok ? [] : linked.error;
}

function errorsOfObjects(version: TargetVersion, ...specs: readonly ObjectSpec[]): readonly LinkError[] {
	return errorsOf(
		specs.map((spec, i) => ({ name: `${i}.o`, bytes: buildObject(spec) })),
		version,
	);
}

/** r0 and the log, on which both engines must agree. */
function run(program: LinkedProgram, input?: Uint8Array): { r0: bigint | string; log: readonly string[] } {
	const [interpreted, compiled] = bothEngines(program.elf).map((engine) => engine.run(input));
	expect(compiled).toEqual(interpreted);
	return { r0: interpreted!.outcome, log: interpreted!.log };
}

/** An entry point of `source` with relocations. */
function entry(source: string, relocations: ObjectSpec['sections'][number]['relocations'] = []): ObjectSpec {
	return {
		sections: [{ name: '.text', bytes: code(source), relocations }],
		symbols: [
			{ name: 'entrypoint', section: '.text' },
			...[...new Set(relocations.map(([, , symbol]) => symbol))]
				.filter((name) => name !== 'entrypoint')
				.map((name) => ({ name })),
		],
	};
}

const CALL = 10;
const ADDRESS = 1;
const WORD = 2;

describe.each(VERSIONS)('a linked program, V%i', (version) => {
	it('calls functions of other objects and of its own, before and behind it', () => {
		const main = entry('mov64 r1, 5\ncall -1\nmov64 r1, r0\ncall -1\nexit', [
			[slot(1), CALL, 'twice'],
			[slot(3), CALL, 'plus_one'],
		]);
		const library: ObjectSpec = {
			sections: [
				{ name: '.text.twice', bytes: code('mov64 r0, r1\nadd64 r0, r1\nexit') },
				{ name: '.text.plus_one', bytes: code('mov64 r0, r1\nadd64 r0, 1\nexit') },
			],
			symbols: [
				{ name: 'twice', section: '.text.twice' },
				{ name: 'plus_one', section: '.text.plus_one' },
			],
		};
		expect(run(linkObjects(version, main, library)).r0).toBe(11n);
		expect(run(linkObjects(version, library, main)).r0).toBe(11n);
	});

	it('finds the function that a section and an addend name', () => {
		const object: ObjectSpec = {
			sections: [
				{
					name: '.text',
					// `call 1` names the slot behind two others: (1 + 1) * 8 bytes.
					bytes: code('call 1\nexit'),
					relocations: [[slot(0), CALL, '.text.local']],
				},
				{ name: '.text.local', bytes: code('mov64 r0, 1\nexit\nmov64 r0, 2\nexit') },
			],
			symbols: [
				{ name: '.text.local', section: '.text.local', binding: 0, type: 3 },
				{ name: 'entrypoint', section: '.text' },
			],
		};
		expect(run(linkObjects(version, object)).r0).toBe(2n);
	});

	it('leaves a call that the compiler finished inside its section', () => {
		const object = entry('mov64 r0, 1\ncall 1\nexit\nadd64 r0, 6\nexit');
		expect(run(linkObjects(version, object)).r0).toBe(7n);
	});

	it('calls syscalls by name and by the hash of their name', () => {
		const source =
			'mov64 r1, 1\nmov64 r2, 2\nmov64 r3, 3\nmov64 r4, 4\nmov64 r5, 5\ncall -1\nsyscall sol_log_64_\nmov64 r0, 0\nexit';
		const program = linkObjects(version, entry(source, [[slot(5), CALL, 'sol_log_64_']]));
		const line = '0x1, 0x2, 0x3, 0x4, 0x5';
		expect(run(program).log[0]).toBe(line);
		expect(run(program).log).toHaveLength(2);
		expect(program.map.syscalls).toEqual(['sol_log_64_']);
	});

	it('takes __bpf_trap for abort', () => {
		const program = linkObjects(version, entry('call -1\nexit', [[slot(0), CALL, '__bpf_trap']]));
		expect(run(program).log).toEqual(['abort']);
	});

	it('calls through tables of addresses', () => {
		const object: ObjectSpec = {
			sections: [
				{
					name: '.text',
					bytes: code('lddw r2, 8\nldxdw r3, [r2+0]\nmov64 r1, 20\ncallx r3\nexit'),
					relocations: [[slot(0), ADDRESS, '.data.rel.ro.table']],
				},
				{ name: '.text.f', bytes: code('mov64 r0, r1\nmul64 r0, 2\nexit') },
				{ name: '.text.g', bytes: code('mov64 r0, r1\nmul64 r0, 3\nexit') },
				{
					name: '.data.rel.ro.table',
					flags: 3,
					bytes: new Uint8Array(16),
					relocations: [
						[0, WORD, 'f'],
						[8, WORD, 'g'],
					],
				},
			],
			symbols: [
				{ name: '.data.rel.ro.table', section: '.data.rel.ro.table', binding: 0, type: 3 },
				{ name: 'entrypoint', section: '.text' },
				{ name: 'f', section: '.text.f' },
				{ name: 'g', section: '.text.g' },
			],
		};
		expect(run(linkObjects(version, object)).r0).toBe(60n);
	});

	it('loads addresses with an addend, and places data as its alignment asks', () => {
		const object: ObjectSpec = {
			sections: [
				{
					name: '.text',
					bytes: code('lddw r1, 2\nldxb r0, [r1+0]\nlddw r2, 0\nand64 r2, 15\nadd64 r0, r2\nexit'),
					relocations: [
						[slot(0), ADDRESS, 'letters'],
						[slot(3), ADDRESS, 'aligned'],
					],
				},
				{ name: '.rodata.letters', bytes: ascii('abc'), align: 1 },
				{ name: '.rodata.aligned', bytes: new Uint8Array(16).fill(1), align: 16 },
			],
			symbols: [
				{ name: 'entrypoint', section: '.text' },
				{ name: 'letters', section: '.rodata.letters', type: 1 },
				{ name: 'aligned', section: '.rodata.aligned', type: 1 },
			],
		};
		expect(run(linkObjects(version, object)).r0).toBe(99n);
	});

	it('has no data at address 0, which programs take for none', () => {
		const object: ObjectSpec = {
			sections: [
				{ name: '.text', bytes: code('lddw r0, 0\nexit'), relocations: [[slot(0), ADDRESS, 'first']] },
				{ name: '.rodata.first', bytes: Uint8Array.of(1), align: 1 },
			],
			symbols: [
				{ name: 'entrypoint', section: '.text' },
				{ name: 'first', section: '.rodata.first', type: 1 },
			],
		};
		expect(run(linkObjects(version, object)).r0).not.toBe(0n);
	});

	it('keeps one copy of strings and constants, and those only that are used', () => {
		const strings = (text: string, name: string): ObjectSpec => ({
			sections: [
				{
					name: `.text.${name}`,
					bytes: code('lddw r0, 0\nexit'),
					relocations: [[slot(0), ADDRESS, '.str']],
				},
				{ name: '.rodata.str1.1', flags: STRINGS, entrySize: 1, align: 1, bytes: ascii(text) },
			],
			symbols: [
				{ name: '.str', section: '.rodata.str1.1', binding: 0, type: 3 },
				{ name, section: `.text.${name}` },
			],
		});
		const main = entry('call -1\nmov64 r6, r0\ncall -1\nsub64 r0, r6\nexit', [
			[slot(0), CALL, 'first'],
			[slot(2), CALL, 'second'],
		]);
		const program = linkObjects(
			version,
			main,
			strings('same\0never used\0', 'first'),
			strings('same\0other\0', 'second'),
		);
		expect(run(program).r0).toBe(0n);
		const text = new TextDecoder('latin1').decode(program.elf);
		expect(text.split('same\0')).toHaveLength(2);
		expect(text).not.toContain('never used');
		expect(text).not.toContain('other');
	});

	it('finds a string inside a merged section by the offset behind its section', () => {
		const constants = Uint8Array.from({ length: 32 }, (_, i) => (i < 16 ? 7 : i));
		const object: ObjectSpec = {
			sections: [
				{
					name: '.text',
					bytes: code('lddw r1, 20\nldxb r0, [r1+0]\nexit'),
					relocations: [[slot(0), ADDRESS, '.cst']],
				},
				{ name: '.rodata.cst16', flags: CONSTANTS, entrySize: 16, align: 16, bytes: constants },
			],
			symbols: [
				{ name: '.cst', section: '.rodata.cst16', binding: 0, type: 3 },
				{ name: 'entrypoint', section: '.text' },
			],
		};
		expect(run(linkObjects(version, object)).r0).toBe(20n);
	});

	it('drops what nothing needs, and says so in the map', () => {
		const object: ObjectSpec = {
			sections: [
				{ name: '.text', bytes: code('mov64 r0, 3\nexit') },
				{ name: '.text.unused', bytes: code('call -1\nexit'), relocations: [[slot(0), CALL, 'nowhere']] },
				{ name: '.bss', type: NOBITS, flags: 3, size: 64 },
			],
			symbols: [
				{ name: 'entrypoint', section: '.text' },
				{ name: 'unused', section: '.text.unused' },
				{ name: 'nowhere' },
			],
		};
		const program = linkObjects(version, object);
		expect(run(program).r0).toBe(3n);
		expect(program.map.textSize).toBe(16);
		expect(program.map.dropped.map((entry) => entry.section)).toEqual(['.text.unused', '.bss']);
		expect(linkMapText(program.map)).toContain('entrypoint');
	});

	it('takes members of archives as they are needed, whatever the order, and none twice', () => {
		const member = (name: string, calls: string): Uint8Array =>
			buildObject({
				sections: [
					{ name: '.text', bytes: code('call -1\nadd64 r0, 1\nexit'), relocations: [[slot(0), CALL, calls]] },
				],
				symbols: [{ name, section: '.text' }, { name: calls }],
			});
		const last = buildObject({
			sections: [{ name: '.text', bytes: code('mov64 r0, 40\nexit') }],
			symbols: [{ name: 'c', section: '.text' }],
		});
		const broken = member('entrypoint', 'nobody');
		const archive = buildArchive([
			{ name: 'lib.rmeta', bytes: ascii('no object') },
			{ name: 'a-name-longer-than-sixteen.o', bytes: member('a', 'b') },
			{ name: 'unused.o', bytes: broken },
			{ name: 'c.o', bytes: last },
			{ name: 'b.o', bytes: member('b', 'c') },
		]);
		const main = { name: 'main.o', bytes: buildObject(entry('call -1\nexit', [[slot(0), CALL, 'a']])) };
		for (const inputs of [
			[main, { name: 'l.a', bytes: archive }],
			[{ name: 'l.a', bytes: archive }, main],
		]) {
			const program = linkInputs(inputs, version);
			expect(run(program).r0).toBe(42n);
			expect(program.map.placed.map((entry) => entry.object)).toContain('l.a(a-name-longer-than-sixteen.o)');
		}
	});

	it('prefers a strong definition to a weak one, and the first of several weak ones', () => {
		const define = (value: number, binding: number): ObjectSpec => ({
			sections: [{ name: '.text.f', bytes: code(`mov64 r0, ${value}\nexit`) }],
			symbols: [{ name: 'f', section: '.text.f', binding }],
		});
		const main = entry('call -1\nexit', [[slot(0), CALL, 'f']]);
		expect(run(linkObjects(version, main, define(1, 2), define(2, 1), define(3, 2))).r0).toBe(2n);
		expect(run(linkObjects(version, main, define(1, 2), define(3, 2))).r0).toBe(1n);
	});

	it('takes a weak symbol that nobody defines for zero', () => {
		const object = entry('lddw r0, 0\nexit', [[slot(0), ADDRESS, 'maybe']]);
		const symbols = object.symbols.map((symbol) =>
			symbol.name === 'maybe' ? { ...symbol, binding: 2 } : symbol,
		);
		expect(run(linkObjects(version, { ...object, symbols })).r0).toBe(0n);
	});

	it('keeps one copy of a group', () => {
		const grouped = (value: number): ObjectSpec => ({
			sections: [
				{ name: '.text.inline', bytes: code(`mov64 r0, ${value}\nexit`) },
				{
					name: `.text.user${value}`,
					bytes: code('call -1\nexit'),
					relocations: [[slot(0), CALL, 'inline']],
				},
			],
			symbols: [
				{ name: 'inline', section: '.text.inline' },
				{ name: `user${value}`, section: `.text.user${value}` },
			],
			groups: [{ signature: 'inline', sections: ['.text.inline'] }],
		});
		const main = entry('call -1\nmov64 r6, r0\ncall -1\nadd64 r0, r6\nexit', [
			[slot(0), CALL, 'user10'],
			[slot(2), CALL, 'user20'],
		]);
		expect(run(linkObjects(version, main, grouped(10), grouped(20))).r0).toBe(20n);
	});

	it('is the same for the same input, byte by byte', () => {
		const inputs = [entry('call -1\nexit', [[slot(0), CALL, 'memcpy']])].map((spec) => ({
			name: 'm.o',
			bytes: buildObject(spec),
		}));
		expect(linkInputs(inputs, version).elf).toEqual(linkInputs(inputs, version).elf);
	});

	it('links assembly text', () => {
		const assembly = `
			entrypoint:
				mov64 r1, 4
				call function_square
				mov64 r1, r0
				lddw r2, 0x100000000
				syscall sol_log_64_
				exit
			function_square:
				mov64 r0, r1
				mul64 r0, r1
				exit`;
		const program = linkInputs([{ name: 'a.s', assembly }], version);
		expect(run(program).log[0]).toMatch(/^0x10, 0x100000000/);
		expect(program.map.symbols.map((symbol) => symbol.name)).toEqual(['entrypoint', 'function_square']);
	});

	it('relocates debug information, and points what was dropped at no code', () => {
		const info = new Uint8Array(28);
		const object: ObjectSpec = {
			sections: [
				{ name: '.text.unused', bytes: code('exit') },
				{ name: '.text.entrypoint', bytes: code('mov64 r0, 0\nexit') },
				{
					name: '.debug_info',
					flags: 0,
					align: 1,
					bytes: info,
					relocations: [
						[0, WORD, 'entrypoint'],
						[8, WORD, 'unused'],
						[16, 3, 'name'],
						[20, 3, '.debug_line'],
					],
				},
				{ name: '.debug_str', flags: 0x30, entrySize: 1, align: 1, bytes: ascii('a\0name\0') },
				{ name: '.debug_line', flags: 0, align: 1, bytes: ascii('lines') },
				{ name: '.BTF', flags: 0, bytes: ascii('BTF') },
				{
					name: '.debug_ranges',
					flags: 0,
					align: 1,
					bytes: new Uint8Array(16),
					relocations: [[0, WORD, 'unused']],
				},
			],
			symbols: [
				{ name: 'name', section: '.debug_str', value: 2, binding: 0, type: 0 },
				{ name: '.debug_line', section: '.debug_line', binding: 0, type: 3 },
				{ name: 'entrypoint', section: '.text.entrypoint' },
				{ name: 'unused', section: '.text.unused' },
			],
		};
		const program = linkObjects(version, object, {
			sections: [
				{ name: '.debug_line', flags: 0, align: 1, bytes: ascii('never part of the link') },
				{ name: '.text.x', bytes: code('exit') },
			],
			symbols: [{ name: 'x', section: '.text.x' }],
		});
		const sections = sectionsOf(program.elf);
		expect([...sections.keys()].filter((name) => name.startsWith('.debug_') || name === '.BTF')).toEqual([
			'.debug_info',
			'.debug_str',
			'.debug_line',
			'.debug_ranges',
		]);
		// Two zeros would end the list.
		expect(sections.get('.debug_ranges')![0]).toBe(1);
		const debug = sections.get('.debug_info')!;
		const view = new DataView(debug.buffer, debug.byteOffset);
		expect(view.getBigUint64(0, true)).toBe(version === 0 ? 0x120n : 0x1_0000_0000n);
		expect(view.getBigUint64(8, true)).toBe(0n);
		const strings = new TextDecoder().decode(sections.get('.debug_str'));
		expect(strings.slice(view.getUint32(16, true)).split('\0')[0]).toBe('name');
		expect(new TextDecoder().decode(sections.get('.debug_line'))).toBe('lines');
		const stripped = link([{ name: 'a.o', bytes: buildObject(object) }], {
			syscalls: [],
			version,
			strip: true,
		});
		expect(
			stripped.ok && [...sectionsOf(stripped.value.elf).keys()].some((name) => name.startsWith('.debug')),
		).toBe(false);
	});

	it('cuts the names of debug sections between characters, as V0 counts bytes', () => {
		const { sections, symbols } = entry('mov64 r0, 0\nexit');
		const debug = { name: '.debug_ééééééééé', flags: 0, align: 1, bytes: ascii('x') };
		const program = linkObjects(version, { sections: [...sections, debug], symbols });
		const names = [...sectionsOf(program.elf).keys()].filter((name) => name.startsWith('.debug_'));
		expect(names).toEqual([version === 0 ? '.debug_éééé' : debug.name]);
	});
});

/** Sections of an ELF file by name. */
function sectionsOf(file: Uint8Array): Map<string, Uint8Array> {
	const view = new DataView(file.buffer, file.byteOffset);
	const headers = Number(view.getBigUint64(40, true));
	const count = view.getUint16(60, true);
	const header = (i: number) => ({
		name: view.getUint32(headers + i * 64, true),
		offset: Number(view.getBigUint64(headers + i * 64 + 24, true)),
		size: Number(view.getBigUint64(headers + i * 64 + 32, true)),
	});
	const names = header(view.getUint16(62, true));
	return new Map(
		Array.from({ length: count }, (_, i) => {
			const { name, offset, size } = header(i);
			const start = names.offset + name;
			const text = new TextDecoder().decode(file.subarray(start, file.indexOf(0, start)));
			return [text, file.subarray(offset, offset + size)];
		}),
	);
}

describe('what is wrong is told by kind and place', () => {
	const first = (errors: readonly LinkError[]): LinkError => {
		expect(errors.length).toBeGreaterThan(0);
		return errors[0]!;
	};

	it('an undefined symbol, with the function that asks for it', () => {
		const error = first(errorsOfObjects(0, entry('mov64 r0, 0\ncall -1\nexit', [[slot(1), CALL, 'nobody']])));
		expect(error).toEqual({
			kind: 'UndefinedSymbol',
			object: '0.o',
			section: '.text',
			offset: 8,
			symbol: 'nobody',
			function: 'entrypoint',
		});
		expect(linkErrorText(error)).toMatch(/^0\.o: \.text\+0x8: in entrypoint: undefined symbol `nobody`/);
	});

	it('every undefined symbol at once', () => {
		const object = entry('call -1\ncall -1\nexit', [
			[slot(0), CALL, 'one'],
			[slot(1), CALL, 'two'],
		]);
		expect(errorsOfObjects(0, object).map((error) => error.symbol)).toEqual(['one', 'two']);
	});

	it('two strong definitions', () => {
		const object = entry('exit');
		expect(first(errorsOfObjects(0, object, object))).toMatchObject({
			kind: 'DuplicateSymbol',
			symbol: 'entrypoint',
			object: '1.o',
			detail: 'also in 0.o',
		});
	});

	it('no entry point, or one that is no code', () => {
		expect(first(errorsOf([]))).toMatchObject({ kind: 'NoInput' });
		const object: ObjectSpec = {
			sections: [{ name: '.text', bytes: code('exit') }],
			symbols: [{ name: 'main', section: '.text' }],
		};
		expect(first(errorsOfObjects(0, object))).toMatchObject({ kind: 'NoEntrypoint', symbol: 'entrypoint' });
		const data: ObjectSpec = {
			sections: [{ name: '.rodata', bytes: new Uint8Array(8) }],
			symbols: [{ name: 'entrypoint', section: '.rodata' }],
		};
		expect(first(errorsOfObjects(0, data)).kind).toBe('NoEntrypoint');
	});

	it.each([
		['.bss', { type: NOBITS, flags: 3, size: 8 }],
		['.data', { flags: 3, bytes: new Uint8Array(8) }],
		['.data.count', { flags: 3, bytes: new Uint8Array(8) }],
	])('writable data in %s, by the names of the variables', (name, section) => {
		const object: ObjectSpec = {
			sections: [
				{ name: '.text', bytes: code('lddw r1, 0\nexit'), relocations: [[slot(0), ADDRESS, 'count']] },
				{ name, ...section },
			],
			symbols: [
				{ name: 'entrypoint', section: '.text' },
				{ name: 'count', section: name, type: 1 },
			],
		};
		expect(first(errorsOfObjects(3, object))).toMatchObject({
			kind: 'WritableData',
			section: name,
			detail: '`count`',
		});
	});

	it('a common symbol', () => {
		const object: ObjectSpec = {
			sections: [
				{ name: '.text', bytes: code('lddw r1, 0\nexit'), relocations: [[slot(0), ADDRESS, 'shared']] },
			],
			symbols: [
				{ name: 'entrypoint', section: '.text' },
				{ name: 'shared', section: 'COMMON', type: 1, size: 8 },
			],
		};
		expect(first(errorsOfObjects(0, object))).toMatchObject({ kind: 'WritableData', detail: '`shared`' });
	});

	it('static constructors', () => {
		const object = entry('exit');
		const sections = [
			...object.sections,
			{ name: '.init_array', type: 14, flags: 3, bytes: new Uint8Array(8) },
		];
		expect(first(errorsOfObjects(0, { ...object, sections }))).toMatchObject({
			kind: 'StaticConstructor',
			section: '.init_array',
		});
	});

	it.each([
		['32-bit arithmetic', 'add32 r1, 1\nexit', 0, 'WrongCpu'],
		['32-bit arithmetic on V3', 'mov32 r1, 1\nexit', 3, 'WrongCpu'],
		['a 32-bit jump on V0', 'jeq32 r1, 1, 0\nexit', 0, 'WrongCpu'],
	] as const)('%s', (_, source, version, kind) => {
		expect(first(errorsOfObjects(version, entry(source)))).toMatchObject({
			kind,
			function: 'entrypoint',
			offset: 0,
		});
	});

	it.each([
		['an atomic addition', [0xdb, 0x21, 0, 0, 0, 0, 0, 0], 'Atomic'],
		['an exchange', [0xc3, 0x21, 0, 0, 0xe1, 0, 0, 0], 'Atomic'],
		['a load that extends the sign', [0x81, 0x21, 0, 0, 0, 0, 0, 0], 'WrongCpu'],
		['a byte swap of newer BPF', [0xd7, 1, 0, 0, 16, 0, 0, 0], 'WrongCpu'],
		['a move that extends the sign', [0xbf, 0x21, 8, 0, 0, 0, 0, 0], 'WrongCpu'],
		['signed division', [0x3f, 0x21, 1, 0, 0, 0, 0, 0], 'WrongCpu'],
		['a long jump', [0x06, 0, 0, 0, 1, 0, 0, 0], 'WrongCpu'],
		['no instruction at all', [0xf8, 0, 0, 0, 0, 0, 0, 0], 'UnknownInstruction'],
	])('%s', (_, instruction, kind) => {
		const bytes = Uint8Array.of(...instruction, ...code('exit'));
		for (const version of VERSIONS) {
			const object: ObjectSpec = {
				sections: [{ name: '.text', bytes }],
				symbols: [{ name: 'entrypoint', section: '.text' }],
			};
			expect(first(errorsOfObjects(version, object))).toMatchObject({
				kind,
				offset: 0,
				function: 'entrypoint',
			});
		}
	});

	it('access below the frame, also through a copy of the frame pointer', () => {
		expect(errorsOfObjects(0, entry('stxdw [r10-4096], r1\nexit'))).toEqual([]);
		expect(first(errorsOfObjects(0, entry('stxdw [r10-4104], r1\nexit'))).kind).toBe('FrameTooLarge');
		expect(first(errorsOfObjects(0, entry('ldxb r1, [r10+0]\nexit'))).kind).toBe('FrameTooLarge');
		const through = 'mov64 r2, r10\nadd64 r2, -5000\nstxb [r2+8], r1\nexit';
		expect(first(errorsOfObjects(3, entry(through)))).toMatchObject({ kind: 'FrameTooLarge', offset: 16 });
		expect(errorsOfObjects(3, entry('mov64 r2, r10\nmov64 r2, r1\nstxb [r2+8], r1\nexit'))).toEqual([]);
	});

	it('a syscall of unknown hash, and the address of a syscall', () => {
		expect(first(errorsOfObjects(0, entry('syscall unheard_of\nexit')))).toMatchObject({
			kind: 'UnknownSyscall',
		});
		const address = entry('lddw r1, 0\nexit', [[slot(0), ADDRESS, 'sol_log_']]);
		expect(first(errorsOfObjects(0, address))).toMatchObject({ kind: 'SyscallAddress', symbol: 'sol_log_' });
	});

	it('a call of data, and one that leads out of its section', () => {
		const object: ObjectSpec = {
			sections: [
				{ name: '.text', bytes: code('call -1\nexit'), relocations: [[slot(0), CALL, 'data']] },
				{ name: '.rodata', bytes: new Uint8Array(8) },
			],
			symbols: [
				{ name: 'entrypoint', section: '.text' },
				{ name: 'data', section: '.rodata', type: 1 },
			],
		};
		expect(first(errorsOfObjects(0, object)).kind).toBe('BadCall');
		expect(first(errorsOfObjects(0, entry('call 9\nexit'))).kind).toBe('BadCall');
	});

	it('relocations that code and data do not have', () => {
		expect(first(errorsOfObjects(0, entry('call -1\nexit', [[slot(0), 3, 'f']]))).kind).toBe(
			'UndefinedSymbol',
		);
		const odd = entry('call -1\nexit', [[slot(0), 3, 'memcpy']]);
		expect(first(errorsOfObjects(0, odd))).toMatchObject({ kind: 'UnknownRelocation', offset: 0 });
	});

	it('objects for other machines, programs, bitcode, and files that are none of these', () => {
		const object = entry('exit');
		expect(first(errorsOfObjects(0, { ...object, machine: 62 })).kind).toBe('WrongMachine');
		expect(first(errorsOfObjects(0, { ...object, type: 3 })).kind).toBe('NotRelocatable');
		const input = (bytes: Uint8Array): LinkInput[] => [{ name: 'x', bytes }];
		expect(first(errorsOf(input(Uint8Array.of(0x42, 0x43, 0xc0, 0xde)))).kind).toBe('Bitcode');
		expect(first(errorsOf(input(ascii('text')))).kind).toBe('UnknownFormat');
		expect(first(errorsOf(input(new Uint8Array(0)))).kind).toBe('UnknownFormat');
		expect(first(errorsOf(input(ascii('!<thin>\n')))).kind).toBe('Unsupported');
		expect(first(errorsOf(input(ascii('!<arch>\ngarbage')))).kind).toBe('CorruptArchive');
		expect(first(errorsOf([{ name: 'a.s', assembly: 'nonsense r1' }])).kind).toBe('Assembly');
	});

	it('sections that share bytes, so that a small file would stand for a large one', () => {
		const bytes = buildObject({
			sections: [
				{ name: '.text', bytes: code('exit') },
				{ name: '.rodata', bytes: new Uint8Array(4096) },
				{ name: '.rodata.more', bytes: new Uint8Array(8) },
			],
			symbols: [{ name: 'entrypoint', section: '.text' }],
		});
		const view = new DataView(bytes.buffer);
		const header = Number(view.getBigUint64(40, true)) + 3 * 64;
		view.setBigUint64(header + 24, 64n, true);
		view.setBigUint64(header + 32, 4096n, true);
		expect(first(errorsOf([{ name: 'x.o', bytes }]))).toMatchObject({ kind: 'CorruptObject' });
	});

	it('a program too large for an account', () => {
		const huge: ObjectSpec = {
			sections: [
				{ name: '.text', bytes: code('lddw r1, 0\nexit'), relocations: [[slot(0), ADDRESS, 'table']] },
				{ name: '.rodata.table', bytes: new Uint8Array(11 * 1024 * 1024) },
			],
			symbols: [
				{ name: 'entrypoint', section: '.text' },
				{ name: 'table', section: '.rodata.table', type: 1 },
			],
		};
		expect(first(errorsOfObjects(0, huge))).toMatchObject({ kind: 'ProgramTooLarge' });
		const small = link([{ name: 'a.o', bytes: buildObject(entry('exit')) }], { syscalls: [], maxSize: 300 });
		expect(!small.ok && first(small.error).kind).toBe('ProgramTooLarge');
	});

	it('more sections than a file can count', () => {
		const object = (part: number): ObjectSpec => {
			const { sections, symbols } =
				part === 0
					? entry('call -1\nexit', [[0, CALL, 'f']])
					: {
							sections: [{ name: '.text', bytes: code('exit') }],
							symbols: [{ name: 'f', section: '.text' }],
						};
			const debug = Array.from({ length: 33_000 }, (_, i) => ({
				name: `.debug_${part}${i}`,
				flags: 0,
				align: 1,
				bytes: ascii('x'),
			}));
			return { sections: [...sections, ...debug], symbols };
		};
		const [error, ...others] = errorsOfObjects(0, object(0), object(1));
		expect(others).toEqual([]);
		expect(error?.kind).toBe('Rejected');
	});

	it('what only the verifier sees', () => {
		const error = first(errorsOfObjects(0, entry('mov64 r0, 0\ndiv64 r0, 0\nexit')));
		expect(error).toMatchObject({ kind: 'Rejected', function: 'entrypoint', offset: 8 });
		expect(error.detail).toContain('DivisionByZero');
	});

	it('a recursion that V0 cannot express', () => {
		const object = entry('call -1\nexit', [[slot(0), CALL, 'entrypoint']]);
		expect(first(errorsOfObjects(0, object)).kind).toBe('BadCall');
		expect(first(errorsOfObjects(3, object)).kind).toBe('EndlessRecursion');
	});
});

it('moves a V0 function whose slot has the hash of a syscall', () => {
	const main = entry('call -1\nexit', [[slot(0), CALL, 'f']]);
	const library: ObjectSpec = {
		sections: [{ name: '.text.f', bytes: code('mov64 r0, 9\nexit') }],
		symbols: [{ name: 'f', section: '.text.f' }],
	};
	const inputs = [main, library].map((spec, i) => ({ name: `${i}.o`, bytes: buildObject(spec) }));
	const addressOf = (syscalls: readonly string[]): number | undefined => {
		const linked = link(inputs, { syscalls });
		if (!linked.ok) throw new Error(linked.error.map(linkErrorText).join('\n'));
		expect(run(linked.value).r0).toBe(9n);
		return linked.value.map.symbols.find((symbol) => symbol.name === 'f')?.address;
	};
	expect(addressOf(TEST_SYSCALLS)).toBe(0x1_0000_0120 + slot(2));
	// The key of slot 2 is the hash of its number as eight bytes, and so is that of a syscall of this name.
	expect(addressOf([...TEST_SYSCALLS, '\x02\0\0\0\0\0\0\0'])).toBe(0x1_0000_0120 + slot(3));
});
