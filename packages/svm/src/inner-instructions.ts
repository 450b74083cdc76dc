/**
 * Owns the record of what programs invoked.
 *
 * Source: solana-svm 4.3.0, transaction_processor.rs, `deconstruct_transaction`.
 */

import { type CompiledInstruction, type SanitizedMessage, Slab } from '@parhelion/sdk';
import type { TransactionContext } from './transaction-context.ts';

/** An instruction invoked by a program. */
export interface InnerInstruction {
	readonly instruction: CompiledInstruction;
	/** 2 and more. */
	readonly stackHeight: number;
}

/** By top-level instruction, what was invoked below it, in order. */
export type InnerInstructionsList = readonly (readonly InnerInstruction[])[];

/** The account indices of what programs invoked. */
const accountIndices = new Slab(4 * 1024);

const NO_INNER: readonly InnerInstruction[] = [];

/** The CPIs of the trace, each under the top-level instruction it came from. */
export function innerInstructions(
	context: TransactionContext,
	message: SanitizedMessage,
): InnerInstructionsList {
	const topLevel = message.instructions.length;
	if (context.getInstructionTraceLength() === topLevel) return new Array(topLevel).fill(NO_INNER);
	const lists: InnerInstruction[][] = new Array(topLevel);
	const trace = context.getInstructionTrace();
	/** By CPI, the top-level instruction above it. Callers come before those they call. */
	const origins: number[] = new Array(trace.length - topLevel);
	for (let i = topLevel; i < trace.length; i++) {
		const cpi = trace[i]!;
		const caller = cpi.indexOfCallerInstruction;
		const origin = caller < topLevel ? caller : origins[caller - topLevel]!;
		origins[i - topLevel] = origin;
		const accounts = accountIndices.bytes(cpi.instructionAccounts.length);
		for (let j = 0; j < accounts.length; j++) accounts[j] = cpi.instructionAccounts[j]!.indexInTransaction;
		const instruction: CompiledInstruction = {
			programIdIndex: cpi.programAccountIndexInTx,
			accounts,
			data: cpi.instructionData,
		};
		lists[origin] ??= [];
		lists[origin].push({ instruction, stackHeight: cpi.nestingLevel + 1 });
	}
	for (let i = 0; i < topLevel; i++) lists[i] ??= [];
	return lists;
}
