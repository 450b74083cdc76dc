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
import { Hash } from './hash.ts';
import type {
	CompiledInstruction,
	LegacyMessage,
	MessageAddressTableLookup,
	MessageHeader,
	TransactionConfig,
	V0Message,
	V1Message,
	VersionedMessage,
	VersionedTransaction,
} from './message.ts';
import { Pubkey } from './pubkey.ts';
import { catchFault, Fault, type Result } from './result.ts';

/** The largest legacy or v0 transaction, in bytes. */
export const PACKET_DATA_SIZE = 1232;
/** The largest v1 transaction, in bytes (SIMD-0385). */
export const V1_MAX_TRANSACTION_SIZE = 4096;
/** Set in the first byte of a message that carries a version. */
export const MESSAGE_VERSION_PREFIX = 0x80;

const V1_PREFIX = MESSAGE_VERSION_PREFIX | 1;
const SIGNATURE_BYTES = 64;

/** The bits of a v1 message's config mask; the priority fee needs both of its bits. */
const CONFIG_PRIORITY_FEE = 0b11;
const CONFIG_COMPUTE_UNIT_LIMIT = 0b100;
const CONFIG_LOADED_ACCOUNTS_DATA_SIZE = 0b1000;
const CONFIG_HEAP_SIZE = 0b1_0000;
const CONFIG_KNOWN_BITS = 0b1_1111;

/** The bytes of messages that were decoded or encoded before. Messages are immutable, so they stay true. */
const bytesOfMessage = new WeakMap<VersionedMessage, Uint8Array>();

function readHeader(reader: ByteReader, numRequiredSignatures: number): MessageHeader {
	const at = reader.skip(2);
	return {
		numRequiredSignatures,
		numReadonlySignedAccounts: reader.bytes[at]!,
		numReadonlyUnsignedAccounts: reader.bytes[at + 1]!,
	};
}

function readKeys(reader: ByteReader, count: number): Pubkey[] {
	let at = reader.skip(count * 32);
	const keys: Pubkey[] = [];
	for (let i = 0; i < count; i++, at += 32) keys.push(Pubkey.fromBytes(reader.bytes, at));
	return keys;
}

function readInstructions(reader: ByteReader): CompiledInstruction[] {
	const count = reader.shortU16();
	const instructions: CompiledInstruction[] = [];
	for (let i = 0; i < count; i++) {
		const programIdIndex = reader.u8();
		const accounts = reader.take(reader.shortU16());
		const data = reader.take(reader.shortU16());
		instructions.push({ programIdIndex, accounts, data });
	}
	return instructions;
}

function readLegacy(reader: ByteReader, numRequiredSignatures: number): LegacyMessage {
	const header = readHeader(reader, numRequiredSignatures);
	const accountKeys = readKeys(reader, reader.shortU16());
	const recentBlockhash = reader.hash();
	return { version: 'legacy', header, accountKeys, recentBlockhash, instructions: readInstructions(reader) };
}

function readV0(reader: ByteReader): V0Message {
	const header = readHeader(reader, reader.u8());
	const accountKeys = readKeys(reader, reader.shortU16());
	const recentBlockhash = reader.hash();
	const instructions = readInstructions(reader);
	const count = reader.shortU16();
	const addressTableLookups: MessageAddressTableLookup[] = [];
	for (let i = 0; i < count; i++) {
		const accountKey = reader.pubkey();
		const writableIndexes = reader.take(reader.shortU16());
		const readonlyIndexes = reader.take(reader.shortU16());
		addressTableLookups.push({ accountKey, writableIndexes, readonlyIndexes });
	}
	return { version: 0, header, accountKeys, recentBlockhash, instructions, addressTableLookups };
}

function readV1(reader: ByteReader): V1Message {
	// Upstream claims the fixed header (41 bytes) at once.
	const at = reader.skip(41);
	const { bytes } = reader;
	const header: MessageHeader = {
		numRequiredSignatures: bytes[at]!,
		numReadonlySignedAccounts: bytes[at + 1]!,
		numReadonlyUnsignedAccounts: bytes[at + 2]!,
	};
	const mask =
		(bytes[at + 3]! | (bytes[at + 4]! << 8) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 24)) >>> 0;
	const recentBlockhash = Hash.fromBytes(bytes, at + 7);
	const numInstructions = bytes[at + 39]!;
	const numAddresses = bytes[at + 40]!;
	const feeBits = mask & CONFIG_PRIORITY_FEE;
	if (mask > CONFIG_KNOWN_BITS || (feeBits !== 0 && feeBits !== CONFIG_PRIORITY_FEE)) {
		throw new Fault<WireError>({ kind: 'InvalidValue', message: 'invalid transaction config mask' });
	}
	const accountKeys = readKeys(reader, numAddresses);
	const config: TransactionConfig = {
		priorityFee: feeBits === 0 ? null : reader.u64(),
		computeUnitLimit: mask & CONFIG_COMPUTE_UNIT_LIMIT ? reader.u32() : null,
		loadedAccountsDataSizeLimit: mask & CONFIG_LOADED_ACCOUNTS_DATA_SIZE ? reader.u32() : null,
		heapSize: mask & CONFIG_HEAP_SIZE ? reader.u32() : null,
	};
	let head = reader.skip(numInstructions * 4);
	const instructions: CompiledInstruction[] = [];
	for (let i = 0; i < numInstructions; i++, head += 4) {
		const accounts = reader.take(bytes[head + 1]!);
		const data = reader.take(bytes[head + 2]! | (bytes[head + 3]! << 8));
		instructions.push({ programIdIndex: bytes[head]!, accounts, data });
	}
	return { version: 1, header, config, accountKeys, recentBlockhash, instructions };
}

function readMessage(reader: ByteReader): VersionedMessage {
	const start = reader.offset;
	const first = reader.u8();
	let message: VersionedMessage;
	if (first < MESSAGE_VERSION_PREFIX) message = readLegacy(reader, first);
	else if (first === MESSAGE_VERSION_PREFIX) message = readV0(reader);
	else if (first === V1_PREFIX) message = readV1(reader);
	else throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag: first & 0x7f });
	bytesOfMessage.set(message, reader.bytes.subarray(start, reader.offset));
	return message;
}

function readSignatures(reader: ByteReader, count: number): Uint8Array[] {
	let at = reader.skip(count * SIGNATURE_BYTES);
	const signatures: Uint8Array[] = [];
	for (let i = 0; i < count; i++, at += SIGNATURE_BYTES) {
		signatures.push(reader.bytes.subarray(at, at + SIGNATURE_BYTES));
	}
	return signatures;
}

function readTransaction(reader: ByteReader): VersionedTransaction {
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
	return catchFault(() => readTransaction(new ByteReader(bytes.slice())));
}

/** Decodes a message of any version (with its version prefix, if it has one) as {@link decodeTransaction} does. */
export function decodeMessage(bytes: Uint8Array): Result<VersionedMessage, WireError> {
	return catchFault(() => readMessage(new ByteReader(bytes.slice())));
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
	const known = bytesOfMessage.get(message);
	if (known !== undefined) return known;
	const writer = new ByteWriter(512);
	writeMessage(writer, message);
	const bytes = writer.finish();
	bytesOfMessage.set(message, bytes);
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
