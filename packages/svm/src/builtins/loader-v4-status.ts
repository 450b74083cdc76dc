/**
 * The life of a program of loader v4: deployed, retracted, handed over, finalized.
 *
 * Source: solana-loader-v4-program 4.0.0, lib.rs (`process_instruction_deploy`, `process_instruction_retract`,
 * `process_instruction_transfer_authority`, `process_instruction_finalize`).
 */

import {
	InstructionError,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	programIds,
	type Slot,
} from '@parhelion/sdk';
import { deployProgram } from '../deploy.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { ProgramCacheEntry } from '../program-cache-entry.ts';
import { loaderFailure } from './bpf-loader-upgradeable-state.ts';
import { checkProgramAccount, getLoaderV4State, setLoaderV4State } from './loader-v4-state.ts';

/** Slots after a deployment in which the program can be neither retracted nor deployed again. */
export const DEPLOYMENT_COOLDOWN_IN_SLOTS = 1n;

function checkCooldown(invokeContext: InvokeContext, deployedIn: Slot, slot: Slot): void {
	if (deployedIn + DEPLOYMENT_COOLDOWN_IN_SLOTS <= slot) return;
	loaderFailure(
		invokeContext,
		'Program was deployed recently, cooldown still in effect',
		InstructionError.InvalidArgument,
	);
}

/**
 * Accounts: program, authority. The program runs from the next slot on.
 *
 * Fails as {@link checkProgramAccount}, with `InvalidArgument` (cooldown, not retracted), then as {@link deployProgram}.
 */
export function deploy(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
	const program = instructionContext.tryBorrowInstructionAccount(0);
	const authority = instructionContext.getKeyOfInstructionAccount(1);
	const state = checkProgramAccount(invokeContext, instructionContext, program, authority);
	const { slot } = invokeContext.getSysvarCache().getClock();
	// Slot 0 is that of a program never deployed: a chain that has just begun must be able to deploy.
	if (state.slot !== 0n) checkCooldown(invokeContext, state.slot, slot);
	if (state.status !== LoaderV4Status.Retracted) {
		loaderFailure(invokeContext, 'Destination program is not retracted', InstructionError.InvalidArgument);
	}
	deployProgram(
		invokeContext,
		program.getKey(),
		programIds.loaderV4,
		program.getData().subarray(LOADER_V4_PROGRAM_DATA_OFFSET),
		slot,
		invokeContext.getFeatureSet().disableSbpfV0V1V2Deployment,
	);
	setLoaderV4State(program, { ...state, slot, status: LoaderV4Status.Deployed });
	program.drop();
}

/**
 * Accounts: program, authority. The program stops running at once.
 *
 * Fails as {@link checkProgramAccount}, with `InvalidArgument` (cooldown, not deployed).
 */
export function retract(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
	const program = instructionContext.tryBorrowInstructionAccount(0);
	const authority = instructionContext.getKeyOfInstructionAccount(1);
	const state = checkProgramAccount(invokeContext, instructionContext, program, authority);
	const { slot } = invokeContext.getSysvarCache().getClock();
	checkCooldown(invokeContext, state.slot, slot);
	if (state.status !== LoaderV4Status.Deployed) {
		loaderFailure(invokeContext, 'Program is not deployed', InstructionError.InvalidArgument);
	}
	setLoaderV4State(program, { ...state, status: LoaderV4Status.Retracted });
	invokeContext.programCacheForTxBatch.storeModifiedEntry(
		program.getKey(),
		ProgramCacheEntry.newClosedTombstone(slot, 'LoaderV4'),
	);
	program.drop();
}

/**
 * Accounts: program, authority, new authority, which signs too.
 *
 * Fails as {@link checkProgramAccount}, with `MissingRequiredSignature`, `InvalidArgument` (the same authority).
 */
export function transferAuthority(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
): void {
	const program = instructionContext.tryBorrowInstructionAccount(0);
	const authority = instructionContext.getKeyOfInstructionAccount(1);
	const newAuthority = instructionContext.getKeyOfInstructionAccount(2);
	const state = checkProgramAccount(invokeContext, instructionContext, program, authority);
	if (!instructionContext.isInstructionAccountSigner(2)) {
		loaderFailure(invokeContext, 'New authority did not sign', InstructionError.MissingRequiredSignature);
	}
	if (state.authorityAddressOrNextVersion.equals(newAuthority)) {
		loaderFailure(invokeContext, 'No change', InstructionError.InvalidArgument);
	}
	setLoaderV4State(program, { ...state, authorityAddressOrNextVersion: newAuthority });
	program.drop();
}

/**
 * Accounts: program, authority, the program that succeeds it (or itself). Nobody can change the program afterwards.
 *
 * Fails as {@link checkProgramAccount}, with `InvalidArgument` (not deployed), `InvalidAccountOwner`,
 * `AccountDataTooSmall`, `IncorrectAuthority`, `Immutable` (of the successor).
 */
export function finalize(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
	const checked = instructionContext.tryBorrowInstructionAccount(0);
	const authority = instructionContext.getKeyOfInstructionAccount(1);
	const state = checkProgramAccount(invokeContext, instructionContext, checked, authority);
	if (state.status !== LoaderV4Status.Deployed) {
		loaderFailure(
			invokeContext,
			'Program must be deployed to be finalized',
			InstructionError.InvalidArgument,
		);
	}
	// The successor may be the same account.
	checked.drop();
	const next = instructionContext.tryBorrowInstructionAccount(2);
	if (!next.getOwner().equals(programIds.loaderV4)) {
		loaderFailure(invokeContext, 'Next version is not owned by loader', InstructionError.InvalidAccountOwner);
	}
	const nextState = getLoaderV4State(next);
	if (!nextState.authorityAddressOrNextVersion.equals(authority)) {
		loaderFailure(
			invokeContext,
			'Next version has a different authority',
			InstructionError.IncorrectAuthority,
		);
	}
	if (nextState.status === LoaderV4Status.Finalized) {
		loaderFailure(invokeContext, 'Next version is finalized', InstructionError.Immutable);
	}
	const successor = next.getKey();
	next.drop();
	const program = instructionContext.tryBorrowInstructionAccount(0);
	setLoaderV4State(program, {
		...state,
		authorityAddressOrNextVersion: successor,
		status: LoaderV4Status.Finalized,
	});
	program.drop();
}
