/**
 * Owns the rewards of a whole epoch: how many lamports there are, the points they are shared by, and what each stake
 * and commission account gets.
 *
 * Sources: solana-runtime bank.rs (`get_inflation_start_slot`, `slot_in_year_for_inflation`,
 * `calculate_epoch_inflation_rewards`), bank/partitioned_epoch_rewards/calculation.rs
 * (`calculate_reward_points_partitioned`, `calculate_stake_rewards_and_commissions`, `redeem_delegation_rewards`,
 * `accumulate_lamports`); without the epochs of alpenglow and block revenue sharing, which only those have.
 */
import {
	type Epoch,
	type EpochSchedule,
	type FeatureName,
	type FeatureSet,
	featureId,
	type Lamports,
	type Pubkey,
	type Rent,
	type Slot,
	saturatingSub,
	U64_MAX,
	type VoteStateVersions,
} from '@parhelion/sdk';
import { type Inflation, validatorInflation } from '../inflation.ts';
import type { SlotParamsArchive } from '../slot-params.ts';
import { type StakeHistoryGetEntry, type StakeMath, stakeActivationStatus } from '../stakes/activation.ts';
import type { Stake } from '../stakes/stake-state.ts';
import { calculateStakePoints, delegatedVoteState } from './points.ts';
import {
	delegationMayNeedAdjustment,
	type PointValue,
	type RedeemEnvironment,
	redeemRewards,
} from './redeem.ts';

/** The vote of the validators for inflation, and the feature that turned it on. */
const FULL_INFLATION_PAIRS: readonly (readonly [vote: FeatureName, enable: FeatureName])[] = [
	['full_inflation::mainnet::certusone::vote', 'full_inflation::mainnet::certusone::enable'],
];

/** The active features that switch inflation on in full (`full_inflation_features_enabled`). */
export function fullInflationFeatures(features: FeatureSet): Pubkey[] {
	const enabled = FULL_INFLATION_PAIRS.filter(([vote]) => features.isActive(featureId(vote))).map(
		([, enable]) => enable,
	);
	return [...enabled, 'full_inflation::devnet_and_testnet' as const]
		.map(featureId)
		.filter((id) => features.isActive(id));
}

/** Whether inflation is on in full: the first slot of a feature that says so, or null. */
export function fullInflationSlot(features: FeatureSet): Slot | null {
	const slots = fullInflationFeatures(features).map((id) => features.activatedSlot(id)!);
	return slots.reduce<Slot | null>((least, slot) => (least === null || slot < least ? slot : least), null);
}

/** The slot that inflation is counted from: the first of the epoch before its activation. */
export function inflationStartSlot(features: FeatureSet, schedule: EpochSchedule): Slot {
	const activated = fullInflationSlot(features) ?? features.activatedSlot(featureId('pico_inflation')) ?? 0n;
	return schedule.getFirstSlotInEpoch(saturatingSub(schedule.getEpoch(activated), 1n));
}

/** What {@link epochInflationRewards} needs of the bank that begins an epoch. */
export interface InflationParams {
	/** The epoch that begins. */
	readonly epoch: Epoch;
	readonly rewardedEpoch: Epoch;
	/** Lamports there are, before the rewards. */
	readonly capitalization: Lamports;
	readonly inflation: Inflation;
	readonly features: FeatureSet;
	readonly schedule: EpochSchedule;
	readonly slotParams: SlotParamsArchive;
}

/** Years of inflation at the start of `epoch` (`slot_in_year_for_inflation`). */
export function inflationYear(
	epoch: Epoch,
	features: FeatureSet,
	schedule: EpochSchedule,
	slotParams: SlotParamsArchive,
): number {
	const start = inflationStartSlot(features, schedule);
	return slotParams.slotRangeDurationInYears(start, schedule.getFirstSlotInEpoch(epoch));
}

/** The lamports that validators and stakers share for an epoch. */
export function epochInflationRewards(params: InflationParams): Lamports {
	const { epoch, rewardedEpoch, schedule, slotParams } = params;
	const year = inflationYear(epoch, params.features, schedule, slotParams);
	const rate = validatorInflation(params.inflation, year);
	const { slotsPerYear } = slotParams.paramsAtSlot(schedule.getFirstSlotInEpoch(rewardedEpoch));
	const epochYears = Number(schedule.getSlotsInEpoch(rewardedEpoch)) / slotsPerYear;
	const rewards = rate * Number(params.capitalization) * epochYears;
	if (!(rewards > 0)) return 0n;
	return rewards >= 2 ** 64 ? U64_MAX : BigInt(Math.trunc(rewards));
}

