/**
 * What a bench case is, and how two sides are measured in turn.
 *
 * Owns rounds, medians and ratios. The sides take turns round by round in one process, so that whatever slows
 * the machine slows both; the ratio is the median of the rounds' ratios, each of neighbours in time.
 */
import { profiled } from './profile.ts';

/** Work that is timed: so many operations in one go. */
export interface Side {
	readonly operations: number;
	/** Comes before each run; not timed. */
	prepare?(): void;
	run(): void;
	/** Comes after each run; not timed. Puts the state back. */
	settle?(): void;
	/** How long the last run took by its own account, in nanoseconds; the bench's clock decides without it. */
	measured?(): number;
}

/** The sides of a case. */
export interface Contest {
	readonly ours: Side;
	/** `null` for a figure that only we have. */
	readonly oracle: Side | null;
	/** A second way to do it on our side, for information. */
	readonly also?: { readonly name: string; readonly side: Side };
	/** What else is worth telling: a column of its own. */
	readonly note?: string;
	/** Where the case needs another effort than the rest. */
	readonly effort?: Partial<Effort>;
}

/** A case. */
export interface BenchCase {
	readonly group: string;
	readonly name: string;
	/** The least ratio (oracle's time / ours) that is aimed at; `null` for a case that only informs. */
	readonly goal: number | null;
	/** Sets the sides up and has checked that they do the same. Not timed. */
	prepare(quick: boolean): Promise<Contest> | Contest;
}

/** How long to measure. */
export interface Effort {
	readonly warmUpRounds: number;
	readonly warmUpMilliseconds: number;
	readonly rounds: number;
	/** No further round begins after so many milliseconds, once there were three. */
	readonly budgetMilliseconds: number;
}

export const FULL: Effort = {
	warmUpRounds: 6,
	warmUpMilliseconds: 600,
	rounds: 25,
	budgetMilliseconds: 6_000,
};
export const QUICK: Effort = {
	warmUpRounds: 3,
	warmUpMilliseconds: 150,
	rounds: 7,
	budgetMilliseconds: 1_000,
};
const FEWEST_ROUNDS = 3;

/** What a case came to; times in nanoseconds an operation, medians. */
export interface CaseResult {
	readonly group: string;
	readonly name: string;
	readonly goal: number | null;
	readonly ours: number;
	readonly oracle: number | null;
	readonly ratio: number | null;
	readonly also: { readonly name: string; readonly time: number } | null;
	readonly note: string | null;
	readonly rounds: number;
}

/** The middle one; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
	if (values.length === 0) throw new RangeError('no values have no median');
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The geometric mean of ratios. */
export function geometricMean(ratios: readonly number[]): number {
	if (ratios.length === 0) throw new RangeError('no ratios have no mean');
	return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

/** Lets finalisers, background compilation and the terminal have their turn. */
function breathe(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

/** Which sides run: both, or ours alone for a profile. */
export type Sides = 'both' | 'ours';

/** How a case is measured. */
export interface MeasureOptions {
	readonly effort: Effort;
	readonly quick: boolean;
	readonly sides: Sides;
	/** Whether to profile the rounds. */
	readonly profile: boolean;
	/** Hears of every round. */
	progress(done: number, of: number): void;
}

/** The function whose samples a profile counts. */
function timedRun(side: Side): void {
	side.run();
}

/** Measures a case. */
export async function measureCase(benchCase: BenchCase, options: MeasureOptions): Promise<CaseResult> {
	const { effort, quick, sides, profile, progress } = options;
	const contest = await benchCase.prepare(quick);
	const { warmUpRounds, warmUpMilliseconds, rounds, budgetMilliseconds } = { ...effort, ...contest.effort };
	const time = async (side: Side): Promise<number> => {
		side.prepare?.();
		await breathe();
		const start = process.hrtime.bigint();
		timedRun(side);
		const elapsed = Number(process.hrtime.bigint() - start);
		const nanoseconds = side.measured?.() ?? elapsed;
		side.settle?.();
		return nanoseconds / side.operations;
	};
	const oracle = sides === 'both' ? contest.oracle : null;
	const also = sides === 'both' ? contest.also : undefined;
	const warmUpEnd = performance.now() + warmUpMilliseconds;
	for (let i = 0; i < warmUpRounds || performance.now() < warmUpEnd; i++) {
		progress(0, rounds);
		await time(contest.ours);
		if (also !== undefined) await time(also.side);
		if (oracle !== null && i < 2) await time(oracle);
	}
	const ours: number[] = [];
	const theirs: number[] = [];
	const others: number[] = [];
	const end = performance.now() + budgetMilliseconds;
	const measure = async (): Promise<void> => {
		for (let round = 0; round < rounds; round++) {
			if (round >= FEWEST_ROUNDS && performance.now() > end) break;
			progress(round, rounds);
			// Whoever begins has the other's leavings in the cache: take turns.
			if (round % 2 === 0) ours.push(await time(contest.ours));
			if (oracle !== null) theirs.push(await time(oracle));
			if (round % 2 === 1) ours.push(await time(contest.ours));
			if (also !== undefined) others.push(await time(also.side));
		}
	};
	await (profile ? profiled(`${benchCase.group} ${benchCase.name}`, timedRun.name, measure) : measure());
	return {
		group: benchCase.group,
		name: benchCase.name,
		goal: benchCase.goal,
		ours: median(ours),
		oracle: oracle === null ? null : median(theirs),
		ratio: oracle === null ? null : median(theirs.map((time, i) => time / ours[i]!)),
		also: also === undefined ? null : { name: also.name, time: median(others) },
		note: contest.note ?? null,
		rounds: ours.length,
	};
}
