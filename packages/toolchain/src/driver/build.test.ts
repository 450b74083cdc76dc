import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bothEngines, TEST_SYSCALLS } from '../../test/machine.ts';
import { type BuildOptions, build, buildFiles, emitted } from './build.ts';
import { buildErrorText } from './build-error.ts';
import { contentHash } from './cache.ts';
import { findTools, type Toolchain } from './find-tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'parhelion-driver-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A new folder with `contents`. */
function project(contents: Readonly<Record<string, string>>): string {
	const path = join(folder, `project-${files++}`);
	mkdirSync(path);
	for (const [name, text] of Object.entries(contents)) writeFileSync(join(path, name), text);
	return path;
}

const NO_TOOLS: Toolchain = { llvm: null, rust: null, cargoBuildSbf: null };
const tools = findTools();
const hasClang = tools.llvm?.clang != null;
const title = hasClang ? '' : ' (skipped: no clang with LLVM tools is installed)';
const withoutTools: BuildOptions = { syscalls: TEST_SYSCALLS, tools: NO_TOOLS };
const options: BuildOptions = { syscalls: TEST_SYSCALLS, tools };
const ASSEMBLY = 'entrypoint:\n    mov64 r0, 7\n    exit\n';

function errorOf(path: string, what: BuildOptions = withoutTools): string {
	const built = build(path, what);
	return built.ok ? 'built' : buildErrorText(built.error);
}

describe('without a compiler', () => {
	it('finds none on an empty path, and starts nothing', () => {
		expect(findTools('')).toEqual(NO_TOOLS);
		expect(findTools(join(folder, 'nowhere'))).toEqual(NO_TOOLS);
	});

	it('says what is missing and how to get it', () => {
		const c = project({ 'main.c': 'int x;' });
		expect(errorOf(c)).toMatch(
			/^clang with the LLVM tools is not installed\. Install it with:\n {2}apt-get install clang-22 llvm-22/,
		);
		const rust = project({ 'Cargo.toml': '[package]\nname = "x"\n' });
		expect(errorOf(rust)).toContain('libstd-rust-web-dev-bpf');
		expect(errorOf(join(rust, 'Cargo.toml'))).toContain('cargo-build-sbf');
	});

	it('builds assembly, and objects that are there', () => {
		const built = build(project({ 'main.s': ASSEMBLY }), withoutTools);
		if (!built.ok) throw new Error(buildErrorText(built.error));
		for (const engine of bothEngines(built.value.elf)) expect(engine.run().outcome).toBe(7n);
		const fixtures = ['greeter.o', 'libweigh.a'].map((name) =>
			fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url)),
		);
		expect(buildFiles(fixtures, withoutTools).ok).toBe(true);
	});

	it('hands out each product by name', () => {
		const built = build(project({ 'main.s': ASSEMBLY }), withoutTools);
		if (!built.ok) throw new Error(buildErrorText(built.error));
		expect(emitted(built.value, 'elf', [])).toEqual({ ok: true, value: built.value.elf });
		expect(emitted(built.value, 'asm', [])).toEqual({ ok: true, value: ASSEMBLY });
		const map = emitted(built.value, 'map', []);
		expect(map.ok && map.value).toMatch(/^sBPF V0, entry point 100000120/);
		expect(emitted(built.value, 'ir', []).ok).toBe(false);
		expect(emitted({ ...built.value, linked: null }, 'map', []).ok).toBe(false);
	});

	it('refuses what it cannot build, in one line', () => {
		expect(errorOf(join(folder, 'nowhere'))).toMatch(/there is no such file or folder$/);
		expect(errorOf(project({ 'notes.txt': '' }))).toMatch(
			/neither a Cargo package nor a folder with sources/,
		);
		expect(errorOf(join(project({ 'notes.txt': '' }), 'notes.txt'))).toMatch(/no source that can be built$/);
		expect(errorOf(project({ 'main.s': 'entrypoint:\n frob r0\n' }))).toMatch(
			/main\.s: Invalid instruction "frob"$/,
		);
		const [there, missing] = [join(project({ 'main.s': ASSEMBLY }), 'main.s'), join(folder, 'missing.o')];
		const several = buildFiles([there, missing], withoutTools);
		expect(!several.ok && buildErrorText(several.error)).toBe(`${missing}: there is no such file`);
		expect(errorOf(project({ 'main.s': 'function_f:\n exit\n' }))).toMatch(
			/no function is called `entrypoint`/,
		);
	});
});

