/**
 * The pieces of the runtime against chains that Agave's own Bank made: 71 slots over two epoch boundaries, with stakes,
 * inflation rewards and the features of mainnet-beta. The files say how they were made; `agave-chain.json.gz` has its
 * votes in the genesis, `agave-votes.json.gz` in transactions, whose bytes it lists for whoever replays them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
	type AccountSharedData,
	type Clock,
	createAccount,
	decodeEpochRewards,
	decodeFeature,
	decodeStakeHistory,
	decodeVoteStateVersions,
	type Epoch,
	FeatureSet,
	Hash,
	Pubkey,
	programIds,
	StakeHistory,
	sysvarIds,
	type VoteStateVersions,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import { computeBankHash } from '../bank/bank-hash.ts';
import {
	calculateEpochRewards,
	type EpochRewardsCalculation,
	epochInflationRewards,
	type RewardedStakeAccount,
	stakeMath,
} from '../bank/epoch-rewards/calculation.ts';
import { rewardDistributionNumBlocks } from '../bank/epoch-rewards/partitions.ts';
import { adjustDelegationForRent } from '../bank/epoch-rewards/redeem.ts';
import { genesisSlotParams, SlotParamsArchive } from '../bank/slot-params.ts';
import { nextStakeWeightedClock, type VoteTimestamp } from '../bank/stake-weighted-timestamp.ts';
import { delegatedStakes, stakeHistoryEntryOf } from '../bank/stakes/activation.ts';
import { type Delegation, decodeStakeState, encodeStakeState } from '../bank/stakes/stake-state.ts';
import {
	decodeGenesisConfig,
	encodeGenesisConfig,
	type GenesisConfig,
	nanosPerSlot,
	slotsPerYear,
} from '../genesis/genesis-config.ts';

interface GoldenSlot {
	readonly slot: number;
	readonly epoch: number;
	readonly parentHash: string;
	readonly hash: string;
	readonly signatureCount: number;
	readonly blockhash: string;
	readonly capitalization: string;
	readonly leader: string;
	/** slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp. */
	readonly clock: readonly [number, number, number, number, number];
	readonly accounts?: readonly (readonly [string, string, string, boolean, string, string])[];
	readonly removed?: readonly string[];
	readonly transactions?: readonly (readonly [bytes: string, error: string | null])[];
	readonly leaders?: readonly {
		readonly epoch: number;
		/** Vote account, node, stake. */
		readonly stakes: readonly (readonly [string, string, string])[];
		/** The vote account of every fourth slot. */
		readonly leaders: readonly string[];
	}[];
}

interface Chain {
	readonly genesis: string;
	readonly slots: readonly GoldenSlot[];
}

type Accounts = ReadonlyMap<string, readonly [Pubkey, AccountSharedData]>;

function read(file: string): Chain {
	return JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, file))).toString()) as Chain;
}

function genesisOf(chain: Chain): GenesisConfig {
	const result = decodeGenesisConfig(new Uint8Array(Buffer.from(chain.genesis, 'base64')));
	if (!result.ok) throw new Error(result.error.kind);
	return result.value;
}

/** The accounts of each slot that lists them, the unchanged ones included. */
function* listedSlots(): Generator<
	readonly [GoldenSlot, ReadonlyMap<string, readonly [Pubkey, AccountSharedData]>]
> {
	const accounts = new Map<string, readonly [Pubkey, AccountSharedData]>();
	for (const row of golden.slots) {
		if (row.accounts === undefined) continue;
		for (const address of row.removed ?? []) accounts.delete(address);
		for (const [address, lamports, owner, executable, rentEpoch, data] of row.accounts) {
			accounts.set(address, [
				Pubkey.fromBase58(address),
				createAccount({
					lamports: BigInt(lamports),
					owner: Pubkey.fromBase58(owner),
					executable,
					rentEpoch: BigInt(rentEpoch),
					data: new Uint8Array(Buffer.from(data, 'base64')),
				}),
			]);
		}
		yield [row, accounts];
	}
}

function bankHash(row: GoldenSlot, accountsLtHash: AccountsLtHash): string {
	return computeBankHash({
		slot: BigInt(row.slot),
		parentSlot: BigInt(Math.max(row.slot - 1, 0)),
		parentHash: Hash.fromBase58(row.parentHash),
		signatureCount: BigInt(row.signatureCount),
		lastBlockhash: Hash.fromBase58(row.blockhash),
		accountsLtHash,
	}).toBase58();
}

