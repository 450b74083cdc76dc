/**
 * Owns the parameters of a program as bytes: ABI v0 (deprecated loader, unaligned) and ABI v1 (aligned),
 * their memory regions, and the way back with every check on what the program changed.
 *
 * With `virtual_address_space_adjustments` each account's data has a region of its own; with
 * `account_data_direct_mapping` that data is not in the buffer at all (see serialization-regions.ts); with
 * `direct_account_pointers_in_program_input` (SIMD-0449, ABI v1 only) the addresses of the account records
 * follow the program id.
 *
 * Source: solana-program-runtime 4.3.0, serialization.rs.
 */

import type { Arena } from '@parhelion/sbpf';
import { Fault, InstructionError, type Pubkey, programIds } from '@parhelion/sdk';
import { MAX_ACCOUNT_DATA_LEN, MAX_ACCOUNTS_PER_INSTRUCTION } from './execution-budget.ts';
import type { InstructionContext } from './instruction-context.ts';
import { SerializedAccountMetadata } from './memory-context.ts';
import { deserializeAccount, type RecordLayout } from './serialization-accounts.ts';
import type { SerializationFeatures } from './serialization-regions.ts';
import {
	alignOffset,
	BPF_ALIGN_OF_U128,
	isDataElsewhere,
	MAX_PERMITTED_DATA_INCREASE,
	type SerializedParameters,
	Serializer,
} from './serialization-writer.ts';

/** First byte of a record that is not a duplicate. */
const NON_DUP_MARKER = 0xff;

/** Bytes of an ABI v0 record without its data. */
const RECORD_LEN_V0 = 1 + 1 + 1 + 32 + 8 + 8 + 32 + 1 + 8;
/** Bytes of an ABI v1 record without its data. */
const RECORD_LEN_V1 = 1 + 1 + 1 + 1 + 4 + 32 + 32 + 8 + 8 + 8;

/**
 * Serialises the parameters of the running instruction into the arena.
 *
 * Fails with `MaxAccountsExceeded` above 255 accounts, `MissingAccount`.
 */
export function serializeParameters(
	arena: Arena,
	instructionContext: InstructionContext,
	features: SerializationFeatures,
): SerializedParameters {
	if (instructionContext.getNumberOfInstructionAccounts() > MAX_ACCOUNTS_PER_INSTRUCTION) {
		throw new Fault(InstructionError.MaxAccountsExceeded);
	}
	const programId = instructionContext.getProgramKey();
	return instructionContext.getProgramOwner().equals(programIds.bpfLoaderDeprecated)
		? serializeParametersForAbiV0(arena, instructionContext, programId, features)
		: serializeParametersForAbiV1(arena, instructionContext, programId, features);
}

/** Gives the buffer and the blocks of directly mapped accounts back. */
export function freeSerializedParameters(arena: Arena, parameters: SerializedParameters): void {
	arena.free(parameters.host);
	for (const mapping of parameters.directMappings) mapping.free(arena);
}

function serializeParametersForAbiV0(
	arena: Arena,
	instructionContext: InstructionContext,
	programId: Pubkey,
	features: SerializationFeatures,
): SerializedParameters {
	const accounts = instructionContext.instructionAccounts;
	const list = instructionContext.transactionContext.accounts.list;
	const data = instructionContext.getInstructionData();
	let size = 8 + 8 + data.length + 32;
	for (let i = 0; i < accounts.length; i++) {
		if (instructionContext.isInstructionAccountDuplicate(i) !== null) {
			size += 1;
			continue;
		}
		size += RECORD_LEN_V0;
		if (!isDataElsewhere(features)) size += list[accounts[i]!.indexInTransaction]!.data.length;
	}

	const s = new Serializer(arena, size, true, features);
	const metadata: SerializedAccountMetadata[] = new Array(accounts.length);
	s.length(accounts.length);
	for (let i = 0; i < accounts.length; i++) {
		const duplicateOf = instructionContext.isInstructionAccountDuplicate(i);
		if (duplicateOf !== null) {
			metadata[i] = metadata[duplicateOf]!;
			s.u8(duplicateOf);
			continue;
		}
		const instructionAccount = accounts[i]!;
		const account = list[instructionAccount.indexInTransaction]!;
		const vmAddr = s.u8(NON_DUP_MARKER);
		s.flag(instructionAccount.isSigner);
		s.flag(instructionAccount.isWritable);
		const vmKeyAddr = s.pubkey(account.key);
		const vmLamportsAddr = s.u64(account.lamports);
		s.length(account.data.length);
		const vmDataAddr = s.account(instructionContext, i, account.data);
		const vmOwnerAddr = s.pubkey(account.owner);
		s.flag(account.executable);
		s.rentEpoch();
		metadata[i] = new SerializedAccountMetadata(
			vmAddr,
			account.data.length,
			vmKeyAddr,
			vmLamportsAddr,
			vmOwnerAddr,
			vmDataAddr,
		);
	}
	s.length(data.length);
	const instructionDataOffset = s.bytes(data);
	s.pubkey(programId);
	return s.finish(metadata, instructionDataOffset);
}

