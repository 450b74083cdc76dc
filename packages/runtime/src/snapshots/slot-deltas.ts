/**
 * Owns the status cache in a snapshot: the file `snapshots/status_cache`.
 *
 * Source: solana-runtime serde_snapshot/status_cache.rs. Of each message hash 20 bytes are kept, from an index on that
 * is drawn at random for each blockhash.
 */
import {
	ByteReader,
	catchFault,
	Fault,
	INSTRUCTION_ERRORS,
	InstructionError,
	type Result,
	TRANSACTION_ERRORS,
	TransactionError,
	type WireError,
} from '@parhelion/sdk';
import { CACHED_KEY_SIZE, type SlotDelta } from '../bank/status-cache.ts';

/** Reads the file. */
export function decodeSlotDeltas(bytes: Uint8Array): Result<SlotDelta[], WireError> {
	return catchFault(() => {
		const reader = new ByteReader(bytes);
		return list(reader, () => ({
			slot: reader.u64(),
			isRoot: reader.bool(),
			statuses: list(reader, () => ({
				blockhash: reader.hash(),
				keyIndex: readKeyIndex(reader),
				messages: list(reader, () => [reader.copy(CACHED_KEY_SIZE), readResult(reader)] as const),
			})),
		}));
	});
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
