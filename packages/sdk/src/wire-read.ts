/**
 * Owns reading messages from wire bytes: the message objects that know their bytes, and where these are kept.
 * The faces are in `wire.ts`. Source: crate `solana-message` (its `wincode` schemas).
 */
import type { ByteReader, WireError } from './bytes.ts';
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
} from './message.ts';
import { Pubkey } from './pubkey.ts';
import { Fault } from './result.ts';
import { Slab } from './slab.ts';

/** The largest v1 transaction, in bytes (SIMD-0385). */
export const V1_MAX_TRANSACTION_SIZE = 4096;
/** Set in the first byte of a message that carries a version. */
export const MESSAGE_VERSION_PREFIX = 0x80;
/** The first byte of a v1 message. */
export const V1_PREFIX: number = MESSAGE_VERSION_PREFIX | 1;

/** The bits of a v1 message's config mask; the priority fee needs both of its bits. */
export const CONFIG_PRIORITY_FEE = 0b11;
export const CONFIG_COMPUTE_UNIT_LIMIT = 0b100;
export const CONFIG_LOADED_ACCOUNTS_DATA_SIZE = 0b1000;
export const CONFIG_HEAP_SIZE = 0b1_0000;
const CONFIG_KNOWN_BITS = 0b1_1111;

/** The bytes of decoded transactions. */
const kept = new Slab(16 * 1024);

/** A copy that nobody else writes to. */
export function keep(bytes: Uint8Array): Uint8Array {
	return kept.copy(bytes);
}

/**
 * A decoded message knows its bytes. The private field does not travel with a copy (`{ ...message, recentBlockhash }`),
 * so a changed copy is encoded anew. A WeakMap in its place costs 0.3 to 0.8 us a message.
 */
export class Wired {
	#bytes: Uint8Array | null = null;

	/** The bytes of a decoded message, or of one encoded before; null where there are none. */
	static bytesOf(message: VersionedMessage): Uint8Array | null {
		return #bytes in message ? message.#bytes : (bytesOfPlain.get(message) ?? null);
	}

	/** Keeps the bytes of a message just decoded. */
	static setBytes(message: Wired, bytes: Uint8Array): void {
		message.#bytes = bytes;
	}
}

/** The bytes of messages that were encoded before. Messages are immutable, so they stay true. */
export const bytesOfPlain: WeakMap<VersionedMessage, Uint8Array> = new WeakMap();

class WiredLegacyMessage extends Wired implements LegacyMessage {
	readonly version = 'legacy';
	readonly header: MessageHeader;
	readonly accountKeys: readonly Pubkey[];
	readonly recentBlockhash: Hash;
	readonly instructions: readonly CompiledInstruction[];

	constructor(reader: ByteReader, numRequiredSignatures: number) {
		super();
		this.header = readHeader(reader, numRequiredSignatures);
		this.accountKeys = readKeys(reader, reader.shortU16());
		this.recentBlockhash = reader.hash();
		this.instructions = readInstructions(reader);
	}
}

class WiredV0Message extends Wired implements V0Message {
	readonly version = 0;
	readonly header: MessageHeader;
	readonly accountKeys: readonly Pubkey[];
	readonly recentBlockhash: Hash;
	readonly instructions: readonly CompiledInstruction[];
	readonly addressTableLookups: readonly MessageAddressTableLookup[];

	constructor(reader: ByteReader) {
		super();
		// Upstream claims the header (3 bytes) at once.
		reader.offset = reader.skip(3);
		this.header = readHeader(reader, reader.u8());
		this.accountKeys = readKeys(reader, reader.shortU16());
		this.recentBlockhash = reader.hash();
		this.instructions = readInstructions(reader);
		this.addressTableLookups = readLookups(reader);
	}
}

class WiredV1Message extends Wired implements V1Message {
	readonly version = 1;
	readonly header: MessageHeader;
	readonly config: TransactionConfig;
	readonly accountKeys: readonly Pubkey[];
	readonly recentBlockhash: Hash;
	readonly instructions: readonly CompiledInstruction[];

	constructor(fields: Omit<V1Message, 'version'>) {
		super();
		this.header = fields.header;
		this.config = fields.config;
		this.accountKeys = fields.accountKeys;
		this.recentBlockhash = fields.recentBlockhash;
		this.instructions = fields.instructions;
	}
}

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
	for (let i = 0; i < count; i++, at += 32) keys.push(Pubkey.recent(reader.bytes, at));
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

function readLookups(reader: ByteReader): MessageAddressTableLookup[] {
	const count = reader.shortU16();
	const lookups: MessageAddressTableLookup[] = [];
	for (let i = 0; i < count; i++) {
		const accountKey = reader.pubkey();
		const writableIndexes = reader.take(reader.shortU16());
		const readonlyIndexes = reader.take(reader.shortU16());
		lookups.push({ accountKey, writableIndexes, readonlyIndexes });
	}
	return lookups;
}

function readV1(reader: ByteReader): WiredV1Message {
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
	const recentBlockhash = Hash.recent(bytes, at + 7);
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
	return new WiredV1Message({ header, config, accountKeys, recentBlockhash, instructions });
}

/** Reads a message of any version; it keeps the part of the reader's bytes that it came from. */
export function readMessage(reader: ByteReader): VersionedMessage {
	const start = reader.offset;
	const first = reader.u8();
	let message: WiredLegacyMessage | WiredV0Message | WiredV1Message;
	if (first < MESSAGE_VERSION_PREFIX) message = new WiredLegacyMessage(reader, first);
	else if (first === MESSAGE_VERSION_PREFIX) message = new WiredV0Message(reader);
	else if (first === V1_PREFIX) message = readV1(reader);
	else throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag: first & 0x7f });
	Wired.setBytes(message, reader.bytes.subarray(start, reader.offset));
	return message;
}
