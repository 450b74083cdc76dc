import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const document = readFileSync(join(ROOT, 'docs/in-process.md'), 'utf8');
const snippets = [...document.matchAll(/^## (.*)$|```js\n([\s\S]*?)```/gm)];

/** The code of the document, each under the heading above it. */
function titled(): (readonly [string, string])[] {
	let heading = 'Import';
	const found: (readonly [string, string])[] = [];
	for (const [, title, code] of snippets) {
		if (title !== undefined) heading = title;
		else if (code !== undefined) found.push([`${heading} (${found.length + 1})`, code]);
	}
	return found;
}

describe('docs/in-process.md', () => {
	it('has code to run', () => {
		expect(titled().length).toBeGreaterThan(6);
	});

	it.each(titled())('%s: runs and prints what its comments say', (name, code) => {
		const folder = join(ROOT, 'node_modules/.parhelion');
		mkdirSync(folder, { recursive: true });
		const file = join(folder, `in-process-${name.replace(/\W+/g, '-')}.mjs`);
		writeFileSync(file, code);
		const run = spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: ROOT });
		const noise = /bigint: Failed to load bindings, pure JS will be used.*\n?/g;
		expect(run.stderr.replace(noise, '')).toBe('');
		const told = [...code.matchAll(/console\.log\(.*\/\/ (.*)/g)].map(([, printed]) => printed);
		expect(run.stdout.trimEnd().split('\n')).toEqual(told);
		expect(run.status).toBe(0);
	});
});
