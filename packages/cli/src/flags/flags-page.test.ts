import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMANDS } from '../commands/index.ts';
import { flagsPage, PAGE_MARKS } from './flags-page.ts';

const PAGE = fileURLToPath(new URL('../../../../docs/cli.md', import.meta.url));

// PARHELION_UPDATE_DOCS=1 writes the page anew.
test('docs/cli.md has the flags that there are', () => {
	const page = readFileSync(PAGE, 'utf8');
	const [start, end] = PAGE_MARKS.map((mark) => page.indexOf(mark));
	const [open] = PAGE_MARKS;
	const head = page.slice(0, (start ?? 0) + open.length);
	const written = `${head}\n\n${flagsPage(COMMANDS)}\n\n${page.slice(end)}`;
	if (process.env['PARHELION_UPDATE_DOCS'] === '1') writeFileSync(PAGE, written);
	expect(readFileSync(PAGE, 'utf8')).toBe(written);
});
