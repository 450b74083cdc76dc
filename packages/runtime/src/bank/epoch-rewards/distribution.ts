/**
 * Pays the rewards of an epoch: the commissions in its first block, the stakes in the blocks after it, a part in each.
 *
 * Source: solana-runtime 4.3.0 (bank/partitioned_epoch_rewards: calculation.rs, distribution.rs, sysvar.rs;
 * bank/fee_distribution.rs, `collector_type_checked`).
 */
import {
	createAccount,
	decodeEpochRewards,
	defaultEpochRewards,
	type Epoch,
	type EpochRewards,
	InvariantError,
	type Lamports,
	sysvarIds,
	U64_MAX,
	updatedAccount,
} from '@parhelion/sdk';
import type { Bank } from '../bank.ts';
import type { Reward } from '../bank-events.ts';
import { isCollectorAllowed } from '../fee-distribution.ts';
import { effectiveStake } from '../stakes/activation.ts';
import { filterForVat } from '../stakes/epoch-stakes.ts';
import { decodeStakeState, encodeStakeState } from '../stakes/stake-state.ts';
import type { StakedVoteAccount } from '../stakes/stakes-cache.ts';
import { updateEpochRewards } from '../sysvar-accounts.ts';
import {
	calculateEpochRewards,
	type EpochRewardsParams,
	epochInflationRewards,
	type RewardCommission,
	type StakeReward,
	stakeMath,
} from './calculation.ts';
import {
	hashRewardsIntoPartitions,
	REWARD_CALCULATION_NUM_BLOCKS,
	rewardDistributionNumBlocks,
} from './partitions.ts';
import { adjustDelegationForRent } from './redeem.ts';

/** The rewards of an epoch that are being paid. Immutable: forks pay them each for itself. */
export interface EpochRewardStatus {
	/** The block height of the first part. */
	readonly startingBlockHeight: bigint;
	readonly stakeRewards: readonly StakeReward[];
	/** Indices into the rewards, part by part. */
	readonly partitions: readonly (readonly number[])[];
}

/**
 * Calculates what the epoch before `bank`'s has earned and pays the commissions. For the first bank of an epoch, whose
 * stakes have been activated.
 */
export function beginPartitionedRewards(bank: Bank, rewardedEpoch: Epoch): EpochRewardStatus {
	const { featureSet, epochSchedule } = bank;
	const calculated = calculateEpochRewards({
		...calculationInput(bank, rewardedEpoch, filterForVat(bank.stakes.stakedVoteAccounts(), bank.rent)),
		inflationRewards: epochInflationRewards({
			epoch: bank.epoch,
			rewardedEpoch,
			capitalization: bank.capitalization,
			inflation: bank.inflation,
			features: featureSet,
			schedule: epochSchedule,
			slotParams: bank.slotParams,
		}),
	});
	const { stakeRewards, pointValue } = calculated;
	let spent = 0n;
	for (const commission of calculated.commissions.values()) spent += payCommission(bank, commission);

	const startingBlockHeight = bank.blockHeight + REWARD_CALCULATION_NUM_BLOCKS;
	const storesPerBlock = bank.slotParams.paramsAtSlot(
		bank.slot,
	).partitionedEpochRewardsStakeAccountStoresPerBlock;
	const parts = rewardDistributionNumBlocks(stakeRewards.length, bank.epoch, epochSchedule, storesPerBlock);
	const parentBlockhash = bank.lastBlockhash();
	updateEpochRewards(bank, {
		distributionStartingBlockHeight: startingBlockHeight,
		numPartitions: BigInt(parts),
		parentBlockhash,
		totalPoints: pointValue.points,
		totalRewards: pointValue.rewards,
		distributedRewards: spent,
		active: true,
	});
	const addresses = stakeRewards.map(({ stakePubkey }) => stakePubkey);
	const partitions = hashRewardsIntoPartitions(addresses, parentBlockhash, parts);
	return { startingBlockHeight, stakeRewards, partitions };
}

/** What the rewards are calculated from, beside what there is to share. */
function calculationInput(
	bank: Bank,
	rewardedEpoch: Epoch,
	voteAccounts: ReadonlyMap<string, StakedVoteAccount>,
): Omit<EpochRewardsParams, 'inflationRewards'> {
	const { stakes, epochStakes, featureSet, epochSchedule, rent } = bank;
	const voteAccountsAt = (epoch: Epoch) => epochStakes.get(epoch)?.voteAccounts;
	const [snapshot, rewarded] = [voteAccountsAt(rewardedEpoch), voteAccountsAt(bank.epoch)];
	return {
		rewardedEpoch,
		stakes: [...stakes.delegations.values()],
		voteAccounts: ({ key }) => voteAccounts.get(key)?.vote.versions ?? null,
		snapshotVoteAccounts: ({ key }) => snapshot?.get(key)?.vote.versions ?? null,
		rewardedVoteAccounts: ({ key }) => rewarded?.get(key)?.vote.versions ?? null,
		history: stakes.history,
		rent,
		features: featureSet,
		schedule: epochSchedule,
	};
}

/**
 * Calculates once more what is still to be paid of the rewards that the sysvar says are being paid. For a bank out of a
 * snapshot; who was paid already has nothing left to earn.
 */
