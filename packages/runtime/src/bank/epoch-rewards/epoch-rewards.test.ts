import { sha256 } from '@parhelion/crypto';
import { ByteWriter, EpochSchedule, Hash, Pubkey, StakeHistory, U64_MAX } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SipHasher13 } from '../sip-hash.ts';
import type { StakeMath } from '../stakes/activation.ts';
import { createDelegation, type Stake } from '../stakes/stake-state.ts';
import { EpochRewardsHasher, hashRewardsIntoPartitions, rewardDistributionNumBlocks } from './partitions.ts';
import { calculateStakePoints, type DelegatedVoteState } from './points.ts';
import {
	adjustDelegationForRent,
	commissionSplit,
	delegationMayNeedAdjustment,
	type PointValue,
	type RedeemEnvironment,
	type RedeemedRewards,
	redeemRewards,
} from './redeem.ts';

const named = (name: string): Pubkey => Pubkey.fromBytes(sha256(new TextEncoder().encode(name)));
const MATH: StakeMath = { newRateActivationEpoch: null, useFixedPoint: true };
const HISTORY = new StakeHistory([]);
const SOL = 1_000_000_000n;

describe('the partition of an address', () => {
	// by crate solana-epoch-rewards-hasher 3.1.0: the partitions of five addresses for each seed
	it.each([
		[1, [0, 0, 0, 0, 0]],
		[29, [22, 10, 21, 11, 2]],
		[57, [9, 5, 56, 30, 48]],
		[85, [67, 64, 64, 43, 0]],
		[113, [25, 43, 40, 63, 43]],
		[141, [56, 60, 1, 75, 111]],
		[169, [149, 82, 36, 14, 96]],
		[197, [22, 118, 4, 57, 82]],
		[225, [9, 19, 129, 1, 169]],
		[253, [155, 34, 84, 108, 212]],
	])('among %i is the reference’s', (partitions, expected) => {
		const i = (partitions - 1) / 7;
		const seed = Hash.fromBytes(sha256(new ByteWriter(8).u64(BigInt(i)).finish()));
		const hasher = new EpochRewardsHasher(partitions, seed);
		expect(expected.map((_, j) => hasher.partitionOf(named(`p${i}-${j}`)))).toEqual(expected);
	});

	it('is one of as many as there are, and keeps the order within each', () => {
		const addresses = Array.from({ length: 500 }, (_, i) => named(`a${i}`));
		const partitions = hashRewardsIntoPartitions(addresses, Hash.default, 7);
		expect(partitions.flat().sort((a, b) => a - b)).toEqual(addresses.map((_, i) => i));
		for (const indices of partitions) {
			expect(indices).toEqual([...indices].sort((a, b) => a - b));
			expect(indices.length).toBeGreaterThan(30);
		}
		expect(() => new EpochRewardsHasher(0, Hash.default)).toThrow(RangeError);
	});

	it('rests on SipHash-1-3', () => {
		// crate siphasher, tests13.rs: test_siphash_1_3 has keys, so this is its empty and 8-byte form with zero keys
		const hash = (bytes: number[]): string => {
			const [low, high] = new SipHasher13(new Uint8Array(0)).hash(Uint8Array.from(bytes));
			return (BigInt(low) | (BigInt(high) << 32n)).toString(16).padStart(16, '0');
		};
		expect(hash([])).toBe('d1fba762150c532c');
		expect(hash([1, 2, 3, 4, 5, 6, 7, 8])).not.toBe(hash([1, 2, 3, 4, 5, 6, 7, 9]));
		expect(() => new SipHasher13(new Uint8Array(3))).toThrow(RangeError);
	});
});

describe('the number of blocks that pay', () => {
	const schedule = EpochSchedule.withoutWarmup();
	const warmup = EpochSchedule.default();

	// Cases of bank/partitioned_epoch_rewards mod.rs (test_get_reward_distribution_num_blocks_*)
	it.each([
		[0, 1],
		[1, 1],
		[4096, 1],
		[4097, 2],
		[8192, 2],
		[8193, 3],
		[4096 * 43_200, 43_200],
		[4096 * 43_200 + 1, 43_200],
	])('for %i accounts is %i', (accounts, blocks) => {
		expect(rewardDistributionNumBlocks(accounts, 1n, schedule, 4096)).toBe(blocks);
	});

	it('is one during warmup, and at least one in short epochs', () => {
		expect(rewardDistributionNumBlocks(100_000, 1n, warmup, 4096)).toBe(1);
		expect(rewardDistributionNumBlocks(100_000, warmup.firstNormalEpoch, warmup, 4096)).toBe(25);
		expect(rewardDistributionNumBlocks(100, 1n, new EpochSchedule(8n, 8n, false, 0n, 0n), 1)).toBe(1);
	});
});