/** A delegated stake account at the end of an epoch. */
export interface RewardedStakeAccount {
	readonly pubkey: Pubkey;
	readonly lamports: Lamports;
	/** Bytes. */
	readonly dataLength: number;
	readonly stake: Stake;
}

/** What a vote account was at some time, by its address; null where it was none. */
export type VoteAccountLookup = (vote: Pubkey) => VoteStateVersions | null;

/** What the rewards of an epoch are calculated from. */
export interface EpochRewardsParams {
	readonly rewardedEpoch: Epoch;
	/** Of {@link epochInflationRewards}. */
	readonly inflationRewards: Lamports;
	/** What a point is worth, where that is known already: it is not calculated then. */
	readonly pointValue?: PointValue;
	readonly stakes: readonly RewardedStakeAccount[];
	/** The vote accounts as the new epoch finds them. */
	readonly voteAccounts: VoteAccountLookup;
	/** The same at the start of the epoch before the rewarded one, and at the start of the rewarded one. */
	readonly snapshotVoteAccounts: VoteAccountLookup;
	readonly rewardedVoteAccounts: VoteAccountLookup;
	/** With the entry of the rewarded epoch. */
	readonly history: StakeHistoryGetEntry;
	readonly rent: Rent;
	readonly features: FeatureSet;
	readonly schedule: EpochSchedule;
}

/** What is to be paid to a stake account. */
export interface StakeReward {
	readonly stakePubkey: Pubkey;
	/** The state to be stored. */
	readonly stake: Stake;
	/** Lamports. */
	readonly stakeReward: Lamports;
	/** For the record; null since SIMD-0232. */
	readonly commissionBps: number | null;
}

/** What is to be paid to a commission account. */
export interface RewardCommission {
	readonly pubkey: Pubkey;
	/** For the record; null since SIMD-0232. */
	readonly commissionBps: number | null;
	readonly commissionLamports: Lamports;
	/** What nobody gets. */
	readonly burnedLamports: Lamports;
	/** Whether the account is the vote account itself. */
	readonly isVoteAccount: boolean;
}

/** The rewards of an epoch. */
export interface EpochRewardsCalculation {
	/** Zeros where nobody earned anything. */
	readonly pointValue: PointValue;
	/** In the order of the stake accounts. */
	readonly stakeRewards: readonly StakeReward[];
	/** By `Pubkey.key`. */
	readonly commissions: ReadonlyMap<string, RewardCommission>;
	readonly totalStakeRewards: Lamports;
}

/** Stake math by the features of the bank that begins the epoch. */
export function stakeMath(features: FeatureSet, schedule: EpochSchedule): StakeMath {
	const reduced = features.activatedSlot(featureId('reduce_stake_warmup_cooldown'));
	return {
		newRateActivationEpoch: reduced === null ? null : schedule.getEpoch(reduced),
		useFixedPoint: features.isActive(featureId('upgrade_bpf_stake_program_to_v5_1')),
	};
}

/** Percent before V4, basis points with it: as basis points, cut to whole percents without the feature. */
function commissionBpsOf(versions: VoteStateVersions, inBasisPoints: boolean): number {
	if (versions.version === 'Uninitialized') return 0;
	if (versions.version !== 'V4') return versions.state.commission * 100;
	const bps = versions.state.inflationRewardsCommissionBps;
	return inBasisPoints ? bps : Math.min(Math.trunc(bps / 100), 255) * 100;
}

/** Adds a commission to what its account has got so far; see `accumulate_lamports` for who loses what. */
function accumulate(into: RewardCommission | undefined, added: RewardCommission): RewardCommission {
	if (into === undefined) return added;
	if (!added.isVoteAccount && into.isVoteAccount) {
		const burned = into.burnedLamports + added.commissionLamports + added.burnedLamports;
		return { ...into, burnedLamports: burned };
	}
	if (added.isVoteAccount && !into.isVoteAccount) {
		const burned = into.burnedLamports + into.commissionLamports + added.burnedLamports;
		return {
			...into,
			isVoteAccount: true,
			burnedLamports: burned,
			commissionLamports: added.commissionLamports,
		};
	}
	return {
		...into,
		commissionLamports: into.commissionLamports + added.commissionLamports,
		burnedLamports: into.burnedLamports + added.burnedLamports,
	};
}

