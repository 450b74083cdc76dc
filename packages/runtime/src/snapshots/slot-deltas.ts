/**
 * Owns the status cache in a snapshot: the file `snapshots/status_cache`, and the same bytes in a checkpoint.
 *
 * Source: solana-runtime serde_snapshot/status_cache.rs. Of each message hash 20 bytes are kept, from an index on that
 * is drawn at random for each blockhash.
 */
import {
	ByteReader,
	type ByteWriter,
	catchFault,
	Fault,
	INSTRUCTION_ERRORS,
	InstructionError,
	instructionErrorCode,
	type Result,
	TRANSACTION_ERRORS,
	TransactionError,
	transactionErrorCode,
	type WireError,
} from '@parhelion/sdk';
import { CACHED_KEY_SIZE, type SlotDelta } from '../bank/status-cache.ts';

/** Reads the file. */
export function decodeSlotDeltas(bytes: Uint8Array): Result<SlotDelta[], WireError> {
	return catchFault(() => readSlotDeltas(new ByteReader(bytes)));
}

/** Reads slot deltas that other bytes may follow. */
export function readSlotDeltas(reader: ByteReader): SlotDelta[] {
	return list(reader, () => ({
		slot: reader.u64(),
		isRoot: reader.bool(),
		statuses: list(reader, () => ({
			blockhash: reader.hash(),
			keyIndex: readKeyIndex(reader),
			messages: list(reader, () => [reader.copy(CACHED_KEY_SIZE), readResult(reader)] as const),
		})),
	}));
}

/** The inverse of {@link readSlotDeltas}. */
export function writeSlotDeltas(writer: ByteWriter, deltas: readonly SlotDelta[]): void {
	writer.length64(deltas.length);
	for (const { slot, isRoot, statuses } of deltas) {
		writer.u64(slot).bool(isRoot).length64(statuses.length);
		for (const { blockhash, keyIndex, messages } of statuses) {
			writer.raw(blockhash.bytes).u64(BigInt(keyIndex)).length64(messages.length);
			for (const [keySlice, error] of messages) {
				writer.raw(keySlice);
				writeResult(writer, error);
			}
		}
	}
}

function list<T>(reader: ByteReader, read: () => T): T[] {
	const count = reader.length64();
	const items: T[] = [];
	for (let i = 0; i < count; i++) items.push(read());
	return items;
}

function readKeyIndex(reader: ByteReader): number {
	const index = reader.u64();
	if (index > BigInt(32 - CACHED_KEY_SIZE)) {
		throw new Fault<WireError>({ kind: 'InvalidValue', message: `key index ${index}` });
	}
	return Number(index);
}

function readResult(reader: ByteReader): TransactionError | null {
	const tag = reader.u32();
	if (tag > 1) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	return tag === 0 ? null : readTransactionError(reader);
}

function writeResult(writer: ByteWriter, error: TransactionError | null): void {
	writer.u32(error === null ? 0 : 1);
	if (error === null) return;
	writer.u32(transactionErrorCode(error));
	if ('index' in error) writer.u8(error.index);
	if ('accountIndex' in error) writer.u8(error.accountIndex);
	if (error.kind !== 'InstructionError') return;
	writer.u32(instructionErrorCode(error.error));
	if (error.error.kind === 'Custom') writer.u32(error.error.code);
	if (error.error.kind === 'BorshIoError') writer.u64(0n);
}

function readTransactionError(reader: ByteReader): TransactionError {
	const tag = reader.u32();
	const row = TRANSACTION_ERRORS[tag];
	if (row === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	switch (row.name) {
		case 'InstructionError':
			return TransactionError.InstructionError(reader.u8(), readInstructionError(reader));
		case 'DuplicateInstruction':
			return TransactionError.DuplicateInstruction(reader.u8());
		case 'InsufficientFundsForRent':
			return TransactionError.InsufficientFundsForRent(reader.u8());
		case 'ProgramExecutionTemporarilyRestricted':
			return TransactionError.ProgramExecutionTemporarilyRestricted(reader.u8());
		default:
			return TransactionError[row.name];
	}
}

function readInstructionError(reader: ByteReader): InstructionError {
	const tag = reader.u32();
	const row = INSTRUCTION_ERRORS[tag];
	if (row === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	if (row.name === 'Custom') return InstructionError.Custom(reader.u32());
	// Snapshots still carry the text that this variant once had.
	if (row.name === 'BorshIoError') reader.skip(reader.length64());
	return InstructionError[row.name];
}
