import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
	it('shows code that runs and prints what its comments say', () => {
		const [, code] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
		expect(code).toBeDefined();
		const folder = join(ROOT, 'node_modules/.parhelion');
		mkdirSync(folder, { recursive: true });
		const file = join(folder, 'readme.mjs');
		writeFileSync(file, code ?? '');
		const run = spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: ROOT });
		expect(run.stderr).toBe('');
		for (const [, printed] of (code ?? '').matchAll(/console\.log\(.*\/\/ (.*)/g)) {
			expect(run.stdout).toContain(printed);
		}
		expect(run.status).toBe(0);
	});

	it('links to files that exist', () => {
		const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
		expect(links.length).toBeGreaterThan(3);
		expect(links.filter((link) => !link.startsWith('http') && !existsSync(join(ROOT, link)))).toEqual([]);
	});

	it('names commands that package.json has', () => {
		const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
		for (const text of [readme, readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')]) {
			for (const [, name] of text.matchAll(/npm run (?:--silent )?([\w:]+)/g))
				expect(scripts).toHaveProperty([name ?? '']);
		}
	});
});
