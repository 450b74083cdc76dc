/**
 * What a program of loader v4 consists of: its length and lamports, and its bytes.
 *
 * Source: solana-loader-v4-program 4.0.0, lib.rs (`process_instruction_write`, `process_instruction_copy`,
 * `process_instruction_set_program_length`).
 */

import {
	ACCOUNT_STORAGE_OVERHEAD,
	catchFault,
	InstructionError,
	type Lamports,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	type LoaderV4State,
	LoaderV4Status,
	type Pubkey,
	programIds,
	type Rent,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { loaderFailure } from './bpf-loader-upgradeable-state.ts';
import { checkProgramAccount, checkUninitializedProgram, setLoaderV4State } from './loader-v4-state.ts';

function checkRetracted(invokeContext: InvokeContext, state: LoaderV4State): void {
	if (state.status === LoaderV4Status.Retracted) return;
	loaderFailure(invokeContext, 'Program is not retracted', InstructionError.InvalidArgument);
}

/** Puts `bytes` at `offset` of the ELF. Fails with `AccountDataTooSmall`. */
function writeBytes(
	invokeContext: InvokeContext,
	program: BorrowedInstructionAccount,
	offset: number,
	bytes: Uint8Array,
): void {
	const at = LOADER_V4_PROGRAM_DATA_OFFSET + offset;
	const data = program.getDataMut();
	if (at + bytes.length > data.length) {
		loaderFailure(invokeContext, 'Write out of bounds', InstructionError.AccountDataTooSmall);
	}
	data.set(bytes, at);
}

/** Accounts: program, authority. Fails as {@link checkProgramAccount}, with `InvalidArgument`, `AccountDataTooSmall`. */
export function write(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	offset: number,
	bytes: Uint8Array,
): void {
	const program = instructionContext.tryBorrowInstructionAccount(0);
	const authority = instructionContext.getKeyOfInstructionAccount(1);
	checkRetracted(invokeContext, checkProgramAccount(invokeContext, instructionContext, program, authority));
	writeBytes(invokeContext, program, offset, bytes);
	program.drop();
}

/**
 * Accounts: program, authority, a program of any loader to copy from (of v3: its program data).
 *
 * Fails as {@link checkProgramAccount}, with `InvalidArgument` (not retracted, source of no loader),
 * `AccountDataTooSmall` (source, then program).
 */
export function copy(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	destinationOffset: number,
	sourceOffset: number,
	length: number,
): void {
	const program = instructionContext.tryBorrowInstructionAccount(0);
	const authority = instructionContext.getKeyOfInstructionAccount(1);
	const source = instructionContext.tryBorrowInstructionAccount(2);
	checkRetracted(invokeContext, checkProgramAccount(invokeContext, instructionContext, program, authority));
	const metadata = metadataLength(source.getOwner());
	if (metadata === null) {
		loaderFailure(invokeContext, 'Source is not a program', InstructionError.InvalidArgument);
	}
	const from = metadata + sourceOffset;
	if (from + length > source.getData().length) {
		loaderFailure(invokeContext, 'Read out of bounds', InstructionError.AccountDataTooSmall);
	}
	writeBytes(invokeContext, program, destinationOffset, source.getData().subarray(from, from + length));
	source.drop();
	program.drop();
}

/** Bytes before the ELF in an account of a loader; null for an account of none. */
function metadataLength(owner: Pubkey): number | null {
	if (owner.equals(programIds.loaderV4)) return LOADER_V4_PROGRAM_DATA_OFFSET;
	if (owner.equals(programIds.bpfLoaderUpgradeable)) return UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;
	return owner.equals(programIds.bpfLoader) || owner.equals(programIds.bpfLoaderDeprecated) ? 0 : null;
}

/**
 * Accounts: program, authority, recipient (optional; needed to close). Sets the bytes of the ELF; the first
 * time it makes the account a program, with 0 it closes it. Lamports beyond the rent go to the recipient.
 *
 * Fails as {@link checkProgramAccount}, with `InvalidArgument` (not retracted), `InsufficientFunds`,
 * `InvalidArgument` (recipient), then as `BorrowedInstructionAccount.setDataLength` and `setExecutable`.
 */
export function setProgramLength(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	newSize: number,
): void {
	const program = instructionContext.tryBorrowInstructionAccount(0);
	const authority = instructionContext.getKeyOfInstructionAccount(1);
	const isInitialization = program.getData().length < LOADER_V4_PROGRAM_DATA_OFFSET;
	if (isInitialization) {
		checkUninitializedProgram(invokeContext, instructionContext, program);
	} else {
		checkRetracted(invokeContext, checkProgramAccount(invokeContext, instructionContext, program, authority));
	}
	const newLength = newSize === 0 ? 0 : LOADER_V4_PROGRAM_DATA_OFFSET + newSize;
	const required = newSize === 0 ? 0n : requiredLamports(invokeContext.getSysvarCache().getRent(), newLength);
	if (program.getLamports() < required) {
		loaderFailure(
			invokeContext,
			`Insufficient lamports, ${required} are required`,
			InstructionError.InsufficientFunds,
		);
	}
	if (program.getLamports() > required) {
		payOut(invokeContext, instructionContext, program, required, newSize === 0);
	}
	program.setDataLength(newLength);
	if (isInitialization && newSize !== 0) {
		program.setExecutable(true);
		setLoaderV4State(program, {
			slot: 0n,
			authorityAddressOrNextVersion: authority,
			status: LoaderV4Status.Retracted,
		});
	}
	program.drop();
}

/** What a program of `length` bytes must hold; of the right order only beyond 10 MiB, where no account can be. */
function requiredLamports(rent: Rent, length: number): Lamports {
	const balance =
		rent.tryMinimumBalance(length) ??
		BigInt(ACCOUNT_STORAGE_OVERHEAD + length) *
			rent.lamportsPerByte *
			BigInt(Math.trunc(rent.exemptionThreshold));
	return balance > 1n ? balance : 1n;
}

/** Moves what `program` holds beyond `required` lamports to account 2, if that can be borrowed. */
function payOut(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	program: BorrowedInstructionAccount,
	required: Lamports,
	isClosing: boolean,
): void {
	const borrowed = catchFault(() => instructionContext.tryBorrowInstructionAccount(2));
	if (!borrowed.ok) {
		if (!isClosing) return;
		loaderFailure(
			invokeContext,
			'Closing a program requires a recipient account',
			InstructionError.InvalidArgument,
		);
	}
	const recipient = borrowed.value;
	if (!instructionContext.isInstructionAccountWritable(2)) {
		loaderFailure(invokeContext, 'Recipient is not writeable', InstructionError.InvalidArgument);
	}
	const surplus = program.getLamports() - required;
	program.checkedSubLamports(surplus);
	recipient.checkedAddLamports(surplus);
	recipient.drop();
}
