/** Rewards of a chain with more stakes than one block pays. */
import {
	createBootstrapStakeAccount,
	defaultVoter,
	EpochRewardsHasher,
	LAMPORTS_PER_SOL,
} from '@parhelion/runtime';
import {
	createAccount,
	decodeVoteStateVersions,
	EpochSchedule,
	encodeVoteStateVersions,
	FeatureSet,
	featureId,
	Pubkey,
	Rent,
} from '@parhelion/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOB, TestNode } from '../../test/test-node.ts';

const SLOTS = 32;
/** More than the 4,096 of a block. */
const STAKES = 4_200;
const voter = defaultVoter();
const vote = voter.vote.pubkey;
const stakes = Array.from({ length: STAKES }, (_, i) => {
	const bytes = new Uint8Array(32).fill(0x55);
	new DataView(bytes.buffer).setUint32(0, i);
	return Pubkey.fromBytes(bytes);
});

let node: TestNode;
/** The first block of epoch 3. */
let boundary: number;

interface RewardJson {
	readonly pubkey: string;
	readonly lamports: number;
	readonly postBalance: number;
	readonly rewardType: string;
	readonly commission: number | null;
}
interface BlockJson {
	readonly parentSlot: number;
	readonly previousBlockhash: string;
	readonly blockHeight: number;
	readonly rewards?: readonly RewardJson[];
	readonly numRewardPartitions?: number;
}

const blockAt = (slot: number, config = {}): Promise<BlockJson> =>
	node.result<BlockJson>('getBlock', slot, {
		commitment: 'confirmed',
		transactionDetails: 'none',
		...config,
	});

function advanceTo(slot: number): void {
	while (node.chain.slot < BigInt(slot)) node.chain.advanceSlot();
}

beforeAll(() => {
	const featureSet = FeatureSet.mainnet();
	// With it no reward tells of a commission.
	featureSet.deactivate(featureId('custom_commission_collector'));
	node = new TestNode({
		featureSet,
		voter,
		epochSchedule: EpochSchedule.custom(BigInt(SLOTS), BigInt(SLOTS), false),
		accounts: stakes.map((pubkey) => [
			pubkey,
			createBootstrapStakeAccount(pubkey, vote, Rent.default(), 1000n * LAMPORTS_PER_SOL),
		]),
	});
	const account = node.chain.getAccount(vote)!;
	const decoded = decodeVoteStateVersions(account.data);
	if (!decoded.ok || decoded.value.version !== 'V4') throw new Error('no vote account');
	const state = { ...decoded.value.state, inflationRewardsCommissionBps: 1050 };
	const data = new Uint8Array(account.data.length);
	data.set(encodeVoteStateVersions({ version: 'V4', state }));
	node.chain.setAccount(vote, createAccount({ ...account, data }));
	boundary = SLOTS * 3;
	advanceTo(boundary + 1);
});

describe('the first block of an epoch', () => {
	it('tells in how many blocks stakes are paid, with and without rewards, and no other does', async () => {
		const block = await blockAt(boundary);
		expect(block.numRewardPartitions).toBe(2);
		expect(block.rewards!.filter(({ rewardType }) => rewardType === 'Voting')).toEqual([
			expect.objectContaining({ pubkey: vote.toBase58(), commission: null, commissionBps: 1050 }),
		]);
		const without = await blockAt(boundary, { rewards: false });
		expect(without).toMatchObject({ numRewardPartitions: 2 });
		expect(without).not.toHaveProperty('rewards');
		expect(await blockAt(boundary - 1)).not.toHaveProperty('numRewardPartitions');
	});
});

describe('getInflationReward', () => {
	const ask = (addresses: readonly Pubkey[], config = {}): Promise<unknown> =>
		node.result('getInflationReward', addresses.map(String), { commitment: 'confirmed', ...config });

	it('says that rewards are being paid, but knows the votes', async () => {
		const { hasher } = await partitions();
		const late = stakes.find((pubkey) => hasher.partitionOf(pubkey) === 1)!;
		expect(await ask([vote])).toMatchObject([{ epoch: 2, effectiveSlot: boundary, commissionBps: 1050 }]);
		const slot = boundary;
		expect(
			await node.error('getInflationReward', [late.toBase58()], { commitment: 'confirmed' }),
		).toMatchObject({
			code: -32017,
			message: `Epoch rewards period still active at slot ${slot}`,
			data: { slot, currentBlockHeight: boundary, rewardsCompleteBlockHeight: boundary + 3 },
		});
	});

	it('finds stakes in the block that pays them, once that is there', async () => {
		advanceTo(boundary + 4);
		const { hasher, slots } = await partitions();
		const [early, late] = [0, 1].map((part) => stakes.find((each) => hasher.partitionOf(each) === part)!);
		const rewards = (await ask([early!, BOB.pubkey, late!, vote])) as (Record<string, number> | null)[];
		expect(rewards[1]).toBeNull();
		for (const [reward, pubkey, slot] of [
			[rewards[0], early!, slots[0]!],
			[rewards[2], late!, slots[1]!],
		] as const) {
			const told = (await blockAt(slot)).rewards!.find((each) => each.pubkey === pubkey.toBase58())!;
			expect(told).toMatchObject({ rewardType: 'Staking', commission: null, commissionBps: 1050 });
			const { lamports: amount, postBalance } = told;
			expect(reward).toEqual({
				epoch: 2,
				effectiveSlot: slot,
				amount,
				postBalance,
				commission: null,
				commissionBps: 1050,
			});
			expect(node.chain.getBalance(pubkey)).toBe(BigInt(postBalance));
		}
		// An earlier epoch, by name, and one that is not over.
		const before = await partitions(SLOTS * 2);
		const effectiveSlot = before.slots[before.hasher.partitionOf(early!)];
		expect(await ask([early!], { epoch: 1 })).toMatchObject([{ epoch: 1, effectiveSlot }]);
		expect((await node.error('getInflationReward', [vote.toBase58()], { epoch: 3 })).code).toBe(-32004);
		const never = { epoch: 2 ** 53 };
		expect((await node.error('getInflationReward', [vote.toBase58()], never)).code).toBe(-32004);
	});

	/** Who is paid where after the first block of an epoch. */
	async function partitions(
		first = boundary,
	): Promise<{ hasher: EpochRewardsHasher; slots: readonly number[] }> {
		const { previousBlockhash, numRewardPartitions } = await blockAt(first);
		const { blockhash } = await node.result<{ blockhash: string }>('getBlock', first - 1, {
			commitment: 'confirmed',
		});
		expect(previousBlockhash).toBe(blockhash);
		const seed = node.chain.getBlock(BigInt(first))!.previousBlockhash;
		return {
			hasher: new EpochRewardsHasher(numRewardPartitions!, seed),
			slots: [first + 1, first + 2],
		};
	}
});
