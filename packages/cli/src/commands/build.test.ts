/** `parhelion build` with the compilers of the machine, and what it says to wrong input. */
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTools } from '@parhelion/toolchain/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command.ts';
import { CliError } from '../cli-error.ts';

const FIXTURES = fileURLToPath(new URL('../../../toolchain/fixtures', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../../../toolchain/programs', import.meta.url));
const tools = findTools();
const hasClang = tools.llvm?.clang != null;
const hasRust = tools.rust !== null && tools.llvm !== null;
const clangTitle = hasClang ? '' : ' (skipped: no clang with LLVM tools is installed)';
const rustTitle = hasRust ? '' : ' (skipped: no Rust compiler with a core library for BPF is installed)';

let folder: string;
let cache: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'parhelion-build-'));
	cache = at('cache');
});

afterAll(() => {
	rmSync(folder, { recursive: true });
});

/** A file below the folder; its path. */
function file(name: string, content: string | Uint8Array): string {
	mkdirSync(dirname(at(name)), { recursive: true });
	writeFileSync(at(name), content);
	return at(name);
}

function build(...args: readonly string[]): ReturnType<typeof runCommand> {
	return runCommand('build', ...args, '--cache', cache);
}

/** The one error of a build that makes nothing. */
async function failure(path: string): Promise<string> {
	const output = at('nothing.so');
	const { error } = await build(path, '-o', output);
	expect(error).toBeInstanceOf(CliError);
	expect(error).toMatchObject({ exitCode: 1 });
	expect(existsSync(output)).toBe(false);
	expect(error?.message).not.toMatch(/\n\s+at /);
	return error?.message ?? '';
}

const RECURSIVE =
	'entrypoint:\n  call function_f\n  exit\nfunction_f:\n  mov64 r2, 1\n  call function_f\n  exit\n';

