import {
	AuthorizedVoters,
	encodeSlotHashes,
	Hash,
	InstructionError,
	type LandedVote,
	SlotHashes,
	sysvarIds,
	TransactionError,
	VoteError,
	type VoteInstruction,
} from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { meta, type Outcome } from '../../test/memory-bank.ts';
import { node, slotHash, VoteBank, voter, withdrawer } from '../../test/vote-bank.ts';

let bank: VoteBank;

beforeEach(() => {
	bank = new VoteBank();
});

function expectFailure(outcome: Outcome, error: InstructionError): void {
	expect(outcome.error).toEqual(TransactionError.InstructionError(0, error));
}

/** Slots with confirmations, as `[slot, confirmations, latency]`. */
function landed(...votes: (readonly [number, number, number])[]): LandedVote[] {
	return votes.map(([slot, confirmationCount, latency]) => ({
		slot: BigInt(slot),
		confirmationCount,
		latency,
	}));
}

function tower(): (readonly [number, number, number])[] {
	return bank
		.state()
		.votes.map(({ slot, confirmationCount, latency }) => [Number(slot), confirmationCount, latency]);
}

describe('Vote', () => {
	function cast(slots: readonly number[], timestamp: bigint | null = null, hash?: Hash): Outcome {
		const big = slots.map(BigInt);
		return bank.vote(
			{ kind: 'Vote', vote: { slots: big, hash: hash ?? slotHash(big.at(-1) ?? 0n), timestamp } },
			[meta(sysvarIds.slotHashes), meta(sysvarIds.clock), meta(voter, 's')],
		);
	}

	it('adds slots to the tower, each with its latency', () => {
		expect(cast([100, 101, 105]).error).toBeNull();
		// 100 confirmed twice binds to 104; 101 with one to 103.
		expect(tower()).toEqual([[105, 1, 5]]);
		expect(cast([106, 107]).error).toBeNull();
		expect(tower()).toEqual([
			[105, 3, 5],
			[106, 2, 4],
			[107, 1, 3],
		]);
	});

	it('keeps a vote up to the last slot that it binds', () => {
		expect(cast([100, 102]).error).toBeNull();
		expect(tower()).toEqual([
			[100, 2, 10],
			[102, 1, 8],
		]);
		bank.setVoteState();
		expect(cast([100, 103]).error).toBeNull();
		expect(tower()).toEqual([[103, 1, 7]]);
	});

	it('leaves out slots that are older than the hashes, and slots voted for before', () => {
		bank.setVoteState({ votes: landed([100, 1, 1]) });
		expect(cast([50, 100, 101]).error).toBeNull();
		expect(tower()).toEqual([
			[100, 2, 1],
			[101, 1, 9],
		]);
	});

	it('roots the oldest vote of a full tower and gives its credits', () => {
		const votes = Array.from({ length: 31 }, (_, i) => [70 + i, 31 - i, 5] as const);
		bank.setVoteState({ votes: landed(...votes) });
		expect(cast([101]).error).toBeNull();
		const state = bank.state();
		expect(state.votes.length).toBe(31);
		expect(state.rootSlot).toBe(70n);
		expect(state.epochCredits).toEqual([{ epoch: 5n, credits: 13n, prevCredits: 0n }]);
	});

	it('refuses nothing, only old slots, known slots, other slots and another hash', () => {
		expectFailure(cast([]), VoteError.EmptySlots);
		expectFailure(cast([98, 99]), VoteError.VotesTooOldAllFiltered);
		expectFailure(cast([100, 110]), VoteError.SlotsMismatch);
		expectFailure(cast([109], null, slotHash(1n)), VoteError.SlotHashMismatch);
		bank.setVoteState({ votes: landed([105, 1, 1]) });
		expectFailure(cast([104, 105]), VoteError.VoteTooOld);
	});

	it('refuses everything without slot hashes', () => {
		bank.setSysvar(sysvarIds.slotHashes, encodeSlotHashes(new SlotHashes([])));
		expectFailure(cast([100]), VoteError.VoteTooOld);
	});

	it('keeps the time of the latest slot, and lets it not go back', () => {
		expect(cast([101, 102], 50n).error).toBeNull();
		expect(bank.state().lastTimestamp).toEqual({ slot: 102n, timestamp: 50n });
		expectFailure(cast([103], 49n), VoteError.TimestampTooOld);
		// A slot older than the hashes may come last; it is not voted for.
		expect(cast([103, 90], 51n, slotHash(103n)).error).toBeNull();
		expect(bank.state().lastTimestamp).toEqual({ slot: 103n, timestamp: 51n });
		bank.setVoteState({ lastTimestamp: { slot: 104n, timestamp: 50n } });
		expectFailure(cast([103], 60n), VoteError.TimestampTooOld);
		expectFailure(cast([104], 60n), VoteError.TimestampTooOld);
		expect(cast([104], 50n).error).toBeNull();
	});

	it('lets the time of slot 0 change', () => {
		bank.setSysvar(sysvarIds.slotHashes, encodeSlotHashes(new SlotHashes([[0n, slotHash(0n)]])));
		bank.setVoteState({ lastTimestamp: { slot: 0n, timestamp: 5n } });
		expect(cast([0], 9n).error).toBeNull();
		expect(bank.state().lastTimestamp).toEqual({ slot: 0n, timestamp: 9n });
	});

	it('wants the voter of the epoch, not the withdrawer', () => {
		bank.setVoteState({
			authorizedVoters: AuthorizedVoters.fromEntries([
				[4n, voter],
				[5n, node],
			]),
		});
		expectFailure(cast([101]), InstructionError.MissingRequiredSignature);
		bank.setVoteState({ authorizedVoters: AuthorizedVoters.of(4n, voter) });
		expect(cast([101]).error).toBeNull();
		expect([...bank.state().authorizedVoters.entries()].map(([epoch]) => epoch)).toEqual([4n, 5n]);
	});

	it('wants slot hashes and clock at their places', () => {
		const vote = { slots: [101n], hash: slotHash(101n), timestamp: null };
		const send = (...accounts: ReturnType<typeof meta>[]) => bank.vote({ kind: 'Vote', vote }, accounts);
		expectFailure(send(), InstructionError.MissingAccount);
		expectFailure(send(meta(sysvarIds.clock)), InstructionError.InvalidArgument);
		expectFailure(send(meta(sysvarIds.slotHashes), meta(voter, 's')), InstructionError.InvalidArgument);
	});
});

