import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TEST_SYSCALLS } from '../../test/machine.ts';
import { link } from '../linker/link.ts';
import { disassembleProgram } from './disassembly.ts';
import { LineTable } from './line-table.ts';
import { functionSizes, readElf } from './read-elf.ts';
import { verifyReport } from './verify-report.ts';

const fixture = (name: string): { name: string; bytes: Uint8Array } => ({
	name,
	bytes: readFileSync(fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url))),
});

function program(version: 0 | 3): Uint8Array {
	const linked = link([fixture('greeter.o'), fixture('libweigh.a')], { syscalls: TEST_SYSCALLS, version });
	if (!linked.ok) throw new Error('the fixtures link');
	return linked.value.elf;
}

describe.each([0, 3] as const)('a program of V%i', (version) => {
	it('is shown by sections, symbols and sizes of functions', () => {
		const report = readElf(program(version));
		if (!report.ok) throw new Error(report.error);
		const names = report.value.sections.map((section) => section.name);
		expect(names).toEqual(expect.arrayContaining(['.text', '.rodata', '.debug_info', '.symtab']));
		expect(report.value.flags).toBe(version);
		expect(functionSizes(report.value).map((fn) => fn.name)).toContain('entrypoint');
		const dynamic = report.value.relocations.map((relocation) => relocation.symbol);
		expect(new Set(dynamic)).toEqual(new Set(version === 0 ? ['sol_log_', 'sol_memmove_'] : []));
	});

	it('is disassembled with the names of functions and syscalls', () => {
		const text = disassembleProgram(program(version), TEST_SYSCALLS);
		expect(text.ok && text.value).toMatch(/^entrypoint:$/m);
		expect(text.ok && text.value).toMatch(/^ {4}syscall sol_log_$/m);
		// One copy has two names; the first of them is shown.
		expect(text.ok && text.value).toMatch(/^ {4}call mem(?:cpy|move)$/m);
	});

	it('is disassembled with source lines', () => {
		const text = disassembleProgram(program(version), TEST_SYSCALLS, { sourceLines: true });
		// The line of the call in the source, then the call.
		expect(text.ok && text.value).toMatch(/; (?:\.\/)?greeter\.c:36\n(?: {4}\w.*\n)*? {4}syscall sol_log_/);
		expect(text.ok && text.value).toMatch(/; (?:\.\/)?weigh\.c:11\n/);
	});

	it('passes every check of a deployment', () => {
		expect(verifyReport(program(version), TEST_SYSCALLS)).toEqual(
			['size', 'loading', 'instructions', 'syscalls', 'call depth'].map((name) => ({
				name,
				outcome: 'passed',
			})),
		);
	});

	it('is left as it is, in a Buffer of Node as well', () => {
		const bytes = Buffer.from(program(version));
		const before = bytes.toString('hex');
		verifyReport(bytes, TEST_SYSCALLS);
		disassembleProgram(bytes, TEST_SYSCALLS);
		readElf(bytes);
		expect(bytes.toString('hex')).toBe(before);
	});

	it('fails by name and place where an instruction is wrong', () => {
		const bytes = program(version);
		const report = readElf(bytes);
		if (!report.ok) throw new Error(report.error);
		const text = report.value.sections.find((section) => section.name === '.text')!;
		bytes[text.offset] = 0xff;
		const result = verifyReport(bytes, TEST_SYSCALLS).find((check) => check.name === 'instructions');
		expect(result).toMatchObject({ outcome: 'failed', pc: 0, function: 'entrypoint' });
		expect(result?.detail).toContain('UnknownOpCode');
	});

	it('fails where it calls a syscall that nobody lends', () => {
		const failed = verifyReport(program(version), ['sol_log_']).filter((check) => check.outcome === 'failed');
		expect(failed).toHaveLength(1);
		expect(failed[0]?.name).toBe(version === 0 ? 'loading' : 'syscalls');
	});
});

describe('files that are no program', () => {
	it('are told apart', () => {
		expect(readElf(new Uint8Array(10))).toEqual({ ok: false, error: 'no ELF file' });
		expect(verifyReport(new Uint8Array(10), []).map((check) => check.outcome)).toEqual([
			'passed',
			'failed',
			'skipped',
			'skipped',
			'skipped',
		]);
		expect(disassembleProgram(new Uint8Array(10), []).ok).toBe(false);
	});

	it('are read however they are cut', () => {
		const { bytes } = fixture('greeter.o');
		for (let length = 0; length < bytes.length; length += 13) readElf(bytes.subarray(0, length));
		const copy = bytes.slice();
		for (let at = 0; at < copy.length; at += 3) {
			copy[at] = 0xff;
			readElf(copy);
			copy[at] = bytes[at]!;
		}
	});

	it('line tables are read however they are damaged', () => {
		const report = readElf(program(0));
		if (!report.ok) throw new Error(report.error);
		const { bytes } = report.value.sections.find((section) => section.name === '.debug_line')!;
		const original = bytes.slice();
		expect(LineTable.of(report.value).size).toBeGreaterThan(10);
		for (let at = 0; at < bytes.length; at++) {
			for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
				bytes[at] = value;
				LineTable.of(report.value);
			}
			bytes[at] = original[at]!;
		}
	});

	it('objects are shown with their relocations', () => {
		const report = readElf(fixture('greeter.o').bytes);
		expect(report.ok && report.value.type).toBe('object');
		const calls =
			report.ok &&
			report.value.relocations.filter((r) => r.section === '.text.entrypoint' && r.type === 'R_BPF_64_32');
		expect((calls || []).map((relocation) => relocation.symbol)).toEqual(['sol_log_', 'memcpy']);
	});
});
