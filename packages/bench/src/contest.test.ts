import { describe, expect, it } from 'vitest';
import { type BenchCase, type Effort, geometricMean, measureCase, median, type Side } from './contest.ts';

const EFFORT: Effort = { warmUpRounds: 2, warmUpMilliseconds: 0, rounds: 5, budgetMilliseconds: 60_000 };
const OPTIONS = { effort: EFFORT, quick: true, sides: 'both', profile: false, progress: () => {} } as const;

/** A side that says itself how long it took: `times`, one a run, the last again and again. */
function scripted(name: string, operations: number, times: readonly number[], log: string[]): Side {
	let run = -1;
	return {
		operations,
		prepare: () => log.push(`prepare ${name}`),
		settle: () => log.push(`settle ${name}`),
		run: () => {
			run++;
			log.push(name);
		},
		measured: () => times[Math.min(run, times.length - 1)]!,
	};
}

function benchCase(ours: Side, oracle: Side | null): BenchCase {
	return {
		group: 'group',
		name: 'name',
		goal: 2,
		prepare: () => ({ ours, oracle }),
	};
}

describe('median', () => {
	it('is the middle value, or the mean of the middle two', () => {
		expect(median([9, 1, 5])).toBe(5);
		expect(median([4, 1, 10, 2])).toBe(3);
		expect(() => median([])).toThrow(RangeError);
	});
});

describe('geometricMean', () => {
	it('takes a half and a double for one', () => {
		expect(geometricMean([0.5, 2])).toBeCloseTo(1, 12);
		expect(geometricMean([2, 8])).toBeCloseTo(4, 12);
	});
});

describe('measureCase', () => {
	it('lets the sides take turns, settles after each run, and divides by the operations', async () => {
		const log: string[] = [];
		const ours = scripted('ours', 10, [0, 0, 100, 100, 500, 100, 100], log);
		const oracle = scripted('oracle', 1, [0, 0, 30, 30, 30, 30, 30], log);
		const result = await measureCase(benchCase(ours, oracle), OPTIONS);
		expect(result.ours).toBe(10);
		expect(result.oracle).toBe(30);
		// Of the rounds' ratios 3, 3, 0.6, 3, 3.
		expect(result.ratio).toBe(3);
		expect(result.rounds).toBe(5);
		const runs = log.filter((line) => line === 'ours' || line === 'oracle');
		expect(runs.slice(4, 8)).toEqual(['ours', 'oracle', 'oracle', 'ours']);
		expect(log.slice(0, 3)).toEqual(['prepare ours', 'ours', 'settle ours']);
		expect(log.filter((line) => line.startsWith('settle')).length).toBe(runs.length);
	});

	it('runs our side alone where it is told so, or where there is no other', async () => {
		for (const [oracle, sides] of [
			[null, 'both'],
			['oracle', 'ours'],
		] as const) {
			const log: string[] = [];
			const side = oracle === null ? null : scripted(oracle, 1, [1], log);
			const result = await measureCase(benchCase(scripted('ours', 1, [7], log), side), {
				...OPTIONS,
				sides,
			});
			expect(result).toMatchObject({ ours: 7, oracle: null, ratio: null });
			expect(log).not.toContain('oracle');
		}
	});

	it('stops early when its time is up, after three rounds', async () => {
		const log: string[] = [];
		const slow = scripted('ours', 1, [1], log);
		const result = await measureCase(benchCase(slow, null), {
			...OPTIONS,
			effort: { ...EFFORT, budgetMilliseconds: -1 },
		});
		expect(result.rounds).toBe(3);
	});
});