describe('the split of a reward', () => {
	// Cases of inflation_rewards mod.rs (the tests of commission_split)
	it.each([
		[0, 1n, 0n, 1n, false],
		[65_535, 1n, 1n, 0n, false],
		[10_000, 1n, 1n, 0n, false],
		[9_900, 10n, 9n, 0n, true],
		[100, 10n, 0n, 9n, true],
		[5_000, 10n, 5n, 5n, true],
	])('by %i basis points of %i', (bps, on, voter, staker, isSplit) => {
		expect(commissionSplit(bps, on)).toEqual({ voter, staker, isSplit });
	});

	it('never gives more than there is', () => {
		fc.assert(
			fc.property(fc.nat(65_535), fc.bigInt({ min: 0n, max: U64_MAX }), (bps, on) => {
				const { voter, staker } = commissionSplit(bps, on);
				expect(voter + staker).toBeLessThanOrEqual(on);
				expect(on - voter - staker).toBeLessThanOrEqual(1n);
			}),
		);
	});
});

function bootstrapStake(lamports: bigint, creditsObserved = 0n): Stake {
	return { delegation: createDelegation(Pubkey.default, lamports, U64_MAX), creditsObserved };
}

/** Credits gained in each epoch, as `increment_credits` keeps them. */
function voteState(...gained: readonly (readonly [epoch: bigint, credits: bigint])[]): DelegatedVoteState {
	let credits = 0n;
	const epochCredits = gained.map(([epoch, gain]) => {
		const prevCredits = credits;
		credits += gain;
		return { epoch, credits, prevCredits };
	});
	return { credits, epochCredits };
}

describe('the points of a stake', () => {
	const points = (stake: Stake, state: DelegatedVoteState): readonly [bigint, bigint, boolean] => {
		const found = calculateStakePoints(stake, state, HISTORY, MATH);
		return [found.points, found.newCreditsObserved, found.forceCreditsUpdateWithSkippedReward];
	};

	it('do not overflow with epochs of full slots and a billion SOL', () => {
		// test_stake_state_calculate_points_with_typical_values: 10,000,000 SOL in an epoch of 432,000 slots, 16 credits each
		const state = voteState([0n, 432_000n * 16n]);
		expect(points(bootstrapStake(10_000_000n * SOL), state)).toEqual([
			10_000_000n * SOL * 432_000n * 16n,
			432_000n * 16n,
			false,
		]);
	});

	it('are for the credits that were not paid yet, epoch by epoch', () => {
		const state = voteState([0n, 2n], [1n, 1n], [2n, 5n]);
		expect(points(bootstrapStake(10n), state)).toEqual([80n, 8n, false]);
		expect(points(bootstrapStake(10n, 1n), state)).toEqual([70n, 8n, false]);
		expect(points(bootstrapStake(10n, 3n), state)).toEqual([50n, 8n, false]);
		expect(points(bootstrapStake(10n, 8n), state)).toEqual([0n, 8n, false]);
	});

	it('are none, and the credits are taken over, where the vote account went back', () => {
		expect(points(bootstrapStake(10n, 1000n), voteState([0n, 4n]))).toEqual([0n, 4n, true]);
		expect(points(bootstrapStake(10n, 7n), voteState())).toEqual([0n, 0n, true]);
		expect(points(bootstrapStake(10n), voteState())).toEqual([0n, 0n, false]);
	});
});

