/**
 * Blocks on worker threads: as many transactions that do not conflict, executed in the main thread, by one worker and by two.
 * The sides take turns block by block in one process of their own.
 */
import type { Figure } from './figures.ts';
import { runScript, VALIDATOR_GROUP, type ValidatorCase } from './validator.ts';

/** What two workers are to be over one, with the signatures checked. */
const GOAL = 1.6;

const script = new URL('./parallel-child.js', import.meta.url);

const microseconds = (nanoseconds: number): string => `${(nanoseconds / 1000).toFixed(1)} µs`;

interface Load {
	readonly name: string;
	readonly kind: 'transfer' | 'token';
	readonly signatures: 'checked' | 'unchecked';
	readonly goal: number | null;
}

const LOADS: readonly Load[] = [
	{ name: 'two workers over one, token transfers', kind: 'token', signatures: 'checked', goal: GOAL },
	{ name: 'two workers over one, SOL transfers', kind: 'transfer', signatures: 'checked', goal: null },
	{ name: 'two workers over one, tokens unchecked', kind: 'token', signatures: 'unchecked', goal: null },
	{ name: 'two workers over one, SOL unchecked', kind: 'transfer', signatures: 'unchecked', goal: null },
];

function measure({ name, kind, signatures, goal }: Load, quick: boolean): Figure {
	const { serial, one, two, ratio } = runScript<'serial' | 'one' | 'two' | 'ratio'>(script, [
		kind,
		signatures,
		quick ? 12 : 60,
		quick ? 500 : 2_000,
	]);
	return {
		group: VALIDATOR_GROUP,
		name,
		value: ratio.toFixed(2),
		goal: goal === null ? null : `≥ ${goal}`,
		holds: goal === null ? null : ratio >= goal,
		note:
			`a transaction takes ${microseconds(two)}, with one worker ${microseconds(one)}, ` +
			`in the main thread ${microseconds(serial)}`,
	};
}

export function parallelCases(): ValidatorCase[] {
	return LOADS.map((load) => ({
		group: VALIDATOR_GROUP,
		name: load.name,
		measure: (quick) => measure(load, quick),
	}));
}