describe('a whole tower', () => {
	interface Proposal {
		readonly votes: readonly (readonly [slot: number, confirmations: number])[];
		readonly root?: number | null;
		readonly hash?: Hash;
		readonly timestamp?: bigint | null;
	}

	/** In each of its forms; all must end the same. */
	function propose({ votes, root = null, hash, timestamp = null }: Proposal, signer = voter): Outcome {
		const update = {
			lockouts: votes.map(([slot, confirmationCount]) => ({ slot: BigInt(slot), confirmationCount })),
			root: root === null ? null : BigInt(root),
			hash: hash ?? slotHash(BigInt(votes.at(-1)?.[0] ?? 0)),
			timestamp,
		};
		const towerSync = { ...update, blockId: Hash.default };
		const proof = Hash.default;
		const forms: VoteInstruction[] = [
			{ kind: 'UpdateVoteState', update },
			{ kind: 'UpdateVoteStateSwitch', update, proof },
			{ kind: 'TowerSyncSwitch', towerSync, proof },
			{ kind: 'CompactUpdateVoteState', update },
			{ kind: 'CompactUpdateVoteStateSwitch', update, proof },
			{ kind: 'TowerSync', towerSync },
		];
		const ascends = votes.every(([slot], i) => slot >= (votes[i - 1]?.[0] ?? root ?? 0));
		const isCompact = ascends && votes.every(([, confirmations]) => confirmations < 256);
		const before = new Map(bank.accounts);
		let last: Outcome | null = null;
		for (const form of isCompact ? forms : forms.slice(0, 2)) {
			for (const [address, account] of before) bank.accounts.set(address, account);
			const outcome = bank.vote(form, [meta(signer, 's')]);
			if (last !== null) expect(outcome.error).toEqual(last.error);
			last = outcome;
		}
		return last!;
	}

	it('replaces the tower: new votes get latencies, old ones keep theirs', () => {
		bank.setVoteState({ votes: landed([101, 2, 7], [102, 1, 0]) });
		expect(
			propose({
				votes: [
					[101, 4],
					[102, 3],
					[108, 1],
				],
				timestamp: 77n,
			}).error,
		).toBeNull();
		// A latency of 0 was never recorded, and is now.
		expect(tower()).toEqual([
			[101, 4, 7],
			[102, 3, 8],
			[108, 1, 2],
		]);
		expect(bank.state().lastTimestamp).toEqual({ slot: 108n, timestamp: 77n });
		expect(bank.state().epochCredits).toEqual([]);
	});

	it('gives credits for what its root leaves behind: 16, less the slots beyond the second, at least 1', () => {
		const latencies = [0, 1, 2, 3, 16, 17, 18, 255];
		bank.setVoteState({
			votes: landed(...latencies.map((latency, i) => [100 + i, 8 - i, latency] as const)),
			epochCredits: [{ epoch: 5n, credits: 100n, prevCredits: 90n }],
		});
		expect(propose({ votes: [[109, 1]], root: 107 }).error).toBeNull();
		expect(bank.state().epochCredits).toEqual([
			{ epoch: 5n, credits: 100n + 1n + 16n + 16n + 15n + 2n + 1n + 1n + 1n, prevCredits: 90n },
		]);
		expect(bank.state().rootSlot).toBe(107n);
	});

	it('books credits by epoch, reusing an epoch that earned nothing, for 64 epochs', () => {
		const after = (credits: readonly (readonly [number, number, number])[]) => {
			bank.setVoteState({
				votes: landed([100, 2, 1]),
				epochCredits: credits.map(([epoch, now, before]) => ({
					epoch: BigInt(epoch),
					credits: BigInt(now),
					prevCredits: BigInt(before),
				})),
			});
			expect(propose({ votes: [[109, 1]], root: 100 }).error).toBeNull();
			return bank
				.state()
				.epochCredits.map(({ epoch, credits: now, prevCredits }) => [epoch, now, prevCredits].map(Number));
		};
		expect(after([])).toEqual([[5, 16, 0]]);
		expect(after([[4, 10, 3]])).toEqual([
			[4, 10, 3],
			[5, 26, 10],
		]);
		expect(after([[4, 10, 10]])).toEqual([[5, 26, 10]]);
		const many = after(Array.from({ length: 64 }, (_, i) => [i, i + 1, i] as const));
		expect(many.length).toBe(64);
		expect(many[0]).toEqual([1, 2, 1]);
		expect(many[63]).toEqual([5, 80, 64]);
	});

	it('drops votes that are older than the hashes, unless the account has them', () => {
		bank.setVoteState({ votes: landed([90, 6, 1]) });
		expect(
			propose({
				votes: [
					[90, 31],
					[95, 30],
					[109, 1],
				],
			}).error,
		).toBeNull();
		expect(tower().map(([slot]) => slot)).toEqual([90, 109]);
	});

	it('takes the latest vote up to a root that is older than the hashes in its place', () => {
		bank.setVoteState({ votes: landed([80, 20, 1], [85, 19, 1]), rootSlot: 70n });
		expectFailure(propose({ votes: [[109, 1]], root: 83 }), VoteError.LockoutConflict);
		expect(
			propose({
				votes: [
					[85, 19],
					[109, 1],
				],
				root: 83,
			}).error,
		).toBeNull();
		expect(bank.state().rootSlot).toBe(80n);
		bank.setVoteState({ votes: landed([80, 20, 1], [85, 19, 1]), rootSlot: 70n });
		const votes = [
			[85, 19],
			[109, 1],
		] as const;
		expect(propose({ votes, root: 80 }).error).toBeNull();
		expect(bank.state().rootSlot).toBe(80n);
		bank.setVoteState({ votes: landed([85, 19, 1]), rootSlot: 70n });
		expect(propose({ votes, root: 80 }).error).toBeNull();
		expect(bank.state().rootSlot).toBe(70n);
	});

	it('is refused where it is empty, old, on another fork or with another hash', () => {
		expectFailure(propose({ votes: [] }), VoteError.EmptySlots);
		expectFailure(propose({ votes: [[99, 1]] }), VoteError.VoteTooOld);
		expectFailure(propose({ votes: [[110, 1]] }), VoteError.SlotsMismatch);
		expectFailure(propose({ votes: [[109, 1]], hash: Hash.default }), VoteError.SlotHashMismatch);
		bank.setVoteState({ votes: landed([109, 1, 1]) });
		expectFailure(propose({ votes: [[109, 2]] }), VoteError.VoteTooOld);
		bank.setVoteState();
		const gap = [109n, 108n, 106n, 104n, 103n].map((slot) => [slot, slotHash(slot)] as const);
		bank.setSysvar(sysvarIds.slotHashes, encodeSlotHashes(new SlotHashes(gap)));
		expectFailure(
			propose({
				votes: [
					[107, 2],
					[108, 1],
				],
			}),
			VoteError.SlotsMismatch,
		);
		expectFailure(propose({ votes: [[108, 1]], root: 105 }), VoteError.RootOnDifferentFork);
		bank.setSysvar(sysvarIds.slotHashes, encodeSlotHashes(new SlotHashes([])));
		expectFailure(propose({ votes: [[108, 1]] }), VoteError.SlotsMismatch);
	});

	it('is refused where no validator could have such a tower', () => {
		const refused = (votes: Proposal['votes'], error: InstructionError, root: number | null = null) =>
			expectFailure(propose({ votes, root }), error);
		refused([[108, 0]], VoteError.ZeroConfirmations);
		refused([[108, 32]], VoteError.ConfirmationTooLarge);
		refused([[108, 1]], VoteError.SlotSmallerThanRoot, 108);
		refused(
			[
				[108, 2],
				[107, 1],
				[109, 1],
			],
			VoteError.SlotsNotOrdered,
		);
		refused(
			[
				[108, 2],
				[109, 2],
			],
			VoteError.ConfirmationsNotOrdered,
		);
		refused(
			[
				[101, 2],
				[109, 1],
			],
			VoteError.NewVoteStateLockoutMismatch,
		);
		const hashes = Array.from({ length: 40 }, (_, i) => 140n - BigInt(i));
		bank.setSysvar(
			sysvarIds.slotHashes,
			encodeSlotHashes(new SlotHashes(hashes.map((slot) => [slot, slotHash(slot)]))),
		);
		refused(
			Array.from({ length: 32 }, (_, i) => [101 + i, 31 - i] as const),
			VoteError.TooManyVotes,
		);
	});

	it('is refused where it takes something back', () => {
		bank.setVoteState({ votes: landed([101, 3, 1], [102, 2, 1]), rootSlot: 100n });
		expectFailure(propose({ votes: [[109, 1]] }), VoteError.RootRollBack);
		bank.setVoteState({ rootSlot: 101n });
		expectFailure(propose({ votes: [[109, 1]], root: 100 }), VoteError.RootRollBack);
		bank.setVoteState({ votes: landed([101, 3, 1], [102, 2, 1]) });
		// 101 binds up to 109.
		expectFailure(propose({ votes: [[109, 1]] }), VoteError.LockoutConflict);
		expectFailure(
			propose({
				votes: [
					[101, 2],
					[105, 1],
				],
			}),
			VoteError.ConfirmationRollBack,
		);
		bank.setVoteState({ lastTimestamp: { slot: 109n, timestamp: 9n } });
		expectFailure(propose({ votes: [[108, 1]], timestamp: 10n }), VoteError.TimestampTooOld);
	});

	it('may drop votes whose lockouts end before it', () => {
		bank.setVoteState({ votes: landed([100, 3, 1], [102, 2, 1]) });
		expect(propose({ votes: [[109, 1]] }).error).toBeNull();
		expect(tower()).toEqual([[109, 1, 1]]);
	});

	it('takes a root of 0 with a vote for slot 0, as a new validator sends it', () => {
		bank.setSysvar(sysvarIds.slotHashes, encodeSlotHashes(new SlotHashes([[0n, slotHash(0n)]])));
		expect(propose({ votes: [[0, 1]], root: 0 }).error).toBeNull();
		expect(bank.state().rootSlot).toBe(0n);
	});

	it('wants the voter to sign', () => {
		expectFailure(propose({ votes: [[109, 1]] }, withdrawer), InstructionError.MissingRequiredSignature);
	});
});
