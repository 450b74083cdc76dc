/**
 * The ELF files of solana-sbpf's own tests. They are read from a checkout of that crate, whose path the
 * environment gives as PARHELION_SBPF; without it these tests are skipped.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, defaultConfig } from '../config.ts';
import type { ElfError } from '../errors.ts';
import { Executable } from '../executable.ts';
import { BuiltinProgram, type ContextObject } from '../program.ts';

const root = process.env['PARHELION_SBPF'];
if (root === undefined) console.info('PARHELION_SBPF is not set: skipping the ELF files of solana-sbpf');
const folder = join(root ?? '', 'tests', 'elfs');
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

function loader(config: Partial<Config> = {}): BuiltinProgram<ContextObject> {
	const result = BuiltinProgram.newLoader<ContextObject>(defaultConfig(config));
	result.registerFunction('log', () => {});
	result.registerFunction('log_64', () => {});
	return result;
}

function load(bytes: Uint8Array, config: Partial<Config> = {}): Executable<ContextObject> | ElfError {
	const result = Executable.load(bytes, loader(config));
	return result.ok ? result.value : result.error;
}

describe.skipIf(root === undefined)('the ELF files of solana-sbpf', () => {
	test('load and verify, but for those made to fail', () => {
		const refused: Record<string, ElfError> = {
			'bss_section_sbpfv0.so': { kind: 'WritableSectionNotSupported', name: '.bss' },
			'data_section_sbpfv0.so': { kind: 'WritableSectionNotSupported', name: '.data' },
			'long_section_name.so': {
				kind: 'FailedToParse',
				message: 'Section or symbol name `.bss.__rust_no_a` is longer than `16` bytes',
			},
			'program_headers_overflow.so': { kind: 'InvalidProgramHeader' },
		};
		const files = readdirSync(folder).filter((name) => name.endsWith('.so'));
		expect(files.length).toBeGreaterThan(15);
		for (const name of files) {
			const result = load(read(name));
			if (result instanceof Executable) expect([name, result.verify().ok]).toEqual([name, true]);
			else expect([name, result]).toEqual([name, refused[name]]);
		}
	});

	test('relative_call: entry point and calls out of bounds', () => {
		const bytes = read('relative_call_sbpfv0.so');
		const entryPc = (patch: (view: DataView) => void): unknown => {
			const copy = bytes.slice();
			patch(new DataView(copy.buffer));
			const result = load(copy);
			return result instanceof Executable ? result.entryPc : result.kind;
		};
		const entry = new DataView(bytes.buffer).getBigUint64(24, true);
		expect(entryPc(() => {})).toBe(4);
		expect(entryPc((view) => view.setBigUint64(24, entry + 8n, true))).toBe(5);
		expect(entryPc((view) => view.setBigUint64(24, entry + 9n, true))).toBe('InvalidEntrypoint');
		expect(entryPc((view) => view.setBigUint64(24, 1n, true))).toBe('EntrypointOutOfBounds');
		const call = (at: number, imm: number): unknown => {
			const copy = bytes.slice();
			new DataView(copy.buffer).setInt32(at, imm, true);
			return load(copy);
		};
		expect(call(0x164, -11)).toEqual({ kind: 'RelativeJumpOutOfBounds', pc: 8 });
		expect(call(0x17c, 5)).toEqual({ kind: 'RelativeJumpOutOfBounds', pc: 11 });
	});

	test('syscall_reloc_64_32: an unknown syscall', () => {
		const bytes = read('syscall_reloc_64_32_sbpfv0.so');
		const bare = BuiltinProgram.newLoader<ContextObject>(defaultConfig({ rejectBrokenElfs: true }));
		expect(Executable.load(bytes, bare)).toEqual({
			ok: false,
			error: { kind: 'UnresolvedSymbol', name: 'log', pc: 39n, fileOffset: 312n },
		});
	});

	test('strict_header: the label of the entry point', () => {
		const result = load(read('strict_header.so'), { enableSymbolAndSectionLabels: true });
		expect(result).toBeInstanceOf(Executable);
		const entry = (result as Executable<ContextObject>).functionRegistry.lookupByKey(4);
		expect(String.fromCharCode(...entry!.name)).toBe('entrypoint');
	});
});
