/** What a thread runs as one file, from the sources: what Node runs by itself is compiled, and may be older. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/** A script for `createBlockExecutor` by default, and how to take it away again. */
export async function bundleThread(
	source = 'scheduler/execution-thread.ts',
): Promise<{ readonly script: URL; remove(): void }> {
	const build = await rolldown({
		input: join(import.meta.dirname, '../src', source),
		platform: 'node',
		resolve: { conditionNames: ['source', 'import', 'node', 'default'] },
		onLog: (level, log) => {
			if (level === 'warn') throw new Error(log.message);
		},
	});
	const { output } = await build.generate({ format: 'esm' });
	await build.close();
	const folder = mkdtempSync(join(tmpdir(), 'parhelion-thread-'));
	const path = join(folder, 'thread.mjs');
	writeFileSync(path, output[0].code);
	return { script: pathToFileURL(path), remove: () => rmSync(folder, { recursive: true }) };
}
