/**
 * The command that writes `docs/conformance.md` from a run of every provider:
 * `report.js [--engine interpreter|jit]`. Ends with 1 where something disagrees, with 2 where it was called wrongly.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { providers } from './providers.ts';
import { collect, render } from './report-document.ts';
import type { Engine } from './suite.ts';

const OUTPUT: string = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url));

async function main(): Promise<number> {
	const [option = '--engine', name = 'interpreter'] = process.argv.slice(2).flatMap((arg) => arg.split('='));
	if (option !== '--engine' || (name !== 'interpreter' && name !== 'jit')) {
		process.stderr.write('usage: report [--engine interpreter|jit]\n');
		return 2;
	}
	const engine: Engine = name;
	const rows = await collect(providers, engine);
	writeFileSync(OUTPUT, render(rows, engine));
	const wrong = rows.flatMap(({ report }) => (typeof report === 'string' ? [] : report.disagreements));
	process.stdout.write(`${OUTPUT}: ${rows.length} rows, ${wrong.length} disagreements\n`);
	return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main();
