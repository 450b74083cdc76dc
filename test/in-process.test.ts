import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The code of a document, each under the heading above it. */
function titled(document: string): (readonly [string, string])[] {
	let heading = 'Import';
	const found: (readonly [string, string])[] = [];
	const text = readFileSync(join(ROOT, document), 'utf8');
	for (const [, title, code] of text.matchAll(/^## (.*)$|```js\n([\s\S]*?)```/gm)) {
		if (title !== undefined) heading = title;
		else if (code !== undefined) found.push([`${heading} (${found.length + 1})`, code]);
	}
	return found;
}

describe.each([
	['docs/in-process.md', 6],
	['docs/toolchain.md', 2],
	['docs/validator.md', 0],
] as const)('%s', (document, fewest) => {
	it('has code to run', () => {
		expect(titled(document).length).toBeGreaterThan(fewest);
	});

	it.each(titled(document))('%s: runs and prints what its comments say', (name, code) => {
		const folder = join(ROOT, 'node_modules/.parhelion');
		mkdirSync(folder, { recursive: true });
		const file = join(folder, `${document}-${name}.mjs`.replace(/[^\w.]+/g, '-'));
		writeFileSync(file, code);
		const run = spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: ROOT });
		const noise = /bigint: Failed to load bindings, pure JS will be used.*\n?/g;
		expect(run.stderr.replace(noise, '')).toBe('');
		const told = [...code.matchAll(/console\.log\(.*\/\/ (.*)/g)].map(([, printed]) => printed);
		expect(run.stdout.trimEnd().split('\n')).toEqual(told);
		expect(run.status).toBe(0);
	});
});
