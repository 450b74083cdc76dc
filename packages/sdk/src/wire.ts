/**
 * Owns the wire form of messages and transactions: legacy, v0, v1.
 *
 * Source: crates `solana-message` and `solana-transaction` (their `wincode` schemas). As `wincode::deserialize`, the
 * decoders ignore bytes after the value. The encoding is canonical: what decodes re-encodes to the same bytes, so a
 * decoded message keeps its own bytes for hashing and signature checks.
 *
 * Limits on the size of a packet are the caller's: {@link PACKET_DATA_SIZE} for legacy and v0,
 * {@link V1_MAX_TRANSACTION_SIZE} for v1.
 */
import { ByteReader, ByteWriter, type WireError } from './bytes.ts';
import type { MessageHeader, V1Message, VersionedMessage, VersionedTransaction } from './message.ts';
import type { Pubkey } from './pubkey.ts';
import { catchFault, Fault, type Result } from './result.ts';
import {
	bytesOfPlain,
	CONFIG_COMPUTE_UNIT_LIMIT,
	CONFIG_HEAP_SIZE,
	CONFIG_LOADED_ACCOUNTS_DATA_SIZE,
	CONFIG_PRIORITY_FEE,
	keep,
	MESSAGE_VERSION_PREFIX,
	readMessage,
	V1_PREFIX,
	Wired,
} from './wire-read.ts';

export { MESSAGE_VERSION_PREFIX, V1_MAX_TRANSACTION_SIZE } from './wire-read.ts';

/** The largest legacy or v0 transaction, in bytes. */
export const PACKET_DATA_SIZE = 1232;

const SIGNATURE_BYTES = 64;

function readSignatures(reader: ByteReader, count: number): Uint8Array[] {
	let at = reader.skip(count * SIGNATURE_BYTES);
	const signatures: Uint8Array[] = [];
	for (let i = 0; i < count; i++, at += SIGNATURE_BYTES) {
		signatures.push(reader.bytes.subarray(at, at + SIGNATURE_BYTES));
	}
	return signatures;
}

/**
 * Reads a transaction of any version where it is one of many (an entry of a block). The transaction keeps the
 * reader's bytes, which nobody may write to any more. Throws `Fault<WireError>` at the first byte that does not fit.
 */
export function readTransaction(reader: ByteReader): VersionedTransaction {
	const first = reader.u8();
	if (first < MESSAGE_VERSION_PREFIX) {
		// The count of signatures is a short-vec length of one byte; longer ones are not accepted.
		const signatures = readSignatures(reader, first);
		const message = readMessage(reader);
		if (message.version === 1) {
			throw new Fault<WireError>({ kind: 'Custom', message: 'invalid message version' });
		}
		return { signatures, message };
	}
	if (first === V1_PREFIX) {
		// The message comes first; as many signatures as its header demands follow without a length.
		reader.offset--;
		const message = readMessage(reader);
		return { signatures: readSignatures(reader, message.header.numRequiredSignatures), message };
	}
	throw new Fault<WireError>({ kind: 'Custom', message: 'invalid transaction discriminator' });
}

/**
 * Decodes a transaction of any version from its wire bytes, of which it keeps one copy. Nothing is sanitised and no
 * size limit applies. Errors: a {@link WireError} at the first byte that does not fit.
 */
export function decodeTransaction(bytes: Uint8Array): Result<VersionedTransaction, WireError> {
	return catchFault(() => readTransaction(new ByteReader(keep(bytes))));
}

/** Decodes a message of any version (with its version prefix, if it has one) as {@link decodeTransaction} does. */
export function decodeMessage(bytes: Uint8Array): Result<VersionedMessage, WireError> {
	return catchFault(() => readMessage(new ByteReader(keep(bytes))));
}

function writeHeader(writer: ByteWriter, header: MessageHeader): void {
	writer
		.u8(header.numRequiredSignatures)
		.u8(header.numReadonlySignedAccounts)
		.u8(header.numReadonlyUnsignedAccounts);
}

function writeKeys(writer: ByteWriter, keys: readonly Pubkey[]): void {
	for (const key of keys) writer.raw(key.bytes);
}

function writeShortVec(writer: ByteWriter, bytes: Uint8Array): void {
	writer.shortU16(bytes.length).raw(bytes);
}

