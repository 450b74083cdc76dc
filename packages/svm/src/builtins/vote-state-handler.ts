/**
 * Owns the vote state an instruction works on: read in any version, kept and written as V4, with its rules for
 * voters, credits and timestamps.
 *
 * Source: solana-vote-program 4.3.0, vote_state/handler.rs; SIMD-0185.
 */

import {
	AuthorizedVoters,
	type Clock,
	catchFault,
	decodeVoteStateVersions,
	type Epoch,
	encodeVoteStateVersions,
	Fault,
	InstructionError,
	isUninitializedVoteState,
	type LandedVote,
	lastLockedOutSlot,
	MAX_EPOCH_CREDITS_HISTORY,
	MAX_LOCKOUT_HISTORY,
	type Pubkey,
	type Slot,
	saturatingAdd,
	saturatingSub,
	type UnixTimestamp,
	VOTE_CREDITS_GRACE_SLOTS,
	VOTE_CREDITS_MAXIMUM_PER_SLOT,
	VOTE_STATE_SIZE,
	VoteError,
	type VoteInit,
	type VoteInitV2,
	type VoteState1_14_11,
	type VoteStateV3,
	type VoteStateV4,
	type VoteStateVersions,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';

/** Basis points of everything: what a state before V4 gives as block revenue commission. */
const ALL_BASIS_POINTS = 10_000;

/** Tells whether an address has signed. */
export type IsSigned = (address: Pubkey) => boolean;

/** Fails with `MissingRequiredSignature`. */
export function verifyAuthorizedSigner(authorized: Pubkey, isSigned: IsSigned): void {
	if (!isSigned(authorized)) throw new Fault(InstructionError.MissingRequiredSignature);
}

/** How many slots after its slot a vote landed, at most 255. */
export function computeVoteLatency(votedForSlot: Slot, currentSlot: Slot): number {
	const latency = saturatingSub(currentSlot, votedForSlot);
	return latency > 255n ? 255 : Number(latency);
}

/** Fields that V4 has and older versions did not. */
function defaultsOfV4(nodePubkey: Pubkey, votePubkey: Pubkey, commission: number) {
	return {
		inflationRewardsCollector: votePubkey,
		blockRevenueCollector: nodePubkey,
		inflationRewardsCommissionBps: commission * 100,
		blockRevenueCommissionBps: ALL_BASIS_POINTS,
		pendingDelegatorRewards: 0n,
		blsPubkeyCompressed: null,
	};
}

function toV4(state: VoteState1_14_11 | VoteStateV3, votes: LandedVote[], votePubkey: Pubkey): VoteStateV4 {
	return {
		nodePubkey: state.nodePubkey,
		authorizedWithdrawer: state.authorizedWithdrawer,
		...defaultsOfV4(state.nodePubkey, votePubkey, state.commission),
		votes,
		rootSlot: state.rootSlot,
		authorizedVoters: state.authorizedVoters,
		epochCredits: state.epochCredits,
		lastTimestamp: state.lastTimestamp,
	};
}

function newState(nodePubkey: Pubkey, voter: Pubkey, withdrawer: Pubkey, clock: Clock) {
	return {
		nodePubkey,
		authorizedWithdrawer: withdrawer,
		votes: [],
		rootSlot: null,
		authorizedVoters: AuthorizedVoters.of(clock.epoch, voter),
		epochCredits: [],
		lastTimestamp: { slot: 0n, timestamp: 0n },
	};
}

/** Reads a state as bincode has it. Fails with `InvalidAccountData`. */
export function readVoteStateVersions(account: BorrowedInstructionAccount): VoteStateVersions {
	const versions = decodeVoteStateVersions(account.getData());
	if (!versions.ok) throw new Fault(InstructionError.InvalidAccountData);
	return versions.value;
}

/** A vote state in memory. */
export class VoteStateHandler {
	readonly state: VoteStateV4;

	constructor(state: VoteStateV4) {
		this.state = state;
	}

	/**
	 * Reads the state of an account in any version (upstream: `get_vote_state_handler_checked`).
	 *
	 * Fails with `InvalidAccountData` (also where the tag says uninitialised), `UninitializedAccount` (no voter).
	 */
	static read(account: BorrowedInstructionAccount): VoteStateHandler {
		const versions = readVoteStateVersions(account);
		if (versions.version === 'Uninitialized') throw new Fault(InstructionError.InvalidAccountData);
		if (isUninitializedVoteState(versions)) throw new Fault(InstructionError.UninitializedAccount);
		switch (versions.version) {
			case 'V1_14_11': {
				const { state } = versions;
				const votes = state.votes.map(({ slot, confirmationCount }) => ({
					latency: 0,
					slot,
					confirmationCount,
				}));
				return new VoteStateHandler(toV4(state, votes, account.getKey()));
			}
			case 'V3':
				return new VoteStateHandler(toV4(versions.state, versions.state.votes, account.getKey()));
			case 'V4':
				return new VoteStateHandler(versions.state);
		}
	}

	/** The state of a new account, by its address. */
	static initialize(votePubkey: Pubkey, init: VoteInit, clock: Clock): VoteStateHandler {
		return new VoteStateHandler({
			...newState(init.nodePubkey, init.authorizedVoter, init.authorizedWithdrawer, clock),
			...defaultsOfV4(init.nodePubkey, votePubkey, init.commission),
		});
	}

	/** The state of a new account, all fields given. */
	static initializeV2(
		init: VoteInitV2,
		inflationRewardsCollector: Pubkey,
		blockRevenueCollector: Pubkey,
		clock: Clock,
	): VoteStateHandler {
		return new VoteStateHandler({
			...newState(init.nodePubkey, init.authorizedVoter, init.authorizedWithdrawer, clock),
			inflationRewardsCollector,
			blockRevenueCollector,
			inflationRewardsCommissionBps: init.inflationRewardsCommissionBps,
			blockRevenueCommissionBps: init.blockRevenueCommissionBps,
			pendingDelegatorRewards: 0n,
			blsPubkeyCompressed: init.authorizedVoterBlsPubkey,
		});
	}

	/**
	 * Writes the state, first extending an account that is too short for V4; bytes after the state stay.
	 *
	 * Fails with `AccountNotRentExempt` (also where it cannot be extended), then as `setState`.
	 */
	write(account: BorrowedInstructionAccount): void {
		if (account.getData().length < VOTE_STATE_SIZE) {
			const extended =
				account.isRentExemptAtDataLength(VOTE_STATE_SIZE) &&
				catchFault(() => account.setDataLength(VOTE_STATE_SIZE)).ok;
			if (!extended) throw new Fault(InstructionError.AccountNotRentExempt);
		}
		account.setState(encodeVoteStateVersions({ version: 'V4', state: this.state }));
	}

	/**
	 * Sets the voter from `targetEpoch` on, and the BLS key with it unless that is null.
	 *
	 * Fails as {@link getAndUpdateAuthorizedVoter}, as `verify` (given the voter of the epoch), with `TooSoonToReauthorize`.
	 */
	setNewAuthorizedVoter(
		voter: Pubkey,
		currentEpoch: Epoch,
		targetEpoch: Epoch,
		blsPubkey: Uint8Array | null,
		verify: (epochVoter: Pubkey) => void,
	): void {
		verify(this.getAndUpdateAuthorizedVoter(currentEpoch));
		const { authorizedVoters } = this.state;
		if (authorizedVoters.contains(targetEpoch)) throw new Fault(VoteError.TooSoonToReauthorize);
		authorizedVoters.insert(targetEpoch, voter);
		if (blsPubkey !== null) this.state.blsPubkeyCompressed = blsPubkey;
	}

	/** The voter of the epoch; voters before the epoch before it are forgotten. Fails with `InvalidAccountData`. */
	getAndUpdateAuthorizedVoter(currentEpoch: Epoch): Pubkey {
		const { authorizedVoters } = this.state;
		const voter = authorizedVoters.getAndCacheAuthorizedVoterForEpoch(currentEpoch);
		if (voter === null) throw new Fault(InstructionError.InvalidAccountData);
		authorizedVoters.purgeAuthorizedVoters(saturatingSub(currentEpoch, 1n));
		return voter;
	}

	/** Percent, rounded down, at most 255. */
	commission(): number {
		return Math.min(Math.floor(this.state.inflationRewardsCommissionBps / 100), 255);
	}

	/** Percent (u8). */
	setCommission(commission: number): void {
		this.state.inflationRewardsCommissionBps = commission * 100;
	}

	lastVotedSlot(): Slot | null {
		return this.state.votes.at(-1)?.slot ?? null;
	}

	/** Whether the tower, which ascends, has a vote for `slot`; searched as Rust's `binary_search_by` does. */
	containsSlot(slot: Slot): boolean {
		const { votes } = this.state;
		let base = 0;
		for (let size = votes.length; size > 1; ) {
			const half = size >>> 1;
			if (votes[base + half]!.slot <= slot) base += half;
			size -= half;
		}
		return votes[base]?.slot === slot;
	}

	/** What the vote at `index` of the tower earns: 16 credits, less one for each slot beyond the grace, but 1 at least. */
	creditsForVoteAtIndex(index: number): bigint {
		const latency = this.state.votes[index]?.latency ?? 0;
		// Recorded by a version that knew no latency.
		if (latency === 0) return 1n;
		const late = Math.max(latency - VOTE_CREDITS_GRACE_SLOTS, 0);
		return BigInt(Math.max(VOTE_CREDITS_MAXIMUM_PER_SLOT - late, 1));
	}

	/** Adds credits to those of `epoch`. */
	incrementCredits(epoch: Epoch, credits: bigint): void {
		const list = this.state.epochCredits;
		const last = list.at(-1);
		if (last === undefined) {
			list.push({ epoch, credits, prevCredits: 0n });
			return;
		}
		const sum = saturatingAdd(last.credits, credits);
		if (last.epoch === epoch) {
			list[list.length - 1] = { ...last, credits: sum };
			return;
		}
		// An epoch without credits gives its place to the next.
		if (last.credits === last.prevCredits) {
			list[list.length - 1] = { epoch, credits: sum, prevCredits: last.prevCredits };
		} else list.push({ epoch, credits: sum, prevCredits: last.credits });
		if (list.length > MAX_EPOCH_CREDITS_HISTORY) list.shift();
	}

	/** Keeps the time of a vote. Fails with `TimestampTooOld`. */
	processTimestamp(slot: Slot, timestamp: UnixTimestamp): void {
		const last = this.state.lastTimestamp;
		const isOlder = slot < last.slot || timestamp < last.timestamp;
		const isChanged = slot === last.slot && timestamp !== last.timestamp && last.slot !== 0n;
		if (isOlder || isChanged) throw new Fault(VoteError.TimestampTooOld);
		this.state.lastTimestamp = { slot, timestamp };
	}

	/** Votes for a slot: expired votes go, the oldest of a full tower becomes the root, the others gain confirmations. */
	processNextVoteSlot(nextVoteSlot: Slot, epoch: Epoch, currentSlot: Slot): void {
		const { votes } = this.state;
		let last = votes.at(-1);
		if (last !== undefined && nextVoteSlot <= last.slot) return;
		while (last !== undefined && lastLockedOutSlot(last) < nextVoteSlot) {
			votes.pop();
			last = votes.at(-1);
		}
		if (votes.length === MAX_LOCKOUT_HISTORY) {
			const credits = this.creditsForVoteAtIndex(0);
			this.state.rootSlot = votes.shift()!.slot;
			this.incrementCredits(epoch, credits);
		}
		const latency = computeVoteLatency(nextVoteSlot, currentSlot);
		votes.push({ latency, slot: nextVoteSlot, confirmationCount: 1 });
		this.doubleLockouts();
	}

	private doubleLockouts(): void {
		const { votes } = this.state;
		for (let i = 0; i < votes.length; i++) {
			const vote = votes[i]!;
			// Not before there are more votes on it than it ever had confirmations.
			if (votes.length > i + vote.confirmationCount) {
				votes[i] = { ...vote, confirmationCount: vote.confirmationCount + 1 };
			}
		}
	}
}
