/** Expecting both engines of ours and the oracle to say the same of a transaction. */
import type { Instruction } from '@parhelion/sdk';
import { expect } from 'vitest';
import type { Observed, Pair } from './harness.ts';

/**
 * Runs a transaction of `instructions` and expects `outcome` from all three: an error as Rust's Debug has it, or
 * `ok`. What else they show must be the same too, and is given back.
 */
export function agree(pair: Pair, outcome: string, ...instructions: readonly Instruction[]): Observed {
	const { ours, compiled, oracle } = pair.run(instructions);
	expect(ours).toEqual(oracle);
	expect(compiled).toEqual(oracle);
	expect(oracle.outcome).toBe(outcome);
	return oracle;
}
