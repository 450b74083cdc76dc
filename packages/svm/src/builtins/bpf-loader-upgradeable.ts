/**
 * The management instructions of the upgradeable loader (v3).
 *
 * Owns the instruction format, buffers, authorities and closing; deployment is in
 * bpf-loader-upgradeable-deploy.ts.
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs (`process_loader_upgradeable_instruction`);
 * solana-loader-v3-interface (`UpgradeableLoaderInstruction`); solana-bincode (`limited_deserialize`).
 */

import { sbpfVersionFromElfFlags } from '@parhelion/sbpf';
import {
	ByteReader,
	catchFault,
	Fault,
	InstructionError,
	type Pubkey,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_UNINITIALIZED,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { ProgramCacheEntry } from '../program-cache-entry.ts';
import { deployWithMaxDataLen, extendProgram, upgrade } from './bpf-loader-upgradeable-deploy.ts';
import { getLoaderState, loaderFailure, setLoaderState } from './bpf-loader-upgradeable-state.ts';

/** Most bytes of instruction data that are read: upstream's `PACKET_DATA_SIZE`. */
const MAX_INSTRUCTION_BYTES = 1232;

/** Upstream's `UpgradeableLoaderInstruction`, in the order of the u32 that begins the data. */
type UpgradeableLoaderInstruction =
	| { readonly kind: 'InitializeBuffer' }
	| { readonly kind: 'Write'; readonly offset: number; readonly bytes: Uint8Array }
	| { readonly kind: 'DeployWithMaxDataLen'; readonly maxDataLen: bigint }
	| { readonly kind: 'Upgrade' }
	| { readonly kind: 'SetAuthority' }
	| { readonly kind: 'Close' }
	| { readonly kind: 'ExtendProgram'; readonly additionalBytes: number }
	| { readonly kind: 'SetAuthorityChecked' };

/** Fails with `InvalidInstructionData`; bytes behind the instruction are ignored. */
function decodeInstruction(data: Uint8Array): UpgradeableLoaderInstruction {
	const decoded = catchFault((): UpgradeableLoaderInstruction => {
		const reader = new ByteReader(data.subarray(0, MAX_INSTRUCTION_BYTES));
		switch (reader.u32()) {
			case 0:
				return { kind: 'InitializeBuffer' };
			case 1:
				return { kind: 'Write', offset: reader.u32(), bytes: reader.take(reader.length64()) };
			case 2:
				return { kind: 'DeployWithMaxDataLen', maxDataLen: reader.u64() };
			case 3:
				return { kind: 'Upgrade' };
			case 4:
				return { kind: 'SetAuthority' };
			case 5:
				return { kind: 'Close' };
			case 6:
				return { kind: 'ExtendProgram', additionalBytes: reader.u32() };
			case 7:
				return { kind: 'SetAuthorityChecked' };
			default:
				throw new Fault(InstructionError.InvalidInstructionData);
		}
	});
	if (!decoded.ok) throw new Fault(InstructionError.InvalidInstructionData);
	return decoded.value;
}

/** Carries out one instruction. Throws `Fault<InstructionError>`; most failures are logged in words. */
export function processLoaderUpgradeableInstruction(invokeContext: InvokeContext): void {
	const instructionContext = invokeContext.transactionContext.getCurrentInstructionContext();
	const instruction = decodeInstruction(instructionContext.getInstructionData());
	switch (instruction.kind) {
		case 'InitializeBuffer':
			return initializeBuffer(invokeContext, instructionContext);
		case 'Write':
			return write(invokeContext, instructionContext, instruction.offset, instruction.bytes);
		case 'DeployWithMaxDataLen':
			return deployWithMaxDataLen(invokeContext, instruction.maxDataLen);
		case 'Upgrade':
			return upgrade(invokeContext);
		case 'SetAuthority':
			return setAuthority(invokeContext, instructionContext);
		case 'SetAuthorityChecked':
			return setAuthorityChecked(invokeContext, instructionContext);
		case 'Close':
			return close(invokeContext, instructionContext);
		case 'ExtendProgram':
			return extendProgram(invokeContext, instruction.additionalBytes);
	}
}

function initializeBuffer(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
	instructionContext.checkNumberOfInstructionAccounts(2);
	const buffer = instructionContext.tryBorrowInstructionAccount(0);
	if (getLoaderState(buffer).kind !== 'Uninitialized') {
		loaderFailure(
			invokeContext,
			'Buffer account already initialized',
			InstructionError.AccountAlreadyInitialized,
		);
	}
	const authorityAddress = instructionContext.getKeyOfInstructionAccount(1);
	setLoaderState(buffer, { kind: 'Buffer', authorityAddress });
	buffer.drop();
}

function write(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	offset: number,
	bytes: Uint8Array,
): void {
	instructionContext.checkNumberOfInstructionAccounts(2);
	const buffer = instructionContext.tryBorrowInstructionAccount(0);
	const state = getLoaderState(buffer);
	if (state.kind !== 'Buffer') {
		loaderFailure(invokeContext, 'Invalid Buffer account', InstructionError.InvalidAccountData);
	}
	checkBufferAuthority(invokeContext, instructionContext, state.authorityAddress);
	buffer.drop();
	writeProgramData(
		invokeContext,
		instructionContext,
		UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA + offset,
		bytes,
	);
}

function writeProgramData(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	offset: number,
	bytes: Uint8Array,
): void {
	const program = instructionContext.tryBorrowInstructionAccount(0);
	const data = program.getDataMut();
	const end = offset + bytes.length;
	if (data.length < end) {
		loaderFailure(
			invokeContext,
			`Write overflow: ${data.length} < ${end}`,
			InstructionError.AccountDataTooSmall,
		);
	}
	data.set(bytes, offset);
	program.drop();
}

/** Account 1 must be the authority and have signed. */
function checkBufferAuthority(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	authorityAddress: Pubkey | null,
): void {
	if (authorityAddress === null) {
		loaderFailure(invokeContext, 'Buffer is immutable', InstructionError.Immutable);
	}
	if (!authorityAddress.equals(instructionContext.getKeyOfInstructionAccount(1))) {
		loaderFailure(
			invokeContext,
			'Incorrect buffer authority provided',
			InstructionError.IncorrectAuthority,
		);
	}
	if (!instructionContext.isInstructionAccountSigner(1)) {
		loaderFailure(
			invokeContext,
			'Buffer authority did not sign',
			InstructionError.MissingRequiredSignature,
		);
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
		loaderFailure(
			invokeContext,
			'Incorrect upgrade authority provided',
			InstructionError.IncorrectAuthority,
		);
	}
	if (!instructionContext.isInstructionAccountSigner(1)) {
		loaderFailure(
			invokeContext,
			'Upgrade authority did not sign',
			InstructionError.MissingRequiredSignature,
		);
	}
}

function setAuthority(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
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
				loaderFailure(
					invokeContext,
					'Buffer authority is not optional',
					InstructionError.IncorrectAuthority,
				);
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
			loaderFailure(
				invokeContext,
				'Account does not support authorities',
				InstructionError.InvalidArgument,
			);
	}
	account.drop();
	invokeContext.icMsg(
		`New authority ${newAuthority === null ? 'None' : `Some(${newAuthority.toBase58()})`}`,
	);
}

