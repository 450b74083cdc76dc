/**
 * From a program on which engines differ to a smaller one.
 *
 * Takes out instructions (half of them, a quarter, ... one), lowers the budget, clears registers and immediates as
 * long as some difference stays. Any difference counts: the smallest program that shows one is what is wanted.
 */
import { compareRun, type Difference, type EnginePair } from './differential.ts';
import { FuzzHost, fuzzLoader, type RunInput } from './fuzz-host.ts';
import { executableOf, type GuestProgram, type Item } from './guest-program.ts';

/** What differs when `program` runs, or `null`. */
export type Differs = (program: GuestProgram) => string | null;

/** A program, and what differs when it runs. */
export interface Shrunk {
	readonly program: GuestProgram;
	readonly what: string;
}

/** The smallest program found that still shows a difference. */
export function shrinkProgram(found: Shrunk, differs: Differs): Shrunk {
	let best = found;
	const attempt = (items: readonly Item[]): boolean => {
		const program = { ...best.program, items };
		const what = differs(program);
		if (what !== null) best = { program, what };
		return what !== null;
	};
	for (let before = -1; before !== best.program.items.length; ) {
		before = best.program.items.length;
		for (let size = before >> 1; size >= 1; size >>= 1) {
			for (let at = 0; at < best.program.items.length; ) {
				const { items } = best.program;
				if (!attempt([...items.slice(0, at), ...items.slice(at + size)])) at += size;
			}
		}
	}
	for (let i = 0; i < best.program.items.length; i++) {
		for (const simpler of simplerItems(best.program.items[i]!)) {
			if (attempt(best.program.items.with(i, simpler))) break;
		}
	}
	return best;
}

/** The smallest program and input found on which two engines still differ. */
export function shrink(found: Difference, engines: EnginePair): Difference {
	let { input } = found;
	let best: Shrunk = found;
	const differs: Differs = (program) => differsOn(program, input, engines);
	const attempt = (changed: RunInput): boolean => {
		const what = differsOn(best.program, changed, engines);
		if (what === null) return false;
		input = changed;
		best = { program: best.program, what };
		return true;
	};
	for (let before = ''; before !== sizeOf(best, input); ) {
		before = sizeOf(best, input);
		best = shrinkProgram(best, differs);
		for (let budget = 0; budget < Math.min(input.budget, MOST_BUDGETS); budget++) {
			if (attempt({ ...input, budget })) break;
		}
		for (const [r, value] of input.registers.entries()) {
			if (value !== 0n) attempt({ ...input, registers: input.registers.with(r, 0n) });
		}
	}
	return { ...best, input };
}

const MOST_BUDGETS = 60;

function simplerItems(item: Item): Item[] {
	const isFixed = item.target !== -1 || item.syscall !== '' || item.row.check === 'endian';
	const simpler: Item[] = isFixed ? [] : [0, 1].map((imm) => ({ ...item, imm, off: 0, high: 0 }));
	if (item.off !== 0) simpler.push({ ...item, off: 0 });
	return simpler.filter(({ imm, off, high }) => imm !== item.imm || off !== item.off || high !== item.high);
}

function sizeOf({ program }: Shrunk, input: RunInput): string {
	return [program.items.length, input.budget, ...input.registers].join();
}

function differsOn(program: GuestProgram, input: RunInput, engines: EnginePair): string | null {
	const executable = executableOf(program, fuzzLoader(program));
	if (executable === null) return null;
	try {
		return compareRun(program, executable, input, engines)[2];
	} finally {
		FuzzHost.release(executable);
	}
}
