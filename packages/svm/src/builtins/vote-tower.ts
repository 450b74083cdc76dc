/**
 * Owns the checks of votes against the slot hashes and against the tower a vote account has, and the tower that
 * comes of them.
 *
 * Source: solana-vote-program 4.3.0, vote_state/mod.rs.
 */

import {
	type Clock,
	Fault,
	type Hash,
	type LandedVote,
	type Lockout,
	lastLockedOutSlot,
	MAX_LOCKOUT_HISTORY,
	type Slot,
	type SlotHash,
	type UnixTimestamp,
	type Vote,
	VoteError,
	type VoteStateUpdate,
} from '@parhelion/sdk';
import { computeVoteLatency, type VoteStateHandler } from './vote-state-handler.ts';

/** A proposed tower that is part of this fork. */
interface CheckedTower {
	readonly lockouts: readonly Lockout[];
	readonly root: Slot | null;
}

/** The root to go on with where the proposed one is older than all slot hashes: the latest vote up to it, or the present root. */
function replaceOldRoot(voteState: VoteStateHandler, root: Slot): Slot | null {
	const { votes, rootSlot } = voteState.state;
	for (let i = votes.length - 1; i >= 0; i--) {
		const { slot } = votes[i]!;
		if (slot <= root) return slot;
	}
	return rootSlot;
}

/**
 * Checks a proposed tower against the slot hashes (latest first); votes older than they reach are dropped unless the
 * account has them.
 *
 * Fails with `EmptySlots`, `VoteTooOld`, `SlotsMismatch` (no hashes), `VoteTooOld`, then in the order of the slots
 * `SlotsNotOrdered`, `RootOnDifferentFork`, `SlotsMismatch`, at last `SlotHashMismatch`.
 */
function checkAndFilterProposedVoteState(
	voteState: VoteStateHandler,
	proposed: VoteStateUpdate,
	slotHashes: readonly SlotHash[],
): CheckedTower {
	const { lockouts } = proposed;
	const lastProposed = lockouts.at(-1);
	if (lastProposed === undefined) throw new Fault(VoteError.EmptySlots);
	const lastVoted = voteState.lastVotedSlot();
	if (lastVoted !== null && lastProposed.slot <= lastVoted) throw new Fault(VoteError.VoteTooOld);
	const earliestHash = slotHashes.at(-1);
	if (earliestHash === undefined) throw new Fault(VoteError.SlotsMismatch);
	const earliest = earliestHash[0];
	if (lastProposed.slot < earliest) throw new Fault(VoteError.VoteTooOld);

	let { root } = proposed;
	if (root !== null && root < earliest) root = replaceOldRoot(voteState, root);

	// The root is looked for first, then the votes; both lists are walked from their oldest slot.
	let rootToCheck = root;
	let index = 0;
	let hashIndex = slotHashes.length;
	const dropped = new Set<Lockout>();
	while (index < lockouts.length && hashIndex > 0) {
		const lockout = lockouts[index]!;
		const slot = rootToCheck ?? lockout.slot;
		if (rootToCheck === null && index > 0 && slot <= lockouts[index - 1]!.slot) {
			throw new Fault(VoteError.SlotsNotOrdered);
		}
		const ancestor = slotHashes[hashIndex - 1]![0];
		if (slot > ancestor) {
			hashIndex -= 1;
		} else if (slot === ancestor) {
			if (rootToCheck !== null) rootToCheck = null;
			else {
				index += 1;
				hashIndex -= 1;
			}
		} else if (hashIndex !== slotHashes.length) {
			throw new Fault(rootToCheck === null ? VoteError.SlotsMismatch : VoteError.RootOnDifferentFork);
		} else if (rootToCheck !== null) {
			rootToCheck = null;
		} else {
			if (!voteState.containsSlot(slot)) dropped.add(lockout);
			index += 1;
		}
	}
	if (index !== lockouts.length) throw new Fault(VoteError.SlotsMismatch);
	if (!slotHashes[hashIndex]![1].equals(proposed.hash)) throw new Fault(VoteError.SlotHashMismatch);
	return { lockouts: dropped.size === 0 ? lockouts : lockouts.filter((one) => !dropped.has(one)), root };
}

/**
 * Checks that votes could stand in one tower. Fails in the order of the votes with `ZeroConfirmations`,
 * `ConfirmationTooLarge`, `SlotSmallerThanRoot`, `SlotsNotOrdered`, `ConfirmationsNotOrdered`,
 * `NewVoteStateLockoutMismatch`.
 */
function checkTowerIsValid(votes: readonly Lockout[], root: Slot | null): void {
	let previous: Lockout | null = null;
	for (const vote of votes) {
		if (vote.confirmationCount === 0) throw new Fault(VoteError.ZeroConfirmations);
		if (vote.confirmationCount > MAX_LOCKOUT_HISTORY) throw new Fault(VoteError.ConfirmationTooLarge);
		// A validator sets root 0 for an empty tower.
		if (root !== null && vote.slot <= root && root !== 0n) throw new Fault(VoteError.SlotSmallerThanRoot);
		if (previous !== null) {
			if (previous.slot >= vote.slot) throw new Fault(VoteError.SlotsNotOrdered);
			if (previous.confirmationCount <= vote.confirmationCount) {
				throw new Fault(VoteError.ConfirmationsNotOrdered);
			}
			if (vote.slot > lastLockedOutSlot(previous)) throw new Fault(VoteError.NewVoteStateLockoutMismatch);
		}
		previous = vote;
	}
}

