/** Asserting that both engines of ours and the oracle say the same of a transaction. */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { Instruction } from '@parhelion/sdk';
import type { Observed, Pair } from './harness.ts';

/**
 * Runs a transaction of `instructions`; all three must end with `outcome`: an error as Rust's Debug has it, or
 * `ok`. What else they show must be the same too, and is given back. AssertionError where it is not so.
 */
export function agree(pair: Pair, outcome: string, ...instructions: readonly Instruction[]): Observed {
	const { ours, compiled, oracle } = pair.run(instructions);
	deepStrictEqual(ours, oracle, `interpreted: ${ours.outcome}, oracle: ${oracle.outcome}`);
	deepStrictEqual(compiled, oracle, `compiled: ${compiled.outcome}, oracle: ${oracle.outcome}`);
	strictEqual(oracle.outcome, outcome);
	return oracle;
}
