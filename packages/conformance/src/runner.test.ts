import { describe, expect, test } from 'vitest';
import { parseArguments, runFixtures, runLine } from './runner.ts';
import { suites } from './suites.ts';

function run(suite: string, row: unknown): unknown {
	return runLine(suites.get(suite)!, typeof row === 'string' ? row : JSON.stringify(row), 'interpreter');
}

describe('the command', () => {
	test('takes a suite and an engine', () => {
		expect(parseArguments(['vm'])).toMatchObject({ suite: { name: 'vm' }, engine: 'interpreter' });
		expect(parseArguments(['--engine', 'jit', 'elf'])).toMatchObject({
			suite: { name: 'elf' },
			engine: 'jit',
		});
		expect(parseArguments(['asm', '--engine=jit'])).toMatchObject({ engine: 'jit' });
	});

	test('says what it takes instead', () => {
		expect(parseArguments([])).toMatch(/^usage: SUITE .*vm, verify, insn, asm, disasm, elf/);
		expect(parseArguments(['toString'])).toMatch(/^usage/);
		expect(parseArguments(['vm', 'elf'])).toMatch(/^usage/);
		expect(parseArguments(['vm', '--fast'])).toBe('no such option: --fast');
		expect(parseArguments(['vm', '--engine', 'fast'])).toBe('--engine is interpreter or jit');
	});
});

describe('a row that cannot be run', () => {
	test('gives an error and its id, if it has one', () => {
		expect(run('vm', '{')).toMatchObject({ id: null, err: expect.stringMatching(/^SyntaxError/) });
		expect(run('vm', '[1]')).toEqual({ id: null, err: 'RowError: a row is a JSON object' });
		expect(run('asm', { id: 'a' })).toEqual({ id: 'a', err: 'RowError: asm: a string is needed' });
		expect(run('vm', { id: 1, sbpf_version: 'V9', asm: 'exit' })).toEqual({
			id: 1,
			err: 'RowError: a version is "V0" to "V4"',
		});
		expect(run('vm', { id: 1, asm: 'exit', input: 'abc' })).toMatchObject({
			err: 'RowError: input: hex is needed',
		});
		expect(run('vm', { id: 1, asm: 'exit', syscalls: [{ name: 'f', impl: '__proto__' }] })).toMatchObject({
			err: 'RowError: no such test syscall: __proto__',
		});
		expect(run('vm', { id: 1, asm: 'exit', budget: 5, config: { max_call_depth: 1e12 } })).toMatchObject({
			id: 1,
			err: expect.stringMatching(/^RangeError/),
		});
	});
});

describe('vm', () => {
	test('answers with result, count and input', () => {
		const asm = 'ldxb r0, [r1+1]\nstb [r1], 7\nsyscall gather\nexit';
		const syscalls = [{ name: 'gather', impl: 'SyscallGatherBytes' }];
		const row = {
			id: 'x',
			sbpf_version: 'V3',
			asm,
			syscalls,
			input: '0a0b',
			input_writable: true,
			budget: '0x10',
		};
		expect(run('vm', row)).toEqual({
			id: 'x',
			ok: '0x400000000000000'.slice(0, 2) + ((0x400000000n << 32n) & 0xffffffffffffffffn).toString(16),
			count: 4,
			input_after: '070b',
		});
		expect(run('vm', { ...row, input_writable: false })).toEqual({
			id: 'x',
			err: 'AccessViolation',
			args: ['Store', '0x400000000', '0x1', 'input'],
			count: 2,
			input_after: '0a0b',
		});
		expect(run('vm', { ...row, budget: 3 })).toMatchObject({ err: 'ExceededMaxInstructions', count: 3 });
	});

	test('puts what a syscall fails with into its arguments', () => {
		const row = {
			...{ id: 1, asm: 'mov r2, 9\nsyscall s\nexit', budget: 9, input: '00' },
			syscalls: [{ name: 's', impl: 'SyscallString' }],
		};
		expect(run('vm', row)).toMatchObject({
			err: 'SyscallError',
			args: ['AccessViolation(Load, 17179869184, 9, "input")'],
			count: 2,
		});
	});

	test('verifies first', () => {
		expect(run('vm', { id: 1, asm: 'mov r10, 1\nexit' })).toEqual({
			id: 1,
			err: 'VerifierError',
			args: ['CannotWriteR10(0)'],
		});
	});

	test('takes bare instructions, and settings by their upstream names', () => {
		const row = { id: 1, sbpf_version: 'V0', text_bytes: '8500000000000000', budget: 50 };
		expect(run('vm', { ...row, config: { max_call_depth: 3 } })).toMatchObject({
			err: 'UnsupportedInstruction',
		});
		const asm = 'entrypoint:\ncall entrypoint\nexit';
		expect(run('vm', { id: 1, asm, budget: 50, config: { max_call_depth: 3 } })).toMatchObject({
			err: 'CallDepthExceeded',
			count: 3,
		});
		expect(run('vm', { id: 1, asm: 'mov r0, r1\nexit', budget: 2, input: '00' })).toMatchObject({
			ok: '0x400000000',
		});
		const untranslated = { enable_address_translation: false, enabled_sbpf_versions: 'V0..=V3' };
		expect(
			run('vm', { id: 1, asm: 'ldxb r0, [r1]\nexit', budget: 2, input: '2a', config: untranslated }),
		).toMatchObject({
			ok: '0x2a',
		});
	});

	test('a thousand runs leave nothing behind', () => {
		const row = {
			id: 1,
			asm: 'stdw [r10-8], 1\nldxdw r0, [r10-16]\nexit',
			budget: 9,
			input: 'ff'.repeat(4096),
		};
		for (let i = 0; i < 1000; i++) expect(run('vm', row)).toMatchObject({ ok: '0x0' });
	});
});

