/** The command line in one file, as `npm start` bundles it: what lies beside its modules must still be found. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const isBuilt = existsSync(join(dist, 'main.js'));
const bundle = join(dist, 'bundle-under-test.js');
const folder = mkdtempSync(join(tmpdir(), 'parhelion-bundle-'));
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
	rmSync(bundle, { force: true });
});

it.skipIf(!isBuilt)(
	'finds its version, its templates and its programs',
	async () => {
		const script = new URL('../../../scripts/bundle-cli.mjs', import.meta.url).href;
		const { bundleCli } = (await import(script)) as { bundleCli(file: string): Promise<void> };
		await bundleCli(bundle);
		const run = (...args: readonly string[]): string =>
			execFileSync(process.execPath, [bundle, ...args], { cwd: folder, encoding: 'utf8' });
		expect(run('--version')).toMatch(/^\d+\.\d+\.\d+$/m);
		run('new', 'counter');
		expect(existsSync(join(folder, 'counter'))).toBe(true);
		const listed = run('completion', 'bash');
		expect(listed).toContain('--bpf-program');
	},
	60_000,
);
if (!isBuilt) console.log('skipped: the bundle (not built)');
