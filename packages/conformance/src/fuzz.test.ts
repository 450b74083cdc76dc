import { SBPF_VERSIONS } from '@parhelion/sbpf';
import { describe, expect, it } from 'vitest';
import { fuzz, fuzzReport, parseFuzzArguments } from './generators/fuzz-command.ts';
import { FuzzHost } from './generators/fuzz-host.ts';
import { engineFuzzer } from './generators/fuzzer.ts';
import type { ProgressView } from './generators/progress.ts';
import { randomProgram, randomSetting } from './generators/random-program.ts';
import { shrinkProgram } from './generators/shrink.ts';
import { Random } from './oracle/random.ts';

/** Programs of a run; another number, or another first seed, by these variables. */
const PROGRAMS = Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 20_000);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

/** A clock that stands still: only the number of programs ends a run. */
const NO_PROGRESS: ProgressView = { seconds: 0, show: () => {}, end: () => {} };

describe('random programs', () => {
	it(`interpreted and compiled, ${PROGRAMS} from seed ${SEED}`, { timeout: 600_000 }, async () => {
		const options = { programs: PROGRAMS, seconds: 3600, seed: SEED };
		const summary = await fuzz(engineFuzzer(['interpreter', 'jit'], SBPF_VERSIONS), options, NO_PROGRESS);
		console.log(fuzzReport(summary, SEED));
		expect(summary.failures).toEqual([]);
		expect(summary.programs).toBe(PROGRAMS);
		// They are worth running: hardly any is refused, many end well, and every kind of error occurs.
		expect(summary.outcomes.get('refused') ?? 0).toBeLessThan(PROGRAMS / 20);
		expect(summary.outcomes.get('ok')).toBeGreaterThan(PROGRAMS / 10);
		if (PROGRAMS >= 5_000) expect(summary.outcomes.size).toBeGreaterThanOrEqual(9);
	});
});

describe('the command', () => {
	it('takes how many, how long, from where, which engines and versions', () => {
		expect(parseFuzzArguments([])).toEqual({
			programs: 20_000,
			seconds: Number.POSITIVE_INFINITY,
			seed: 1,
			engines: ['interpreter', 'jit'],
			versions: [0, 1, 2, 3, 4],
		});
		expect(parseFuzzArguments(['--seconds', '2.5', '--seed=7', '--engines', 'jit,oracle'])).toEqual({
			programs: Number.POSITIVE_INFINITY,
			seconds: 2.5,
			seed: 7,
			engines: 'oracle',
			versions: [0, 1, 2, 3, 4],
		});
		expect(parseFuzzArguments(['--versions', '0,3', '--programs=5'])).toMatchObject({
			versions: [0, 3],
			programs: 5,
		});
	});

	it.each([
		['--fast', '1'],
		['--seed', 'x'],
		['--seed'],
		['5'],
		['--engines', 'jit'],
		['--engines', 'oracle,oracle'],
		['--versions', '9'],
	])('says what it takes instead of %s %s', (...args) => {
		expect(parseFuzzArguments(args)).toMatch(/^usage/);
	});
});

describe('a difference', () => {
	it('is shrunk to the instructions that show it', () => {
		const shapes = ['load', 'storeReg', 'exit'] as const;
		for (let seed = 1; seed < 30; seed++) {
			const random = new Random(seed);
			const program = randomProgram(random, randomSetting(random));
			// As if an engine failed at an `exit` behind a store behind a load.
			const { program: shrunk } = shrinkProgram({ program, what: '' }, ({ items }) => {
				let found = 0;
				for (const { row } of items) if (row.shape === shapes[found]) found++;
				return found === shapes.length ? 'differs' : null;
			});
			if (shrunk.items.length === program.items.length) continue;
			expect(shrunk.items.map(({ row }) => row.shape)).toEqual(shapes);
		}
	});

	it('is described with what shows it', () => {
		// The counting host answers differently each time: to an engine that looks like the other's error.
		const original = FuzzHost.run;
		let calls = 0;
		FuzzHost.run = (...args) => {
			const observed = original(...args);
			return calls++ % 2 === 0 ? observed : { ...observed, instructionCount: observed.instructionCount + 1 };
		};
		try {
			const { failure } = engineFuzzer(['interpreter', 'jit'], SBPF_VERSIONS)(1);
			expect(failure).toMatch(
				/^interpreter \/ jit: .* after (\d+) \/ .* after \d+\nshrunk: .*, budget 0, r0 0x0 /,
			);
			expect(failure).toMatch(/\ntext [0-9a-f]{0,32}$/);
		} finally {
			FuzzHost.run = original;
		}
	});
});
