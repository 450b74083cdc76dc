/**
 * How a function is called on a machine with five argument registers and one for the result.
 *
 * Owns the rule: a result that needs more than a register goes through a pointer in front; where arguments need more
 * than five registers the first four words stay and the fifth register points to the rest, which the caller keeps in
 * its frame. Both sides follow from the types alone, so that calls through pointers agree.
 */
import type { Argument } from './scanner.ts';
import { needsReturnBuffer, words } from './types.ts';

const ARGUMENT_REGISTERS = 5;
const WORD = 8;

/** A parameter that travels in memory: where, in bytes from what the last register points to. */
export interface SpilledArgument {
	readonly index: number;
	readonly offset: number;
}

/** How a signature is lowered. */
export interface Lowering {
	/** Whether the result goes through a pointer in front of the arguments. */
	readonly indirectResult: boolean;
	/** Bytes of the result, at most. */
	readonly resultSize: number;
	/** Arguments that stay in registers, by index. */
	readonly kept: readonly number[];
	readonly spilled: readonly SpilledArgument[];
	/** Bytes of what is spilled. */
	readonly spillSize: number;
}

/** How a function of these types is called, or `null` where the machine can do it as it is. */
export function lowerSignature(
	result: string,
	args: readonly Argument[],
	named: ReadonlyMap<string, string>,
): Lowering | null {
	const indirectResult = needsReturnBuffer(result, named);
	const sizes = args.map((arg) => words(arg.type, named));
	const total = sizes.reduce((sum, size) => sum + size, indirectResult ? 1 : 0);
	if (!indirectResult && total <= ARGUMENT_REGISTERS) return null;
	const kept: number[] = [];
	const spilled: SpilledArgument[] = [];
	let used = indirectResult ? 1 : 0;
	let offset = 0;
	for (const [index, size] of sizes.entries()) {
		// Once one argument is in memory, all that follow are: the order is then plain to see.
		const fits = total <= ARGUMENT_REGISTERS || (spilled.length === 0 && used + size < ARGUMENT_REGISTERS);
		if (fits) {
			kept.push(index);
			used += size;
		} else {
			spilled.push({ index, offset });
			offset += size * WORD;
		}
	}
	const resultSize = indirectResult ? Math.max(words(result, named), 1) * WORD : 0;
	return { indirectResult, resultSize, kept, spilled, spillSize: offset };
}
