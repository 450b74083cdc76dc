/**
 * Owns the bytes of what stands beside a block's entries: the accounts that were written past the rules, the messages that
 * were processed, the rewards.
 */
import {
	type AccountSharedData,
	ByteReader,
	ByteWriter,
	catchFault,
	createAccount,
	Fault,
	Hash,
	MAX_PERMITTED_DATA_LENGTH,
	type Pubkey,
	type Result,
	type WireError,
} from '@parhelion/sdk';
import type { Reward, RewardType } from '../bank/bank-events.ts';
import type { ProcessedMessage } from '../bank/status-cache.ts';
import { readError, writeError } from './transaction-status.ts';

/** An account that somebody wrote past all rules. */
export interface Overwrite {
	/** Entries of the block that came before. */
	readonly position: number;
	readonly pubkey: Pubkey;
	/** Without lamports: it was deleted. */
	readonly account: AccountSharedData;
}

/** The bytes of a block's overwrites, in order. */
export function encodeOverwrites(overwrites: readonly Overwrite[]): Uint8Array {
	const writer = new ByteWriter(256).length64(overwrites.length);
	for (const { position, pubkey, account } of overwrites) {
		writer.u32(position).raw(pubkey.bytes).raw(account.owner.bytes);
		writer.u64(account.lamports).u64(account.rentEpoch).bool(account.executable);
		writer.length64(account.data.length).raw(account.data);
	}
	return writer.finish();
}

/** The inverse of {@link encodeOverwrites}. */
export function decodeOverwrites(bytes: Uint8Array): Result<Overwrite[], WireError> {
	return readAll(bytes, (reader) => {
		const position = reader.u32();
		const pubkey = reader.pubkey();
		const owner = reader.pubkey();
		const lamports = reader.u64();
		const rentEpoch = reader.u64();
		const executable = reader.bool();
		const length = reader.length64();
		if (length > MAX_PERMITTED_DATA_LENGTH) {
			throw new Fault<WireError>({ kind: 'InvalidValue', message: `an account of ${length} bytes` });
		}
		const data = reader.copy(length);
		return { position, pubkey, account: createAccount({ owner, lamports, rentEpoch, executable, data }) };
	});
}

/** The bytes of a block's messages. */
export function encodeMessages(messages: readonly ProcessedMessage[]): Uint8Array {
	const writer = new ByteWriter(8 + messages.length * 65).length64(messages.length);
	for (const { blockhash, messageHash, err } of messages) {
		writer.raw(blockhash.bytes).raw(messageHash.bytes);
		writeError(writer, err);
	}
	return writer.finish();
}

/** The inverse of {@link encodeMessages}. */
export function decodeMessages(bytes: Uint8Array): Result<ProcessedMessage[], WireError> {
	let last = Hash.default;
	return readAll(bytes, (reader) => {
		// Most name the same blockhash as the one before them.
		const blockhash = reader.hash();
		if (!blockhash.equals(last)) last = blockhash;
		return { blockhash: last, messageHash: reader.hash(), err: readError(reader) };
	});
}

/** The types in the order of upstream's protobuf. */
const REWARD_TYPES: readonly RewardType[] = ['Fee', 'Rent', 'Staking', 'Voting'];

/** The bytes of a block's rewards. */
export function encodeRewards(rewards: readonly Reward[]): Uint8Array {
	const writer = new ByteWriter(8 + rewards.length * 52).length64(rewards.length);
	for (const { pubkey, type, lamports, postBalance, commission } of rewards) {
		writer.raw(pubkey.bytes).u8(REWARD_TYPES.indexOf(type)).i64(lamports).u64(postBalance);
		writer.option(commission, (out, percent) => out.u16(percent));
	}
	return writer.finish();
}

/** The inverse of {@link encodeRewards}. */
export function decodeRewards(bytes: Uint8Array): Result<Reward[], WireError> {
	return readAll(bytes, (reader) => {
		const pubkey = reader.pubkey();
		const tag = reader.u8();
		const type = REWARD_TYPES[tag];
		if (type === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
		const lamports = reader.i64();
		const postBalance = reader.u64();
		return { pubkey, type, lamports, postBalance, commission: reader.option((input) => input.u16()) };
	});
}

/** A count, then so many elements, then nothing. */
function readAll<T>(bytes: Uint8Array, read: (reader: ByteReader) => T): Result<T[], WireError> {
	return catchFault(() => {
		const reader = new ByteReader(bytes);
		const items: T[] = [];
		for (let left = reader.length64(); left > 0; left--) items.push(read(reader));
		if (reader.remaining > 0) throw new Fault<WireError>({ kind: 'TrailingBytes' });
		return items;
	});
}
