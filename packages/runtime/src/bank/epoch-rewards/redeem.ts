/**
 * Owns what one stake account gets for an epoch, and what of it its validator keeps.
 *
 * Sources: solana-runtime inflation_rewards/mod.rs (`redeem_rewards`, `calculate_stake_rewards`, `commission_split`,
 * `delegation_may_need_adjustment`), bank/partitioned_epoch_rewards/distribution.rs (`adjust_delegation_for_rent`);
 * without the epochs of alpenglow.
 */
import { type Epoch, InvariantError, type Lamports, saturatingSub, U64_MAX } from '@parhelion/sdk';
import {
	type StakeActivationStatus,
	type StakeHistoryGetEntry,
	type StakeMath,
	stakeActivationStatus,
} from '../stakes/activation.ts';
import type { Delegation, Stake } from '../stakes/stake-state.ts';
import { calculateStakePoints, type DelegatedVoteState } from './points.ts';

const MAX_COMMISSION_BPS = 10_000n;

/** Lamports to share, and the points they are shared by. */
export interface PointValue {
	readonly rewards: Lamports;
	readonly points: bigint;
}

/** What {@link redeemRewards} goes by. */
export interface RedeemEnvironment {
	readonly rewardedEpoch: Epoch;
	readonly pointValue: PointValue;
	readonly history: StakeHistoryGetEntry;
	readonly math: StakeMath;
	/** Whether delegations follow the rent (`relax_post_exec_min_balance_check`). */
	readonly adjustDelegationsForRent: boolean;
}

/** What a stake account gets. */
export interface RedeemedRewards {
	readonly stakerRewards: Lamports;
	readonly voterRewards: Lamports;
	/** With the credits it is now paid for and its rewards staked. */
	readonly stake: Stake;
}

/** The parts of a reward. */
export interface CommissionSplit {
	readonly voter: Lamports;
	readonly staker: Lamports;
	/** Both sides should get something. */
	readonly isSplit: boolean;
}

/** `commission_split`: each side rounded down by itself; above 10,000 basis points counts as that. */
export function commissionSplit(commissionBps: number, on: Lamports): CommissionSplit {
	const bps = BigInt(commissionBps);
	if (bps === 0n) return { voter: 0n, staker: on, isSplit: false };
	if (bps >= MAX_COMMISSION_BPS) return { voter: on, staker: 0n, isSplit: false };
	return {
		voter: (on * bps) / MAX_COMMISSION_BPS,
		staker: (on * (MAX_COMMISSION_BPS - bps)) / MAX_COMMISSION_BPS,
		isSplit: true,
	};
}

interface CalculatedStakeRewards {
	readonly stakerRewards: Lamports;
	readonly voterRewards: Lamports;
	readonly newCreditsObserved: bigint;
}

/** Null: nothing is paid, and the credits stay for the next epoch. */
function calculateStakeRewards(
	stake: Stake,
	commissionBps: number,
	voteState: DelegatedVoteState,
	{ rewardedEpoch, pointValue, history, math }: RedeemEnvironment,
): CalculatedStakeRewards | null {
	const calculated = calculateStakePoints(stake, voteState, history, math);
	const { points, newCreditsObserved } = calculated;
	if (
		calculated.forceCreditsUpdateWithSkippedReward ||
		pointValue.rewards === 0n ||
		stake.delegation.activationEpoch === rewardedEpoch
	) {
		return { stakerRewards: 0n, voterRewards: 0n, newCreditsObserved };
	}
	if (points === 0n || pointValue.points === 0n) return null;
	const rewards = (points * pointValue.rewards) / pointValue.points;
	if (rewards > U64_MAX) throw new InvariantError('the rewards of a stake fit in 64 bits');
	if (rewards === 0n) return null;
	const { voter, staker, isSplit } = commissionSplit(commissionBps, rewards);
	// too little for both sides: wait until it is enough
	if (isSplit && (voter === 0n || staker === 0n)) return null;
	return { stakerRewards: staker, voterRewards: voter, newCreditsObserved };
}

/** Whether a delegation must become what the lamports of its account allow. */
export function delegationMayNeedAdjustment(
	currentDelegation: Lamports,
	delegationWithRewards: Lamports,
	lamportsWithRewards: Lamports,
	minimumLamports: Lamports,
	status: StakeActivationStatus,
): boolean {
	if (status.effective === 0n && status.activating === 0n) return false;
	const affordable = saturatingSub(lamportsWithRewards, minimumLamports);
	const next = delegationWithRewards < affordable ? delegationWithRewards : affordable;
	return next !== currentDelegation;
}

/** `adjust_delegation_for_rent`: the delegation as the account's lamports allow; down to nothing, it ends at once. */
export function adjustDelegationForRent(
	delegation: Delegation,
	rewardedEpoch: Epoch,
	lamportsWithRewards: Lamports,
	minimumLamports: Lamports,
): Delegation {
	const affordable = saturatingSub(lamportsWithRewards, minimumLamports);
	if (delegation.stake <= affordable) return delegation;
	const deactivationEpoch = affordable === 0n ? rewardedEpoch : delegation.deactivationEpoch;
	return { ...delegation, stake: affordable, deactivationEpoch };
}

/**
 * What a stake account gets for an epoch; null where neither it nor its credits change. `currentLamports` and
 * `minimumLamports` are the account's balance and its rent.
 */
export function redeemRewards(
	stake: Stake,
	commissionBps: number,
	voteState: DelegatedVoteState,
	environment: RedeemEnvironment,
	currentLamports: Lamports,
	minimumLamports: Lamports,
): RedeemedRewards | null {
	const calculated = calculateStakeRewards(stake, commissionBps, voteState, environment);
	const stakerRewards = calculated?.stakerRewards ?? 0n;
	const withRewards = stake.delegation.stake + stakerRewards;
	if (calculated === null) {
		if (!environment.adjustDelegationsForRent) return null;
		const { rewardedEpoch, history, math } = environment;
		const status = stakeActivationStatus(stake.delegation, rewardedEpoch, history, math);
		const needs = delegationMayNeedAdjustment(
			stake.delegation.stake,
			withRewards,
			currentLamports,
			minimumLamports,
			status,
		);
		if (!needs) return null;
	}
	return {
		stakerRewards,
		voterRewards: calculated?.voterRewards ?? 0n,
		stake: {
			delegation: { ...stake.delegation, stake: withRewards },
			creditsObserved: calculated?.newCreditsObserved ?? stake.creditsObserved,
		},
	};
}
