/**
 * Loader v4 as a builtin program: it runs the programs it owns and takes the instructions that manage them.
 *
 * It was never active on mainnet-beta and is gone from Agave 4.3.0; the last release with it is what this follows.
 * It is there where the feature `ENABLE_LOADER_V4` is active. What 4.3.0 still knows of it (the program cache, the
 * loading of its programs, its place among the loaders) follows 4.3.0.
 *
 * Source: solana-loader-v4-program 4.0.0, lib.rs (`process_instruction_inner`).
 */

import { programIds } from '@parhelion/sdk';
import type { InvokeContext } from '../invoke-context.ts';
import { executeCachedProgram } from './bpf-loader.ts';
import { copy, setProgramLength, write } from './loader-v4-content.ts';
import { decodeLoaderV4Instruction } from './loader-v4-instruction.ts';
import { deploy, finalize, retract, transferAuthority } from './loader-v4-status.ts';

/** CU of a call to loader v4. */
export const LOADER_V4_COMPUTE_UNITS = 2_000;

/** Entry point of the loader. Throws `Fault<ProgramError>`; most failures are logged in words. */
export function loaderV4Entrypoint(invokeContext: InvokeContext): void {
	const instructionContext = invokeContext.transactionContext.getCurrentInstructionContext();
	if (!instructionContext.getProgramKey().equals(programIds.loaderV4)) {
		executeCachedProgram(invokeContext);
		return;
	}
	invokeContext.computeMeter.consumeChecked(LOADER_V4_COMPUTE_UNITS);
	const instruction = decodeLoaderV4Instruction(instructionContext.getInstructionData());
	switch (instruction.kind) {
		case 'Write':
			write(invokeContext, instructionContext, instruction.offset, instruction.bytes);
			break;
		case 'Copy':
			copy(
				invokeContext,
				instructionContext,
				instruction.destinationOffset,
				instruction.sourceOffset,
				instruction.length,
			);
			break;
		case 'SetProgramLength':
			setProgramLength(invokeContext, instructionContext, instruction.newSize);
			break;
		case 'Deploy':
			deploy(invokeContext, instructionContext);
			break;
		case 'Retract':
			retract(invokeContext, instructionContext);
			break;
		case 'TransferAuthority':
			transferAuthority(invokeContext, instructionContext);
			break;
		case 'Finalize':
			finalize(invokeContext, instructionContext);
			break;
	}
}
