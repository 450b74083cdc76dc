/**
 * Deploying and upgrading programs of the upgradeable loader (v3).
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs (`DeployWithMaxDataLen`, `Upgrade`);
 * solana-system-interface (`create_account`).
 */

import {
	ByteWriter,
	type Instruction,
	InstructionError,
	type Pubkey,
	programIds,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAM,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import { deployProgram } from '../deploy.ts';
import { MAX_ACCOUNT_DATA_LEN } from '../execution-budget.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { findProgramAddress } from '../pda.ts';
import { getSysvarWithAccountCheck } from '../sysvar-cache.ts';
import { getLoaderState, loaderFailure, setLoaderState } from './bpf-loader-upgradeable-state.ts';

const METADATA = UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;
const BUFFER_METADATA = UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA;

function max(a: bigint, b: bigint): bigint {
	return a > b ? a : b;
}

/**
 * The buffer must be writable, the loader's, under the authority that signed as account `authorityIndex`, and
 * not empty. Answers the bytes of program in it.
 */
function checkBuffer(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	buffer: BorrowedInstructionAccount,
	authorityIndex: number,
): number {
	if (!buffer.isWritable()) {
		loaderFailure(invokeContext, 'Buffer account not writeable', InstructionError.InvalidArgument);
	}
	if (!buffer.getOwner().equals(instructionContext.getProgramKey())) {
		loaderFailure(invokeContext, 'Buffer account not owned by loader', InstructionError.IncorrectProgramId);
	}
	const state = getLoaderState(buffer);
	if (state.kind !== 'Buffer') {
		loaderFailure(invokeContext, 'Invalid Buffer account', InstructionError.InvalidArgument);
	}
	const authority = instructionContext.getKeyOfInstructionAccount(authorityIndex);
	if (state.authorityAddress === null || !state.authorityAddress.equals(authority)) {
		loaderFailure(
			invokeContext,
			"Buffer and upgrade authority don't match",
			InstructionError.IncorrectAuthority,
		);
	}
	if (!instructionContext.isInstructionAccountSigner(authorityIndex)) {
		loaderFailure(invokeContext, 'Upgrade authority did not sign', InstructionError.MissingRequiredSignature);
	}
	return buffer.getData().length - BUFFER_METADATA;
}

function checkBufferNotEmpty(invokeContext: InvokeContext, bufferDataLen: number): void {
	if (bufferDataLen <= 0) {
		loaderFailure(invokeContext, 'Buffer account too small', InstructionError.InvalidAccountData);
	}
}

/**
 * Accounts: payer, program data, program, buffer, rent, clock, system program, authority. Creates the
 * program data account and fills it from the buffer.
 */
export function deployWithMaxDataLen(invokeContext: InvokeContext, maxDataLen: bigint): void {
	const { transactionContext } = invokeContext;
	const instructionContext = transactionContext.getCurrentInstructionContext();
	const loaderId = instructionContext.getProgramKey();
	instructionContext.checkNumberOfInstructionAccounts(4);
	const payerKey = instructionContext.getKeyOfInstructionAccount(0);
	const programdataKey = instructionContext.getKeyOfInstructionAccount(1);
	const rent = getSysvarWithAccountCheck.rent(invokeContext, instructionContext, 4);
	const clock = getSysvarWithAccountCheck.clock(invokeContext, instructionContext, 5);
	instructionContext.checkNumberOfInstructionAccounts(8);
	const authorityKey = instructionContext.getKeyOfInstructionAccount(7);

	const program = instructionContext.tryBorrowInstructionAccount(2);
	if (getLoaderState(program).kind !== 'Uninitialized') {
		loaderFailure(
			invokeContext,
			'Program account already initialized',
			InstructionError.AccountAlreadyInitialized,
		);
	}
	if (program.getData().length < UPGRADEABLE_LOADER_SIZE_OF_PROGRAM) {
		loaderFailure(invokeContext, 'Program account too small', InstructionError.AccountDataTooSmall);
	}
	if (program.getLamports() < rent.minimumBalance(program.getData().length)) {
		loaderFailure(
			invokeContext,
			'Program account not rent-exempt',
			InstructionError.ExecutableAccountNotRentExempt,
		);
	}
	const newProgramId = program.getKey();
	program.drop();

	const buffer = instructionContext.tryBorrowInstructionAccount(3);
	const bufferDataLen = checkBuffer(invokeContext, instructionContext, buffer, 7);
	const bufferKey = buffer.getKey();
	checkBufferNotEmpty(invokeContext, bufferDataLen);
	buffer.drop();
	if (maxDataLen < bufferDataLen) {
		loaderFailure(
			invokeContext,
			'Max data length is too small to hold Buffer data',
			InstructionError.AccountDataTooSmall,
		);
	}
	if (maxDataLen + BigInt(METADATA) > MAX_ACCOUNT_DATA_LEN) {
		loaderFailure(invokeContext, 'Max data length is too large', InstructionError.InvalidArgument);
	}
	const programdataLen = METADATA + Number(maxDataLen);

	const derived = findProgramAddress([newProgramId.bytes], loaderId);
	if (derived === null || !derived.address.equals(programdataKey)) {
		loaderFailure(invokeContext, 'ProgramData address is not derived', InstructionError.InvalidArgument);
	}

	drainBuffer(instructionContext);
	const createAccount = systemCreateAccount(
		payerKey,
		programdataKey,
		max(1n, rent.minimumBalance(programdataLen)),
		programdataLen,
		loaderId,
	);
	// The buffer goes along because its lamports have just moved: an instruction must see both sides.
	const withBuffer: Instruction = {
		...createAccount,
		accounts: [...createAccount.accounts, { pubkey: bufferKey, isSigner: false, isWritable: true }],
	};
	invokeContext.nativeInvokeSigned(withBuffer, [[newProgramId.bytes, Uint8Array.of(derived.bump)]]);

	const source = instructionContext.tryBorrowInstructionAccount(3);
	deployProgram(
		invokeContext,
		newProgramId,
		loaderId,
		source.getData().subarray(BUFFER_METADATA),
		clock.slot,
		invokeContext.getFeatureSet().disableSbpfV0V1V2Deployment,
	);
	source.drop();

	const programdata = instructionContext.tryBorrowInstructionAccount(1);
	setLoaderState(programdata, {
		kind: 'ProgramData',
		slot: clock.slot,
		upgradeAuthorityAddress: authorityKey,
	});
	const emptied = instructionContext.tryBorrowInstructionAccount(3);
	programdata.getDataMut().set(emptied.getData().subarray(BUFFER_METADATA), METADATA);
	emptied.setDataLength(BUFFER_METADATA);
	programdata.drop();
	emptied.drop();

	const deployed = instructionContext.tryBorrowInstructionAccount(2);
	setLoaderState(deployed, { kind: 'Program', programdataAddress: programdataKey });
	deployed.setExecutable(true);
	deployed.drop();
	invokeContext.icMsg(`Deployed program ${newProgramId.toBase58()}`);
}

/** The buffer (3) pays the payer (0) before the payer pays for the program data. */
function drainBuffer(instructionContext: InstructionContext): void {
	const buffer = instructionContext.tryBorrowInstructionAccount(3);
	const payer = instructionContext.tryBorrowInstructionAccount(0);
	payer.checkedAddLamports(buffer.getLamports());
	buffer.setLamports(0n);
	payer.drop();
	buffer.drop();
}

/**
 * Accounts: program data, program, buffer, spill, rent, clock, authority. Replaces the program by the
 * buffer's and spills what the program data does not need.
 */
export function upgrade(invokeContext: InvokeContext): void {
	const instructionContext = invokeContext.transactionContext.getCurrentInstructionContext();
	const loaderId = instructionContext.getProgramKey();
	instructionContext.checkNumberOfInstructionAccounts(3);
	const programdataKey = instructionContext.getKeyOfInstructionAccount(0);
	const rent = getSysvarWithAccountCheck.rent(invokeContext, instructionContext, 4);
	const clock = getSysvarWithAccountCheck.clock(invokeContext, instructionContext, 5);
	instructionContext.checkNumberOfInstructionAccounts(7);
	const authorityKey = instructionContext.getKeyOfInstructionAccount(6);

	const program = instructionContext.tryBorrowInstructionAccount(1);
	if (!program.isWritable()) {
		loaderFailure(invokeContext, 'Program account not writeable', InstructionError.InvalidArgument);
	}
	if (!program.getOwner().equals(loaderId)) {
		loaderFailure(invokeContext, 'Program account not owned by loader', InstructionError.IncorrectProgramId);
	}
	const programState = getLoaderState(program);
	if (programState.kind !== 'Program') {
		loaderFailure(invokeContext, 'Invalid Program account', InstructionError.InvalidAccountData);
	}
	if (!programState.programdataAddress.equals(programdataKey)) {
		loaderFailure(
			invokeContext,
			'Program and ProgramData account mismatch',
			InstructionError.InvalidArgument,
		);
	}
	const programKey = program.getKey();
	program.drop();

	const buffer = instructionContext.tryBorrowInstructionAccount(2);
	const bufferDataLen = checkBuffer(invokeContext, instructionContext, buffer, 6);
	const bufferLamports = buffer.getLamports();
	checkBufferNotEmpty(invokeContext, bufferDataLen);
	buffer.drop();

	const programdata = instructionContext.tryBorrowInstructionAccount(0);
	const balanceRequired = max(1n, rent.minimumBalance(programdata.getData().length));
	if (programdata.getData().length < METADATA + bufferDataLen) {
		loaderFailure(
			invokeContext,
			'ProgramData account not large enough',
			InstructionError.AccountDataTooSmall,
		);
	}
	if (programdata.getLamports() + bufferLamports < balanceRequired) {
		loaderFailure(
			invokeContext,
			'Buffer account balance too low to fund upgrade',
			InstructionError.InsufficientFunds,
		);
	}
	checkUpgradeable(
		invokeContext,
		instructionContext,
		programdata,
		clock.slot,
		'Program was deployed in this block already',
	);
	programdata.drop();

	const source = instructionContext.tryBorrowInstructionAccount(2);
	deployProgram(
		invokeContext,
		programKey,
		loaderId,
		source.getData().subarray(BUFFER_METADATA),
		clock.slot,
		invokeContext.getFeatureSet().disableSbpfV0V1V2Deployment,
	);
	source.drop();

	const upgraded = instructionContext.tryBorrowInstructionAccount(0);
	setLoaderState(upgraded, {
		kind: 'ProgramData',
		slot: clock.slot,
		upgradeAuthorityAddress: authorityKey,
	});
	const emptied = instructionContext.tryBorrowInstructionAccount(2);
	const data = upgraded.getDataMut();
	data.set(emptied.getData().subarray(BUFFER_METADATA), METADATA);
	data.fill(0, METADATA + bufferDataLen);

	const spill = instructionContext.tryBorrowInstructionAccount(3);
	spill.checkedAddLamports(upgraded.getLamports() + bufferLamports - balanceRequired);
	emptied.setLamports(0n);
	upgraded.setLamports(balanceRequired);
	emptied.setDataLength(BUFFER_METADATA);
	spill.drop();
	emptied.drop();
	upgraded.drop();
	invokeContext.icMsg(`Upgraded program ${programKey.toBase58()}`);
}

/** The program data must not be of this slot and must have the authority that signed as account 6. */
function checkUpgradeable(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	programdata: BorrowedInstructionAccount,
	slot: bigint,
	sameSlotMessage: string,
): void {
	const state = getLoaderState(programdata);
	if (state.kind !== 'ProgramData') {
		loaderFailure(invokeContext, 'Invalid ProgramData account', InstructionError.InvalidAccountData);
	}
	if (state.slot === slot) loaderFailure(invokeContext, sameSlotMessage, InstructionError.InvalidArgument);
	if (state.upgradeAuthorityAddress === null) {
		loaderFailure(invokeContext, 'Program not upgradeable', InstructionError.Immutable);
	}
	if (!state.upgradeAuthorityAddress.equals(instructionContext.getKeyOfInstructionAccount(6))) {
		loaderFailure(invokeContext, 'Incorrect upgrade authority provided', InstructionError.IncorrectAuthority);
	}
	if (!instructionContext.isInstructionAccountSigner(6)) {
		loaderFailure(invokeContext, 'Upgrade authority did not sign', InstructionError.MissingRequiredSignature);
	}
}

/** `SystemInstruction::CreateAccount` */
function systemCreateAccount(
	from: Pubkey,
	to: Pubkey,
	lamports: bigint,
	space: number,
	owner: Pubkey,
): Instruction {
	return {
		programId: programIds.systemProgram,
		accounts: [
			{ pubkey: from, isSigner: true, isWritable: true },
			{ pubkey: to, isSigner: true, isWritable: true },
		],
		data: new ByteWriter(52).u32(0).u64(lamports).u64(BigInt(space)).raw(owner.bytes).finish(),
	};
}