/** The lamports and the points that share them; zeros where nobody earned any. */
function pointValueOf(
	{ stakes, voteAccounts, history, inflationRewards }: EpochRewardsParams,
	math: StakeMath,
): PointValue {
	let points = 0n;
	for (const { stake } of stakes) {
		const vote = voteAccounts(stake.delegation.voterPubkey);
		if (vote !== null) points += calculateStakePoints(stake, delegatedVoteState(vote), history, math).points;
	}
	return points === 0n ? { rewards: 0n, points } : { rewards: inflationRewards, points };
}

/** The rewards of an epoch for every stake and commission account. */
export function calculateEpochRewards(params: EpochRewardsParams): EpochRewardsCalculation {
	const { features, history, rewardedEpoch } = params;
	const math = stakeMath(features, params.schedule);
	const isActive = (name: FeatureName): boolean => features.isActive(featureId(name));
	const inBasisPoints = isActive('commission_rate_in_basis_points');
	const delayed = isActive('delay_commission_updates');
	const customCollector = isActive('custom_commission_collector');
	const adjustDelegationsForRent = isActive('relax_post_exec_min_balance_check');

	const pointValue = params.pointValue ?? pointValueOf(params, math);
	const commissions = new Map<string, RewardCommission>();
	const stakeRewards: StakeReward[] = [];
	if (pointValue.points === 0n) return { pointValue, stakeRewards, commissions, totalStakeRewards: 0n };
	const environment: RedeemEnvironment = {
		rewardedEpoch,
		pointValue,
		history,
		math,
		adjustDelegationsForRent,
	};
	let totalStakeRewards = 0n;
	const pay = (reward: StakeReward, commission: RewardCommission): void => {
		stakeRewards.push(reward);
		totalStakeRewards += reward.stakeReward;
		const { key } = commission.pubkey;
		commissions.set(key, accumulate(commissions.get(key), commission));
	};
	for (const { pubkey, lamports, dataLength, stake } of params.stakes) {
		const votePubkey = stake.delegation.voterPubkey;
		const vote = params.voteAccounts(votePubkey);
		const minimum = params.rent.minimumBalance(dataLength);
		if (vote === null) {
			// without a vote account nothing is earned, but the delegation may have to follow the rent
			const { delegation } = stake;
			const adjusts =
				adjustDelegationsForRent &&
				delegationMayNeedAdjustment(
					delegation.stake,
					delegation.stake,
					lamports,
					minimum,
					stakeActivationStatus(delegation, rewardedEpoch, history, math),
				);
			if (!adjusts) continue;
			const commissionBps = customCollector ? null : 0;
			pay(
				{ stakePubkey: pubkey, stake, stakeReward: 0n, commissionBps },
				{
					pubkey: votePubkey,
					commissionBps,
					commissionLamports: 0n,
					burnedLamports: 0n,
					isVoteAccount: false,
				},
			);
			continue;
		}
		const before = delayed
			? (params.snapshotVoteAccounts(votePubkey) ?? params.rewardedVoteAccounts(votePubkey))
			: null;
		const bps = commissionBpsOf(before ?? vote, inBasisPoints);
		const redeemed = redeemRewards(stake, bps, delegatedVoteState(vote), environment, lamports, minimum);
		if (redeemed === null) continue;
		const collector =
			customCollector && vote.version === 'V4' ? vote.state.inflationRewardsCollector : votePubkey;
		const commissionBps = customCollector ? null : bps;
		pay(
			{ stakePubkey: pubkey, stake: redeemed.stake, stakeReward: redeemed.stakerRewards, commissionBps },
			{
				pubkey: collector,
				commissionBps,
				commissionLamports: redeemed.voterRewards,
				burnedLamports: 0n,
				isVoteAccount: collector.equals(votePubkey),
			},
		);
	}
	return { pointValue, stakeRewards, commissions, totalStakeRewards };
}
