/** The commands about programs as files: no node, no compiler. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command.ts';
import { CliError } from '../cli-error.ts';

const SOURCE =
	'entrypoint:\n  lddw r1, 5\n  mov64 r2, 0\n  call helper\n  exit\nhelper:\n  mov64 r0, 0\n  exit\n';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'parhelion-programs-'));
	writeFileSync(at('hello.s'), SOURCE);
});

afterAll(() => {
	rmSync(folder, { recursive: true });
});

describe('asm, disasm, verify, elf', () => {
	it.each(['v0', 'v3'])('assembles a %s program that is shown again and accepted', async (arch) => {
		const output = at(`hello-${arch}.so`);
		const made = await runCommand('asm', at('hello.s'), '--arch', arch, '-o', output, '--json');
		expect(made.error).toBeNull();
		expect(JSON.parse(made.out)).toMatchObject({ output, size: readFileSync(output).length });
		const shown = await runCommand('disasm', output);
		expect(shown.out).toMatch(/^entrypoint:\n[\s\S]*call function_5[\s\S]*\nfunction_5:\n/);
		const checked = await runCommand('verify', output);
		expect(checked.exitCode).toBe(0);
		expect(checked.out).toMatch(
			/size +passed\n {2}loading +passed\n {2}instructions +passed\n {2}syscalls +passed/,
		);
		const parts = await runCommand('elf', output, '--symbols', '--relocations');
		expect(parts.out).toContain('.text');
		expect(parts.out).toMatch(/Symbols \(\d+\)\n[\s\S]* entrypoint\n/);
		const { functions, sections } = JSON.parse((await runCommand('elf', output, '--json')).out);
		expect(functions).toMatchObject([{ name: 'entrypoint' }]);
		expect(sections[1]).not.toHaveProperty('bytes');
	});

	it('writes beside the source where nothing else is asked for', async () => {
		const { notes } = await runCommand('asm', at('hello.s'));
		expect(notes).toContain(`${at('hello.so')}: `);
		expect(existsSync(at('hello.so'))).toBe(true);
	});

	it('names the check that fails, why and where', async () => {
		const bytes = readFileSync(at('hello-v0.so'));
		const exit = bytes.indexOf(Buffer.from([0x95, 0, 0, 0, 0, 0, 0, 0]));
		bytes[exit] = 0xff;
		writeFileSync(at('broken.so'), bytes);
		const { out, exitCode } = await runCommand('verify', at('broken.so'));
		expect(exitCode).toBe(1);
		expect(out).toMatch(/instructions +failed: .*UnknownOpCode\(255, 4\).* \(instruction 4 in entrypoint\)/);
		const { accepted, checks } = JSON.parse((await runCommand('verify', at('broken.so'), '--json')).out);
		expect(accepted).toBe(false);
		expect(checks[2]).toMatchObject({
			name: 'instructions',
			outcome: 'failed',
			pc: 4,
			function: 'entrypoint',
		});
	});

	it('refuses in one sentence what is no program, not there, or too large', async () => {
		writeFileSync(at('large.so'), new Uint8Array(10 * 1024 * 1024 + 1));
		writeFileSync(at('text.so'), 'hello');
		writeFileSync(at('bad.s'), 'entrypoint:\n  call nowhere\n  exit\n');
		const wrong: readonly (readonly [string[], RegExp])[] = [
			[['verify', at('large.so')], /large\.so: 10,485,761 bytes are more than an account can hold/],
			[['elf', at('text.so')], /text\.so: /],
			[['disasm', at('text.so')], /text\.so: this is no program that loads/],
			[['disasm', at('missing.so')], /missing\.so: there is no such file/],
			[['asm', at('bad.s')], /nowhere/],
			[['build', at('text.so')], /text\.so/],
			[['build', at('missing.c')], /missing\.c: there is no such file or folder/],
		];
		for (const [args, message] of wrong) {
			const { error } = await runCommand(...args);
			expect(error).toBeInstanceOf(CliError);
			expect(error?.message).toMatch(message);
			expect(error).toMatchObject({ exitCode: 1 });
		}
		expect(existsSync(at('bad.so'))).toBe(false);
	});
});

describe('new and build', () => {
	it('start a program in assembly and build it where its test looks for it', async () => {
		const project = at('greeter');
		const made = await runCommand('new', project, '--template', 'assembly', '--json');
		expect(JSON.parse(made.out).files).toEqual(expect.arrayContaining(['package.json']));
		const built = await runCommand('build', project, '--cache', '', '--json');
		expect(built.error).toBeNull();
		expect(JSON.parse(built.out)).toMatchObject({
			output: join(project, 'target/deploy/greeter.so'),
			kind: 'elf',
		});
		expect((await runCommand('verify', join(project, 'target/deploy/greeter.so'))).exitCode).toBe(0);
		const map = await runCommand('build', project, '--cache', '', '--emit', 'map');
		expect(map.out).toContain('entrypoint');
		const twice = await runCommand('new', project);
		expect(twice.error?.message).toContain('there is something in this folder already');
	});

	it('refuse a name that is no name of a crate, and a template that does not exist', async () => {
		expect((await runCommand('new', at('Größe'))).error?.message).toContain('is no name for a program');
		expect((await runCommand('new', at('x'), '-t', 'cobol')).error).toMatchObject({ exitCode: 2 });
		expect(readdirSync(folder)).not.toContain('x');
	});
});