describe('a chain of Agave', () => {
	it('has a genesis that survives a round trip', () => {
		expect(Buffer.compare(encodeGenesisConfig(genesis()), genesisBytes)).toBe(0);
	});

	it('has the bank hashes that its accounts make', () => {
		let checked = 0;
		for (const [row, accounts] of listedSlots()) {
			const ltHash = new AccountsLtHash();
			for (const [pubkey, account] of accounts.values()) ltHash.mixIn(pubkey, account);
			expect(bankHash(row, ltHash)).toBe(row.hash);
			checked++;
		}
		expect(checked).toBe(12);
	});

	it('has the bank hashes that the changes of its accounts make', () => {
		const ltHash = new AccountsLtHash();
		let before = new Map<string, readonly [Pubkey, AccountSharedData]>();
		for (const [row, accounts] of listedSlots()) {
			for (const [address, [pubkey, account]] of accounts) {
				ltHash.update(pubkey, before.get(address)?.[1] ?? null, account);
			}
			for (const [address, [pubkey, account]] of before) {
				if (!accounts.has(address)) ltHash.update(pubkey, account, null);
			}
			expect(bankHash(row, ltHash)).toBe(row.hash);
			before = new Map(accounts);
		}
	});
});

function accountsAt(slot: number): Accounts {
	for (const [row, accounts] of listedSlots()) if (row.slot === slot) return accounts;
	throw new Error(`slot ${slot} is not listed`);
}

function clockOf({ clock }: GoldenSlot): Clock {
	const [slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp] = clock.map(BigInt) as [
		bigint,
		bigint,
		bigint,
		bigint,
		bigint,
	];
	return { slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp };
}

/** Vote accounts by `Pubkey.key`. */
function votesOf(accounts: Accounts | GenesisConfig['accounts']): Map<string, VoteStateVersions> {
	const votes = new Map<string, VoteStateVersions>();
	for (const [pubkey, account] of accounts.values()) {
		if (!account.owner.equals(programIds.vote)) continue;
		const state = decodeVoteStateVersions(account.data);
		if (state.ok) votes.set(pubkey.key, state.value);
	}
	return votes;
}

function stakesOf(accounts: Accounts | GenesisConfig['accounts']): RewardedStakeAccount[] {
	const stakes: RewardedStakeAccount[] = [];
	for (const [pubkey, account] of accounts.values()) {
		if (!account.owner.equals(programIds.stake)) continue;
		const state = decodeStakeState(account.data);
		if (!state.ok || state.value.kind !== 'Stake') continue;
		const { stake } = state.value;
		stakes.push({ pubkey, lamports: account.lamports, dataLength: account.data.length, stake });
	}
	return stakes;
}

