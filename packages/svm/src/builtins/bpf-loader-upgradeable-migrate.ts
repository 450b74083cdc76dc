/**
 * Moving a program of the upgradeable loader (v3) to loader v4.
 *
 * Agave 4.3.0 no longer has the instruction; it is there where loader v4 is, and follows the last release with it.
 *
 * Source: solana-bpf-loader-program 4.0.0, lib.rs (`Migrate`, `migration_authority`).
 */

import {
	catchFault,
	Fault,
	InstructionError,
	loaderV4Instruction,
	Pubkey,
	programIds,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { ProgramCacheEntry } from '../program-cache-entry.ts';
import { getLoaderState, loaderFailure } from './bpf-loader-upgradeable-state.ts';

/** May migrate every program. */
export const MIGRATION_AUTHORITY: Pubkey = Pubkey.fromBase58('3Scf35jMNk2xXBD6areNjgMtXgp5ZspDhms8vdcbzC42');

const NO_DATA = new Uint8Array(0);

/** A program's code before it is moved. */
interface Programdata {
	/** Bytes of the ELF; 0 for an account that is no program data. */
	readonly length: number;
	readonly upgradeAuthority: Pubkey | null;
	readonly lamports: bigint;
}

/** Whether loader v4 is among the builtins of the running transaction. */
function isLoaderV4Enabled(invokeContext: InvokeContext): boolean {
	return invokeContext.programCacheForTxBatch.find(programIds.loaderV4)?.program.kind === 'Builtin';
}

/**
 * Accounts: program data, program, authority (the upgrade authority; without one the program itself; or the
 * migration authority), and loader v4. The program is deployed anew by loader v4 and finalized if it was immutable.
 *
 * Fails with `InvalidInstructionData` where there is no loader v4, `MissingAccount`, `InvalidArgument`,
 * `IncorrectAuthority`, `MissingRequiredSignature`, `InvalidArgument`, `IncorrectProgramId`, `InvalidAccountData`,
 * then as loader v4.
 */
export function migrate(invokeContext: InvokeContext, instructionContext: InstructionContext): void {
	if (!isLoaderV4Enabled(invokeContext)) throw new Fault(InstructionError.InvalidInstructionData);
	instructionContext.checkNumberOfInstructionAccounts(3);
	const programdataKey = instructionContext.getKeyOfInstructionAccount(0);
	const programKey = instructionContext.getKeyOfInstructionAccount(1);
	const authority = instructionContext.getKeyOfInstructionAccount(2);
	const { slot } = invokeContext.getSysvarCache().getClock();

	const { length, upgradeAuthority, lamports } = readProgramdata(invokeContext, instructionContext, slot);
	const isMigrationAuthority = authority.equals(MIGRATION_AUTHORITY);
	if (!isMigrationAuthority && !authority.equals(upgradeAuthority ?? programKey)) {
		loaderFailure(
			invokeContext,
			'Incorrect migration authority provided',
			InstructionError.IncorrectAuthority,
		);
	}
	if (!instructionContext.isInstructionAccountSigner(2)) {
		loaderFailure(
			invokeContext,
			'Migration authority did not sign',
			InstructionError.MissingRequiredSignature,
		);
	}
	handOver(invokeContext, instructionContext, programdataKey, lamports);

	const programdata = instructionContext.tryBorrowInstructionAccount(0);
	programdata.setLamports(0n);
	programdata.drop();

	if (length === 0) {
		invokeContext.programCacheForTxBatch.storeModifiedEntry(
			programKey,
			ProgramCacheEntry.newClosedTombstone(slot, 'LoaderV4'),
		);
	} else {
		const v4 = loaderV4Instruction;
		invokeContext.nativeInvokeSigned(v4.setProgramLength(programKey, authority, length, programKey), []);
		invokeContext.nativeInvokeSigned(v4.copy(programKey, authority, programdataKey, 0, 0, length), []);
		invokeContext.nativeInvokeSigned(v4.deploy(programKey, authority), []);
		if (upgradeAuthority === null) {
			invokeContext.nativeInvokeSigned(v4.finalize(programKey, authority, programKey), []);
		} else if (isMigrationAuthority) {
			invokeContext.nativeInvokeSigned(v4.transferAuthority(programKey, authority, upgradeAuthority), []);
		}
	}

	const emptied = instructionContext.tryBorrowInstructionAccount(0);
	emptied.setDataFromSlice(NO_DATA);
	emptied.drop();
	invokeContext.icMsg(`Migrated program ${programKey.toBase58()}`);
}

/** What account 0 holds. Fails with `InvalidArgument`. */
function readProgramdata(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	slot: bigint,
): Programdata {
	const programdata = instructionContext.tryBorrowInstructionAccount(0);
	if (!programdata.isWritable()) {
		loaderFailure(invokeContext, 'ProgramData account not writeable', InstructionError.InvalidArgument);
	}
	const state = catchFault(() => getLoaderState(programdata));
	const lamports = programdata.getLamports();
	const dataLength = programdata.getData().length;
	programdata.drop();
	if (!state.ok || state.value.kind !== 'ProgramData') {
		return { length: 0, upgradeAuthority: null, lamports };
	}
	if (state.value.slot === slot) {
		loaderFailure(
			invokeContext,
			'Program was deployed in this block already',
			InstructionError.InvalidArgument,
		);
	}
	const length = Math.max(dataLength - UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA, 0);
	return { length, upgradeAuthority: state.value.upgradeAuthorityAddress, lamports };
}

/** Empties account 1, the program, adds `lamports`, and gives it to loader v4. */
function handOver(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	programdataKey: Pubkey,
	lamports: bigint,
): void {
	const program = instructionContext.tryBorrowInstructionAccount(1);
	if (!program.isWritable()) {
		loaderFailure(invokeContext, 'Program account not writeable', InstructionError.InvalidArgument);
	}
	if (!program.getOwner().equals(instructionContext.getProgramKey())) {
		loaderFailure(invokeContext, 'Program account not owned by loader', InstructionError.IncorrectProgramId);
	}
	const state = getLoaderState(program);
	if (state.kind !== 'Program') {
		loaderFailure(invokeContext, 'Invalid Program account', InstructionError.InvalidAccountData);
	}
	if (!state.programdataAddress.equals(programdataKey)) {
		loaderFailure(
			invokeContext,
			'Program and ProgramData account mismatch',
			InstructionError.InvalidArgument,
		);
	}
	program.setDataFromSlice(NO_DATA);
	program.checkedAddLamports(lamports);
	program.setOwner(programIds.loaderV4);
	program.drop();
}
