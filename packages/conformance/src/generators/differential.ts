/**
 * One program on two engines, and what they disagree about.
 *
 * Owns the choice of inputs and budgets (every program runs to its end or its limit, then to some budgets on
 * the way) and the comparison: result, error, slot, instruction count, meter, what syscalls saw, all memory.
 */
import { type Executable, errorDebug } from '@parhelion/sbpf';
import type { Random } from '../oracle/random.ts';
import type { Engine } from '../suite.ts';
import { FuzzHost, fuzzLoader, type Observation, type RunInput } from './fuzz-host.ts';
import { executableOf, type GuestProgram } from './guest-program.ts';
import { randomAddress, rangesOf } from './layout.ts';

/** A run on which two engines differ. */
export interface Difference {
	readonly program: GuestProgram;
	readonly input: RunInput;
	/** What differs, for a reader. */
	readonly what: string;
}

/** What came of a program. */
export interface ProgramReport {
	/** Whether the verifier let it pass. */
	readonly ran: boolean;
	readonly runs: number;
	/** Instructions of its longest run. */
	readonly instructions: number;
	/** How its longest run ended: `ok` or the error's name. */
	readonly outcome: string;
	readonly isCompiled: boolean;
	readonly difference: Difference | null;
}

/** The two engines. */
export type EnginePair = readonly [Engine, Engine];

const LONGEST = 3_000;
const CONTENT = 5_200;

/** An input for `program`. */
export function randomInput(random: Random, program: GuestProgram): RunInput {
	const ranges = rangesOf(program.layout, program.version, 400);
	const isUsual = random.oneIn(2);
	const registers = Array.from({ length: 10 }, (_, r) => {
		if (r === 1 && !random.oneIn(6)) return BigInt(ranges[3]!.start);
		if (isUsual) return 0n;
		return random.oneIn(2) ? randomAddress(random, ranges) : BigInt(random.int(300));
	});
	const content = new Uint8Array(CONTENT);
	const words = new DataView(content.buffer);
	// Half of the words are small, some are addresses.
	for (let at = 0; at < CONTENT; at += 8) {
		const kind = (at >> 3) % 4;
		const word =
			kind === 0 && random.oneIn(2)
				? randomAddress(random, ranges)
				: BigInt(random.int(kind === 1 ? 2 ** 32 : 9));
		words.setBigUint64(at, word, true);
	}
	return { registers, budget: random.oneIn(4) ? 400 : LONGEST, content };
}

/** Compares both engines on `program`, with inputs of `random`. */
export function compareProgram(program: GuestProgram, random: Random, engines: EnginePair): ProgramReport {
	const executable = executableOf(program, fuzzLoader(program));
	if (executable === null) {
		return { ran: false, runs: 0, instructions: 0, outcome: 'refused', isCompiled: false, difference: null };
	}
	let runs = 0;
	let isCompiled = false;
	const compare = (input: RunInput): [Observation, Difference | null] => {
		runs++;
		const [first, second, what] = compareRun(program, executable, input, engines);
		isCompiled ||= second.isCompiled;
		return [first, what === null ? null : { program, input, what }];
	};
	try {
		const input = randomInput(random, program);
		let [longest, difference] = compare(input);
		const spent = longest.instructionCount;
		const { error } = longest;
		for (let i = 0; difference === null && i < 3; i++) {
			[, difference] = compare({ ...input, budget: random.int(spent + 2) });
		}
		if (difference === null)
			[, difference] = compare({ ...randomInput(random, program), budget: random.int(600) });
		if (difference === null) [longest, difference] = compare(randomInput(random, program));
		const outcome = error === null ? 'ok' : error.kind;
		return { ran: true, runs, instructions: spent, outcome, isCompiled, difference };
	} finally {
		FuzzHost.release(executable);
	}
}

/** Runs one input on both engines; the third is what differs, or `null`. */
export function compareRun(
	program: GuestProgram,
	executable: Executable<FuzzHost>,
	input: RunInput,
	[first, second]: EnginePair,
): [Observation, Observation, string | null] {
	const expected = FuzzHost.run(program, executable, input, first);
	try {
		const actual = FuzzHost.run(program, executable, input, second);
		return [expected, actual, differenceOf(expected, actual)];
	} catch (thrown) {
		// Whatever an engine throws is a bug of ours, and one to be shrunk like any other.
		return [expected, expected, thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)];
	}
}

function differenceOf(a: Observation, b: Observation): string | null {
	const outcomes = [outcomeText(a), outcomeText(b)];
	if (outcomes[0] !== outcomes[1]) return `${outcomes[0]} / ${outcomes[1]}`;
	if (a.remaining !== b.remaining) return `meter: ${a.remaining} / ${b.remaining}`;
	for (let i = 0; i < Math.max(a.trace.length, b.trace.length); i++) {
		if (a.trace[i] !== b.trace[i]) {
			const call = i - (i % 7);
			return `syscall ${call / 7}: ${a.trace.slice(call, call + 7)} / ${b.trace.slice(call, call + 7)}`;
		}
	}
	if (a.shape !== b.shape) return `regions: ${a.shape} / ${b.shape}`;
	for (const [i, bytes] of a.memory.entries()) {
		const at = firstDifference(bytes, b.memory[i]!);
		if (at !== -1) return `memory ${i} at ${at}: ${bytes[at] ?? 0} / ${b.memory[i]![at] ?? 0}`;
	}
	return null;
}

function outcomeText({ error, value, instructionCount }: Observation): string {
	const text = error === null ? `ok 0x${value.toString(16)}` : `${errorDebug(error)} at ${value}`;
	return `${text} after ${instructionCount}`;
}

/** Where two blocks differ, the shorter continued by zeros; -1 for nowhere. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
	if (a.length === b.length && Buffer.compare(a, b) === 0) return -1;
	for (let at = 0; at < Math.max(a.length, b.length); at++) if ((a[at] ?? 0) !== (b[at] ?? 0)) return at;
	return -1;
}
