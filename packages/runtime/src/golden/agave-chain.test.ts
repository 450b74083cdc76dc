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
	type EpochRewards,
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
import { LeaderSchedule } from '../bank/leader-schedule.ts';
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

/** The accounts of each slot that lists them, the unchanged ones included; the map is the same one every time. */
function* listedSlots(chain: Chain): Generator<readonly [GoldenSlot, Accounts]> {
	const accounts = new Map<string, readonly [Pubkey, AccountSharedData]>();
	for (const row of chain.slots) {
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

function clockOf({ clock }: GoldenSlot): Clock {
	const [slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp] = clock;
	return {
		slot: BigInt(slot),
		epochStartTimestamp: BigInt(epochStartTimestamp),
		epoch: BigInt(epoch),
		leaderScheduleEpoch: BigInt(leaderScheduleEpoch),
		unixTimestamp: BigInt(unixTimestamp),
	};
}

/** Vote accounts by `Pubkey.key`. */
function votesOf(accounts: Accounts): Map<string, VoteStateVersions> {
	const votes = new Map<string, VoteStateVersions>();
	for (const [pubkey, account] of accounts.values()) {
		if (!account.owner.equals(programIds.vote)) continue;
		const state = decodeVoteStateVersions(account.data);
		if (state.ok) votes.set(pubkey.key, state.value);
	}
	return votes;
}

function stakesOf(accounts: Accounts): RewardedStakeAccount[] {
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

function delegationsOf(accounts: Accounts): Delegation[] {
	return stakesOf(accounts).map(({ stake }) => stake.delegation);
}

const SLOTS_PER_EPOCH = 32;
/** Of the 5000 lamports a signature costs, half are burned. */
const BURNED_PER_SIGNATURE = 2500n;

describe.each([
	{ file: 'agave-chain.json.gz', title: 'whose genesis has votes', rewardedEpoch: 0, idleEpoch: 1 },
	{ file: 'agave-votes.json.gz', title: 'whose validators vote', rewardedEpoch: 1, idleEpoch: 0 },
])('a chain of Agave $title', ({ file, rewardedEpoch, idleEpoch }) => {
	const chain = read(file);
	const config = genesisOf(chain);
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

	function accountsAt(slot: number): Accounts {
		for (const [row, accounts] of listedSlots(chain)) if (row.slot === slot) return accounts;
		throw new Error(`slot ${slot} is not listed`);
	}

	/** The stake history that an epoch begins with. */
	function historyOf(epoch: number): StakeHistory {
		if (epoch === 0) return new StakeHistory([]);
		const account = accountsAt(epoch * SLOTS_PER_EPOCH).get(sysvarIds.stakeHistory.toBase58())!;
		const history = decodeStakeHistory(account[1].data);
		if (!history.ok) throw new Error(history.error.kind);
		return history.value;
	}

	it('has a genesis that survives a round trip', () => {
		expect(Buffer.from(encodeGenesisConfig(config)).toString('base64')).toBe(chain.genesis);
	});

	it('has the bank hashes that its accounts make', () => {
		let checked = 0;
		for (const [row, accounts] of listedSlots(chain)) {
			const ltHash = new AccountsLtHash();
			for (const [pubkey, account] of accounts.values()) ltHash.mixIn(pubkey, account);
			expect(bankHash(row, ltHash)).toBe(row.hash);
			checked++;
		}
		expect(checked).toBeGreaterThan(11);
	});

	it('has the bank hashes that the changes of its accounts make', () => {
		const ltHash = new AccountsLtHash();
		let before: Accounts = new Map();
		for (const [row, accounts] of listedSlots(chain)) {
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

	it('has the leaders that its stakes draw', () => {
		for (const { epoch, stakes, leaders } of chain.slots.flatMap((row) => row.leaders ?? [])) {
			const schedule = LeaderSchedule.fromStakes(
				stakes.map(([vote, node, stake]) => ({
					id: Pubkey.fromBase58(node),
					voteAddress: Pubkey.fromBase58(vote),
					stake: BigInt(stake),
				})),
				BigInt(epoch),
				SLOTS_PER_EPOCH,
			);
			expect(schedule.slotLeaders.map(({ voteAddress }) => voteAddress.toBase58())).toEqual(leaders);
			if (epoch > 2) continue;
			for (const { slot, leader } of chain.slots.slice(epoch * SLOTS_PER_EPOCH).slice(0, SLOTS_PER_EPOCH)) {
				// the genesis bank has no leader of the schedule but the validator with the most stake
				if (slot > 0) expect(schedule.leaderAt(slot % SLOTS_PER_EPOCH).id.toBase58()).toBe(leader);
			}
		}
	});

	it('ends its epochs with the sums of its stakes in the stake history', () => {
		for (const epoch of [0, 1]) {
			const last = accountsAt((epoch + 1) * SLOTS_PER_EPOCH - 1);
			const entry = stakeHistoryEntryOf(delegationsOf(last), BigInt(epoch), historyOf(epoch), math);
			expect(historyOf(epoch + 1).get(BigInt(epoch))).toEqual(entry);
		}
	});

	it('has the times that its votes say', () => {
		const atGenesis = delegatedStakes(delegationsOf(config.accounts), 0n, historyOf(0), math);
		const inEpochOne = delegatedStakes(delegationsOf(accountsAt(32)), 1n, historyOf(1), math);
		let checked = 0;
		for (const [parent, accounts] of listedSlots(chain)) {
			const row = chain.slots[parent.slot + 1];
			if (row === undefined) continue;
			// epochs 0 and 1 go by the stakes of the genesis, epoch 2 by those that epoch 1 began with
			const stakes = row.epoch < 2 ? atGenesis : inEpochOne;
			const votes = [...votesOf(accounts)].map(([key, versions]): VoteTimestamp => {
				if (versions.version !== 'V4') throw new Error('all votes are of version 4');
				return { timestamp: versions.state.lastTimestamp, stake: stakes.get(key) ?? 0n };
			});
			const clock = nextStakeWeightedClock({
				slot: BigInt(row.slot),
				parentClock: clockOf(parent),
				parentEpoch: BigInt(parent.epoch),
				schedule,
				votes,
				elapsedNanos: (from, to) => (from >= to ? 0n : slotParams.slotRangeDurationNanos(from + 1n, to)),
			});
			expect(clock).toEqual(clockOf(row));
			checked++;
		}
		expect(checked).toBeGreaterThan(10);
	});

	function rewardsOf(epoch: number): EpochRewardsCalculation {
		const last = (epoch + 1) * SLOTS_PER_EPOCH - 1;
		const accounts = accountsAt(last);
		const before = votesOf(config.accounts);
		const now = votesOf(accounts);
		return calculateEpochRewards({
			rewardedEpoch: BigInt(epoch),
			inflationRewards: epochInflationRewards({
				epoch: BigInt(epoch + 1),
				rewardedEpoch: BigInt(epoch),
				capitalization: BigInt(chain.slots[last]!.capitalization),
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
			history: historyOf(epoch + 1),
			rent: config.rent,
			features,
			schedule,
		});
	}

	function epochRewardsAt(slot: number): EpochRewards {
		const decoded = decodeEpochRewards(accountsAt(slot).get(sysvarIds.epochRewards.toBase58())![1].data);
		if (!decoded.ok) throw new Error(decoded.error.kind);
		return decoded.value;
	}

	/** By how many lamports the supply grew with a slot, burned fees left aside. */
	function minted(slot: number): bigint {
		const [before, after] = [chain.slots[slot - 1]!, chain.slots[slot]!];
		const burned = BigInt(after.signatureCount) * BURNED_PER_SIGNATURE;
		return BigInt(after.capitalization) - BigInt(before.capitalization) + burned;
	}

	const boundary = (rewardedEpoch + 1) * SLOTS_PER_EPOCH;

	it('pays what inflation and points make, to validators at once', () => {
		const { pointValue, commissions, stakeRewards } = rewardsOf(rewardedEpoch);
		const sysvar = epochRewardsAt(boundary);
		expect(sysvar.totalRewards).toBe(pointValue.rewards);
		expect(sysvar.totalPoints).toBe(pointValue.points);
		expect(sysvar.parentBlockhash.toBase58()).toBe(chain.slots[boundary - 1]!.blockhash);
		const blocks = rewardDistributionNumBlocks(stakeRewards.length, 1n, schedule, 4096);
		expect(sysvar.numPartitions).toBe(BigInt(blocks));
		let distributed = 0n;
		const [before, after] = [accountsAt(boundary - 1), accountsAt(boundary)];
		for (const { pubkey, commissionLamports } of commissions.values()) {
			const address = pubkey.toBase58();
			const gained = after.get(address)![1].lamports - before.get(address)![1].lamports;
			expect(gained).toBe(commissionLamports);
			distributed += commissionLamports;
		}
		expect(commissions.size).toBeGreaterThan(3);
		expect(sysvar.distributedRewards).toBe(distributed);
		expect(minted(boundary)).toBe(distributed);
	});

	it('pays each stake account in the block after, and stakes what it paid', () => {
		const { stakeRewards, totalStakeRewards } = rewardsOf(rewardedEpoch);
		const [before, after] = [new Map(accountsAt(boundary)), accountsAt(boundary + 1)];
		for (const { stakePubkey, stake, stakeReward } of stakeRewards) {
			const address = stakePubkey.toBase58();
			const old = before.get(address)![1];
			const state = decodeStakeState(old.data);
			if (!state.ok || state.value.kind !== 'Stake') throw new Error('no stake');
			const lamports = old.lamports + stakeReward;
			const minimum = config.rent.minimumBalance(old.data.length);
			const epoch = BigInt(rewardedEpoch);
			const delegation = adjustDelegationForRent(stake.delegation, epoch, lamports, minimum);
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
		expect(minted(boundary + 1)).toBe(totalStakeRewards);
	});

	it('pays nothing for an epoch without credits', () => {
		const { pointValue, stakeRewards, commissions } = rewardsOf(idleEpoch);
		expect([pointValue.rewards, pointValue.points]).toEqual([0n, 0n]);
		expect([stakeRewards.length, commissions.size]).toEqual([0, 0]);
		const first = (idleEpoch + 1) * SLOTS_PER_EPOCH;
		expect(minted(first)).toBe(0n);
		const sysvar = epochRewardsAt(first);
		expect([sysvar.totalRewards, sysvar.totalPoints]).toEqual([0n, 0n]);
	});
});