function writeV1(writer: ByteWriter, message: V1Message): void {
	const { config, instructions, accountKeys } = message;
	if (instructions.length > 255 || accountKeys.length > 255) {
		throw new RangeError('a v1 message holds at most 255 instructions and 255 account keys');
	}
	writeHeader(writer, message.header);
	writer.u32(
		(config.priorityFee === null ? 0 : CONFIG_PRIORITY_FEE) |
			(config.computeUnitLimit === null ? 0 : CONFIG_COMPUTE_UNIT_LIMIT) |
			(config.loadedAccountsDataSizeLimit === null ? 0 : CONFIG_LOADED_ACCOUNTS_DATA_SIZE) |
			(config.heapSize === null ? 0 : CONFIG_HEAP_SIZE),
	);
	writer.raw(message.recentBlockhash.bytes).u8(instructions.length).u8(accountKeys.length);
	writeKeys(writer, accountKeys);
	if (config.priorityFee !== null) writer.u64(config.priorityFee);
	if (config.computeUnitLimit !== null) writer.u32(config.computeUnitLimit);
	if (config.loadedAccountsDataSizeLimit !== null) writer.u32(config.loadedAccountsDataSizeLimit);
	if (config.heapSize !== null) writer.u32(config.heapSize);
	for (const { programIdIndex, accounts, data } of instructions) {
		if (accounts.length > 0xff || data.length > 0xffff) {
			throw new RangeError('a v1 instruction holds at most 255 accounts and 65535 bytes of data');
		}
		writer.u8(programIdIndex).u8(accounts.length).u16(data.length);
	}
	for (const { accounts, data } of instructions) writer.raw(accounts).raw(data);
}

function writeMessage(writer: ByteWriter, message: VersionedMessage): void {
	if (message.version === 1) {
		writer.u8(V1_PREFIX);
		writeV1(writer, message);
		return;
	}
	if (message.version === 0) writer.u8(MESSAGE_VERSION_PREFIX);
	writeHeader(writer, message.header);
	writer.shortU16(message.accountKeys.length);
	writeKeys(writer, message.accountKeys);
	writer.raw(message.recentBlockhash.bytes).shortU16(message.instructions.length);
	for (const { programIdIndex, accounts, data } of message.instructions) {
		writer.u8(programIdIndex);
		writeShortVec(writer, accounts);
		writeShortVec(writer, data);
	}
	if (message.version === 0) {
		writer.shortU16(message.addressTableLookups.length);
		for (const lookup of message.addressTableLookups) {
			writer.raw(lookup.accountKey.bytes);
			writeShortVec(writer, lookup.writableIndexes);
			writeShortVec(writer, lookup.readonlyIndexes);
		}
	}
}

/**
 * The bytes that are signed and hashed, version prefix included. Kept for the message object: the caller does not
 * write to them. RangeError where a count does not fit its length prefix.
 */
export function encodeMessage(message: VersionedMessage): Uint8Array {
	const known = Wired.bytesOf(message);
	if (known !== null) return known;
	const writer = new ByteWriter(512);
	writeMessage(writer, message);
	const bytes = writer.finish();
	bytesOfPlain.set(message, bytes);
	return bytes;
}

/**
 * The wire bytes of a transaction. RangeError where a count does not fit its length prefix, or a signature is not 64
 * bytes long.
 */
export function encodeTransaction(transaction: VersionedTransaction): Uint8Array {
	const { signatures, message } = transaction;
	for (const signature of signatures) {
		if (signature.length !== SIGNATURE_BYTES) {
			throw new RangeError(`a signature has 64 bytes, not ${signature.length}`);
		}
	}
	const messageBytes = encodeMessage(message);
	const writer = new ByteWriter(messageBytes.length + signatures.length * SIGNATURE_BYTES + 3);
	if (message.version === 1) writer.raw(messageBytes);
	else writer.shortU16(signatures.length);
	for (const signature of signatures) writer.raw(signature);
	if (message.version !== 1) writer.raw(messageBytes);
	return writer.finish();
}

/** The size of the transaction's wire bytes. RangeError as {@link encodeMessage}. */
export function transactionSize(transaction: VersionedTransaction): number {
	const { signatures, message } = transaction;
	const count = signatures.length;
	const prefix = message.version === 1 ? 0 : count < 0x80 ? 1 : count < 0x4000 ? 2 : 3;
	return prefix + count * SIGNATURE_BYTES + encodeMessage(message).length;
}
