/** The generators of a target as tests: a number of transactions that a run of all tests can bear, under each feature set. */
import { jitCounters } from '@parhelion/svm';
import { describe, expect, it } from 'vitest';
import type { ProgressView } from '../generators/progress.ts';
import { runTarget, type Target, targetReport, totalOutcomes } from '../generators/target.ts';
import { TARGETS } from '../generators/targets/index.ts';

/** Transactions of a target under each of the two feature sets; another number, or another first seed, by these. */
const TRANSACTIONS = Number(process.env['PARHELION_FUZZ_TRANSACTIONS'] ?? 2000);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

/** Under each variant of the features. */
const OF_A_VARIANT = Math.ceil(TRANSACTIONS / 10);

/** A clock that stands still: only the number of transactions ends a run. */
const NO_PROGRESS: ProgressView = { seconds: 0, show: () => {}, end: () => {} };

async function run(target: Target, features: string, transactions: number): Promise<void> {
	const unbounded = { cases: Number.POSITIVE_INFINITY, seconds: Number.POSITIVE_INFINITY };
	const summary = await runTarget(target, { ...unbounded, transactions, seed: SEED, features }, NO_PROGRESS);
	expect(summary.failures).toEqual([]);
	expect(summary.transactions).toBeGreaterThanOrEqual(transactions);
	if (transactions < 600) return;
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
		describe(`${name}: ${target.about}`, { timeout: 600_000 }, () => {
			it.each(['mainnet', 'all'])(
				`agrees with the oracle under %s, ${TRANSACTIONS} transactions from seed ${SEED}`,
				(features) => run(target, features, TRANSACTIONS),
			);
			const variants = Object.keys(target.variants ?? {});
			if (variants.length === 0) return;
			it.each(variants)(
				`agrees with the oracle under mainnet but for %s, ${OF_A_VARIANT} transactions from seed ${SEED}`,
				(features) => run(target, features, OF_A_VARIANT),
			);
		});
	}
}
