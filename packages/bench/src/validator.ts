/**
 * What the validator's state costs: a Bank over the bare SVM, replay beside the first execution, a restart, memory, flushes.
 * Each scene runs in a process of its own, which nothing before it has warmed or filled.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figures.ts';

export const VALIDATOR_GROUP = 'Validator';
/** The goals of the issue that asked for the validator's state. */
const GOALS = { overhead: 1.25, replay: 1, restartSeconds: 5, memoryBytes: 1e9 } as const;

/** A figure to be measured. */
export interface ValidatorCase {
	readonly group: string;
	readonly name: string;
	measure(quick: boolean): Figure;
}

/** Runs a script of the bench in a process of its own; the figures that it prints. */
export function runScript<Name extends string>(
	script: URL,
	args: readonly (string | number)[],
): Readonly<Record<Name, number>> {
	const { stdout, stderr, status } = spawnSync(
		process.execPath,
		[fileURLToPath(script), ...args.map(String)],
		{ encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(`${script.pathname} ${args.join(' ')} failed: ${stderr}`);
	return JSON.parse(stdout) as Readonly<Record<Name, number>>;
}

const script = new URL('./validator-child.js', import.meta.url);

/** Runs a scene of `validator-child.ts`. */
function scene<Name extends string>(...args: readonly (string | number)[]): Readonly<Record<Name, number>> {
	return runScript(script, args);
}

const perSecond = (value: number): string => `${Math.round(value / 1000)} k/s`;
const microseconds = (nanoseconds: number): string => `${(nanoseconds / 1000).toFixed(2)} µs`;
const millions = (count: number): string => `${(count / 1e6).toFixed(1)} million accounts`;

const CASES: readonly {
	readonly name: string;
	measure(quick: boolean): Omit<Figure, 'group' | 'name'>;
}[] = [
	{
		name: 'Bank over the bare SVM',
		measure(quick) {
			// What V8 inlines differs from process to process, and with it the ratio by some hundredths.
			const runs = Array.from({ length: quick ? 1 : 5 }, () =>
				scene<'bank' | 'bare' | 'ratio'>('overhead', quick ? 30 : 200, 8),
			).sort((a, b) => a.ratio - b.ratio);
			const { bank, bare, ratio } = runs[runs.length >> 1]!;
			return {
				value: ratio.toFixed(2),
				goal: `≤ ${GOALS.overhead}`,
				holds: ratio <= GOALS.overhead,
				note: `a transfer takes ${microseconds(bank)}, without the Bank ${microseconds(bare)}`,
			};
		},
	},
	{
		name: 'replay over first execution',
		measure(quick) {
			const { first, replay, blocks } = scene<'first' | 'replay' | 'blocks'>(
				'replay',
				20,
				quick ? 200 : 2000,
			);
			return {
				value: (first / replay).toFixed(2),
				goal: `≥ ${GOALS.replay}`,
				holds: first / replay >= GOALS.replay,
				note: `${blocks} blocks of ${quick ? 200 : 2000} transfers on a disk: ${first.toFixed(1)} ms each, replayed ${replay.toFixed(1)} ms`,
			};
		},
	},
	{
		name: 'restart',
		measure(quick) {
			const folder = mkdtempSync(join(tmpdir(), 'parhelion-restart-'));
			try {
				scene('fill', folder, quick ? 100_000 : 1_000_000);
				const { ready, accounts } = scene<'ready' | 'accounts'>('restart', folder);
				return {
					value: `${(ready / 1000).toFixed(2)} s`,
					goal: `< ${GOALS.restartSeconds} s`,
					holds: ready < GOALS.restartSeconds * 1000,
					note: `${millions(accounts)}, from the start of the process to the first transaction`,
				};
			} finally {
				rmSync(folder, { recursive: true, force: true });
			}
		},
	},
	{
		name: 'token accounts in memory',
		measure(quick) {
			const { resident, accounts } = scene<'resident' | 'accounts'>('memory', quick ? 100_000 : 1_000_000);
			return {
				value: `${Math.round(resident / 1e6)} MB`,
				goal: `< ${GOALS.memoryBytes / 1e9} GB`,
				holds: resident < GOALS.memoryBytes,
				note: `${millions(accounts)}, the whole process`,
			};
		},
	},
	{
		name: 'flush to the disk',
		measure(quick) {
			const { flush, lmdb } = scene<'flush' | 'lmdb'>('flush', quick ? 50_000 : 300_000, 10);
			return {
				value: perSecond(flush),
				goal: null,
				holds: null,
				note: `accounts, with an index by owner; LMDB alone, without: ${perSecond(lmdb)}`,
			};
		},
	},
];

export function validatorCases(): ValidatorCase[] {
	const group = VALIDATOR_GROUP;
	return CASES.map(({ name, measure }) => ({
		group,
		name,
		measure: (quick) => ({ group, name, ...measure(quick) }),
	}));
}