export function recalculateEpochRewards(bank: Bank, sysvar: EpochRewards): EpochRewardStatus {
	const epoch = bank.epochSchedule.getLeaderScheduleEpoch(bank.slot);
	const voteAccounts = bank.epochStakes.get(epoch)?.voteAccounts;
	if (voteAccounts === undefined) throw new InvariantError(`the stakes of epoch ${epoch} are not known`);
	const { stakeRewards } = calculateEpochRewards({
		...calculationInput(bank, bank.epoch - 1n, voteAccounts),
		inflationRewards: sysvar.totalRewards,
		pointValue: { rewards: sysvar.totalRewards, points: sysvar.totalPoints },
	});
	const addresses = stakeRewards.map(({ stakePubkey }) => stakePubkey);
	const partitions = hashRewardsIntoPartitions(
		addresses,
		sysvar.parentBlockhash,
		Number(sysvar.numPartitions),
	);
	return { startingBlockHeight: sysvar.distributionStartingBlockHeight, stakeRewards, partitions };
}

/** Pays a commission or burns it; answers the lamports that are thereby spent. */
function payCommission(bank: Bank, commission: RewardCommission): Lamports {
	const { pubkey, commissionLamports, burnedLamports, isVoteAccount, commissionBps } = commission;
	const before = bank.getAccount(pubkey);
	if (before === null && !bank.features.customCommissionCollector) return 0n;
	const account = before ?? createAccount({});
	const lamports = account.lamports + commissionLamports;
	const after = updatedAccount(account, { lamports });
	const isPaid =
		lamports <= U64_MAX && (isVoteAccount || isCollectorAllowed(bank, pubkey, account.lamports, after));
	if (isPaid) {
		bank.storeAndCount(pubkey, after);
		bank.rewards.push({
			pubkey,
			type: 'Voting',
			lamports: commissionLamports,
			postBalance: lamports,
			...commissionOf(bank, commissionBps),
		});
	}
	return commissionLamports + burnedLamports;
}

/** Pays the part of the stake rewards that is due at this block; answers what is left, `null` after the last part. */
export function distributePartitionedRewards(
	bank: Bank,
	status: EpochRewardStatus,
): EpochRewardStatus | null {
	const part = Number(bank.blockHeight - status.startingBlockHeight);
	if (part < 0) return status;
	const due = status.partitions[part] ?? [];
	let spent = 0n;
	for (const index of due) {
		const reward = status.stakeRewards[index]!;
		payStake(bank, reward);
		spent += reward.stakeReward;
	}
	const rewards = epochRewardsOf(bank);
	const distributedRewards = BigInt.asUintN(64, rewards.distributedRewards + spent);
	const isLast = part + 1 >= status.partitions.length;
	updateEpochRewards(bank, { ...rewards, distributedRewards, active: !isLast });
	return isLast ? null : status;
}

/** Pays one stake account; a reward whose account is gone is burned. */
function payStake(bank: Bank, { stakePubkey, stake, stakeReward, commissionBps }: StakeReward): void {
	const account = bank.getAccount(stakePubkey);
	const decoded = account === null ? null : decodeStakeState(account.data);
	const isDelegated = bank.stakes.delegations.has(stakePubkey.key);
	if (account === null || decoded?.ok !== true || decoded.value.kind !== 'Stake' || !isDelegated) return;
	const lamports = account.lamports + stakeReward;
	if (lamports > U64_MAX) return;
	const minimum = bank.rent.minimumBalance(account.data.length);
	const delegation = bank.features.relaxPostExecMinBalanceCheck
		? adjustDelegationForRent(stake.delegation, bank.epoch - 1n, lamports, minimum)
		: stake.delegation;
	const data = new Uint8Array(account.data.length);
	data.set(encodeStakeState({ ...decoded.value, stake: { ...stake, delegation } }));
	bank.storeAndCount(stakePubkey, updatedAccount(account, { lamports, data }));
	if (stakeReward === 0n) return;
	const math = stakeMath(bank.featureSet, bank.epochSchedule);
	const stakeNow = effectiveStake(delegation, bank.epoch, bank.stakes.history, math);
	bank.rewards.push({
		pubkey: stakePubkey,
		type: stakeNow === 0n ? 'DeactivatedStake' : 'Staking',
		lamports: stakeReward,
		postBalance: lamports,
		...commissionOf(bank, commissionBps),
	});
}

/** A commission as rewards tell it under the rules of a bank. */
function commissionOf(
	{ features }: Bank,
	basisPoints: number | null,
): Pick<Reward, 'commission' | 'commissionBps'> {
	if (basisPoints === null) return { commission: null };
	if (features.commissionRateInBasisPoints) return { commission: null, commissionBps: basisPoints };
	return { commission: Math.trunc(basisPoints / 100) };
}

/** In how many parts the stakes are paid, told of the first block of an epoch alone; `null` for any other. */
export function rewardPartitionsOf({ epoch, parentSlot, epochSchedule, epochRewards }: Bank): number | null {
	if (epoch === epochSchedule.getEpoch(parentSlot)) return null;
	return epochRewards?.partitions.length ?? null;
}

/**
 * The sysvar; as upstream's `get_epoch_rewards_sysvar` that of no rewards where its account holds none. While rewards are
 * paid it does so only where somebody has written it past the rules: upstream stops then, here they are paid on.
 */
function epochRewardsOf(bank: Bank): EpochRewards {
	const account = bank.getAccount(sysvarIds.epochRewards);
	const decoded = account === null ? null : decodeEpochRewards(account.data);
	return decoded?.ok === true ? decoded.value : defaultEpochRewards();
}
