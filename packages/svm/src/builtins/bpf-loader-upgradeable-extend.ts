/**
 * Extending program data of the upgradeable loader (v3).
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs (`common_extend_program`); solana-system-interface
 * (`transfer`).
 */

import {
	ByteWriter,
	type Instruction,
	InstructionError,
	type Pubkey,
	programIds,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import { deployProgram } from '../deploy.ts';
import { MAX_ACCOUNT_DATA_LEN } from '../execution-budget.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { getLoaderState, loaderFailure, setLoaderState } from './bpf-loader-upgradeable-state.ts';

/** Fewest bytes by which a program may be extended, with SIMD-0431. */
const MINIMUM_EXTEND_PROGRAM_BYTES = 10_240;

/** Accounts: program data, program, system program (unused), payer (needed where rent is due). */
export function extendProgram(invokeContext: InvokeContext, additionalBytes: number): void {
	const instructionContext = invokeContext.transactionContext.getCurrentInstructionContext();
	const loaderId = instructionContext.getProgramKey();
	if (additionalBytes === 0) {
		loaderFailure(
			invokeContext,
			'Additional bytes must be greater than 0',
			InstructionError.InvalidInstructionData,
		);
	}
	const programdata = instructionContext.tryBorrowInstructionAccount(0);
	const programdataKey = programdata.getKey();
	if (!programdata.getOwner().equals(loaderId)) {
		loaderFailure(invokeContext, 'ProgramData owner is invalid', InstructionError.InvalidAccountOwner);
	}
	if (!programdata.isWritable()) {
		loaderFailure(invokeContext, 'ProgramData is not writable', InstructionError.InvalidArgument);
	}
	const programKey = checkProgramOfProgramData(invokeContext, instructionContext, programdataKey);
	const newLen = checkExtendedLength(invokeContext, programdata.getData().length, additionalBytes);

	const clock = invokeContext.getSysvarCache().getClock();
	const state = getLoaderState(programdata);
	if (state.kind !== 'ProgramData') {
		loaderFailure(invokeContext, 'ProgramData state is invalid', InstructionError.InvalidAccountData);
	}
	if (state.slot === clock.slot) {
		loaderFailure(
			invokeContext,
			'Program was extended in this block already',
			InstructionError.InvalidArgument,
		);
	}
	if (state.upgradeAuthorityAddress === null) {
		loaderFailure(
			invokeContext,
			'Cannot extend ProgramData accounts that are not upgradeable',
			InstructionError.Immutable,
		);
	}
	const rent = invokeContext.getSysvarCache().getRent();
	const requiredPayment = leastBalance(rent.minimumBalance(newLen)) - programdata.getLamports();
	programdata.drop();
	if (requiredPayment > 0n) {
		const payerKey = instructionContext.getKeyOfInstructionAccount(3);
		invokeContext.nativeInvokeSigned(systemTransfer(payerKey, programdataKey, requiredPayment), []);
	}

	const extended = instructionContext.tryBorrowInstructionAccount(0);
	extended.setDataLength(newLen);
	// Old versions may still be extended.
	deployProgram(
		invokeContext,
		programKey,
		loaderId,
		extended.getData().subarray(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA),
		clock.slot,
		false,
	);
	setLoaderState(extended, { ...state, slot: clock.slot });
	extended.drop();
	invokeContext.icMsg(`Extended ProgramData account by ${additionalBytes} bytes`);
}

/** An account holds a lamport at least, even where rent is free. */
function leastBalance(rentExempt: bigint): bigint {
	return rentExempt > 1n ? rentExempt : 1n;
}

/** Account 1 must be the program whose data is extended; answers its address. */
function checkProgramOfProgramData(
	invokeContext: InvokeContext,
	instructionContext: InstructionContext,
	programdataKey: Pubkey,
): Pubkey {
	const program = instructionContext.tryBorrowInstructionAccount(1);
	if (!program.isWritable()) {
		loaderFailure(invokeContext, 'Program account is not writable', InstructionError.InvalidArgument);
	}
	if (!program.getOwner().equals(instructionContext.getProgramKey())) {
		loaderFailure(invokeContext, 'Program account not owned by loader', InstructionError.InvalidAccountOwner);
	}
	const state = getLoaderState(program);
	if (state.kind !== 'Program') {
		loaderFailure(invokeContext, 'Invalid Program account', InstructionError.InvalidAccountData);
	}
	if (!state.programdataAddress.equals(programdataKey)) {
		loaderFailure(
			invokeContext,
			'Program account does not match ProgramData account',
			InstructionError.InvalidArgument,
		);
	}
	program.drop();
	return program.getKey();
}

/** The length after extension, within the limits. */
function checkExtendedLength(invokeContext: InvokeContext, oldLen: number, additionalBytes: number): number {
	const newLen = oldLen + additionalBytes;
	if (newLen > MAX_ACCOUNT_DATA_LEN) {
		loaderFailure(
			invokeContext,
			`Extended ProgramData length of ${newLen} bytes exceeds max account data length of ${MAX_ACCOUNT_DATA_LEN} bytes`,
			InstructionError.InvalidRealloc,
		);
	}
	if (
		invokeContext.getFeatureSet().loaderV3MinimumExtendProgramSize &&
		additionalBytes < MINIMUM_EXTEND_PROGRAM_BYTES &&
		additionalBytes !== MAX_ACCOUNT_DATA_LEN - oldLen
	) {
		loaderFailure(
			invokeContext,
			`ExtendProgram requires a minimum of ${MINIMUM_EXTEND_PROGRAM_BYTES} additional bytes or to extend to maximum size, but only ${additionalBytes} were requested`,
			InstructionError.InvalidArgument,
		);
	}
	return newLen;
}

/** `SystemInstruction::Transfer` */
function systemTransfer(from: Pubkey, to: Pubkey, lamports: bigint): Instruction {
	return {
		programId: programIds.systemProgram,
		accounts: [
			{ pubkey: from, isSigner: true, isWritable: true },
			{ pubkey: to, isSigner: false, isWritable: true },
		],
		data: new ByteWriter(12).u32(2).u64(lamports).finish(),
	};
}
