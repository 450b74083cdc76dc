/**
 * The stakes that an epoch is led and voted by: a picture of the vote accounts taken an epoch before.
 *
 * Source: solana-runtime 4.3.0 (epoch_stakes.rs; bank.rs, `get_top_epoch_stakes`), solana-vote 4.3.0 (vote_account.rs,
 * `clone_and_filter_for_vat`).
 */
import {
	type Epoch,
	type EpochSchedule,
	type Lamports,
	type Pubkey,
	type Rent,
	VOTE_STATE_SIZE,
} from '@parhelion/sdk';
import { LeaderSchedule } from '../leader-schedule.ts';
import type { StakedVoteAccount, StakesCache } from './stakes-cache.ts';

/** Epochs whose stakes are kept. */
const MAX_LEADER_SCHEDULE_STAKES = 5n;
/** Vote accounts that an epoch has at most. */
const MAX_VOTE_ACCOUNTS = 2_000;

/**
 * The vote accounts that count (SIMD-0357): those with a BLS key, a stake, and the rent of a vote account; the `most`
 * with the highest stakes, without any that has as little as the first one left out.
 */
export function filterForVat(
	voteAccounts: ReadonlyMap<string, StakedVoteAccount>,
	rent: Rent,
	most: number = MAX_VOTE_ACCOUNTS,
): ReadonlyMap<string, StakedVoteAccount> {
	const minimum = rent.minimumBalance(VOTE_STATE_SIZE);
	const valid = [...voteAccounts].filter(
		([, { vote, stake }]) => stake !== 0n && vote.hasBlsPubkey && vote.account.lamports >= minimum,
	);
	if (valid.length <= most) return new Map(valid);
	const stakes = valid.map(([, { stake }]) => stake).sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
	const floor = stakes[most]!;
	return new Map(valid.filter(([, { stake }]) => stake > floor));
}

/** The stakes of an epoch. Immutable. */
export class EpochStakes {
	readonly epoch: Epoch;
	/** By `Pubkey.key`. */
	readonly voteAccounts: ReadonlyMap<string, StakedVoteAccount>;
	/** Lamports. */
	readonly totalStake: Lamports;
	#schedule: LeaderSchedule | null = null;

	constructor(epoch: Epoch, voteAccounts: ReadonlyMap<string, StakedVoteAccount>) {
		this.epoch = epoch;
		this.voteAccounts = voteAccounts;
		let total = 0n;
		for (const { stake } of voteAccounts.values()) total += stake;
		this.totalStake = total;
	}

	/** Lamports delegated to a vote account. */
	voteAccountStake(vote: Pubkey): Lamports {
		return this.voteAccounts.get(vote.key)?.stake ?? 0n;
	}

	/** Who leads the slots of this epoch; drawn once. RangeError where nobody has stake. */
	leaderSchedule(schedule: EpochSchedule): LeaderSchedule {
		this.#schedule ??= LeaderSchedule.fromStakes(
			Array.from(this.voteAccounts.values(), ({ vote, stake }) => ({
				id: vote.nodePubkey,
				voteAddress: vote.pubkey,
				stake,
			})),
			this.epoch,
			Number(schedule.getSlotsInEpoch(this.epoch)),
		);
		return this.#schedule;
	}
}

/**
 * The stakes by epoch with those of `epoch`, which are taken now if the parent has none (`update_epoch_stakes`). `rent` is
 * the new bank's.
 */
export function epochStakesAfter(
	before: ReadonlyMap<Epoch, EpochStakes>,
	epoch: Epoch,
	stakes: StakesCache,
	rent: Rent,
): ReadonlyMap<Epoch, EpochStakes> {
	if (before.has(epoch)) return before;
	const kept = [...before].filter(([known]) => known + MAX_LEADER_SCHEDULE_STAKES > epoch);
	return new Map([...kept, [epoch, new EpochStakes(epoch, filterForVat(stakes.stakedVoteAccounts(), rent))]]);
}