describe('the rewards of a stake', () => {
	const redeem = (
		stake: Stake,
		state: DelegatedVoteState,
		pointValue: PointValue,
		more: { bps?: number; epoch?: bigint; adjust?: boolean; lamports?: bigint; minimum?: bigint } = {},
	): RedeemedRewards | null => {
		const environment: RedeemEnvironment = {
			rewardedEpoch: more.epoch ?? 0n,
			pointValue,
			history: HISTORY,
			math: MATH,
			adjustDelegationsForRent: more.adjust ?? false,
		};
		const { minimum = 100n } = more;
		const lamports = more.lamports ?? stake.delegation.stake + minimum;
		return redeemRewards(stake, more.bps ?? 0, state, environment, lamports, minimum);
	};

	// Cases of inflation_rewards mod.rs (test_stake_state_redeem_rewards, test_stake_state_calculate_rewards).
	it('are nothing where all credits were paid', () => {
		expect(redeem(bootstrapStake(1n), voteState(), { rewards: 1_000_000_000n, points: 1n })).toBeNull();
	});

	it('are the stake’s share of the points, and are staked', () => {
		const state = voteState([0n, 2n]);
		const redeemed = redeem(bootstrapStake(1n), state, { rewards: 1n, points: 1n });
		expect(redeemed?.stakerRewards).toBe(2n);
		expect(redeemed?.voterRewards).toBe(0n);
		expect(redeemed?.stake.delegation.stake).toBe(3n);
		expect(redeemed?.stake.creditsObserved).toBe(2n);
		expect(redeem(bootstrapStake(1n, 1n), state, { rewards: 1n, points: 1n })?.stakerRewards).toBe(1n);
		const three = voteState([0n, 2n], [1n, 1n]);
		const share = redeem(bootstrapStake(1n, 2n), three, { rewards: 2n, points: 2n }, { epoch: 1n });
		expect([share?.stakerRewards, share?.stake.creditsObserved]).toEqual([1n, 3n]);
	});

	it('wait where one side of a split would get nothing', () => {
		const state = voteState([0n, 2n], [1n, 1n], [2n, 2n]);
		const value: PointValue = { rewards: 4n, points: 4n };
		for (const bps of [100, 9_900]) {
			expect(redeem(bootstrapStake(1n, 2n), state, value, { bps, epoch: 2n })).toBeNull();
		}
		const whole = redeem(bootstrapStake(1n, 2n), state, value, { bps: 10_000, epoch: 2n });
		expect([whole?.stakerRewards, whole?.voterRewards]).toEqual([0n, 3n]);
	});

	it('are skipped without inflation, in the epoch of activation and after a rewind, while credits go on', () => {
		const state = voteState([0n, 4n]);
		const none = redeem(bootstrapStake(1n), state, { rewards: 0n, points: 4n });
		expect([none?.stakerRewards, none?.stake.creditsObserved]).toEqual([0n, 4n]);
		const fresh: Stake = { delegation: createDelegation(Pubkey.default, 1n, 3n), creditsObserved: 0n };
		const activated = redeem(fresh, state, { rewards: 4n, points: 4n }, { epoch: 3n });
		expect([activated?.stakerRewards, activated?.stake.creditsObserved]).toEqual([0n, 4n]);
		const rewound = redeem(bootstrapStake(1n, 9n), state, { rewards: 4n, points: 4n });
		expect([rewound?.stakerRewards, rewound?.stake.creditsObserved]).toEqual([0n, 4n]);
	});

	it('may be nothing but a delegation that follows the rent', () => {
		const value: PointValue = { rewards: 1n, points: 1n };
		const short = redeem(bootstrapStake(50n), voteState(), value, {
			adjust: true,
			lamports: 140n,
			minimum: 100n,
		});
		expect([short?.stakerRewards, short?.stake.delegation.stake]).toEqual([0n, 50n]);
		expect(redeem(bootstrapStake(50n), voteState(), value, { adjust: true })).toBeNull();
	});
});

describe('a delegation and the rent', () => {
	const delegation = createDelegation(Pubkey.default, 50n, 0n);

	it('shrinks to what the account can afford, and ends where that is nothing', () => {
		expect(adjustDelegationForRent(delegation, 7n, 150n, 100n)).toBe(delegation);
		expect(adjustDelegationForRent(delegation, 7n, 140n, 100n).stake).toBe(40n);
		expect(adjustDelegationForRent(delegation, 7n, 140n, 100n).deactivationEpoch).toBe(U64_MAX);
		expect(adjustDelegationForRent(delegation, 7n, 90n, 100n)).toEqual({
			...delegation,
			stake: 0n,
			deactivationEpoch: 7n,
		});
	});

	it('is left alone where it counts for nothing', () => {
		const inactive = { effective: 0n, activating: 0n, deactivating: 0n };
		expect(delegationMayNeedAdjustment(50n, 50n, 0n, 100n, inactive)).toBe(false);
		expect(delegationMayNeedAdjustment(50n, 50n, 0n, 100n, { ...inactive, activating: 1n })).toBe(true);
		expect(delegationMayNeedAdjustment(50n, 50n, 150n, 100n, { ...inactive, effective: 1n })).toBe(false);
	});
});