/**
 * Replaces the tower; votes up to the new root earn their credits.
 *
 * Fails with `TooManyVotes`, `RootRollBack`, as {@link checkTowerIsValid}, in the order of the slots with
 * `LockoutConflict`, `ConfirmationRollBack`, at last `TimestampTooOld`.
 */
function processNewVoteState(
	voteState: VoteStateHandler,
	proposed: CheckedTower,
	timestamp: UnixTimestamp | null,
	clock: Clock,
): void {
	const { state } = voteState;
	const { lockouts, root } = proposed;
	if (lockouts.length > MAX_LOCKOUT_HISTORY) throw new Fault(VoteError.TooManyVotes);
	if (state.rootSlot !== null && (root === null || root < state.rootSlot)) {
		throw new Fault(VoteError.RootRollBack);
	}
	checkTowerIsValid(lockouts, root);

	const current = state.votes;
	let index = 0;
	let earnedCredits = 0n;
	if (root !== null) {
		for (; index < current.length && current[index]!.slot <= root; index++) {
			earnedCredits += voteState.creditsForVoteAtIndex(index);
		}
	}
	// Latencies of votes that stay are kept; nobody tells their own.
	const latencies = new Uint8Array(lockouts.length);
	for (let newIndex = 0; index < current.length && newIndex < lockouts.length; ) {
		const old = current[index]!;
		const vote = lockouts[newIndex]!;
		if (old.slot < vote.slot) {
			if (lastLockedOutSlot(old) >= vote.slot) throw new Fault(VoteError.LockoutConflict);
			index += 1;
		} else if (old.slot === vote.slot) {
			if (vote.confirmationCount < old.confirmationCount) throw new Fault(VoteError.ConfirmationRollBack);
			latencies[newIndex] = old.latency;
			index += 1;
			newIndex += 1;
		} else newIndex += 1;
	}
	const votes: LandedVote[] = lockouts.map(({ slot, confirmationCount }, i) => ({
		latency: latencies[i] === 0 ? computeVoteLatency(slot, clock.slot) : latencies[i]!,
		slot,
		confirmationCount,
	}));
	if (state.rootSlot !== root) voteState.incrementCredits(clock.epoch, earnedCredits);
	if (timestamp !== null) voteState.processTimestamp(votes.at(-1)!.slot, timestamp);
	state.rootSlot = root;
	state.votes = votes;
}

/** Replaces the tower by a proposed one. Fails as {@link checkAndFilterProposedVoteState}, {@link processNewVoteState}. */
export function processTower(
	voteState: VoteStateHandler,
	proposed: VoteStateUpdate,
	slotHashes: readonly SlotHash[],
	clock: Clock,
): void {
	const checked = checkAndFilterProposedVoteState(voteState, proposed, slotHashes);
	processNewVoteState(voteState, checked, proposed.timestamp, clock);
}

/** Checks slots that are to be voted for. Fails with `VoteTooOld`, `SlotsMismatch`, `SlotHashMismatch`. */
function checkSlotsAreValid(
	voteState: VoteStateHandler,
	slots: readonly Slot[],
	hash: Hash,
	slotHashes: readonly SlotHash[],
): void {
	const lastVoted = voteState.lastVotedSlot();
	let index = 0;
	let hashIndex = slotHashes.length;
	while (index < slots.length && hashIndex > 0) {
		const slot = slots[index]!;
		if (lastVoted !== null && slot <= lastVoted) {
			index += 1;
			continue;
		}
		hashIndex -= 1;
		if (slot === slotHashes[hashIndex]![0]) index += 1;
	}
	if (hashIndex === slotHashes.length) throw new Fault(VoteError.VoteTooOld);
	if (index !== slots.length) throw new Fault(VoteError.SlotsMismatch);
	if (!slotHashes[hashIndex]![1].equals(hash)) throw new Fault(VoteError.SlotHashMismatch);
}

/**
 * Votes for slots one by one, those older than the slot hashes left out. Fails with `EmptySlots`,
 * `VotesTooOldAllFiltered`, then as {@link checkSlotsAreValid}.
 */
export function processVote(
	voteState: VoteStateHandler,
	vote: Vote,
	slotHashes: readonly SlotHash[],
	clock: Clock,
): void {
	if (vote.slots.length === 0) throw new Fault(VoteError.EmptySlots);
	const earliest = slotHashes.at(-1)?.[0] ?? 0n;
	const slots = vote.slots.filter((slot) => slot >= earliest);
	if (slots.length === 0) throw new Fault(VoteError.VotesTooOldAllFiltered);
	checkSlotsAreValid(voteState, slots, vote.hash, slotHashes);
	for (const slot of slots) voteState.processNextVoteSlot(slot, clock.epoch, clock.slot);
}
