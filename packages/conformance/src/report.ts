/**
 * The command that writes `docs/conformance.md` from a run of every provider on both engines. Ends with 1 where
 * something disagrees, with 2 where it was called wrongly.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { providers } from './providers.ts';
import { collect, ENGINES, render } from './report-document.ts';

const OUTPUT: string = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url));

async function main(): Promise<number> {
	if (process.argv.length > 2) {
		process.stderr.write('usage: report (no arguments)\n');
		return 2;
	}
	const rows = await collect(providers);
	writeFileSync(OUTPUT, render(rows));
	const wrong = rows.flatMap(({ outcomes }) =>
		ENGINES.flatMap((engine) => {
			const outcome = outcomes[engine];
			return typeof outcome === 'string' ? [] : outcome.disagreements;
		}),
	);
	process.stdout.write(`docs/conformance.md: ${rows.length} rows, ${wrong.length} disagreements\n`);
	return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main();
