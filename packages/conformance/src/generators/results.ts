/** Lines of results that runs of the fuzzer left in a file, as rows of the report. */
import { existsSync, readFileSync } from 'node:fs';
import type { ProviderReport, SuiteProvider } from '../provider.ts';

const SOURCE = 'generated transactions against the oracle, with the features of mainnet and with all';
const NO_RESULTS = 'no results on this machine (PARHELION_FUZZ_RESULTS)';
const LINE = /^([\w-]+), ([\w-]+), seeds (\d+) to \d+: \d+ cases, (\d+) transactions, (\d+) differences, /;

/** A row tells of these; of a target's own variants it does not. */
const FEATURE_SETS: readonly string[] = ['mainnet', 'all'];

interface Result {
	readonly features: string;
	readonly seed: string;
	readonly transactions: number;
	readonly differences: number;
}

/** What the lines come to, by target; a run that stands there twice counts once. */
export function resultsOf(text: string): Map<string, ProviderReport | string> {
	const byTarget = new Map<string, Result[]>();
	for (const line of text.split('\n')) {
		const found = LINE.exec(line);
		if (found === null) continue;
		const [target, features, seed, transactions, differences] = found.slice(1) as [
			string,
			string,
			string,
			string,
			string,
		];
		if (!FEATURE_SETS.includes(features)) continue;
		const results = byTarget.get(target) ?? [];
		byTarget.set(target, results);
		if (results.some((one) => one.features === features && one.seed === seed)) continue;
		results.push({ features, seed, transactions: Number(transactions), differences: Number(differences) });
	}
	const reports = new Map<string, ProviderReport | string>();
	for (const [target, results] of byTarget) {
		const missing = FEATURE_SETS.find((name) => !results.some(({ features }) => features === name));
		if (missing !== undefined) {
			reports.set(target, `not run under ${missing}`);
			continue;
		}
		reports.set(target, {
			cases: results.reduce((sum, { transactions }) => sum + transactions, 0),
			disagreements: results.flatMap(({ features, seed, differences }) =>
				Array.from({ length: differences }, (_, i) => ({
					id: `${target}, ${features}, from seed ${seed}, ${i + 1}`,
					cause: 'differs from the oracle',
				})),
			),
		});
	}
	return reports;
}

/** A row for each target of which the file has results; every transaction ran on both engines. */
export function fuzzProviders(file: string | undefined): SuiteProvider[] {
	if (file === undefined || !existsSync(file)) {
		return [{ suite: 'fuzz', source: SOURCE, run: () => NO_RESULTS }];
	}
	return Array.from(resultsOf(readFileSync(file, 'utf8')), ([target, report]) => ({
		suite: 'fuzz',
		source: `${target}: ${SOURCE}`,
		run: () => report,
	}));
}
