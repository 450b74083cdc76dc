/**
 * The command `FOLDER [NAME]... [--engine interpreter|jit]`: the client suites in a folder of checkouts, or those whose name
 * contains NAME, with `litesvm` led to Parhelion or our node listening. The folder may stand in
 * `PARHELION_CLIENTS` instead. `docs/conformance.md` says what has to be checked out.
 *
 * Prints a line a suite and every failure. Ends with 1 where something failed, with 2 where it was called wrongly.
 */
import { existsSync } from 'node:fs';
import { reportOf } from './clients/provider.ts';
import { runSuite, SuiteError, suiteFolder } from './clients/run-suite.ts';
import { CLIENT_SUITES } from './clients/suites.ts';
import type { Engine } from './suite.ts';

const USAGE = 'usage: FOLDER [NAME]... [--engine interpreter|jit] (or the folder in PARHELION_CLIENTS)';

function fail(message: string): number {
	process.stderr.write(`${message}\n`);
	return 2;
}

async function main(args: readonly string[]): Promise<number> {
	const names: string[] = [];
	let engine: Engine = 'jit';
	for (let i = 0; i < args.length; i++) {
		const [option, inline] = args[i]!.split('=', 2);
		if (option !== '--engine') {
			if (option!.startsWith('-')) return fail(USAGE);
			names.push(args[i]!);
			continue;
		}
		const value = inline ?? args[++i];
		if (value !== 'interpreter' && value !== 'jit') return fail('--engine is interpreter or jit');
		engine = value;
	}
	const root = process.env['PARHELION_CLIENTS'] ?? names.shift();
	if (root === undefined || !existsSync(root))
		return fail(root === undefined ? USAGE : `there is no folder ${root}`);
	const wanted = CLIENT_SUITES.filter(
		({ name }) => names.length === 0 || names.some((part) => name.includes(part)),
	);
	const suites = wanted.filter((suite) => suiteFolder(suite, root) !== null);
	if (suites.length === 0) {
		return fail(
			`${root} has none of ${wanted.map((suite) => `${suite.repository}/${suite.package}`).join(', ')}`,
		);
	}
	let failed = 0;
	for (const suite of suites) {
		try {
			const { cases, disagreements, notes } = reportOf(suite, await runSuite(suite, root, engine));
			process.stdout.write(`${suite.name}: ${cases - disagreements.length} of ${cases} passed\n`);
			for (const { id, cause } of disagreements) process.stdout.write(`  failed: ${id}: ${cause}\n`);
			for (const note of notes ?? []) process.stdout.write(`  left out: ${note}\n`);
			failed += disagreements.length;
		} catch (thrown) {
			if (!(thrown instanceof SuiteError)) throw thrown;
			process.stdout.write(`${suite.name}: not run: ${thrown.message}\n`);
			failed++;
		}
	}
	return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
