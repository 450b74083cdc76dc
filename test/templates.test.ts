/** What `parhelion new` makes: each template is built by the command line, and its own tests are run. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTools, TEMPLATE_NAMES, type TemplateName } from '@parhelion/toolchain/node';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MAIN = join(ROOT, 'packages/cli/dist/main.js');
const tools = findTools();

// Below the project, so that the imports of the tests are found.
mkdirSync(join(ROOT, 'node_modules/.parhelion'), { recursive: true });
const folder = mkdtempSync(join(ROOT, 'node_modules/.parhelion/templates-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(
	cwd: string,
	...args: readonly string[]
): { readonly status: number | null; readonly text: string } {
	const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
	return { status, text: stdout + stderr };
}

/** Why a template cannot be built here; null where it can. */
function missing(template: TemplateName): string | null {
	if (template === 'assembly') return null;
	if (template === 'c') return tools.llvm?.clang ? null : 'no clang with LLVM tools is installed';
	return tools.rust === null || tools.llvm === null
		? 'no Rust compiler with a core library for BPF is installed'
		: null;
}

describe('a new program', () => {
	for (const template of TEMPLATE_NAMES) {
		const reason = missing(template);
		const title = reason === null ? '' : ` (skipped: ${reason})`;
		it.skipIf(reason !== null)(
			`in ${template} is made, built, and passes its own tests${title}`,
			(context) => {
				const project = join(folder, `first-${template}`);
				expect(run(folder, MAIN, 'new', project, '--template', template).status).toBe(0);
				const built = run(project, MAIN, 'build', '--cache', join(folder, 'cache'));
				const isUnreachable =
					template === 'pinocchio' && /registry|index|resolve host|download/i.test(built.text);
				if (built.status !== 0 && isUnreachable) context.skip('no crate registry can be reached');
				expect(built).toMatchObject({ status: 0 });
				const tested = run(project, '--test');
				expect(tested.text).toMatch(/(?:#|ℹ) pass 1\b/);
				expect(tested.status).toBe(0);
				expect(run(project, MAIN, 'verify', `target/deploy/first-${template}.so`).status).toBe(0);
			},
			120_000,
		);
	}
});
