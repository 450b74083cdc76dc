/**
 * What the threads that execute a block tell each other of a transaction: to run it, with the accounts that the worker
 * lacks; and what became of it.
 *
 * The data of a large account does not lie between the rest: it travels as memory that both threads see. Both ends are
 * of one build, so there is no version, and nothing is checked twice.
 */
import {
	type AccountSharedData,
	type ByteReader,
	InstructionError,
	type LoadedAddresses,
	NO_LOADED_ADDRESSES,
	Pubkey,
	Slab,
	TransactionError,
} from '@parhelion/sdk';
import {
	type FeeDetails,
	type InnerInstruction,
	type InnerInstructionsList,
	NO_FEE,
	type TransactionReturnData,
} from '@parhelion/svm';
import type { RecordWriter } from './record-bytes.ts';

/** Account data of more bytes is shared and not copied into a record. */
const MAX_INLINE_DATA = 16 * 1024;
/** Bytes of a record after which account data is shared all the same. */
const MAX_INLINE_RECORD = 128 * 1024;

/** Of the run of a transaction: its blockhash is not a recent one, so it must be a nonce. */
export const IS_NONCE = 1;
/** Of the run of a transaction: see `ProcessOptions.keepNoOpTransactions`. */
export const KEEPS_NO_OP = 2;
/** Of the run of a transaction: the message's hash is wanted. */
export const WANTS_HASH = 4;

/** In the place of an account's index in the message: a key follows. */
export const OTHER_ACCOUNT = 254;
/** In the place of an account's index in the message: there are no more. */
export const END_OF_ACCOUNTS = 255;

const EXISTS = 1;
const EXECUTABLE = 2;
/** The receiver's version of the account has the same data. */
const SAME_DATA = 4;
const SHARED_DATA = 8;
/** The receiver's version of the account has the same owner and the same rent epoch. */
const SAME_OWNER_AND_EPOCH = 16;

const NO_DATA = new Uint8Array(0);
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Memory that other threads see, with these bytes. */
function sharedCopy(bytes: Uint8Array): SharedArrayBuffer {
	const shared = new SharedArrayBuffer(bytes.length);
	new Uint8Array(shared).set(bytes);
	return shared;
}

/** Shares account data: every version once, whoever it is sent to. */
export class DataShares {
	readonly #shared: WeakMap<Uint8Array, SharedArrayBuffer> = new WeakMap();

	of(data: Uint8Array): SharedArrayBuffer {
		if (data.buffer instanceof SharedArrayBuffer && data.length === data.buffer.byteLength)
			return data.buffer;
		let shared = this.#shared.get(data);
		if (shared === undefined) {
			shared = sharedCopy(data);
			this.#shared.set(data, shared);
		}
		return shared;
	}
}

/** Writes accounts into records. */
export class AccountWriter {
	readonly #writer: RecordWriter;
	readonly #dataShares: DataShares = new DataShares();
	/** The memory that the record speaks of. */
	shares: SharedArrayBuffer[] = [];

	constructor(writer: RecordWriter) {
		this.#writer = writer;
	}

	/** `known` is the receiver's version; `null` where it has none. */
	write(account: AccountSharedData | null, known: AccountSharedData | null): void {
		const writer = this.#writer;
		if (account === null) {
			writer.u8(0);
			return;
		}
		const { data, owner, rentEpoch } = account;
		const isSame = known !== null && data === known.data;
		const isShared =
			!isSame && (data.length > MAX_INLINE_DATA || writer.length + data.length > MAX_INLINE_RECORD);
		const areOwnerAndEpochSame =
			known !== null && rentEpoch === known.rentEpoch && owner.key === known.owner.key;
		writer.u8(
			EXISTS |
				(account.executable ? EXECUTABLE : 0) |
				(isSame ? SAME_DATA : isShared ? SHARED_DATA : 0) |
				(areOwnerAndEpochSame ? SAME_OWNER_AND_EPOCH : 0),
		);
		writer.u64(account.lamports);
		if (!areOwnerAndEpochSame) writer.u64(rentEpoch).pubkey(owner);
		if (isSame) return;
		if (isShared) this.shares.push(this.#dataShares.of(data));
		else writer.u16(data.length).raw(data);
	}
}

/** Where the data of small accounts lies: an array of its own for each would cost 1.4 µs. */
const slab = new Slab(8 * 1024);

/** Reads accounts out of a record. */
export class AccountReader {
	readonly #reader: ByteReader;
	readonly #shares: readonly SharedArrayBuffer[];
	#nextShare = 0;

