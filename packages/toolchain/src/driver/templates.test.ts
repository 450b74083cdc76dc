import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bothEngines, TEST_SYSCALLS } from '../../test/machine.ts';
import { build } from './build.ts';
import { buildErrorText } from './build-error.ts';
import { findTools } from './find-tools.ts';
import { runTool } from './run-tool.ts';
import { TEMPLATE_NAMES, type TemplateName, templateFiles } from './templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'parhelion-templates-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tools = findTools();

const GREETINGS: Readonly<Record<TemplateName, string>> = {
	c: 'Hello from C',
	assembly: 'Hello from asm',
	rust: 'Hello from Rust',
	pinocchio: 'Hello from pinocchio',
};

/** Writes a new program, and returns its folder. */
function written(template: TemplateName): string {
	const path = join(folder, template);
	for (const file of templateFiles(template, 'first-light')) {
		mkdirSync(dirname(join(path, file.path)), { recursive: true });
		writeFileSync(join(path, file.path), file.text);
	}
	return path;
}

/** Why a template cannot be built here, or `null`. */
function missing(template: TemplateName): string | null {
	if (template === 'assembly') return null;
	if (template === 'c') return tools.llvm?.clang ? null : 'no clang with LLVM tools is installed';
	if (tools.rust === null || tools.llvm === null) return 'no Rust compiler with a core for BPF is installed';
	if (template === 'rust') return null;
	const { cargo, rustc } = tools.rust;
	const fetched = runTool(cargo, ['fetch', '--quiet'], {
		cwd: written(template),
		env: { RUSTC: rustc, CARGO_NET_RETRY: '0' },
	});
	return fetched.status === 0 ? null : 'no crate registry can be reached';
}

describe('a new program', () => {
	for (const template of TEMPLATE_NAMES) {
		const reason = missing(template);
		const title = reason === null ? template : `${template} (skipped: ${reason})`;
		it.skipIf(reason !== null)(`in ${title} builds and says hello`, () => {
			const path = written(template);
			for (const version of [0, 3] as const) {
				const built = build(path, { syscalls: TEST_SYSCALLS, version, tools });
				if (!built.ok) throw new Error(buildErrorText(built.error));
				// No accounts, no instruction, the program's address.
				for (const engine of bothEngines(built.value.elf)) {
					const { log, outcome } = engine.run(new Uint8Array(48));
					expect(log).toEqual([GREETINGS[template], '0x0, 0x0, 0x0, 0x0, 0x0']);
					expect(outcome).toBe(0n);
				}
			}
		});
	}

	it.each(['', 'Big', '../up', 'a b', '1st', 'x'.repeat(65)])('is not called "%s"', (name) => {
		expect(() => templateFiles('c', name)).toThrow(RangeError);
	});
});