describe('an epoch of Agave', () => {
	const config = genesis();
	const { epochSchedule: schedule } = config;
	const features = FeatureSet.default();
	for (const [pubkey, account] of config.accounts.values()) {
		if (!account.owner.equals(programIds.feature)) continue;
		const activated = decodeFeature(account.data);
		if (activated.ok && activated.value !== null) features.activate(pubkey, activated.value);
	}
	const math = stakeMath(features, schedule);
	const slotParams = new SlotParamsArchive(
		features,
		schedule,
		genesisSlotParams(Number(nanosPerSlot(config)), slotsPerYear(config), null),
	);

	function delegationsOf(accounts: Accounts | GenesisConfig['accounts']): Delegation[] {
		return stakesOf(accounts).map(({ stake }) => stake.delegation);
	}

	/** The stake history as the bank of the first slot of `epoch` has it. */
	function historyBefore(epoch: Epoch): StakeHistory {
		const accounts = accountsAt(Number(epoch) * 32);
		const history = decodeStakeHistory(accounts.get(sysvarIds.stakeHistory.toBase58())![1].data);
		if (!history.ok) throw new Error(history.error.kind);
		return history.value;
	}

	it('ends with the sums of its stakes in the stake history', () => {
		for (const epoch of [0n, 1n]) {
			const before = epoch === 0n ? new StakeHistory([]) : historyBefore(epoch);
			const last = accountsAt(Number(epoch + 1n) * 32 - 1);
			const entry = stakeHistoryEntryOf(delegationsOf(last), epoch, before, math);
			expect(historyBefore(epoch + 1n).get(epoch)).toEqual(entry);
		}
	});

	it('has the times that its votes say', () => {
		const atGenesis = delegatedStakes(delegationsOf(config.accounts), 0n, new StakeHistory([]), math);
		const inEpochOne = delegatedStakes(delegationsOf(accountsAt(32)), 1n, historyBefore(1n), math);
		const votes = votesOf(config.accounts);
		for (const [i, row] of golden.slots.entries()) {
			if (i === 0) continue;
			const parent = golden.slots[i - 1]!;
			// epochs 0 and 1 go by the stakes of the genesis, epoch 2 by those that epoch 1 began with
			const stakes = row.epoch < 2 ? atGenesis : inEpochOne;
			const timestamps: VoteTimestamp[] = [...votes].map(([key, versions]) => ({
				timestamp: versions.version === 'V4' ? versions.state.lastTimestamp : { slot: 0n, timestamp: 0n },
				stake: stakes.get(key) ?? 0n,
			}));
			const clock = nextStakeWeightedClock({
				slot: BigInt(row.slot),
				parentClock: clockOf(parent),
				parentEpoch: BigInt(parent.epoch),
				schedule,
				votes: timestamps,
				elapsedNanos: (from, to) => (from >= to ? 0n : slotParams.slotRangeDurationNanos(from + 1n, to)),
			});
			expect(clock).toEqual(clockOf(row));
		}
	});

	function rewardsOf(epoch: Epoch): EpochRewardsCalculation {
		const last = Number(epoch + 1n) * 32 - 1;
		const accounts = accountsAt(last);
		const before = votesOf(config.accounts);
		const now = votesOf(accounts);
		return calculateEpochRewards({
			rewardedEpoch: epoch,
			inflationRewards: epochInflationRewards({
				epoch: epoch + 1n,
				rewardedEpoch: epoch,
				capitalization: BigInt(golden.slots[last]!.capitalization),
				// features that are active from the genesis on leave the genesis' inflation as it is
				inflation: config.inflation,
				features,
				schedule,
				slotParams,
			}),
			stakes: stakesOf(accounts),
			voteAccounts: (vote) => now.get(vote.key) ?? null,
			snapshotVoteAccounts: (vote) => before.get(vote.key) ?? null,
			rewardedVoteAccounts: (vote) => before.get(vote.key) ?? null,
			history: historyBefore(epoch + 1n),
			rent: config.rent,
			features,
			schedule,
		});
	}

	function epochRewardsAt(slot: number): ReturnType<typeof decodeEpochRewards> {
		return decodeEpochRewards(accountsAt(slot).get(sysvarIds.epochRewards.toBase58())![1].data);
	}

	it('pays what inflation and points make, to validators at once', () => {
		const { pointValue, commissions, stakeRewards } = rewardsOf(0n);
		const sysvar = epochRewardsAt(32);
		if (!sysvar.ok) throw new Error(sysvar.error.kind);
		expect(sysvar.value.totalRewards).toBe(pointValue.rewards);
		expect(sysvar.value.totalPoints).toBe(pointValue.points);
		expect(sysvar.value.parentBlockhash.toBase58()).toBe(golden.slots[31]!.blockhash);
		const blocks = rewardDistributionNumBlocks(stakeRewards.length, 1n, schedule, 4096);
		expect(sysvar.value.numPartitions).toBe(BigInt(blocks));
		let distributed = 0n;
		const [before, after] = [new Map(accountsAt(31)), new Map(accountsAt(32))];
		for (const { pubkey, commissionLamports } of commissions.values()) {
			const address = pubkey.toBase58();
			expect(after.get(address)![1].lamports - before.get(address)![1].lamports).toBe(commissionLamports);
			distributed += commissionLamports;
		}
		expect(commissions.size).toBeGreaterThan(3);
		expect(sysvar.value.distributedRewards).toBe(distributed);
	});

	it('pays each stake account in the block after, and stakes what it paid', () => {
		const { stakeRewards, totalStakeRewards } = rewardsOf(0n);
		const [before, after] = [new Map(accountsAt(32)), new Map(accountsAt(33))];
		for (const { stakePubkey, stake, stakeReward } of stakeRewards) {
			const address = stakePubkey.toBase58();
			const old = before.get(address)![1];
			const state = decodeStakeState(old.data);
			if (!state.ok || state.value.kind !== 'Stake') throw new Error('no stake');
			const lamports = old.lamports + stakeReward;
			const minimum = config.rent.minimumBalance(old.data.length);
			const delegation = adjustDelegationForRent(stake.delegation, 0n, lamports, minimum);
			const expected = encodeStakeState({ ...state.value, stake: { ...stake, delegation } });
			const paid = after.get(address)![1];
			expect(paid.lamports).toBe(lamports);
			expect(Buffer.compare(paid.data, expected)).toBe(0);
			before.delete(address);
		}
		expect(stakeRewards.length).toBeGreaterThan(15);
		// no other stake account changed
		for (const [address, [, account]] of before) {
			if (account.owner.equals(programIds.stake)) expect(after.get(address)![1]).toEqual(account);
		}
		const minted = BigInt(golden.slots[33]!.capitalization) - BigInt(golden.slots[32]!.capitalization);
		expect(minted).toBe(totalStakeRewards);
	});

	it('pays nothing where nobody voted', () => {
		const { pointValue, stakeRewards, commissions } = rewardsOf(1n);
		expect([pointValue.rewards, pointValue.points, stakeRewards.length, commissions.size]).toEqual([
			0n,
			0n,
			0,
			0,
		]);
		expect(golden.slots[64]!.capitalization).toBe(golden.slots[63]!.capitalization);
		const sysvar = epochRewardsAt(64);
		expect(sysvar.ok && [sysvar.value.totalRewards, sysvar.value.totalPoints]).toEqual([0n, 0n]);
	});
});
