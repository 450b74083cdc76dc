/**
 * Owns the bytes of what stands beside a block's entries: the accounts that were written past the rules, the hard forks, the
 * messages that were processed, the rewards.
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
import { readHardForks, writeHardForks } from '../bank/hard-forks.ts';
import type { ProcessedMessage } from '../bank/status-cache.ts';
import type { HardForks } from '../genesis/genesis-config.ts';
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

/** The hard forks that a block's bank knew of. */
export interface BlockHardForks {
	/** When its slot was opened. */
	readonly opened: HardForks;
	/** When it was frozen. */
	readonly frozen: HardForks;
}

/** The bytes of the hard forks that a block's bank knew of. */
export function encodeHardForks({ opened, frozen }: BlockHardForks): Uint8Array {
	const writer = new ByteWriter(64);
	writeHardForks(writer, opened);
	writeHardForks(writer, frozen);
	return writer.finish();
}

/** The inverse of {@link encodeHardForks}. */
export function decodeHardForks(bytes: Uint8Array): Result<BlockHardForks, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(bytes);
		const forks = { opened: readHardForks(reader), frozen: readHardForks(reader) };
		checkEnd(reader);
		return forks;
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
const REWARD_TYPES: readonly RewardType[] = ['Fee', 'Rent', 'Staking', 'Voting', 'DeactivatedStake'];
/** What a reward tells of a commission. */
const COMMISSIONS = { none: 0, percent: 1, basisPoints: 2 } as const;

/** What a block paid (`RewardsAndNumPartitions`). */
export interface BlockRewards {
	readonly rewards: readonly Reward[];
	readonly numPartitions: number | null;
}

/** The bytes of a block's rewards. */
export function encodeRewards({ rewards, numPartitions }: BlockRewards): Uint8Array {
	const writer = new ByteWriter(16 + rewards.length * 52).length64(rewards.length);
	for (const { pubkey, type, lamports, postBalance, commission, commissionBps } of rewards) {
		writer.raw(pubkey.bytes).u8(REWARD_TYPES.indexOf(type)).i64(lamports).u64(postBalance);
		if (commissionBps !== undefined) writer.u8(COMMISSIONS.basisPoints).u16(commissionBps);
		else if (commission !== null) writer.u8(COMMISSIONS.percent).u16(commission);
		else writer.u8(COMMISSIONS.none);
	}
	return (numPartitions === null ? writer : writer.u32(numPartitions)).finish();
}

/** The inverse of {@link encodeRewards}. */
export function decodeRewards(bytes: Uint8Array): Result<BlockRewards, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(bytes);
		const rewards = readList(reader, readReward);
		// Blocks of earlier releases end here.
		const numPartitions = reader.remaining > 0 ? reader.u32() : null;
		checkEnd(reader);
		return { rewards, numPartitions };
	});
}

function readReward(reader: ByteReader): Reward {
	const pubkey = reader.pubkey();
	const tag = reader.u8();
	const type = REWARD_TYPES[tag];
	if (type === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	const reward = { pubkey, type, lamports: reader.i64(), postBalance: reader.u64(), commission: null };
	const kind = reader.u8();
	if (kind === COMMISSIONS.none) return reward;
	if (kind === COMMISSIONS.percent) return { ...reward, commission: reader.u16() };
	if (kind === COMMISSIONS.basisPoints) return { ...reward, commissionBps: reader.u16() };
	throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag: kind });
}

/** A list, then nothing. */
function readAll<T>(bytes: Uint8Array, read: (reader: ByteReader) => T): Result<T[], WireError> {
	return catchFault(() => {
		const reader = new ByteReader(bytes);
		const items = readList(reader, read);
		checkEnd(reader);
		return items;
	});
}

/** A count, then so many elements. */
function readList<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
	const items: T[] = [];
	for (let left = reader.length64(); left > 0; left--) items.push(read(reader));
	return items;
}

function checkEnd(reader: ByteReader): void {
	if (reader.remaining > 0) throw new Fault<WireError>({ kind: 'TrailingBytes' });
}
