import { EpochSchedule } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	type ElapsedNanos,
	type EpochStart,
	MAX_ALLOWABLE_DRIFT,
	nextStakeWeightedClock,
	stakeWeightedTimestamp,
	type VoteTimestamp,
} from './stake-weighted-timestamp.ts';

const RECENT = 1_578_909_061n;
const SOL = 1_000_000_000n;
const MILLION = 1_000_000n * SOL;
const I64_MAX = (1n << 63n) - 1n;

const elapsed =
	(milliseconds: bigint): ElapsedNanos =>
	(from, to) =>
		from >= to ? 0n : (to - from) * milliseconds * 1_000_000n;

function votes(
	slot: bigint,
	...pairs: readonly (readonly [timestamp: bigint, stake: bigint])[]
): VoteTimestamp[] {
	return pairs.map(([timestamp, stake]) => ({ timestamp: { slot, timestamp }, stake }));
}

// Cases of solana-runtime stake_weighted_timestamp.rs.
describe('the stake-weighted median', () => {
	const median = (...pairs: readonly (readonly [bigint, bigint])[]): bigint | null =>
		stakeWeightedTimestamp(votes(5n, ...pairs), 5n, elapsed(300n), null);

	it('is not moved by outliers with little stake', () => {
		const honest = [RECENT, MILLION] as const;
		expect(median([0n, SOL], [RECENT, SOL], honest, honest, honest)).toBe(RECENT);
		expect(median([RECENT, SOL], [I64_MAX, SOL], honest, honest, honest)).toBe(RECENT);
		expect(median([0n, SOL], [I64_MAX, SOL], honest, honest, honest)).toBe(RECENT);
	});

	it('is not moved by a third of the stake, and is by half of it', () => {
		const third = MILLION;
		expect(median([0n, third], [I64_MAX, third], [RECENT, third])).toBe(RECENT);
		expect(median([0n, 1_000_001n * SOL], [RECENT, MILLION])).toBe(0n);
	});

	it('counts what a vote is old, and is unknown where nothing is staked', () => {
		expect(stakeWeightedTimestamp(votes(5n, [RECENT, 1n]), 15n, elapsed(400n), null)).toBe(RECENT + 4n);
		expect(stakeWeightedTimestamp(votes(5n, [I64_MAX, 1n]), 15n, elapsed(400n), null)).toBe(I64_MAX);
		expect(median([RECENT, 0n])).toBeNull();
		expect(median()).toBeNull();
	});
});

describe('the bounds of the median', () => {
	const start: EpochStart = { slot: 0n, timestamp: RECENT };
	const expected = RECENT + 8n;
	const bounded = (offset: bigint, drift: { fast: bigint; slow: bigint }): bigint =>
		stakeWeightedTimestamp(votes(20n, [expected + offset, MILLION]), 20n, elapsed(400n), start, drift)! -
		expected;

	it('are a part of the time since the epoch began', () => {
		const quarter = { fast: 25n, slow: 25n };
		expect([3n, 2n, -2n, -3n].map((offset) => bounded(offset, quarter))).toEqual([2n, 2n, -2n, -2n]);
		const half = { fast: 50n, slow: 50n };
		expect([5n, 3n, -3n, -5n].map((offset) => bounded(offset, half))).toEqual([4n, 3n, -3n, -4n]);
	});

	it('are wider for a slow cluster than for a fast one', () => {
		const offsets = [13n, 12n, 11n, -2n, -3n];
		expect(offsets.map((offset) => bounded(offset, MAX_ALLOWABLE_DRIFT))).toEqual([12n, 12n, 11n, -2n, -2n]);
	});

	it('hold for times before 1970 as upstream has it: as unsigned numbers', () => {
		const before: EpochStart = { slot: 0n, timestamp: -1n };
		expect(
			stakeWeightedTimestamp(votes(20n, [100n, 1n]), 20n, elapsed(400n), before, MAX_ALLOWABLE_DRIFT),
		).toBe(-1n + 8n - 2n);
	});
});

describe('the clock of a slot', () => {
	const schedule = new EpochSchedule(32n, 32n, false, 0n, 0n);
	const parentClock = {
		slot: 31n,
		epochStartTimestamp: RECENT,
		epoch: 0n,
		leaderScheduleEpoch: 1n,
		unixTimestamp: RECENT + 12n,
	};
	const next = (slot: bigint, votesAt: readonly VoteTimestamp[]): ReturnType<typeof nextStakeWeightedClock> =>
		nextStakeWeightedClock({
			slot,
			parentClock,
			parentEpoch: 0n,
			schedule,
			votes: votesAt,
			elapsedNanos: elapsed(400n),
		});

	it('never goes back', () => {
		expect(next(31n, votes(30n, [RECENT, 1n])).unixTimestamp).toBe(RECENT + 12n);
	});

	it('begins an epoch with its own time', () => {
		const clock = next(32n, votes(31n, [RECENT + 15n, 1n]));
		expect(clock).toEqual({
			slot: 32n,
			epochStartTimestamp: RECENT + 15n,
			epoch: 1n,
			leaderScheduleEpoch: 2n,
			unixTimestamp: RECENT + 15n,
		});
	});

	it('does not listen to votes that are older than an epoch, or of a later slot', () => {
		expect(next(31n, votes(0n, [RECENT + 5n, 1n])).unixTimestamp).toBe(RECENT + 17n);
		expect(next(33n, votes(0n, [RECENT + 5n, 1n])).unixTimestamp).toBe(RECENT + 12n);
		expect(next(31n, votes(32n, [RECENT + 15n, 1n])).unixTimestamp).toBe(RECENT + 12n);
	});
});
