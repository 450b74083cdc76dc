/** `getInflationReward`: what addresses earned for an epoch, null where nothing.
 *
 * Votes are paid in the first block of the next epoch, stakes in the blocks behind it: in which of them follows from the
 * address. Errors in order: -32602 (too many, no address), -32016 (without `epoch`), -32001 (no longer there), -32602
 * (commitment), -32016, -32004 (the epoch is not over), -32018 (its first block is not there), -32017 (being paid).
 * Upstream: `JsonRpcRequestProcessor::get_inflation_reward`. */
import { type ChainBlock, EpochRewardsHasher, type Reward } from '@parhelion/runtime';
import { type Epoch, type Pubkey, type Slot, U64_MAX } from '@parhelion/sdk';
import type { Json } from '../json/write.ts';
import { atLeastConfirmed, bankWithConfig, type RpcNode } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { type RpcEpochConfig, readEpochConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { readString, sequence } from '../params/readers.ts';
import { fail, failInvalidParams, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

const MAX_GET_INFLATION_REWARD_ADDRESSES = 32;

interface Paid {
	readonly slot: Slot;
	readonly reward: Reward;
}

/** What a block paid to an address, by the types that count; null where nothing. */
function paidIn({ slot, rewards }: ChainBlock, address: Pubkey, types: readonly string[]): Paid | null {
	// Of several the last counts, as upstream's map keeps it.
	const reward = rewards.findLast(({ pubkey, type }) => pubkey.equals(address) && types.includes(type));
	return reward === undefined ? null : { slot, reward };
}

/** The epoch before the present one, where the call names none. */
function rewardedEpoch(node: RpcNode, config: RpcEpochConfig | null): Epoch {
	if (config !== null && config.epoch !== null) return config.epoch;
	const present = node.chain.epochSchedule.getEpoch(bankWithConfig(node, config).slot);
	return present > 0n ? present - 1n : 0n;
}

function encodePaid(epoch: Epoch, { slot, reward }: Paid): Json {
	return {
		epoch,
		effectiveSlot: slot,
		amount: reward.lamports < 0n ? -reward.lamports : reward.lamports,
		postBalance: reward.postBalance,
		commission: reward.commission,
		commissionBps: reward.commissionBps,
	};
}

export const getInflationReward: Method = method(
	'getInflationReward',
	[sequence(readString), opt(readEpochConfig)],
	(node, texts, config) => {
		if (texts.length > MAX_GET_INFLATION_REWARD_ADDRESSES) {
			return failInvalidParams(`Too many inputs provided; max ${MAX_GET_INFLATION_REWARD_ADDRESSES}`);
		}
		const addresses = texts.map(verifyPubkey);
		const { chain } = node;
		const { epochSchedule, firstAvailableSlot } = chain;
		const epoch = rewardedEpoch(node, config);
		const first = epochSchedule.getFirstSlotInEpoch(epoch === U64_MAX ? epoch : epoch + 1n);
		if (first < firstAvailableSlot) return fail(RpcCustomError.blockCleanedUp(first, firstAvailableSlot));
		atLeastConfirmed(config?.commitment);
		const bank = bankWithConfig(node, config);
		const [boundarySlot] = chain.getBlocks(first, bank.slot, 1);
		if (boundarySlot === undefined) return fail(RpcCustomError.blockNotAvailable(first));
		const boundary = chain.getBlock(boundarySlot);
		if (boundary === null) return fail(RpcCustomError.blockNotAvailable(boundarySlot));
		if (boundary.parentSlot >= first) return fail(RpcCustomError.slotNotEpochBoundary(boundarySlot));

		const { numRewardPartitions } = boundary;
		if (numRewardPartitions === null) {
			const types = ['Voting', 'Staking', 'DeactivatedStake'];
			const paid = addresses.map((address) => paidIn(boundary, address, types));
			return paid.map((each) => (each === null ? null : encodePaid(epoch, each)));
		}
		const hasher = new EpochRewardsHasher(numRewardPartitions, boundary.previousBlockhash);
		const slots = chain.getBlocks(boundarySlot + 1n, bank.slot, numRewardPartitions);
		return addresses.map((address) => {
			const voting = paidIn(boundary, address, ['Voting']);
			if (voting !== null) return encodePaid(epoch, voting);
			const slot = slots[hasher.partitionOf(address)];
			if (slot === undefined) {
				const complete = boundary.blockHeight + BigInt(numRewardPartitions) + 1n;
				return fail(RpcCustomError.epochRewardsPeriodActive(bank.slot, bank.blockHeight, complete));
			}
			const block = chain.getBlock(slot);
			if (block === null) return fail(RpcCustomError.blockNotAvailable(slot));
			const staking = paidIn(block, address, ['Staking', 'DeactivatedStake']);
			return staking === null ? null : encodePaid(epoch, staking);
		});
	},
);
