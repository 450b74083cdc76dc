/**
 * What the instructions of loader v4 share: the state at the head of a program account, and the checks of who
 * may manage the program.
 *
 * Source: solana-loader-v4-program 4.0.0, lib.rs (`get_state`, `get_state_mut`, `check_program_account`).
 */

import {
	decodeLoaderV4State,
	encodeLoaderV4State,
	Fault,
	InstructionError,
	type LoaderV4State,
	LoaderV4Status,
	type Pubkey,
	programIds,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { loaderFailure } from './bpf-loader-upgradeable-state.ts';

/** Reads an account's state. Fails with `AccountDataTooSmall`. */
export function getLoaderV4State(account: BorrowedInstructionAccount): LoaderV4State {
	const state = decodeLoaderV4State(account.getData());
	if (state === null) throw new Fault(InstructionError.AccountDataTooSmall);
	return state;
}

/** Writes an account's state. Fails as `BorrowedInstructionAccount.setState`. */
export function setLoaderV4State(account: BorrowedInstructionAccount, state: LoaderV4State): void {
	account.setState(encodeLoaderV4State(state));
}

/**
 * The state of a program that account 1, `authority`, may manage.
 *
 * Fails with `InvalidAccountOwner`, `AccountDataTooSmall` (no log line), `InvalidArgument` (not writable),
 * `MissingRequiredSignature`, `IncorrectAuthority`, `Immutable`.
 */
export function checkProgramAccount(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	program: BorrowedInstructionAccount,
	authority: Pubkey,
): LoaderV4State {
	checkOwner(invokeContext, program);
	const state = getLoaderV4State(program);
	checkWritableAndSigned(invokeContext, instructionContext, program);
	if (!state.authorityAddressOrNextVersion.equals(authority)) {
		loaderFailure(invokeContext, 'Incorrect authority provided', InstructionError.IncorrectAuthority);
	}
	if (state.status === LoaderV4Status.Finalized) {
		loaderFailure(invokeContext, 'Program is finalized', InstructionError.Immutable);
	}
	return state;
}

/** As {@link checkProgramAccount}, of a program that has no state yet. */
export function checkUninitializedProgram(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	program: BorrowedInstructionAccount,
): void {
	checkOwner(invokeContext, program);
	checkWritableAndSigned(invokeContext, instructionContext, program);
}

function checkOwner(invokeContext: InvokeContext, program: BorrowedInstructionAccount): void {
	if (program.getOwner().equals(programIds.loaderV4)) return;
	loaderFailure(invokeContext, 'Program not owned by loader', InstructionError.InvalidAccountOwner);
}

function checkWritableAndSigned(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	program: BorrowedInstructionAccount,
): void {
	if (!program.isWritable()) {
		loaderFailure(invokeContext, 'Program is not writeable', InstructionError.InvalidArgument);
	}
	if (!instructionContext.isInstructionAccountSigner(1)) {
		loaderFailure(invokeContext, 'Authority did not sign', InstructionError.MissingRequiredSignature);
	}
}
