/**
 * Owns running a message: its instructions are put on the trace and run one after the other.
 *
 * Source: solana-program-runtime 4.3.0, invoke_context.rs, `process_message`,
 * `prepare_top_level_instructions`, `process_precompile`.
 */

import { type CompiledInstruction, Fault, InstructionError, type SanitizedMessage } from '@parhelion/sdk';
import { InstructionAccount } from './borrowed-instruction-account.ts';
import { indexMap, NO_INDEX } from './instruction-context.ts';
import type { InvokeContext } from './invoke-context.ts';
import { precompileErrorCode } from './precompiles/precompile-error.ts';
import { findPrecompile, type Precompile } from './precompiles.ts';

/** Which top-level instruction failed, and how. */
export interface MessageError {
	readonly index: number;
	readonly error: InstructionError;
}

/**
 * Runs every instruction of the message over the accounts of `invokeContext`'s transaction, up to the first
 * that fails. What was used is off the compute meter afterwards.
 */
export function processMessage(message: SanitizedMessage, invokeContext: InvokeContext): MessageError | null {
	const instructions = message.instructions;
	let index = 0;
	try {
		for (; index < instructions.length; index++) prepare(message, invokeContext, index);
		for (index = 0; index < instructions.length; index++) {
			const instruction = instructions[index]!;
			const precompile = findPrecompile(message.accountKeys[instruction.programIdIndex]!);
			if (precompile === null) invokeContext.processInstruction();
			else processPrecompile(precompile, instruction, message, invokeContext);
		}
	} catch (thrown) {
		if (!(thrown instanceof Fault)) throw thrown;
		return { index, error: thrown.error as InstructionError };
	}
	return null;
}

/** Puts a top-level instruction on the trace. */
function prepare(message: SanitizedMessage, invokeContext: InvokeContext, index: number): void {
	const instruction = message.instructions[index]!;
	const indices = instruction.accounts;
	const map = indexMap(message.accountKeys.length);
	const accounts: InstructionAccount[] = new Array(indices.length);
	for (let i = 0; i < indices.length; i++) {
		const inTransaction = indices[i]!;
		if (map[inTransaction] === NO_INDEX) map[inTransaction] = i;
		accounts[i] = new InstructionAccount(
			inTransaction,
			message.isSigner(inTransaction),
			message.isWritable(inTransaction),
		);
	}
	invokeContext.transactionContext.configureInstructionAtIndex(
		index,
		instruction.programIdIndex,
		accounts,
		map,
		instruction.data,
		null,
	);
}

/** Runs a precompile: no CU, no logs. Fails as `InvokeContext.push`, `Custom`, as `InvokeContext.pop`. */
function processPrecompile(
	precompile: Precompile,
	instruction: CompiledInstruction,
	message: SanitizedMessage,
	invokeContext: InvokeContext,
): void {
	invokeContext.push();
	const datas = message.instructions.map((one) => one.data);
	const hook = invokeContext.environmentConfig.invocationHook ?? null;
	hook?.before(invokeContext);
	const error = precompile.verify(instruction.data, datas, invokeContext.getFeatureSet());
	if (error !== null) {
		const instructionError = InstructionError.Custom(precompileErrorCode(error));
		hook?.after(invokeContext, instructionError);
		invokeContext.popAfterFailure();
		throw new Fault(instructionError);
	}
	hook?.after(invokeContext, null);
	invokeContext.pop();
}
