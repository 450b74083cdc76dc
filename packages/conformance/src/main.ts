/**
 * The command `SUITE [--engine interpreter|jit] < rows.jsonl > results.jsonl`, or with `--fixtures FOLDER`: the cases of
 * a folder against what they expect, of which only those are printed that disagree.
 *
 * Results come in the order of the rows, and a row that cannot be run stops nothing. Ends with 2 where it was
 * called wrongly, with 1 where a fixture disagrees, else with 0.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArguments, runFixtures, runLine } from './runner.ts';

async function main(): Promise<number> {
	const command = parseArguments(process.argv.slice(2));
	if (typeof command === 'string') {
		process.stderr.write(`${command}\n`);
		return 2;
	}
	if (command.fixtures !== null) {
		const report = runFixtures(command);
		if (typeof report === 'string') {
			process.stderr.write(`${report}\n`);
			return 2;
		}
		for (const disagreement of report.disagreements)
			process.stdout.write(`${JSON.stringify(disagreement)}\n`);
		process.stderr.write(`${report.cases} fixtures, ${report.disagreements.length} disagreements\n`);
		return report.disagreements.length === 0 ? 0 : 1;
	}
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		// Whoever reads the results has enough of them.
		if (error.code === 'EPIPE') process.exit(0);
		throw error;
	});
	const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
	for await (const line of lines) {
		if (line.trim() === '') continue;
		const result = JSON.stringify(runLine(command.suite, line, command.engine));
		if (!process.stdout.write(`${result}\n`)) await once(process.stdout, 'drain');
	}
	return 0;
}

process.exitCode = await main();
