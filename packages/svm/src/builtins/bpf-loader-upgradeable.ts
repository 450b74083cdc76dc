/**
 * The management instructions of the upgradeable loader (v3).
 *
 * Owns the instruction format and the filling of buffers; the rest is in the files beside this one.
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs (`process_loader_upgradeable_instruction`);
 * solana-loader-v3-interface (`UpgradeableLoaderInstruction`); solana-bincode (`limited_deserialize`).
 */

import {
	ByteReader,
	catchFault,
	Fault,
	InstructionError,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
} from '@parhelion/sdk';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import {
	checkBufferAuthority,
	setAuthority,
	setAuthorityChecked,
} from './bpf-loader-upgradeable-authority.ts';
import { close } from './bpf-loader-upgradeable-close.ts';
import { deployWithMaxDataLen, upgrade } from './bpf-loader-upgradeable-deploy.ts';
import { extendProgram } from './bpf-loader-upgradeable-extend.ts';
import { migrate } from './bpf-loader-upgradeable-migrate.ts';
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
	| { readonly kind: 'SetAuthorityChecked' }
	| { readonly kind: 'Migrate' };

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
			case 8:
				return { kind: 'Migrate' };
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
			initializeBuffer(invokeContext, instructionContext);
			break;
		case 'Write':
			write(invokeContext, instructionContext, instruction.offset, instruction.bytes);
			break;
		case 'DeployWithMaxDataLen':
			deployWithMaxDataLen(invokeContext, instruction.maxDataLen);
			break;
		case 'Upgrade':
			upgrade(invokeContext);
			break;
		case 'SetAuthority':
			setAuthority(invokeContext, instructionContext);
			break;
		case 'SetAuthorityChecked':
			setAuthorityChecked(invokeContext, instructionContext);
			break;
		case 'Close':
			close(invokeContext, instructionContext);
			break;
		case 'ExtendProgram':
			extendProgram(invokeContext, instruction.additionalBytes);
			break;
		case 'Migrate':
			migrate(invokeContext, instructionContext);
			break;
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