describe('the other suites', () => {
	test('verify', () => {
		expect(run('verify', { id: 1, sbpf_version: 'V2', asm: 'sdiv32 r0, 2\nexit' })).toEqual({
			id: 1,
			ok: true,
		});
		expect(run('verify', { id: 2, sbpf_version: 'V1', asm: 'sdiv32 r0, 2\nexit' })).toEqual({
			id: 2,
			err: 'UnknownOpCode(198, 0)',
		});
	});

	test('asm', () => {
		expect(run('asm', { id: 1, sbpf_version: 'V0', asm: 'stw [r1-4], -1' })).toEqual({
			id: 1,
			insns: [{ ptr: 0, opc: 0x62, dst: 1, src: 0, off: -4, imm: -1 }],
		});
		expect(run('asm', { id: 1, asm: 'stw' })).toEqual({ id: 1, err: 'Unexpected operands: []' });
	});

	test('disasm', () => {
		expect(run('disasm', { id: 1, sbpf_version: 'V0', asm: 'ja +0\nexit' })).toEqual({
			id: 1,
			text: 'entrypoint:\n    ja lbb_1\nlbb_1:\n    exit\n',
		});
	});

	test('insn', () => {
		const reg = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, '0x200001000', '0xffffffffffffffff'];
		const row = { id: 1, sbpf_version: 'V0', op: 0x1f, dst: 0, src: 1, reg };
		expect(run('insn', row)).toEqual({
			id: 1,
			status: 'ok',
			reg: [
				'0xffffffffffffffff',
				'0x2',
				...reg.slice(2, 10).map((n) => `0x${n.toString(16)}`),
				...reg.slice(10),
			],
		});
		expect(run('insn', { ...row, op: '0x05', off: 0xffff })).toEqual({ id: 1, status: 'err' });
		expect(run('insn', { ...row, op: 0x05, off: 5 })).toEqual({ id: 1, status: 'vfy' });
		const wide = { ...row, op: 0x18, imm: 'fedcba9876543210' };
		expect(run('insn', wide)).toMatchObject({
			status: 'ok',
			reg: expect.arrayContaining(['0xfedcba9876543210']),
		});
		const across = { ...row, op: 0x69, dst: 0, src: 1, reg: [0, '0x400000000'], input: '0102' };
		expect(run('insn', across)).toMatchObject({ status: 'ok' });
		expect(run('insn', { ...across, region_boundaries: [1] })).toMatchObject({ status: 'err' });
	});

	test('elf', () => {
		expect(run('elf', { id: 1, elf_base64: '', api: 'load' })).toEqual({ id: 1, err: 'ValueOutOfBounds' });
		expect(run('elf', { id: 1, elf_base64: '', api: 'strict' })).toEqual({ id: 1, err: 'OutOfBounds' });
		expect(run('elf', { id: 1, elf_base64: '', api: 'parse' })).toEqual({ id: 1, err: 'OutOfBounds' });
		expect(run('elf', { id: 1, elf_base64: 'AAAA', api: 'link' })).toMatchObject({
			err: expect.stringMatching(/^RowError/),
		});
	});
});

describe('fixtures of a folder', () => {
	test('are asked for by an option, of suites that have them', () => {
		expect(parseArguments(['mollusk', '--fixtures', 'there'])).toMatchObject({ fixtures: 'there' });
		expect(parseArguments(['vm', '--fixtures=there'])).toBe('vm has no fixtures in folders');
		expect(parseArguments(['mollusk', '--fixtures'])).toBe('--fixtures needs a folder');
	});

	test('that has none are named', () => {
		const command = parseArguments(['mollusk', '--fixtures', import.meta.dirname]);
		if (typeof command === 'string') throw new Error(command);
		expect(runFixtures(command)).toBe(`no fixtures in ${import.meta.dirname}`);
	});
});
