/**
 * Owns the states of vote accounts and their bincode form.
 *
 * Tag 0 was V0_23_5 once; since 6.0 of the interface it stands for an account that is not initialised, and the
 * program refuses to work on it.
 *
 * Source: solana-vote-interface 6.1.0, state/*.rs.
 */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import { type Epoch, type Lamports, type Slot, saturatingAdd, type UnixTimestamp } from '../numbers.ts';
import type { Pubkey } from '../pubkey.ts';
import { catchFault, Fault, type Result } from '../result.ts';
import { type AuthorizedVoters, readAuthorizedVoters, writeAuthorizedVoters } from './authorized-voters.ts';

/** Votes of a full tower. */
export const MAX_LOCKOUT_HISTORY = 31;
/** Epochs whose credits are kept. */
export const MAX_EPOCH_CREDITS_HISTORY = 64;
/** Slots up to which a vote earns all credits. */
export const VOTE_CREDITS_GRACE_SLOTS = 2;
/** The most credits of a vote; each slot of latency beyond the grace takes one, the last one stays. */
export const VOTE_CREDITS_MAXIMUM_PER_SLOT = 16;
/** Bytes of an account with a V1_14_11 state. */
export const VOTE_STATE_1_14_11_SIZE = 3731;
/** Bytes of an account with a V3 or V4 state. */
export const VOTE_STATE_SIZE = 3762;
/** Bytes of a compressed BLS public key. */
export const BLS_PUBLIC_KEY_COMPRESSED_SIZE = 48;
/** Bytes of a compressed BLS proof of possession. */
export const BLS_PROOF_OF_POSSESSION_COMPRESSED_SIZE = 96;
/** Prior voters that a state before V4 remembers. */
export const MAX_PRIOR_VOTERS = 32;

/** A vote and how often votes after it confirmed it. */
export interface Lockout {
	readonly slot: Slot;
	/** u32. */
	readonly confirmationCount: number;
}

/** A lockout and how many slots after its slot the vote landed (u8; 0: not recorded). */
export interface LandedVote extends Lockout {
	readonly latency: number;
}

/** The last slot for which the vote binds: slot + 2^confirmations, the exponent being 31 at most. */
export function lastLockedOutSlot(lockout: Lockout): Slot {
	return saturatingAdd(lockout.slot, BigInt(2 ** Math.min(lockout.confirmationCount, MAX_LOCKOUT_HISTORY)));
}

/** The credits up to the end of an epoch, and up to the end of the one before. */
export interface EpochCredits {
	readonly epoch: Epoch;
	readonly credits: bigint;
	readonly prevCredits: bigint;
}

/** The latest time a vote came with. */
export interface BlockTimestamp {
	readonly slot: Slot;
	readonly timestamp: UnixTimestamp;
}

/** A voter of the past: from `startEpoch` on, before `endEpoch`. */
export interface PriorVoter {
	readonly voter: Pubkey;
	readonly startEpoch: Epoch;
	readonly endEpoch: Epoch;
}

/** A ring of 32 prior voters. */
export interface PriorVoters {
	readonly voters: readonly PriorVoter[];
	/** Index of the latest (u64, not checked). */
	readonly index: bigint;
	readonly isEmpty: boolean;
}

interface CommonState {
	/** The validator's identity. */
	nodePubkey: Pubkey;
	authorizedWithdrawer: Pubkey;
	rootSlot: Slot | null;
	authorizedVoters: AuthorizedVoters;
	epochCredits: EpochCredits[];
	lastTimestamp: BlockTimestamp;
}

/** The state up to Agave 1.14.11. */
export interface VoteState1_14_11 extends CommonState {
	/** Percent. */
	commission: number;
	votes: Lockout[];
	priorVoters: PriorVoters;
}

/** The state with latencies. */
export interface VoteStateV3 extends CommonState {
	/** Percent. */
	commission: number;
	votes: LandedVote[];
	priorVoters: PriorVoters;
}

/** The state of SIMD-0185. */
export interface VoteStateV4 extends CommonState {
	inflationRewardsCollector: Pubkey;
	blockRevenueCollector: Pubkey;
	/** Basis points (u16, may exceed 10,000). */
	inflationRewardsCommissionBps: number;
	/** Basis points (u16, may exceed 10,000). */
	blockRevenueCommissionBps: number;
	pendingDelegatorRewards: Lamports;
	/** 48 bytes. */
	blsPubkeyCompressed: Uint8Array | null;
	votes: LandedVote[];
}

/** Upstream's `VoteStateVersions`. */
export type VoteStateVersions =
	| { readonly version: 'Uninitialized' }
	| { readonly version: 'V1_14_11'; readonly state: VoteState1_14_11 }
	| { readonly version: 'V3'; readonly state: VoteStateV3 }
	| { readonly version: 'V4'; readonly state: VoteStateV4 };

/** Whether nobody may vote with the account yet; a V4 state always counts as initialised. */
export function isUninitializedVoteState(versions: VoteStateVersions): boolean {
	if (versions.version === 'Uninitialized') return true;
	return versions.version !== 'V4' && versions.state.authorizedVoters.isEmpty();
}

function readLockout(reader: ByteReader): Lockout {
	return { slot: reader.u64(), confirmationCount: reader.u32() };
}

function readLandedVote(reader: ByteReader): LandedVote {
	return { latency: reader.u8(), slot: reader.u64(), confirmationCount: reader.u32() };
}

function readEpochCredits(reader: ByteReader): EpochCredits {
	return { epoch: reader.u64(), credits: reader.u64(), prevCredits: reader.u64() };
}

