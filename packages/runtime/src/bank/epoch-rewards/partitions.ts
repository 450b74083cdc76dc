/**
 * Owns which block of an epoch pays which stake account.
 *
 * Sources: crate `solana-epoch-rewards-hasher`, solana-runtime bank/partitioned_epoch_rewards (`mod.rs`
 * `get_reward_distribution_num_blocks`, `epoch_rewards_hasher.rs` `hash_rewards_into_partitions`).
 */
import type { Epoch, EpochSchedule, Hash, Pubkey } from '@parhelion/sdk';
import { SipHasher13 } from '../sip-hash.ts';

/** Blocks between the one that calculates the rewards and the first that pays stake accounts. */
export const REWARD_CALCULATION_NUM_BLOCKS = 1n;
/** An epoch's slots divided by this may pay rewards, not more. */
const MAX_FACTOR_OF_REWARD_BLOCKS_IN_EPOCH = 10n;

/** `EpochRewardsHasher`: the partition of an address, by the blockhash of the parent of the epoch's first block. */
export class EpochRewardsHasher {
	private readonly hasher: SipHasher13;
	private readonly partitions: number;

	/** RangeError for a count of partitions beyond 2^20 or below 1. */
	constructor(partitions: number, seed: Hash) {
		if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > 2 ** 20) {
			throw new RangeError(`rewards are paid in 1 to 2^20 partitions, not ${partitions}`);
		}
		this.hasher = new SipHasher13(seed.bytes);
		this.partitions = partitions;
	}

	/** 0 to below the number of partitions. */
	partitionOf(address: Pubkey): number {
		const [low, high] = this.hasher.hash(address.bytes);
		// the high word of the product of hash and partitions; each step stays below 2^53
		const carry = Math.floor((low * this.partitions) / 2 ** 32);
		return Math.floor((high * this.partitions + carry) / 2 ** 32);
	}
}

/** The indices of `addresses` by partition, each in their order. */
export function hashRewardsIntoPartitions(
	addresses: readonly Pubkey[],
	parentBlockhash: Hash,
	partitions: number,
): number[][] {
	const hasher = new EpochRewardsHasher(partitions, parentBlockhash);
	const indices: number[][] = Array.from({ length: partitions }, () => []);
	for (const [i, address] of addresses.entries()) indices[hasher.partitionOf(address)]!.push(i);
	return indices;
}

/**
 * The number of blocks that pay stake rewards: one for each `storesPerBlock` accounts, at least one, at most a tenth of
 * the epoch; one during warmup.
 */
export function rewardDistributionNumBlocks(
	rewards: number,
	epoch: Epoch,
	schedule: EpochSchedule,
	storesPerBlock: number,
): number {
	if (schedule.warmup && epoch < schedule.firstNormalEpoch) return 1;
	const most = schedule.slotsPerEpoch / MAX_FACTOR_OF_REWARD_BLOCKS_IN_EPOCH;
	const chunks = Math.max(Math.ceil(rewards / storesPerBlock), 1);
	return Math.min(chunks, Math.max(Number(most), 1));
}