/** Whether the ELF behind program data is of a version that can no longer be deployed. */
function isBeforeV3(programdata: Uint8Array): boolean {
	const flagsAt = UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA + 48;
	if (programdata.length < flagsAt + 4) return false;
	const version = sbpfVersionFromElfFlags(new ByteReader(programdata, flagsAt).u32());
	return version !== null && version < 3;
}

function setAuthorityChecked(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
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
			loaderFailure(
				invokeContext,
				'Account does not support authorities',
				InstructionError.InvalidArgument,
			);
	}
	if (!instructionContext.isInstructionAccountSigner(2)) {
		loaderFailure(
			invokeContext,
			'New authority did not sign',
			InstructionError.MissingRequiredSignature,
		);
	}
	setLoaderState(account, newState);
	account.drop();
	invokeContext.icMsg(`New authority ${newAuthority.toBase58()}`);
}

function close(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
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
			loaderFailure(
				invokeContext,
				'Account does not support closing',
				InstructionError.InvalidArgument,
			);
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
		loaderFailure(
			invokeContext,
			'Program account not owned by loader',
			InstructionError.IncorrectProgramId,
		);
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
		loaderFailure(
			invokeContext,
			'Authority did not sign',
			InstructionError.MissingRequiredSignature,
		);
	}
	const closeAccount = instructionContext.tryBorrowInstructionAccount(0);
	const recipient = instructionContext.tryBorrowInstructionAccount(1);
	recipient.checkedAddLamports(closeAccount.getLamports());
	closeAccount.setLamports(0n);
	setLoaderState(closeAccount, { kind: 'Uninitialized' });
	recipient.drop();
	closeAccount.drop();
}
