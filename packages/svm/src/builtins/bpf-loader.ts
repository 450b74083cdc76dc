/**
 * The loaders v1 (deprecated), v2 and v3 (upgradeable) as builtin programs: they run the programs they own,
 * and answer when they are called themselves.
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs (`process_instruction_inner`).
 */

import { Fault, InstructionError, programIds } from '@parhelion/sdk';
import type { InvokeContext } from '../invoke-context.ts';
import { execute } from '../vm.ts';
import { processLoaderUpgradeableInstruction } from './bpf-loader-upgradeable.ts';

/** CU of a call to loader v2. */
export const DEFAULT_LOADER_COMPUTE_UNITS = 570;
/** CU of a call to loader v1. */
export const DEPRECATED_LOADER_COMPUTE_UNITS = 1_140;
/** CU of a call to loader v3. */
export const UPGRADEABLE_LOADER_COMPUTE_UNITS = 2_370;

/** Entry point of all three loaders. Throws `Fault<ProgramError>`: the invoke context logs it and tells the kinds apart. */
export function bpfLoaderEntrypoint(invokeContext: InvokeContext): void {
	processInstructionInner(invokeContext);
}

/** Throws `Fault<ProgramError>`. */
function processInstructionInner(invokeContext: InvokeContext): void {
	const instructionContext = invokeContext.transactionContext.getCurrentInstructionContext();
	if (instructionContext.getProgramOwner().equals(programIds.nativeLoader)) {
		processManagementInstruction(invokeContext);
		return;
	}
	executeCachedProgram(invokeContext);
}

/** Runs the program of the current instruction. Fails with `UnsupportedProgramId`, then as {@link execute}. */
export function executeCachedProgram(invokeContext: InvokeContext): void {
	const programId = invokeContext.transactionContext.getCurrentInstructionContext().getProgramKey();
	const entry = invokeContext.programCacheForTxBatch.find(programId);
	if (entry === null) {
		invokeContext.icMsg('Program is not cached');
		throw new Fault(InstructionError.UnsupportedProgramId);
	}
	const { program } = entry;
	switch (program.kind) {
		case 'FailedVerification':
		case 'Closed':
		case 'DelayVisibility':
			invokeContext.icMsg('Program is not deployed');
			throw new Fault(InstructionError.UnsupportedProgramId);
		case 'Loaded':
			execute(program.executable, invokeContext);
			return;
		default:
			throw new Fault(InstructionError.UnsupportedProgramId);
	}
}

/** A loader was called itself. Of the three only loader v3 still takes instructions. */
function processManagementInstruction(invokeContext: InvokeContext): void {
	const programId = invokeContext.transactionContext.getCurrentInstructionContext().getProgramKey();
	if (programId.equals(programIds.bpfLoaderUpgradeable)) {
		invokeContext.computeMeter.consumeChecked(UPGRADEABLE_LOADER_COMPUTE_UNITS);
		processLoaderUpgradeableInstruction(invokeContext);
		return;
	}
	if (programId.equals(programIds.bpfLoader)) {
		invokeContext.computeMeter.consumeChecked(DEFAULT_LOADER_COMPUTE_UNITS);
		invokeContext.icMsg('BPF loader management instructions are no longer supported');
	} else if (programId.equals(programIds.bpfLoaderDeprecated)) {
		invokeContext.computeMeter.consumeChecked(DEPRECATED_LOADER_COMPUTE_UNITS);
		invokeContext.icMsg('Deprecated loader is no longer supported');
	} else {
		invokeContext.icMsg('Invalid BPF loader id');
	}
	throw new Fault(InstructionError.UnsupportedProgramId);
}
