/**
 * Authorities over buffers and programs of the upgradeable loader (v3).
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs (`SetAuthority`, `SetAuthorityChecked`); solana-sbpf
 * elf.rs (`get_sbpf_version`).
 */

import { sbpfVersionFromElfFlags } from '@parhelion/sbpf';
import {
	ByteReader,
	Fault,
	InstructionError,
	type Pubkey,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { getLoaderState, loaderFailure, setLoaderState } from './bpf-loader-upgradeable-state.ts';

/** Account 1 must be the authority and have signed. */
export function checkBufferAuthority(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	authorityAddress: Pubkey | null,
): void {
	if (authorityAddress === null) {
		loaderFailure(invokeContext, 'Buffer is immutable', InstructionError.Immutable);
	}
	if (!authorityAddress.equals(instructionContext.getKeyOfInstructionAccount(1))) {
		loaderFailure(invokeContext, 'Incorrect buffer authority provided', InstructionError.IncorrectAuthority);
	}
	if (!instructionContext.isInstructionAccountSigner(1)) {
		loaderFailure(invokeContext, 'Buffer authority did not sign', InstructionError.MissingRequiredSignature);
	}
}

/** Account 1 must be the authority and have signed. */
function checkUpgradeAuthority(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	upgradeAuthorityAddress: Pubkey | null,
): void {
	if (upgradeAuthorityAddress === null) {
		loaderFailure(invokeContext, 'Program not upgradeable', InstructionError.Immutable);
	}
	if (!upgradeAuthorityAddress.equals(instructionContext.getKeyOfInstructionAccount(1))) {
		loaderFailure(invokeContext, 'Incorrect upgrade authority provided', InstructionError.IncorrectAuthority);
	}
	if (!instructionContext.isInstructionAccountSigner(1)) {
		loaderFailure(invokeContext, 'Upgrade authority did not sign', InstructionError.MissingRequiredSignature);
	}
}

/** Accounts: buffer or program data, authority, new authority (optional for program data). */
export function setAuthority(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
	instructionContext.checkNumberOfInstructionAccounts(2);
	const account = instructionContext.tryBorrowInstructionAccount(0);
	const newAuthority =
		instructionContext.getNumberOfInstructionAccounts() > 2
			? instructionContext.getKeyOfInstructionAccount(2)
			: null;
	const state = getLoaderState(account);
	switch (state.kind) {
		case 'Buffer':
			if (newAuthority === null) {
				loaderFailure(invokeContext, 'Buffer authority is not optional', InstructionError.IncorrectAuthority);
			}
			checkBufferAuthority(invokeContext, instructionContext, state.authorityAddress);
			setLoaderState(account, { kind: 'Buffer', authorityAddress: newAuthority });
			break;
		case 'ProgramData':
			checkUpgradeAuthority(invokeContext, instructionContext, state.upgradeAuthorityAddress);
			if (
				invokeContext.getFeatureSet().disableSbpfV0V1V2Deployment &&
				newAuthority === null &&
				isBeforeV3(account.getData())
			) {
				throw new Fault(InstructionError.InvalidAccountData);
			}
			setLoaderState(account, { ...state, upgradeAuthorityAddress: newAuthority });
			break;
		default:
			loaderFailure(invokeContext, 'Account does not support authorities', InstructionError.InvalidArgument);
	}
	account.drop();
	invokeContext.icMsg(`New authority ${newAuthority === null ? 'None' : `Some(${newAuthority.toBase58()})`}`);
}

/** Whether the ELF behind program data is of a version that can no longer be deployed. */
function isBeforeV3(programdata: Uint8Array): boolean {
	const flagsAt = UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA + 48;
	if (programdata.length < flagsAt + 4) return false;
	const version = sbpfVersionFromElfFlags(new ByteReader(programdata, flagsAt).u32());
	return version !== null && version < 3;
}

/** As {@link setAuthority}, with a new authority that signs. */
export function setAuthorityChecked(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
): void {
	if (!invokeContext.getFeatureSet().enableBpfLoaderSetAuthorityCheckedIx) {
		throw new Fault(InstructionError.InvalidInstructionData);
	}
	instructionContext.checkNumberOfInstructionAccounts(3);
	const account = instructionContext.tryBorrowInstructionAccount(0);
	const newAuthority = instructionContext.getKeyOfInstructionAccount(2);
	const state = getLoaderState(account);
	let newState: UpgradeableLoaderState;
	switch (state.kind) {
		case 'Buffer':
			checkBufferAuthority(invokeContext, instructionContext, state.authorityAddress);
			newState = { kind: 'Buffer', authorityAddress: newAuthority };
			break;
		case 'ProgramData':
			checkUpgradeAuthority(invokeContext, instructionContext, state.upgradeAuthorityAddress);
			newState = { ...state, upgradeAuthorityAddress: newAuthority };
			break;
		default:
			loaderFailure(invokeContext, 'Account does not support authorities', InstructionError.InvalidArgument);
	}
	if (!instructionContext.isInstructionAccountSigner(2)) {
		loaderFailure(invokeContext, 'New authority did not sign', InstructionError.MissingRequiredSignature);
	}
	setLoaderState(account, newState);
	account.drop();
	invokeContext.icMsg(`New authority ${newAuthority.toBase58()}`);
}