describe.skipIf(process.platform === 'win32')("with Solana's own command", () => {
	/** A folder with a command that answers as `cargo-build-sbf` does: it leaves a program where it is told to. */
	function installed(body: string): Toolchain {
		const path = project({ 'cargo-build-sbf': `#!${process.execPath}\n${body}` });
		chmodSync(join(path, 'cargo-build-sbf'), 0o755);
		return findTools(path);
	}

	const rust = project({ 'Cargo.toml': '[package]\nname = "x"\n' });

	it('takes its program, and asks it for the version', () => {
		const found = installed(`
			const args = process.argv.slice(2);
			const out = args[args.indexOf('--sbf-out-dir') + 1];
			require('node:fs').writeFileSync(out + '/x.so', args.slice(4).join(' '));
		`);
		expect(found.cargoBuildSbf).toMatch(/cargo-build-sbf$/);
		for (const [version, expected] of [
			[0, ''],
			[3, '--arch v3'],
		] as const) {
			const built = build(rust, { syscalls: [], tools: found, version });
			expect(built.ok && new TextDecoder().decode(built.value.elf)).toBe(expected);
			expect(built.ok && built.value.linked).toBeNull();
		}
	});

	it('passes its errors on, and says where it made nothing', () => {
		const failing = installed("console.error('error: it is too early'); process.exit(1);");
		expect(errorOf(rust, { syscalls: [], tools: failing })).toBe('error: it is too early');
		expect(errorOf(rust, { syscalls: [], tools: installed('') })).toMatch(/cargo-build-sbf made no program$/);
	});
});

describe.skipIf(!hasClang)(`with clang${title}`, () => {
	it("joins the sources of a project, with its own headers and the room's", () => {
		const path = project({
			'answer.h': '#include <sbpf.h>\nu64 answer(u64);\n',
			'main.c': '#include "answer.h"\nu64 entrypoint(u8 *in) { return answer(in[0]); }\n',
			'answer.cpp': 'extern "C" {\n#include "answer.h"\n}\nu64 answer(u64 x) { return x * 6; }\n',
			'start.s': 'function_unused:\n    exit\n',
		});
		for (const version of [0, 3] as const) {
			const built = build(path, { ...options, version });
			if (!built.ok) throw new Error(buildErrorText(built.error));
			for (const engine of bothEngines(built.value.elf)) {
				expect(engine.run(Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0)).outcome).toBe(42n);
			}
			expect(built.value.ir.map((module) => module.text).join()).toContain('define');
		}
	});

	it("passes the compiler's errors on as they are", () => {
		const text = errorOf(project({ 'main.c': 'int entrypoint(void) { return missing; }\n' }), options);
		expect(text).toMatch(/main\.c:1:31: error: use of undeclared identifier 'missing'/);
	});

	it('explains what the machine has not', () => {
		const large =
			'void f(char *); int entrypoint(void) { char a[5000]; f(a); return a[1]; }\nvoid f(char *a) { a[1] = 1; asm(""); }\n';
		expect(
			errorOf(project({ 'main.c': `__attribute__((noinline)) ${large}` }), { ...options, optimisation: '0' }),
		).toContain('a frame of a program has 4096 bytes');
		const counting = 'static int n; int entrypoint(void) { return ++n; }\n';
		expect(errorOf(project({ 'main.c': counting }), options)).toMatch(/\.bss\.n: writable data: `n`/);
	});

	it('compiles what has not changed once', () => {
		const path = project({
			'a.h': '#define N 1\n',
			'main.c': '#include "a.h"\nint entrypoint(void) { return N; }\n',
		});
		const cacheFolder = join(folder, 'cache');
		const run = (): bigint | string => {
			const built = build(path, { ...options, cacheFolder, strip: true });
			if (!built.ok) throw new Error(buildErrorText(built.error));
			return bothEngines(built.value.elf)[0].run().outcome;
		};
		expect(run()).toBe(1n);
		const entries = readdirSync(cacheFolder).sort();
		const contents = entries.map((name) => readFileSync(join(cacheFolder, name)));
		expect(run()).toBe(1n);
		expect(readdirSync(cacheFolder).sort()).toEqual(entries);
		// The third kind of entry is what the code generator made: proof that it is read, not made again.
		expect(entries).toHaveLength(3);
		expect(contents.some((bytes) => bytes[0] === 0x7f)).toBe(true);
		writeFileSync(join(path, 'a.h'), '#define N 2\n');
		expect(run()).toBe(2n);
		expect(readdirSync(cacheFolder).length).toBe(6);
	});
});

it('a hash tells where one part ends and the next begins', () => {
	expect(contentHash(['ab', 'c'])).not.toBe(contentHash(['a', 'bc']));
	expect(contentHash(['ab'])).toBe(contentHash([new TextEncoder().encode('ab')]));
});