function serializeParametersForAbiV1(
	arena: Arena,
	instructionContext: InstructionContext,
	programId: Pubkey,
	features: SerializationFeatures,
): SerializedParameters {
	const accounts = instructionContext.instructionAccounts;
	const list = instructionContext.transactionContext.accounts.list;
	const data = instructionContext.getInstructionData();
	let size = 8 + 8 + data.length + 32;
	for (let i = 0; i < accounts.length; i++) {
		if (instructionContext.isInstructionAccountDuplicate(i) !== null) {
			size += 8;
			continue;
		}
		size += RECORD_LEN_V1;
		if (isDataElsewhere(features)) {
			size += BPF_ALIGN_OF_U128;
		} else {
			const len = list[accounts[i]!.indexInTransaction]!.data.length;
			size += len + MAX_PERMITTED_DATA_INCREASE + alignOffset(len);
		}
	}
	const pointersPadding = features.directAccountPointersInProgramInput ? alignOffset(size) : 0;
	if (features.directAccountPointersInProgramInput) size += pointersPadding + accounts.length * 8;

	const s = new Serializer(arena, size, false, features);
	const metadata: SerializedAccountMetadata[] = new Array(accounts.length);
	s.length(accounts.length);
	for (let i = 0; i < accounts.length; i++) {
		const duplicateOf = instructionContext.isInstructionAccountDuplicate(i);
		if (duplicateOf !== null) {
			metadata[i] = metadata[duplicateOf]!;
			s.length(duplicateOf);
			continue;
		}
		const instructionAccount = accounts[i]!;
		const account = list[instructionAccount.indexInTransaction]!;
		const vmAddr = s.u8(NON_DUP_MARKER);
		s.flag(instructionAccount.isSigner);
		s.flag(instructionAccount.isWritable);
		s.flag(account.executable);
		arena.view.setUint32(s.at, 0, true);
		s.at += 4;
		const vmKeyAddr = s.pubkey(account.key);
		const vmOwnerAddr = s.pubkey(account.owner);
		const vmLamportsAddr = s.u64(account.lamports);
		s.length(account.data.length);
		const vmDataAddr = s.account(instructionContext, i, account.data);
		s.rentEpoch();
		metadata[i] = new SerializedAccountMetadata(
			vmAddr,
			account.data.length,
			vmKeyAddr,
			vmLamportsAddr,
			vmOwnerAddr,
			vmDataAddr,
		);
	}
	s.length(data.length);
	const instructionDataOffset = s.bytes(data);
	s.pubkey(programId);
	if (features.directAccountPointersInProgramInput) {
		s.zeros(pointersPadding);
		for (const entry of metadata) s.length(entry.vmAddr);
	}
	return s.finish(metadata, instructionDataOffset);
}

/**
 * Takes over what the program wrote to its parameters.
 *
 * Account by account, in order: fails as `setLamports`, with `InvalidRealloc`, as the change of data, as
 * `setOwner`; with `InvalidArgument` where the buffer ends early.
 */
export function deserializeParameters(
	arena: Arena,
	instructionContext: InstructionContext,
	features: SerializationFeatures,
	parameters: SerializedParameters,
): void {
	const isLoaderV1 = instructionContext.getProgramOwner().equals(programIds.bpfLoaderDeprecated);
	const layout: RecordLayout = isLoaderV1 ? LAYOUT_V0 : LAYOUT_V1;
	const dataElsewhere = isDataElsewhere(features);
	const end = parameters.host + parameters.len;
	let at = parameters.host + 8;
	for (let i = 0; i < parameters.accountsMetadata.length; i++) {
		if (instructionContext.isInstructionAccountDuplicate(i) !== null) {
			at += isLoaderV1 ? 1 : 8;
			continue;
		}
		const preLen = parameters.accountsMetadata[i]!.originalDataLen;
		deserializeAccount(arena, instructionContext, i, features, layout, at, end, preLen);
		at += isLoaderV1 ? RECORD_LEN_V0 : RECORD_LEN_V1;
		if (isLoaderV1) {
			if (!dataElsewhere) at += preLen;
		} else {
			at += dataElsewhere ? BPF_ALIGN_OF_U128 : preLen + MAX_PERMITTED_DATA_INCREASE + alignOffset(preLen);
		}
	}
}

const LAYOUT_V0: RecordLayout = {
	owner: -1,
	lamports: 1 + 1 + 1 + 32,
	dataLen: -1,
	data: 1 + 1 + 1 + 32 + 8 + 8,
	maxDataIncrease: 0,
	maxDataLen: MAX_ACCOUNT_DATA_LEN,
};

const LAYOUT_V1: RecordLayout = {
	owner: 1 + 1 + 1 + 1 + 4 + 32,
	lamports: 1 + 1 + 1 + 1 + 4 + 32 + 32,
	dataLen: 1 + 1 + 1 + 1 + 4 + 32 + 32 + 8,
	data: 1 + 1 + 1 + 1 + 4 + 32 + 32 + 8 + 8,
	maxDataIncrease: MAX_PERMITTED_DATA_INCREASE,
	maxDataLen: MAX_ACCOUNT_DATA_LEN,
};
