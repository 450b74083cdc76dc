import { expect, test } from 'vitest';
import { fuzzProviders, resultsOf } from './results.ts';

const TEXT = [
	'vote, mainnet, seeds 1 to 3: 3 cases, 5 transactions, 0 differences, 0.1 s',
	'  outcomes: ok 5',
	'vote, all, seeds 1 to 4: 4 cases, 7 transactions, 2 differences, 0.1 s',
	'vote, all, seeds 9 to 9: 1 cases, 1 transactions, 0 differences, 0.1 s',
	'vote, mainnet, seeds 1 to 3: 3 cases, 5 transactions, 0 differences, 0.3 s',
	'vote, past, seeds 1 to 3: 3 cases, 5 transactions, 0 differences, 0.1 s',
	'zk-elgamal-proof, mainnet, seeds 1 to 3: 3 cases, 5 transactions, 0 differences, 0.1 s',
].join('\n');

test('a target has the transactions of all its runs, and each difference', () => {
	const reports = resultsOf(TEXT);
	expect([...reports.keys()]).toEqual(['vote', 'zk-elgamal-proof']);
	expect(reports.get('vote')).toMatchObject({
		cases: 13,
		disagreements: [{ id: 'vote, all, from seed 1, 1' }, { id: 'vote, all, from seed 1, 2' }],
	});
});

test('a target that was not run under both feature sets has no result', () => {
	expect(resultsOf(TEXT).get('zk-elgamal-proof')).toBe('not run under all');
});

test('without a file the row says so', () => {
	const [row, ...more] = fuzzProviders(undefined);
	expect(more).toEqual([]);
	expect(row!.run('jit')).toBe('no results on this machine (PARHELION_FUZZ_RESULTS)');
});