function readPriorVoters(reader: ByteReader): PriorVoters {
	const voters: PriorVoter[] = [];
	for (let i = 0; i < MAX_PRIOR_VOTERS; i++) {
		voters.push({ voter: reader.pubkey(), startEpoch: reader.u64(), endEpoch: reader.u64() });
	}
	return { voters, index: reader.u64(), isEmpty: reader.bool() };
}

function readVec<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
	const count = reader.length64();
	const list: T[] = [];
	for (let i = 0; i < count; i++) list.push(read(reader));
	return list;
}

function readTail(reader: ByteReader): { epochCredits: EpochCredits[]; lastTimestamp: BlockTimestamp } {
	const epochCredits = readVec(reader, readEpochCredits);
	return { epochCredits, lastTimestamp: { slot: reader.u64(), timestamp: reader.i64() } };
}

function readLegacy<V>(reader: ByteReader, readVote: (reader: ByteReader) => V) {
	return {
		nodePubkey: reader.pubkey(),
		authorizedWithdrawer: reader.pubkey(),
		commission: reader.u8(),
		votes: readVec(reader, readVote),
		rootSlot: reader.option((r) => r.u64()),
		authorizedVoters: readAuthorizedVoters(reader),
		priorVoters: readPriorVoters(reader),
		...readTail(reader),
	};
}

function readV4(reader: ByteReader): VoteStateV4 {
	return {
		nodePubkey: reader.pubkey(),
		authorizedWithdrawer: reader.pubkey(),
		inflationRewardsCollector: reader.pubkey(),
		blockRevenueCollector: reader.pubkey(),
		inflationRewardsCommissionBps: reader.u16(),
		blockRevenueCommissionBps: reader.u16(),
		pendingDelegatorRewards: reader.u64(),
		blsPubkeyCompressed: reader.option((r) => r.copy(BLS_PUBLIC_KEY_COMPRESSED_SIZE)),
		votes: readVec(reader, readLandedVote),
		rootSlot: reader.option((r) => r.u64()),
		authorizedVoters: readAuthorizedVoters(reader),
		...readTail(reader),
	};
}

/** Reads a vote state; bytes after it are ignored. */
export function decodeVoteStateVersions(data: Uint8Array): Result<VoteStateVersions, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const tag = reader.u32();
		switch (tag) {
			case 0:
				return { version: 'Uninitialized' };
			case 1:
				return { version: 'V1_14_11', state: readLegacy(reader, readLockout) };
			case 2:
				return { version: 'V3', state: readLegacy(reader, readLandedVote) };
			case 3:
				return { version: 'V4', state: readV4(reader) };
			default:
				throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
		}
	});
}

function writeTail(writer: ByteWriter, state: CommonState): ByteWriter {
	writer.length64(state.epochCredits.length);
	for (const { epoch, credits, prevCredits } of state.epochCredits) {
		writer.u64(epoch).u64(credits).u64(prevCredits);
	}
	return writer.u64(state.lastTimestamp.slot).i64(state.lastTimestamp.timestamp);
}

function writeLandedVotes(writer: ByteWriter, votes: readonly LandedVote[]): void {
	writer.length64(votes.length);
	for (const vote of votes) writer.u8(vote.latency).u64(vote.slot).u32(vote.confirmationCount);
}

function writeRootAndVoters(writer: ByteWriter, state: CommonState): void {
	writer.option(state.rootSlot, (w, slot) => w.u64(slot));
	writeAuthorizedVoters(writer, state.authorizedVoters);
}

function writePriorVoters(writer: ByteWriter, { voters, index, isEmpty }: PriorVoters): void {
	if (voters.length !== MAX_PRIOR_VOTERS) {
		throw new RangeError(`there are ${MAX_PRIOR_VOTERS} prior voters, not ${voters.length}`);
	}
	for (const { voter, startEpoch, endEpoch } of voters) writer.raw(voter.bytes).u64(startEpoch).u64(endEpoch);
	writer.u64(index).bool(isEmpty);
}

/** The bincode bytes of a vote state. RangeError for other than 32 prior voters. */
export function encodeVoteStateVersions(versions: VoteStateVersions): Uint8Array {
	const writer = new ByteWriter(4096);
	switch (versions.version) {
		case 'Uninitialized':
			return writer.u32(0).finish();
		case 'V1_14_11':
		case 'V3': {
			const { state } = versions;
			writer.u32(versions.version === 'V3' ? 2 : 1);
			writer.raw(state.nodePubkey.bytes).raw(state.authorizedWithdrawer.bytes).u8(state.commission);
			if (versions.version === 'V3') writeLandedVotes(writer, versions.state.votes);
			else {
				writer.length64(state.votes.length);
				for (const { slot, confirmationCount } of state.votes) writer.u64(slot).u32(confirmationCount);
			}
			writeRootAndVoters(writer, state);
			writePriorVoters(writer, state.priorVoters);
			return writeTail(writer, state).finish();
		}
		case 'V4': {
			const { state } = versions;
			writer.u32(3).raw(state.nodePubkey.bytes).raw(state.authorizedWithdrawer.bytes);
			writer.raw(state.inflationRewardsCollector.bytes).raw(state.blockRevenueCollector.bytes);
			writer.u16(state.inflationRewardsCommissionBps).u16(state.blockRevenueCommissionBps);
			writer.u64(state.pendingDelegatorRewards);
			writer.option(state.blsPubkeyCompressed, (w, key) => w.raw(key));
			writeLandedVotes(writer, state.votes);
			writeRootAndVoters(writer, state);
			return writeTail(writer, state).finish();
		}
	}
}
