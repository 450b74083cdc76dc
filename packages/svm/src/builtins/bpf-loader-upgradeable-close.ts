/**
 * Closing buffers and programs of the upgradeable loader (v3).
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs (`Close`, `common_close_account`).
 */

import {
	InstructionError,
	type Pubkey,
	UPGRADEABLE_LOADER_SIZE_OF_UNINITIALIZED,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { ProgramCacheEntry } from '../program-cache-entry.ts';
import { getLoaderState, loaderFailure, setLoaderState } from './bpf-loader-upgradeable-state.ts';

/** Accounts: what is closed, recipient, authority (of a buffer or program), program (of program data). */
export function close(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
	instructionContext.checkNumberOfInstructionAccounts(2);
	if (
		instructionContext.getIndexOfInstructionAccountInTransaction(0) ===
		instructionContext.getIndexOfInstructionAccountInTransaction(1)
	) {
		loaderFailure(
			invokeContext,
			'Recipient is the same as the account being closed',
			InstructionError.InvalidArgument,
		);
	}
	const closeAccount = instructionContext.tryBorrowInstructionAccount(0);
	const closeKey = closeAccount.getKey();
	const state = getLoaderState(closeAccount);
	closeAccount.setDataLength(UPGRADEABLE_LOADER_SIZE_OF_UNINITIALIZED);
	switch (state.kind) {
		case 'Uninitialized': {
			const recipient = instructionContext.tryBorrowInstructionAccount(1);
			recipient.checkedAddLamports(closeAccount.getLamports());
			closeAccount.setLamports(0n);
			recipient.drop();
			closeAccount.drop();
			invokeContext.icMsg(`Closed Uninitialized ${closeKey.toBase58()}`);
			return;
		}
		case 'Buffer':
			instructionContext.checkNumberOfInstructionAccounts(3);
			closeAccount.drop();
			commonCloseAccount(invokeContext, instructionContext, state.authorityAddress);
			invokeContext.icMsg(`Closed Buffer ${closeKey.toBase58()}`);
			return;
		case 'ProgramData':
			instructionContext.checkNumberOfInstructionAccounts(4);
			closeAccount.drop();
			closeProgram(invokeContext, instructionContext, closeKey, state);
			return;
		default:
			loaderFailure(invokeContext, 'Account does not support closing', InstructionError.InvalidArgument);
	}
}

function closeProgram(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	closeKey: Pubkey,
	state: Extract<UpgradeableLoaderState, { kind: 'ProgramData' }>,
): void {
	const program = instructionContext.tryBorrowInstructionAccount(3);
	const programKey = program.getKey();
	if (!program.isWritable()) {
		loaderFailure(invokeContext, 'Program account is not writable', InstructionError.InvalidArgument);
	}
	if (!program.getOwner().equals(instructionContext.getProgramKey())) {
		loaderFailure(invokeContext, 'Program account not owned by loader', InstructionError.IncorrectProgramId);
	}
	const clock = invokeContext.getSysvarCache().getClock();
	if (clock.slot === state.slot) {
		loaderFailure(
			invokeContext,
			'Program was deployed in this block already',
			InstructionError.InvalidArgument,
		);
	}
	const programState = getLoaderState(program);
	if (programState.kind !== 'Program') {
		loaderFailure(invokeContext, 'Invalid Program account', InstructionError.InvalidArgument);
	}
	if (!programState.programdataAddress.equals(closeKey)) {
		loaderFailure(
			invokeContext,
			'ProgramData account does not match ProgramData account',
			InstructionError.InvalidArgument,
		);
	}
	program.drop();
	commonCloseAccount(invokeContext, instructionContext, state.upgradeAuthorityAddress);
	invokeContext.programCacheForTxBatch.storeModifiedEntry(
		programKey,
		ProgramCacheEntry.newClosedTombstone(clock.slot, 'LoaderV3'),
	);
	invokeContext.icMsg(`Closed Program ${programKey.toBase58()}`);
}

/** Moves the lamports of account 0 to account 1 if account 2 is the authority and signed. */
function commonCloseAccount(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	authorityAddress: Pubkey | null,
): void {
	if (authorityAddress === null) {
		loaderFailure(invokeContext, 'Account is immutable', InstructionError.Immutable);
	}
	if (!authorityAddress.equals(instructionContext.getKeyOfInstructionAccount(2))) {
		loaderFailure(invokeContext, 'Incorrect authority provided', InstructionError.IncorrectAuthority);
	}
	if (!instructionContext.isInstructionAccountSigner(2)) {
		loaderFailure(invokeContext, 'Authority did not sign', InstructionError.MissingRequiredSignature);
	}
	const closeAccount = instructionContext.tryBorrowInstructionAccount(0);
	const recipient = instructionContext.tryBorrowInstructionAccount(1);
	recipient.checkedAddLamports(closeAccount.getLamports());
	closeAccount.setLamports(0n);
	setLoaderState(closeAccount, { kind: 'Uninitialized' });
	recipient.drop();
	closeAccount.drop();
}
