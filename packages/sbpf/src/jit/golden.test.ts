/**
 * What a few programs are compiled to, as text in `golden/`. A change of the compiler that is meant to leave its
 * output alone leaves these files alone; one that is not is written down with `npx vitest run -u` and read.
 */
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { executableOf, type Setup } from '../../test/machine-harness.ts';
import { emitModule } from './compiled-program.ts';

const FEATURES = { bulk_memory: true, multi_value: true, sign_extension: true, tail_call: true };

const PROGRAMS: Readonly<Record<string, readonly [source: string, setup: Setup]>> = {
	'v0-arithmetic': [
		'mov64 r0, 5\nlddw r2, 0x123456789\nadd64 r0, r2\nadd32 r0, 7\nbe32 r0\nexit',
		{ version: 0 },
	],
	'v0-memory': [
		'ldxdw r2, [r1+8]\nstxw [r1+16], r2\nldxb r3, [r1+0]\nldxh r0, [r2-4]\nadd64 r0, r3\nexit',
		{ version: 0 },
	],
	'v0-frames': [
		'stdw [r10-8], 7\nmov64 r1, r10\ncall function_f\nldxdw r2, [r10-8]\nadd64 r0, r2\nexit\nfunction_f:\nldxdw r0, [r1-8]\nstxb [r10-1], r0\nexit',
		{ version: 0 },
	],
	'v1-moved-frames': [
		'add64 r10, -64\nstdw [r10+8], 7\ncall function_f\nexit\nfunction_f:\nmov64 r0, r6\nexit',
		{ version: 1 },
	],
	'v2-products': ['uhmul64 r1, r2\nsdiv64 r1, r3\nmov64 r0, r1\nsub64 r0, 5\nexit', { version: 2 }],
	'v3-loop': ['mov64 r0, 0\nmov64 r2, 10\nadd64 r0, r2\nadd64 r2, -1\njne r2, 0, -3\nexit', { version: 3 }],
	'v3-diamond': ['jeq r1, 1, +2\nmov64 r0, 1\nja +1\nmov64 r0, 2\nadd64 r0, 10\nexit', { version: 3 }],
	'v3-irreducible': [
		'jeq r1, 0, +2\nadd64 r0, 1\njeq r0, 9, +2\nadd64 r0, 2\njlt r0, 50, -4\nexit',
		{ version: 3 },
	],
	'v3-callx': [
		'lddw r2, 0x100000028\nmov64 r6, 1\ncallx r2\nexit\nfunction_f:\nmov64 r0, r6\nexit',
		{ version: 3 },
	],
	'v3-syscalls': [
		'mov64 r3, 8\nsyscall move\nsyscall other\nexit',
		{ version: 3, syscalls: { move: () => {}, other: () => {} } },
	],
};

/** The module as an independent disassembler reads it. */
async function textOf(source: string, setup: Setup): Promise<string> {
	const executable = executableOf(source, setup);
	if (source.includes('syscall move')) executable.loader.declareMemoryOperation('move', 'move');
	const bytes = emitModule(executable);
	expect(bytes).not.toBeNull();
	const module = (await wabt()).readWasm(bytes!, { ...FEATURES, readDebugNames: true });
	module.validate();
	module.applyNames();
	const text = module.toText({ foldExprs: false, inlineExport: false });
	module.destroy();
	return text;
}

describe('the compiler’s output', () => {
	it.each(Object.keys(PROGRAMS))('%s', async (name) => {
		const [source, setup] = PROGRAMS[name]!;
		const comment = source.replace(/^/gm, ';; ');
		await expect(`${comment}\n${await textOf(source, setup)}`).toMatchFileSnapshot(`golden/${name}.wat`);
	});

	it('is the same however often a program is compiled', () => {
		for (const [source, setup] of Object.values(PROGRAMS)) {
			expect(emitModule(executableOf(source, setup))).toEqual(emitModule(executableOf(source, setup)));
		}
	});
});
