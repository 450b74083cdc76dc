/**
 * Owns the bytes of what became of a transaction, as the block store keeps them.
 *
 * Compact: lengths and indices are short-vec numbers where they are small. The transaction itself stands in the entries of
 * its block; where exactly is written here, so that it is found without reading the others. The first byte is the
 * version.
 */
import {
	ByteReader,
	ByteWriter,
	catchFault,
	Fault,
	INSTRUCTION_ERRORS,
	InstructionError,
	instructionErrorCode,
	type Pubkey,
	type Result,
	TRANSACTION_ERRORS,
	TransactionError,
	transactionErrorCode,
	type WireError,
} from '@parhelion/sdk';
import type { InnerInstruction, InnerInstructionsList } from '@parhelion/svm';
import type { TokenBalance, TransactionStatusMeta } from '../bank/bank-types.ts';

const VERSION = 1;
const HAS_RETURN_DATA = 1;
const HAS_COST_UNITS = 2;

/** What the block store keeps of a transaction. */
export interface StoredStatus {
	/** Its memos as a list of signatures tells them; `null` if it has none. */
	readonly memo: string | null;
	/** Where in the entries of its block the transaction begins. */
	readonly offset: number;
	readonly meta: TransactionStatusMeta;
}

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes of a status. */
export function encodeStatus({ memo, offset, meta }: StoredStatus): Uint8Array {
	const writer = new ByteWriter(512).u8(VERSION);
	writeError(writer, meta.err);
	writer.option(memo, writeText);
	const { returnData, costUnits } = meta;
	const flags = (returnData === null ? 0 : HAS_RETURN_DATA) | (costUnits === undefined ? 0 : HAS_COST_UNITS);
	writer.u8(flags).u32(offset).u64(meta.fee).u32(meta.computeUnitsConsumed);
	writeLamports(writer, meta.preBalances);
	writeLamports(writer, meta.postBalances);
	writeTokens(writer, meta.preTokenBalances);
	writeTokens(writer, meta.postTokenBalances);
	writer.shortU16(meta.innerInstructions.length);
	for (const instructions of meta.innerInstructions) writeInstructions(writer, instructions);
	writer.u32(meta.logMessages.length);
	for (const message of meta.logMessages) writeText(writer, message);
	writeKeys(writer, meta.loadedAddresses.writable);
	writeKeys(writer, meta.loadedAddresses.readonly);
	if (returnData !== null) {
		writer.raw(returnData.programId.bytes).u32(returnData.data.length).raw(returnData.data);
	}
	if (costUnits !== undefined) writer.u64(BigInt(costUnits));
	return writer.finish();
}

/** Reads a status. Errors: those of the reader, `InvalidValue` for another version. */
export function decodeStatus(bytes: Uint8Array): Result<StoredStatus, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(bytes);
		const { err, memo } = readHead(reader);
		const flags = reader.u8();
		const offset = reader.u32();
		const fee = reader.u64();
		const computeUnitsConsumed = reader.u32();
		const meta = {
			err,
			fee,
			computeUnitsConsumed,
			preBalances: readList(reader, reader.shortU16(), () => reader.u64()),
			postBalances: readList(reader, reader.shortU16(), () => reader.u64()),
			preTokenBalances: readList(reader, reader.shortU16(), readToken),
			postTokenBalances: readList(reader, reader.shortU16(), readToken),
			innerInstructions: readList(reader, reader.shortU16(), readInstructions),
			logMessages: readList(reader, reader.u32(), readText),
			loadedAddresses: {
				writable: readList(reader, reader.shortU16(), () => reader.pubkey()),
				readonly: readList(reader, reader.shortU16(), () => reader.pubkey()),
			},
			returnData:
				(flags & HAS_RETURN_DATA) === 0
					? null
					: { programId: reader.pubkey(), data: reader.copy(reader.u32()) },
		};
		const costUnits = (flags & HAS_COST_UNITS) === 0 ? undefined : Number(reader.u64());
		if (reader.remaining > 0) throw new Fault<WireError>({ kind: 'TrailingBytes' });
		return { memo, offset, meta: costUnits === undefined ? meta : { ...meta, costUnits } };
	});
}

/** What stands at the head of a status, read without the rest of it. */
export interface StatusHead {
	readonly err: TransactionError | null;
	readonly memo: string | null;
}

