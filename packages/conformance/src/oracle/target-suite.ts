/** The generators of a target as tests: as many cases as a run of all tests can bear, under each feature set. */
import { jitCounters } from '@parhelion/svm';
import { describe, expect, it } from 'vitest';
import type { ProgressView } from '../generators/progress.ts';
import { runTarget, type Target, targetReport, totalOutcomes } from '../generators/target.ts';
import { TARGETS } from '../generators/targets/index.ts';

/** Cases of a target, half of them under each feature set; another number, or another first seed, by these. */
const CASES = process.env['PARHELION_FUZZ_CASES'];
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

/** A clock that stands still: only the number of cases ends a run. */
const NO_PROGRESS: ProgressView = { seconds: 0, show: () => {}, end: () => {} };

function run(target: Target, features: string, cases: number): void {
	const options = { cases, seconds: Number.POSITIVE_INFINITY, seed: SEED, features };
	const summary = runTarget(target, options, NO_PROGRESS);
	expect(summary.failures).toEqual([]);
	expect(summary.cases).toBe(cases);
	if (cases < 300) return;
	// A generator in which everything fails, or nothing, shows nothing.
	const sent = [...summary.outcomes].filter(([label]) => label !== 'program');
	const all = sent.reduce((sum, [, row]) => sum + [...row.values()].reduce((a, b) => a + b, 0), 0);
	const succeeded = sent.reduce((sum, [, row]) => sum + (row.get('ok') ?? 0), 0);
	const report = targetReport(summary);
	expect(succeeded / all, report).toBeGreaterThanOrEqual(target.leastOk);
	expect(totalOutcomes(summary).length - 1, report).toBeGreaterThanOrEqual(target.leastErrors);
	if (target.engines.includes('eager')) expect(jitCounters().compiled).toBeGreaterThan(0);
}

/** Declares the tests of the targets of these names. */
export function testTargets(...names: readonly string[]): void {
	for (const name of names) {
		const target = TARGETS.find((row) => row.name === name);
		if (target === undefined) throw new RangeError(`no target ${name}`);
		const cases = Number(CASES ?? target.testCases ?? 2000);
		describe(`${name}: ${target.about}`, { timeout: 600_000 }, () => {
			it.each(['mainnet', 'all'])('agrees with the oracle under %s', (features) => {
				run(target, features, Math.ceil(cases / 2));
			});
			const variants = Object.keys(target.variants ?? {});
			if (variants.length === 0) return;
			it.each(variants)('agrees with the oracle under mainnet but for %s', (features) => {
				run(target, features, Math.ceil(cases / 20));
			});
		});
	}
}
