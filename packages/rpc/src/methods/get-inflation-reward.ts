/** `getInflationReward`: what addresses earned for an epoch, null where nothing.
 *
 * Votes are paid in the first block of the next epoch, stakes in the blocks behind it. Errors in order: -32602 (too
 * many, no address), -32001 (no longer there), -32602 (commitment), -32016, -32004 (the epoch is not over), -32017
 * (being paid). Upstream: `JsonRpcRequestProcessor::get_inflation_reward`. */
import type { Bank, Chain, Reward } from '@parhelion/runtime';
import { decodeEpochRewards, type Slot, sysvarIds } from '@parhelion/sdk';
import type { Json } from '../json/write.ts';
import { atLeastConfirmed, bankWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readEpochConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { readString, sequence } from '../params/readers.ts';
import { fail, failInvalidParams, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

const MAX_GET_INFLATION_REWARD_ADDRESSES = 32;
/** Rewards are spread over a tenth of an epoch's blocks at most. */
const MAX_FACTOR_OF_REWARD_BLOCKS_IN_EPOCH = 10n;

interface Paid {
	readonly slot: Slot;
	readonly reward: Reward;
}

/** The rewards of `keys` in the blocks from `boundary` on. */
function findRewards(
	chain: Chain,
	boundary: Slot,
	last: Slot,
	keys: ReadonlySet<string>,
): ReadonlyMap<string, Paid> {
	const found = new Map<string, Paid>();
	for (const slot of chain.getBlocks(boundary, last)) {
		for (const reward of chain.getBlock(slot)?.rewards ?? []) {
			const { key } = reward.pubkey;
			const isInflation = reward.type === 'Staking' || (reward.type === 'Voting' && slot === boundary);
			if (isInflation && keys.has(key) && !found.has(key)) found.set(key, { slot, reward });
		}
		if (found.size === keys.size) break;
	}
	return found;
}

/** Ends the call with -32017 where the rewards of the epoch that begins at `boundary` are still being paid. */
function checkPaid(bank: Bank, boundary: Slot): void {
	const account = bank.getAccount(sysvarIds.epochRewards);
	const decoded = account === null ? null : decodeEpochRewards(account.data);
	if (decoded === null || !decoded.ok || !decoded.value.active) return;
	if (bank.epochSchedule.getEpoch(boundary) !== bank.epoch) return;
	const { distributionStartingBlockHeight, numPartitions } = decoded.value;
	const complete = distributionStartingBlockHeight + numPartitions;
	fail(RpcCustomError.epochRewardsPeriodActive(bank.slot, bank.blockHeight, complete));
}

function encodePaid(epoch: bigint, { slot, reward }: Paid): Json {
	const amount = reward.lamports < 0n ? -reward.lamports : reward.lamports;
	return {
		epoch,
		effectiveSlot: slot,
		amount,
		postBalance: reward.postBalance,
		commission: reward.commission,
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
		let epoch = config?.epoch ?? null;
		if (epoch === null) {
			const present = epochSchedule.getEpoch(bankWithConfig(node, config).slot);
			epoch = present > 0n ? present - 1n : 0n;
		}
		const first = epochSchedule.getFirstSlotInEpoch(epoch + 1n);
		if (first < firstAvailableSlot) return fail(RpcCustomError.blockCleanedUp(first, firstAvailableSlot));
		atLeastConfirmed(config?.commitment);
		const bank = bankWithConfig(node, config);
		const [boundary] = chain.getBlocks(first, bank.slot, 1);
		if (boundary === undefined) return fail(RpcCustomError.blockNotAvailable(first));
		const span = epochSchedule.getSlotsInEpoch(epoch + 1n) / MAX_FACTOR_OF_REWARD_BLOCKS_IN_EPOCH + 1n;
		const last = boundary + span < bank.slot ? boundary + span : bank.slot;
		const found = findRewards(chain, boundary, last, new Set(addresses.map(({ key }) => key)));
		if (addresses.some(({ key }) => !found.has(key))) checkPaid(bank, boundary);
		return addresses.map(({ key }) => {
			const paid = found.get(key);
			return paid === undefined ? null : encodePaid(epoch, paid);
		});
	},
);