/** Reads the head of a status. Errors as {@link decodeStatus}. */
export function decodeStatusHead(bytes: Uint8Array): Result<StatusHead, WireError> {
	return catchFault(() => readHead(new ByteReader(bytes)));
}

function readHead(reader: ByteReader): StatusHead {
	const version = reader.u8();
	if (version !== VERSION) {
		throw new Fault<WireError>({ kind: 'InvalidValue', message: `a status of version ${version}` });
	}
	return { err: readError(reader), memo: reader.option(readText) };
}

function writeText(writer: ByteWriter, text: string): void {
	const bytes = utf8Encoder.encode(text);
	writer.u32(bytes.length).raw(bytes);
}

function readText(reader: ByteReader): string {
	return utf8Decoder.decode(reader.take(reader.u32()));
}

/** Writes an error in one to six bytes: the discriminant and one more, then its fields. */
export function writeError(writer: ByteWriter, error: TransactionError | null): void {
	if (error === null) {
		writer.u8(0);
		return;
	}
	writer.u8(transactionErrorCode(error) + 1);
	if ('index' in error) writer.u8(error.index);
	if ('accountIndex' in error) writer.u8(error.accountIndex);
	if (error.kind !== 'InstructionError') return;
	writer.u8(instructionErrorCode(error.error));
	if (error.error.kind === 'Custom') writer.u32(error.error.code);
}

/** The inverse of {@link writeError}. */
export function readError(reader: ByteReader): TransactionError | null {
	const tag = reader.u8();
	if (tag === 0) return null;
	const row = TRANSACTION_ERRORS[tag - 1];
	if (row === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	switch (row.name) {
		case 'InstructionError':
			return TransactionError.InstructionError(reader.u8(), readInstructionError(reader));
		case 'DuplicateInstruction':
		case 'InsufficientFundsForRent':
		case 'ProgramExecutionTemporarilyRestricted':
			return TransactionError[row.name](reader.u8());
		default:
			return TransactionError[row.name];
	}
}

function readInstructionError(reader: ByteReader): InstructionError {
	const tag = reader.u8();
	const row = INSTRUCTION_ERRORS[tag];
	if (row === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	return row.name === 'Custom' ? InstructionError.Custom(reader.u32()) : InstructionError[row.name];
}

function writeLamports(writer: ByteWriter, balances: readonly bigint[]): void {
	writer.shortU16(balances.length);
	for (const balance of balances) writer.u64(balance);
}

function writeTokens(writer: ByteWriter, balances: readonly TokenBalance[]): void {
	writer.shortU16(balances.length);
	for (const { accountIndex, mint, owner, programId, amount, decimals } of balances) {
		writer.shortU16(accountIndex).raw(mint.bytes).raw(owner.bytes).raw(programId.bytes);
		writer.u64(amount).u8(decimals);
	}
}

function readToken(reader: ByteReader): TokenBalance {
	return {
		accountIndex: reader.shortU16(),
		mint: reader.pubkey(),
		owner: reader.pubkey(),
		programId: reader.pubkey(),
		amount: reader.u64(),
		decimals: reader.u8(),
	};
}

function writeInstructions(writer: ByteWriter, instructions: InnerInstructionsList[number]): void {
	writer.shortU16(instructions.length);
	for (const { instruction, stackHeight } of instructions) {
		const { programIdIndex, accounts, data } = instruction;
		writer.u8(stackHeight).shortU16(programIdIndex).shortU16(accounts.length).raw(accounts);
		writer.u32(data.length).raw(data);
	}
}

function readInstructions(reader: ByteReader): InnerInstruction[] {
	return readList(reader, reader.shortU16(), () => {
		const stackHeight = reader.u8();
		const programIdIndex = reader.shortU16();
		const accounts = reader.copy(reader.shortU16());
		return { stackHeight, instruction: { programIdIndex, accounts, data: reader.copy(reader.u32()) } };
	});
}

function writeKeys(writer: ByteWriter, keys: readonly Pubkey[]): void {
	writer.shortU16(keys.length);
	for (const { bytes } of keys) writer.raw(bytes);
}

/** So many elements, each of which takes at least a byte. */
function readList<T>(reader: ByteReader, count: number, read: (reader: ByteReader) => T): T[] {
	if (count > reader.remaining) throw new Fault<WireError>({ kind: 'ReadSizeLimit', bytes: count });
	const items: T[] = [];
	for (let i = 0; i < count; i++) items.push(read(reader));
	return items;
}