	constructor(reader: ByteReader, shares: readonly SharedArrayBuffer[]) {
		this.#reader = reader;
		this.#shares = shares;
	}

	/** `known` is the reader's own version; `null` where it has none. */
	read(known: AccountSharedData | null): AccountSharedData | null {
		const reader = this.#reader;
		const flags = reader.u8();
		if ((flags & EXISTS) === 0) return null;
		const lamports = reader.u64();
		const areOwnerAndEpochSame = (flags & SAME_OWNER_AND_EPOCH) !== 0;
		const rentEpoch = areOwnerAndEpochSame ? known!.rentEpoch : reader.u64();
		const owner = areOwnerAndEpochSame ? known!.owner : Pubkey.recent(reader.bytes, reader.skip(32));
		let data: Uint8Array;
		if ((flags & SAME_DATA) !== 0) data = known!.data;
		else if ((flags & SHARED_DATA) !== 0) data = new Uint8Array(this.#shares[this.#nextShare++]!);
		else {
			const length = reader.u16();
			data = length === 0 ? NO_DATA : slab.copy(reader.take(length));
		}
		return { lamports, data, owner, executable: (flags & EXECUTABLE) !== 0, rentEpoch };
	}
}

/** The loaded addresses of a message. */
export function writeLoadedAddresses(writer: RecordWriter, { writable, readonly }: LoadedAddresses): void {
	writer.u16(writable.length).u16(readonly.length);
	for (const key of writable) writer.pubkey(key);
	for (const key of readonly) writer.pubkey(key);
}

export function readLoadedAddresses(reader: ByteReader): LoadedAddresses {
	const [writable, readonly] = [reader.u16(), reader.u16()];
	if (writable + readonly === 0) return NO_LOADED_ADDRESSES;
	const read = (): Pubkey => Pubkey.recent(reader.bytes, reader.skip(32));
	return {
		writable: Array.from({ length: writable }, read),
		readonly: Array.from({ length: readonly }, read),
	};
}

/** How a transaction ended, as `TransactionProcessingResult` has it. `refused`: it was turned away. */
export type ResultKind = 'refused' | 'noOp' | 'feesOnly' | 'executed';
const KINDS: readonly ResultKind[] = ['refused', 'noOp', 'feesOnly', 'executed'];

/** What a worker says of a transaction, the accounts that it stores aside. */
export interface ResultHead {
	readonly kind: ResultKind;
	readonly error: TransactionError | null;
	readonly fee: FeeDetails;
	/** CU used; of a `noOp` its limit. */
	readonly units: number;
	/** Bytes loaded; of a `noOp` its limit. */
	readonly loadedAccountsDataSize: number;
	readonly logs: readonly string[];
	readonly innerInstructions: InnerInstructionsList;
	readonly returnData: TransactionReturnData | null;
}

export function writeResultHead(writer: RecordWriter, head: ResultHead): void {
	writer.u8(KINDS.indexOf(head.kind));
	writeError(writer, head.error);
	if (head.kind === 'refused') return;
	writer.u64(head.fee.transactionFee).u64(head.fee.prioritizationFee);
	writer.u32(head.units).u32(head.loadedAccountsDataSize);
	if (head.kind !== 'executed') return;
	writeTexts(writer, head.logs);
	writeInnerInstructions(writer, head.innerInstructions);
	writer.u8(head.returnData === null ? 0 : 1);
	if (head.returnData === null) return;
	const { programId, data } = head.returnData;
	writer.pubkey(programId).u32(data.length).raw(data);
}

export function readResultHead(reader: ByteReader): ResultHead {
	const kind = KINDS[reader.u8()]!;
	const error = readError(reader);
	if (kind === 'refused') return notExecuted(kind, error, NO_FEE, 0, 0);
	const fee = readFee(reader);
	const units = reader.u32();
	const loadedAccountsDataSize = reader.u32();
	if (kind !== 'executed') return notExecuted(kind, error, fee, units, loadedAccountsDataSize);
	const logs = readTexts(reader);
	const innerInstructions = readInnerInstructions(reader);
	const returnData =
		reader.u8() === 0 ? null : { programId: reader.pubkey(), data: reader.copy(reader.u32()) };
	return { kind, error, fee, units, loadedAccountsDataSize, logs, innerInstructions, returnData };
}

/** The fee that was read last: most transactions of a block pay the same. */
let lastFee: FeeDetails = NO_FEE;

function readFee(reader: ByteReader): FeeDetails {
	const transactionFee = reader.u64();
	const prioritizationFee = reader.u64();
	if (lastFee.transactionFee !== transactionFee || lastFee.prioritizationFee !== prioritizationFee)
		lastFee = { transactionFee, prioritizationFee };
	return lastFee;
}

function notExecuted(
	kind: ResultKind,
	error: TransactionError | null,
	fee: FeeDetails,
	units: number,
	loadedAccountsDataSize: number,
): ResultHead {
	const [logs, innerInstructions]: [string[], InnerInstructionsList] = [[], []];
	return { kind, error, fee, units, loadedAccountsDataSize, logs, innerInstructions, returnData: null };
}

// Errors are few and small: as text.

function writeError(writer: RecordWriter, error: TransactionError | null): void {
	const text = error === null ? NO_DATA : textEncoder.encode(JSON.stringify(error));
	writer.u16(text.length).raw(text);
}

function readError(reader: ByteReader): TransactionError | null {
	const text = reader.take(reader.u16());
	if (text.length === 0) return null;
	const error = JSON.parse(textDecoder.decode(text)) as TransactionError;
	switch (error.kind) {
		case 'InstructionError': {
			const { error: inner } = error;
			const known = inner.kind === 'Custom' ? inner : InstructionError[inner.kind];
			return TransactionError.InstructionError(error.index, known);
		}
		case 'DuplicateInstruction':
		case 'InsufficientFundsForRent':
		case 'ProgramExecutionTemporarilyRestricted':
			return error;
		default:
			return TransactionError[error.kind];
	}
}

/** Texts as one, with their lengths in UTF-16 units: decoding one long text is cheaper than many short ones. */
function writeTexts(writer: RecordWriter, texts: readonly string[]): void {
	writer.u32(texts.length);
	for (const text of texts) writer.u32(text.length);
	const bytes = textEncoder.encode(texts.join(''));
	writer.u32(bytes.length).raw(bytes);
}

function readTexts(reader: ByteReader): string[] {
	const count = reader.u32();
	const lengths = reader.skip(4 * count);
	const joined = textDecoder.decode(reader.take(reader.u32()));
	const end = reader.offset;
	const texts: string[] = new Array(count);
	reader.offset = lengths;
	for (let i = 0, at = 0; i < count; i++) {
		const length = reader.u32();
		texts[i] = joined.slice(at, at + length);
		at += length;
	}
	reader.offset = end;
	return texts;
}

function writeInnerInstructions(writer: RecordWriter, lists: InnerInstructionsList): void {
	writer.u16(lists.length);
	for (const list of lists) {
		writer.u16(list.length);
		for (const { instruction, stackHeight } of list) {
			const { programIdIndex, accounts, data } = instruction;
			writer.u8(programIdIndex).u8(stackHeight).u16(accounts.length).raw(accounts).u32(data.length).raw(data);
		}
	}
}

const NO_INNER: readonly InnerInstruction[] = [];

function readInnerInstructions(reader: ByteReader): InnerInstructionsList {
	const lists: (readonly InnerInstruction[])[] = new Array(reader.u16());
	for (let i = 0; i < lists.length; i++) {
		const count = reader.u16();
		if (count === 0) {
			lists[i] = NO_INNER;
			continue;
		}
		const list: InnerInstruction[] = new Array(count);
		for (let j = 0; j < count; j++) {
			const [programIdIndex, stackHeight] = [reader.u8(), reader.u8()];
			const accounts = reader.copy(reader.u16());
			const data = reader.copy(reader.u32());
			list[j] = { instruction: { programIdIndex, accounts, data }, stackHeight };
		}
		lists[i] = list;
	}
	return lists;
}
