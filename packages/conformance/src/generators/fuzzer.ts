/**
 * A program for every number: made, run, compared, and if something differs shrunk and described.
 *
 * The number alone decides what happens, so that it is all one needs to see it again.
 */
import type { SBPFVersion } from '@parhelion/sbpf';
import { Random } from '../oracle/random.ts';
import { compareProgram, type EnginePair } from './differential.ts';
import { fuzzLoader } from './fuzz-host.ts';
import { describeProgram, executableOf } from './guest-program.ts';
import { randomProgram, randomSetting } from './random-program.ts';
import { shrink, shrinkProgram } from './shrink.ts';
import type { WholeProgramRunner } from './whole-program.ts';

/** What came of one number. */
export interface FuzzedProgram {
	/** How it ended; `refused` where the verifier did not let it pass. */
	readonly outcome: string;
	readonly runs: number;
	/** Instructions of its longest run; 0 where that is not known. */
	readonly instructions: number;
	/** What differs and the smallest program that shows it, or `null`. */
	readonly failure: string | null;
}

/** Makes and compares the program of a number. */
export type Fuzzer = (seed: number) => FuzzedProgram;

/** Compares two engines on bare programs. */
export function engineFuzzer(engines: EnginePair, versions: readonly SBPFVersion[]): Fuzzer {
	return (seed) => {
		const random = new Random(seed);
		const program = randomProgram(random, randomSetting(random, versions));
		const { outcome, runs, instructions, difference } = compareProgram(program, random, engines);
		if (difference === null) return { outcome, runs, instructions, failure: null };
		const shrunk = shrink(difference, engines);
		const { input } = shrunk;
		const registers = input.registers.map((value, r) => `r${r} 0x${value.toString(16)}`).join(' ');
		const text = describeProgram(shrunk.program, executableOf(shrunk.program, fuzzLoader(shrunk.program))!);
		const failure = [
			`${engines.join(' / ')}: ${difference.what}`,
			`shrunk: ${shrunk.what}, budget ${input.budget}, ${registers}`,
			text,
		].join('\n');
		return { outcome, runs, instructions, failure };
	};
}

/** Compares both engines with the oracle on whole programs. */
export async function oracleFuzzer(versions: readonly SBPFVersion[]): Promise<Fuzzer> {
	// The oracle is native code that not every platform has: it is loaded when it is asked for.
	const { randomWholeProgram, WholeProgramRunner: Runner } = await import('./whole-program.ts');
	const runners: readonly WholeProgramRunner[] = [new Runner(false), new Runner(true)];
	return (seed) => {
		const program = randomWholeProgram(new Random(seed), versions);
		const runner = runners[seed & 1]!;
		const what = runner.run(program, seed);
		if (what === undefined) return { outcome: 'refused', runs: 0, instructions: 0, failure: null };
		const result = { outcome: `V${program.version}`, runs: 1, instructions: 0 };
		if (what === null) return { ...result, failure: null };
		const shrunk = shrinkProgram({ program, what }, (smaller) => runner.run(smaller, seed) ?? null);
		const executable = executableOf(shrunk.program, fuzzLoader(shrunk.program));
		const text = executable === null ? '' : describeProgram(shrunk.program, executable);
		return { ...result, failure: `${what}\nshrunk: ${shrunk.what}\n${text}` };
	};
}
