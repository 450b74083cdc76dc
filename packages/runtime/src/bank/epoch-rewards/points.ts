/**
 * Owns the points of a stake: its effective lamports times the vote credits it has not been paid for.
 *
 * Source: solana-runtime inflation_rewards/points.rs (`calculate_stake_points_and_credits`, `tower_epoch_credits_iter`,
 * `calc_earned_credits`), without the epochs of alpenglow.
 */
import type { EpochCredits, VoteStateVersions } from '@parhelion/sdk';
import { effectiveStake, type StakeHistoryGetEntry, type StakeMath } from '../stakes/activation.ts';
import type { Stake } from '../stakes/stake-state.ts';

/** What of a vote account's state decides on rewards. */
export interface DelegatedVoteState {
	/** Of all time. */
	readonly credits: bigint;
	/** Ascending. */
	readonly epochCredits: readonly EpochCredits[];
}

/** The points of a stake and how they came to be. */
export interface CalculatedStakePoints {
	readonly points: bigint;
	readonly newCreditsObserved: bigint;
	/** The vote account went back: take over its credits and pay nothing. */
	readonly forceCreditsUpdateWithSkippedReward: boolean;
}

/** The credits of a vote state; an uninitialised one has none. */
export function delegatedVoteState(versions: VoteStateVersions): DelegatedVoteState {
	const epochCredits = versions.version === 'Uninitialized' ? [] : versions.state.epochCredits;
	return { credits: epochCredits.at(-1)?.credits ?? 0n, epochCredits };
}

/** `calculate_stake_points_and_credits`: points since the credits that `stake` has observed. */
export function calculateStakePoints(
	stake: Stake,
	voteState: DelegatedVoteState,
	history: StakeHistoryGetEntry,
	math: StakeMath,
): CalculatedStakePoints {
	const observed = stake.creditsObserved;
	if (voteState.credits < observed) {
		return {
			points: 0n,
			newCreditsObserved: voteState.credits,
			forceCreditsUpdateWithSkippedReward: true,
		};
	}
	let points = 0n;
	let newCreditsObserved = observed;
	if (voteState.credits > observed) {
		for (const { epoch, credits, prevCredits } of voteState.epochCredits) {
			let earned = 0n;
			// the whole epoch, or what of it came after the stake was last paid
			if (observed < prevCredits) earned = credits - prevCredits;
			else if (observed < credits) earned = credits - newCreditsObserved;
			if (credits > newCreditsObserved) newCreditsObserved = credits;
			points += effectiveStake(stake.delegation, epoch, history, math) * earned;
		}
	}
	return { points, newCreditsObserved, forceCreditsUpdateWithSkippedReward: false };
}