describe('wrong input is told in one error', () => {
	it('mutable statics', async () => {
		expect(await failure(join(FIXTURES, 'mutable.o'))).toMatch(
			/mutable\.o: \.(bss|data)\S*: writable data: `?\w+/,
		);
	});

	it('code of another -mcpu', async () => {
		expect(await failure(join(FIXTURES, 'wrong-cpu.o'))).toMatch(
			/wrong-cpu\.o: \.text\S*\+0x\w+: in \w+: instruction .* shows a wrong -mcpu \(compile with -mcpu=v2/,
		);
	});

	it('an object that is cut off, and one that is damaged', async () => {
		const whole = readFileSync(join(FIXTURES, 'greeter.o'));
		expect(await failure(file('cut.o', whole.subarray(0, 3000)))).toMatch(/cut\.o: the object is corrupt: /);
		const damaged = new Uint8Array(whole);
		// The offset of the section headers.
		damaged.fill(0xff, 0x28, 0x30);
		expect(await failure(file('damaged.o', damaged))).toMatch(/damaged\.o: the object is corrupt: /);
	});

	it('recursion that never comes back, and a warning where it may', async () => {
		expect(await failure(file('deep.s', RECURSIVE))).toBe(
			`${at('deep.s')}: .text+0x10: in function_f: endless recursion: function_f calls itself, and no run comes back: it ends at a depth of 64 functions (make it a loop, or give it a way out)`,
		);
		const maybe = file(
			'maybe.s',
			RECURSIVE.replace('function_f:\n', 'function_f:\n  jeq r1, 0, lbb\n').replace(
				/exit\n$/,
				'lbb:\n  exit\n',
			),
		);
		const { error, notes } = await build(maybe);
		expect(error).toBeNull();
		expect(notes).toContain(
			'warning: function_f calls itself, and deeper than 64 functions the program ends',
		);
		const checked = await runCommand('verify', at('maybe.so'));
		expect(checked.exitCode).toBe(0);
		expect(checked.out).toMatch(/call depth +warning: function_f calls itself/);
	});

	it('without what would steer the terminal', async () => {
		expect(await failure(file('evil.s', 'entrypoint:\n  \u001b[2Jfrob r1\n'))).not.toContain('\u001b');
	});

	it('a syscall that does not exist', async () => {
		expect(await failure(file('unknown.s', 'entrypoint:\n  syscall sol_nothing\n  exit\n'))).toMatch(
			/unknown\.s: \.text\+0x0: in entrypoint: .*syscall/,
		);
	});
});

describe('without a compiler', () => {
	it('says what is missing and the command that brings it', async () => {
		const path = process.env['PATH'];
		process.env['PATH'] = '';
		try {
			const c = await failure(file('plain.c', 'int entrypoint(void) { return 0; }\n'));
			expect(c).toMatch(
				/^clang with the LLVM tools is not installed\. Install it with:\n {2}apt-get install clang-22 llvm-22/,
			);
			const rust = await failure(dirname(file('package/Cargo.toml', '[package]\nname = "package"\n')));
			expect(rust).toMatch(
				/core library for BPF is not installed[\s\S]*apt-get install rustc-web[\s\S]*cargo-build-sbf/,
			);
		} finally {
			process.env['PATH'] = path;
		}
	});
});

describe.skipIf(!hasClang)(`with clang${clangTitle}`, () => {
	it('builds a C file, hands out each product, and compiles what has not changed once', async () => {
		const source = join(PROGRAMS, 'counter/counter.c');
		const output = at('counter.so');
		expect((await build(source, '-o', output)).error).toBeNull();
		expect((await runCommand('verify', output)).exitCode).toBe(0);
		const entries = readdirSync(cache).sort();
		expect((await build(source, '-o', at('again.so'))).error).toBeNull();
		expect(readFileSync(at('again.so')).equals(readFileSync(output))).toBe(true);
		expect(readdirSync(cache).sort()).toEqual(entries);
		const products: readonly (readonly [string, RegExp])[] = [
			['ir', /^; .*counter\.c[\s\S]*define [\s\S]*@entrypoint/],
			['asm', /^entrypoint:\n[\s\S]*\n {4}exit/],
			['map', /^sBPF V0, entry point [\s\S]*sol_/],
		];
		for (const [kind, expected] of products)
			expect((await build(source, '--emit', kind)).out).toMatch(expected);
		expect((await build(source, '--emit', 'elf', '-o', at('elf.so'))).error).toBeNull();
		expect(readFileSync(at('elf.so')).equals(readFileSync(output))).toBe(true);
	});

	it('builds a project of C and C++ as V3', async () => {
		file(
			'project/src/main.c',
			'#include <sbpf.h>\nu64 twice(u64);\nu64 entrypoint(u8 *in) { return twice(in[0]); }\n',
		);
		file(
			'project/src/twice.cpp',
			'extern "C" unsigned long long twice(unsigned long long x) { return 2 * x; }\n',
		);
		expect((await build(at('project'), '--arch', 'v3')).error).toBeNull();
		const output = at('project/target/deploy/project.so');
		expect((await runCommand('elf', output)).out).toMatch(/Version +v3\n/);
	});

	it("passes the compiler's words on, and names what is undefined", async () => {
		expect(await failure(file('error.c', 'int entrypoint(void) { return missing; }\n'))).toMatch(
			/error\.c:1:31: error: use of undeclared identifier 'missing'/,
		);
		const unknown = file('undefined.c', 'int far_away(void);\nint entrypoint(void) { return far_away(); }\n');
		expect(await failure(unknown)).toMatch(/\.text\S*\+0x0: in entrypoint: undefined symbol `far_away`/);
	});

	it('names mutable statics, endless recursion, and a program that fits no account', async () => {
		const counting = file('bss.c', 'static int n; int entrypoint(void) { return ++n; }\n');
		expect(await failure(counting)).toMatch(/\.bss\.n: writable data: `n`/);
		const recursive = file(
			'recursive.c',
			'volatile const int x = 1;\n__attribute__((noinline, optnone)) int f(int a) { return f(a + x) + 1; }\nint entrypoint(void) { return f(1); }\n',
		);
		expect(await failure(recursive)).toMatch(/in f: endless recursion: f calls itself/);
		const huge = file(
			'huge.c',
			'const char big[11 << 20] = { 1 };\nint entrypoint(unsigned char *in) { return big[in[0]]; }\n',
		);
		expect(await failure(huge)).toMatch(
			/the program is too large: 64 bytes of code and 11534336 of data, of 10485715 at most/,
		);
	});
});

describe.skipIf(!hasRust)(`with Rust${rustTitle}`, () => {
	it('builds a Cargo package, and passes the words of its compiler on', async () => {
		const output = at('rust.so');
		expect((await runCommand('new', at('sound'), '--template', 'rust')).error).toBeNull();
		const { error } = await build(at('sound'), '-o', output);
		expect(error?.message).toBeUndefined();
		expect((await runCommand('verify', output)).exitCode).toBe(0);
		expect((await runCommand('new', at('broken'), '--template', 'rust')).error).toBeNull();
		file('broken/src/lib.rs', '#![no_std]\nfn f() -> u8 { "text" }\n');
		expect(await failure(at('broken'))).toMatch(/error\[E0308\]: mismatched types[\s\S]*src\/lib\.rs:2/);
	}, 60_000);
});
