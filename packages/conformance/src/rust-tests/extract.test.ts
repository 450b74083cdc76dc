import { describe, expect, test } from 'vitest';
import { runCases } from '../provider.ts';
import { suites } from '../suites.ts';
import { sbpfFolder } from '../vectors/folders.ts';
import { extractCases } from './extract.ts';
import { Interpreter } from './interpreter.ts';
import { tokenize } from './lexer.ts';
import { Parser } from './parser.ts';
import { debug } from './values.ts';
import { SbpfWorld } from './world.ts';

/** Runs the body of a test function and returns what it comes to and the cases it states. */
function run(body: string, shouldPanic: string | null = null): { value: string; cases: unknown[] } {
	const world = new SbpfWorld(
		'.',
		shouldPanic,
		() => undefined,
		(name) => (name === 'BPF_X' ? 8n : undefined),
	);
	const value = new Interpreter(world).evaluate(new Parser(tokenize(body)).body());
	return { value: debug(value), cases: world.cases };
}

describe('the Rust it understands', () => {
	test('has the precedences and casts of the language', () => {
		expect(run('1 + 2 * 3 << 1 & 0xff').value).toBe('14');
		expect(run('-13i64 as u64 >> 60').value).toBe('15');
		expect(run('(u32::MAX / 4) as u64 - 1').value).toBe('1073741822');
		expect(run('ebpf::DIV32_IMM | ebpf::BPF_X').value).toBe('60');
		expect(run('3 & 1 != 0').value).toBe('true');
	});

	test('has loops over tuples, arrays written to, and branches', () => {
		expect(
			run(`
				let mut prog = [0; 4];
				for (at, value) in [(0, 7u8), (2, 9)] { prog[at] = value; prog[at] |= 0x10; }
				prog[3] = if prog[0] == 23 { 1 } else { 2 };
				LittleEndian::write_u32(&mut prog[0..], prog[3] as u32 + 0x0100);
				prog`).value,
		).toBe('[1, 1, 0, 0]');
		expect(run('match Err("x") { Ok(()) => 1, Err(text) => format!("{text}{:?}", text) }').value).toBe(
			'"x\\"x\\""',
		);
	});

	test('stops at what it does not know', () => {
		expect(() => run('let x = foo::bar(1);')).toThrow('foo::bar()');
		expect(() => run('let f = |x| x;')).toThrow('unexpected |');
	});
});

describe('what a test states', () => {
	test('a run has a program, an input, a budget that is the count, and a result', () => {
		const { cases } = run(`
			let mut input = [0xaa; 2];
			let config = Config { max_call_depth: 3, ..Config::default() };
			test_interpreter_and_jit_asm!("exit", config.clone(), &raw mut input, TestContextObject::new(4),
				ProgramResult::Err(EbpfError::AccessViolation(AccessType::Store, 16, 8, "input")),);`);
		expect(cases).toEqual([
			{
				suite: 'vm',
				row: {
					asm: 'exit',
					config: { enabled_sbpf_versions: ['V0', 'V4'], max_call_depth: 3 },
					input: 'aaaa',
					input_writable: true,
					budget: 4,
				},
				expected: { debug: 'AccessViolation(Store, 16, 8, "input")', count: 4 },
			},
		]);
	});

	test('syscalls are tried in two versions', () => {
		const { cases } = run(
			'test_syscall_asm!("exit", NO_INPUT, ("f" => syscalls::SyscallU64,), TestContextObject::new(1), ProgramResult::Ok(2));',
		);
		expect(cases).toMatchObject([
			{
				row: {
					config: { enabled_sbpf_versions: ['V0', 'V0'] },
					syscalls: [{ name: 'f', impl: 'SyscallU64' }],
				},
			},
			{ row: { config: { enabled_sbpf_versions: ['V3', 'V3'] } }, expected: { ok: '0x2', count: 1 } },
		]);
	});

	test('the panic a test wants is the error it expects', () => {
		const body =
			'let e = assemble::<T>("exit", Arc::new(BuiltinProgram::new_mock())).unwrap(); e.verify::<RequisiteVerifier>().unwrap();';
		expect(run(body).cases).toMatchObject([{ suite: 'verify', expected: { ok: true } }]);
		expect(run(body, 'CannotWriteR10(1)').cases).toMatchObject([
			{ expected: { debug: 'CannotWriteR10(1)' } },
		]);
	});

	test('what the assembler answers is compared field by field', () => {
		expect(run('assert_eq!(asm("x"), Ok(vec![insn(0, ebpf::EXIT, 1, 2, -3, 4)]));').cases).toMatchObject([
			{ suite: 'asm', expected: { insns: [{ ptr: 0, opc: 0x95, dst: 1, src: 2, off: -3, imm: 4 }] } },
		]);
		expect(run('assert_eq!(asm("x"), Err("no".to_string()));').cases).toMatchObject([
			{ expected: { err: 'no' } },
		]);
	});
});

const folder = sbpfFolder();
const extraction = folder === null ? null : extractCases(folder);

describe.skipIf(extraction === null)("upstream's own tests", () => {
	test('are found', () => {
		expect(extraction?.cases.length).toBeGreaterThan(600);
	});

	const casesOf = (name: string) => extraction!.cases.filter((extracted) => extracted.suite === name);

	test.each(['vm', 'verify', 'asm', 'disasm', 'elf'])('agree in suite %s', (name) => {
		expect(casesOf(name).length).toBeGreaterThan(0);
		expect(runCases(suites.get(name)!, casesOf(name), 'interpreter').disagreements).toEqual([]);
	});

	test('agree in suite vm when compiled', () => {
		expect(runCases(suites.get('vm')!, casesOf('vm'), 'jit').disagreements).toEqual([]);
	});
});
if (extraction === null) console.log('skipped: no solana-sbpf crate');
