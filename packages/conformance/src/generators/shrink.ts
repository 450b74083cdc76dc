/**
 * From a program on which two engines differ to a smaller one.
 *
 * Takes out instructions (half of them, a quarter, ... one), lowers the budget and clears registers as
 * long as some difference stays. Any difference counts: the smallest program that shows one is what is wanted.
 */
import { compareRun, type Difference, type EnginePair } from './differential.ts';
import { FuzzHost, fuzzLoader, type RunInput } from './fuzz-host.ts';
import { executableOf, type GuestProgram, type Item } from './guest-program.ts';

/** A smaller difference of the same kind. */
export function shrink(found: Difference, engines: EnginePair): Difference {
	let best = found;
	/** Takes `program` with `input` if it shows a difference too. */
	const attempt = (program: GuestProgram, input: RunInput): boolean => {
		const what = differs(program, input, engines);
		if (what === null) return false;
		best = { program, input, what };
		return true;
	};
	for (let before = ''; before !== sizeOf(best); ) {
		before = sizeOf(best);
		for (let size = best.program.items.length >> 1; size >= 1; size >>= 1) {
			for (let at = 0; at < best.program.items.length; ) {
				const { items } = best.program;
				const rest = [...items.slice(0, at), ...items.slice(at + size)];
				if (!attempt({ ...best.program, items: rest }, best.input)) at += size;
			}
		}
		for (const budget of [1, 2, 3, 5, 8, 13, 20, 40, 80, 200, 500]) {
			if (budget >= best.input.budget || attempt(best.program, { ...best.input, budget })) break;
		}
		for (let budget = best.input.budget - 1; budget >= 0 && budget > best.input.budget - 40; budget--) {
			if (attempt(best.program, { ...best.input, budget })) break;
		}
		for (const [r, value] of best.input.registers.entries()) {
			if (value === 0n) continue;
			attempt(best.program, { ...best.input, registers: best.input.registers.with(r, 0n) });
		}
		for (const [i, item] of best.program.items.entries()) {
			for (const simpler of simplerItems(item)) {
				if (attempt({ ...best.program, items: best.program.items.with(i, simpler) }, best.input)) break;
			}
		}
	}
	return best;
}

function simplerItems(item: Item): Item[] {
	const simpler: Item[] = [];
	if (item.imm !== 0 && item.row.shape !== 'callImm') simpler.push({ ...item, imm: 0 }, { ...item, imm: 1 });
	if (item.off !== 0) simpler.push({ ...item, off: 0 });
	return simpler.filter(({ imm, off }) => imm !== item.imm || off !== item.off);
}

function sizeOf({ program, input }: Difference): string {
	return [
		program.items.length,
		input.budget,
		...input.registers,
		...program.items.map(({ imm, off }) => [imm, off]),
	].join();
}

function differs(program: GuestProgram, input: RunInput, engines: EnginePair): string | null {
	const executable = executableOf(program, fuzzLoader(program));
	if (executable === null) return null;
	try {
		return compareRun(program, executable, input, engines)[2];
	} finally {
		FuzzHost.release(executable);
	}
}
