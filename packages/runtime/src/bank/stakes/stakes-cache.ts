/**
 * The vote accounts and delegations of a bank, kept beside the accounts so that nobody has to search for them: who is
 * staked how much in the present epoch.
 *
 * A child begins with its parent's maps and copies one when it first changes it.
 *
 * Source: solana-runtime 4.3.0 (stakes.rs).
 */
import {
	type AccountSharedData,
	type Epoch,
	type Lamports,
	type Pubkey,
	programIds,
	StakeHistory,
} from '@parhelion/sdk';
import type { RewardedStakeAccount } from '../epoch-rewards/calculation.ts';
import { delegatedStakes, effectiveStake, type StakeMath, stakeHistoryEntryOf } from './activation.ts';
import { decodeStakeState } from './stake-state.ts';
import { VoteAccount } from './vote-account.ts';

/** A vote account and the stake that is delegated to it, in lamports. */
export interface StakedVoteAccount {
	readonly vote: VoteAccount;
	readonly stake: Lamports;
}

/** A map that is another's until it is written to. */
class Shared<V> {
	#map: ReadonlyMap<string, V>;
	#own: Map<string, V> | null;

	constructor(map: ReadonlyMap<string, V> = new Map()) {
		this.#map = map;
		this.#own = null;
	}

	get map(): ReadonlyMap<string, V> {
		return this.#map;
	}

	/** A map with the same entries; both are copied before either changes again. */
	share(): Shared<V> {
		this.#own = null;
		return new Shared(this.#map);
	}

	/** The map to write to. */
	own(): Map<string, V> {
		if (this.#own === null) {
			this.#own = new Map(this.#map);
			this.#map = this.#own;
		}
		return this.#own;
	}

	replace(map: ReadonlyMap<string, V>): void {
		this.#map = map;
		this.#own = null;
	}
}

/** The first bytes of a key: most owners are told from others by them, in a tenth of the time that a whole key takes. */
const startOf = ({ bytes }: Pubkey): number => bytes[0]! | (bytes[1]! << 8);
const VOTE_START = startOf(programIds.vote);
const STAKE_START = startOf(programIds.stake);

/** What a bank knows of stakes; keys are `Pubkey.key`. */
export class StakesCache {
	#epoch: Epoch;
	#history: StakeHistory;
	readonly #votes: Shared<VoteAccount>;
	readonly #delegations: Shared<RewardedStakeAccount>;
	/** Effective stake by vote account; none of 0, and some without vote account. */
	readonly #stakes: Shared<Lamports>;

	private constructor(
		epoch: Epoch,
		history: StakeHistory,
		votes: Shared<VoteAccount>,
		delegations: Shared<RewardedStakeAccount>,
		stakes: Shared<Lamports>,
	) {
		this.#epoch = epoch;
		this.#history = history;
		this.#votes = votes;
		this.#delegations = delegations;
		this.#stakes = stakes;
	}

	/** The stakes among the accounts of genesis. */
	static fromGenesis(accounts: Iterable<readonly [Pubkey, AccountSharedData]>, math: StakeMath): StakesCache {
		return StakesCache.restored(0n, new StakeHistory([]), accounts, math);
	}

	/** The stakes of an epoch that has begun, among these accounts. */
	static restored(
		epoch: Epoch,
		history: StakeHistory,
		accounts: Iterable<readonly [Pubkey, AccountSharedData]>,
		math: StakeMath,
	): StakesCache {
		const cache = new StakesCache(epoch, history, new Shared(), new Shared(), new Shared());
		for (const [pubkey, account] of accounts) cache.checkAndStore(pubkey, account, math);
		return cache;
	}

	/** The cache of a child. */
	clone(): StakesCache {
		return new StakesCache(
			this.#epoch,
			this.#history,
			this.#votes.share(),
			this.#delegations.share(),
			this.#stakes.share(),
		);
	}

	/** The sums of all stake by epoch. */
	get history(): StakeHistory {
		return this.#history;
	}

	get voteAccounts(): ReadonlyMap<string, VoteAccount> {
		return this.#votes.map;
	}

	get delegations(): ReadonlyMap<string, RewardedStakeAccount> {
		return this.#delegations.map;
	}

	/** Lamports that count for a vote account in this epoch. */
	stakeOf(vote: Pubkey): Lamports {
		return this.#stakes.map.get(vote.key) ?? 0n;
	}

	/** The vote accounts with their stakes, those without any included. */
	stakedVoteAccounts(): Map<string, StakedVoteAccount> {
		const staked = new Map<string, StakedVoteAccount>();
		for (const [key, vote] of this.#votes.map) {
			staked.set(key, { vote, stake: this.#stakes.map.get(key) ?? 0n });
		}
		return staked;
	}

	/** Takes notice of an account that was stored; most are neither of votes nor of stakes. */
	checkAndStore(pubkey: Pubkey, account: AccountSharedData, math: StakeMath): void {
		const { owner } = account;
		const start = startOf(owner);
		if (start !== VOTE_START && start !== STAKE_START) return;
		const { key } = pubkey;
		if (owner.equals(programIds.vote)) {
			const vote = account.lamports === 0n ? null : VoteAccount.from(pubkey, account);
			if (vote !== null) this.#votes.own().set(key, vote);
			else this.#forgetVote(key);
		} else if (owner.equals(programIds.stake)) {
			this.#setDelegation(key, account.lamports === 0n ? null : delegationOf(pubkey, account), math);
		}
	}

	/** Takes notice that an account is gone, whatever it was. */
	remove(pubkey: Pubkey, math: StakeMath): void {
		this.#forgetVote(pubkey.key);
		this.#setDelegation(pubkey.key, null, math);
	}

	#forgetVote(key: string): void {
		if (this.#votes.map.has(key)) this.#votes.own().delete(key);
	}

	#setDelegation(key: string, delegation: RewardedStakeAccount | null, math: StakeMath): void {
		const before = this.#delegations.map.get(key) ?? null;
		if (before === null && delegation === null) return;
		if (before !== null) this.#addStake(before, -1n, math);
		if (delegation !== null) {
			this.#addStake(delegation, 1n, math);
			this.#delegations.own().set(key, delegation);
		} else this.#delegations.own().delete(key);
	}

	#addStake({ stake }: RewardedStakeAccount, sign: 1n | -1n, math: StakeMath): void {
		const effective = effectiveStake(stake.delegation, this.#epoch, this.#history, math);
		if (effective === 0n) return;
		const { key } = stake.delegation.voterPubkey;
		const sum = (this.#stakes.map.get(key) ?? 0n) + sign * effective;
		if (sum > 0n) this.#stakes.own().set(key, sum);
		else this.#stakes.own().delete(key);
	}

	/** Ends the present epoch, whose sums go into the history, and begins `epoch`: stakes warm up and cool down. */
	activateEpoch(epoch: Epoch, math: StakeMath): void {
		const delegations = Array.from(this.#delegations.map.values(), ({ stake }) => stake.delegation);
		const ended = stakeHistoryEntryOf(delegations, this.#epoch, this.#history, math);
		this.#history = this.#history.add(this.#epoch, ended);
		this.#epoch = epoch;
		this.#stakes.replace(delegatedStakes(delegations, epoch, this.#history, math));
	}
}

function delegationOf(pubkey: Pubkey, account: AccountSharedData): RewardedStakeAccount | null {
	const decoded = decodeStakeState(account.data);
	if (!decoded.ok || decoded.value.kind !== 'Stake') return null;
	const { lamports, data } = account;
	return { pubkey, lamports, dataLength: data.length, stake: decoded.value.stake };
}
