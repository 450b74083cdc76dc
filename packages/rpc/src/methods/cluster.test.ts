import { createBootstrapStakeAccount, createVoteAccount, LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { type Pubkey, Rent, sysvarIds } from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, keypair, TestNode, transfer } from '../../test/test-node.ts';
import { PerformanceSamples } from '../performance-samples.ts';

let node: TestNode;

beforeEach(() => {
	node = new TestNode();
});

function advance(slots: number): void {
	for (let i = 0; i < slots; i++) node.chain.advanceSlot();
}

describe('positions', () => {
	it('distinguish the open, the closed and the rooted slot', async () => {
		advance(40);
		expect(await node.result('getSlot', { commitment: 'processed' })).toBe(41);
		expect(await node.result('getSlot', { commitment: 'confirmed' })).toBe(40);
		expect(await node.result('getSlot', { commitment: 'finalized' })).toBe(9);
		expect(await node.result('getSlot')).toBe(9);
		expect(await node.result('getBlockHeight', { commitment: 'processed' })).toBe(41);
		expect(await node.result('getBlockHeight')).toBe(9);
	});

	it('compare minContextSlot with the slot of the commitment', async () => {
		advance(40);
		expect(await node.result('getSlot', { commitment: 'confirmed', minContextSlot: 40 })).toBe(40);
		expect(await node.error('getSlot', { minContextSlot: 10 })).toMatchObject({
			code: -32016,
			data: { contextSlot: 9 },
		});
	});

	it('give the epoch', async () => {
		advance(2);
		const info = await node.result<Record<string, number>>('getEpochInfo', { commitment: 'processed' });
		expect(Object.keys(info)).toEqual([
			'absoluteSlot',
			'blockHeight',
			'epoch',
			'slotIndex',
			'slotsInEpoch',
			'transactionCount',
		]);
		expect(info).toMatchObject({ absoluteSlot: 3, blockHeight: 3, epoch: 0, slotIndex: 3 });
		expect(info['slotsInEpoch']).toBe(Number(node.chain.epochSchedule.getSlotsInEpoch(0n)));
	});

	it('give the epoch schedule', async () => {
		expect(await node.result('getEpochSchedule')).toMatchObject({
			slotsPerEpoch: Number(node.chain.epochSchedule.slotsPerEpoch),
			warmup: node.chain.epochSchedule.warmup,
		});
	});

	it('count transactions', async () => {
		expect(await node.result('getTransactionCount')).toBe(0);
		node.chain.processTransaction(transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash()));
		expect(await node.result('getTransactionCount')).toBe(0);
		expect(await node.result('getTransactionCount', { commitment: 'processed' })).toBe(1);
	});
});

describe('the node', () => {
	it('is well', async () => {
		expect(await node.result('getHealth')).toBe('ok');
	});

	it('names its version and feature set', async () => {
		// `agave_feature_set::ID` of the crate 4.3.0.
		expect(await node.result('getVersion')).toEqual({ 'feature-set': 3383571666, 'solana-core': '4.3.0' });
	});

	it('names its identity, its genesis and the leader', async () => {
		const identity = node.chain.identity.toBase58();
		expect(await node.result('getIdentity')).toEqual({ identity });
		expect(await node.result('getGenesisHash')).toBe(node.chain.genesisHash.toBase58());
		expect(await node.result('getSlotLeader')).toBe(identity);
		expect(await node.result('getSlotLeaders', 5, 3)).toEqual([identity, identity, identity]);
		expect(await node.error('getSlotLeaders', 0, 5001)).toEqual({
			code: -32602,
			message: 'Invalid limit; max 5000',
		});
	});

	it('keeps the ledger from slot 0, and no snapshots', async () => {
		expect(await node.result('getFirstAvailableBlock')).toBe(0);
		expect(await node.result('minimumLedgerSlot')).toBe(0);
		expect(await node.error('getHighestSnapshotSlot')).toEqual({ code: -32008, message: 'No snapshot' });
		expect(await node.result('getBlockTime', 1)).toBe(Number(node.chain.getBlockTime(1n)));
		expect(await node.error('getBlockTime', 99)).toEqual({
			code: -32004,
			message: 'Block not available for slot 99',
		});
		node.chain.warpToSlot(100n);
		advance(40);
		expect(await node.error('getBlockTime', 50)).toEqual({
			code: -32007,
			message: 'Slot 50 was skipped, or missing due to ledger jump to recent snapshot',
		});
	});
});

describe('blockhashes', () => {
	it('are new in each slot and valid for 150 blocks', async () => {
		const { value, context } = await node.result<{
			context: { slot: number };
			value: { blockhash: string; lastValidBlockHeight: number };
		}>('getLatestBlockhash', { commitment: 'processed' });
		expect(context).toEqual({ apiVersion: '4.3.0', slot: 1 });
		expect(value.lastValidBlockHeight).toBe(1 + 150);
		advance(150);
		const isValid = (commitment: string): Promise<boolean> =>
			node.value<boolean>('isBlockhashValid', value.blockhash, { commitment });
		expect(await isValid('processed')).toBe(true);
		advance(1);
		expect(await isValid('processed')).toBe(false);
		expect(await isValid('finalized')).toBe(true);
		expect(await node.value('isBlockhashValid', BOB.pubkey.toBase58())).toBe(false);
	});
});

describe('getMinimumBalanceForRentExemption', () => {
	it('prices the data and its overhead', async () => {
		expect(await node.result('getMinimumBalanceForRentExemption', 0)).toBe(890_880);
		expect(await node.result('getMinimumBalanceForRentExemption', 165)).toBe(2_039_280);
		expect(await node.result('getMinimumBalanceForRentExemption', 10 * 1024 * 1024)).toBe(72_981_780_480);
	});

	it('refuses more than an account can hold', async () => {
		expect(await node.error('getMinimumBalanceForRentExemption', 10 * 1024 * 1024 + 1)).toEqual({
			code: -32600,
			message: 'Invalid request',
		});
	});
});

describe('a cluster without stakes', () => {
	it('has one leader for all slots', async () => {
		const identity = node.chain.identity.toBase58();
		const slots = Number(node.chain.epochSchedule.getSlotsInEpoch(0n));
		const schedule = await node.result<Record<string, number[]>>('getLeaderSchedule');
		expect(schedule).toEqual({ [identity]: Array.from({ length: slots }, (_, index) => index) });
		expect(await node.result('getLeaderSchedule', { identity: BOB.pubkey.toBase58() })).toEqual({});
		expect(await node.result('getLeaderSchedule', 2 ** 50)).toBeNull();
		expect(await node.result('getLeaderSchedule', 0, { identity })).toEqual(schedule);
		expect(await node.result('getVoteAccounts')).toEqual({ current: [], delinquent: [] });
	});

	it('is one node', async () => {
		expect(await node.result('getClusterNodes')).toMatchObject([
			{
				pubkey: node.chain.identity.toBase58(),
				rpc: null,
				version: '4.3.0',
				shredVersion: node.chain.bank.shredVersion,
			},
		]);
		expect(await node.result('getMaxRetransmitSlot')).toBe(1);
		expect(await node.result('getMaxShredInsertSlot')).toBe(1);
	});
});

describe('a staked validator', () => {
	const validator = { identity: keypair(50).pubkey, vote: keypair(51).pubkey, stake: keypair(52).pubkey };
	const stake = 1_000n * LAMPORTS_PER_SOL;

	beforeEach(() => {
		const vote = createVoteAccount(validator, LAMPORTS_PER_SOL);
		node = new TestNode({
			identity: validator.identity,
			accounts: [
				[validator.vote, vote],
				[
					validator.stake,
					createBootstrapStakeAccount(validator.identity, validator.vote, Rent.default(), stake),
				],
			],
		});
	});

	it('is listed, and delinquent as long as it does not vote', async () => {
		const [account] = (await node.result<{ delinquent: object[] }>('getVoteAccounts')).delinquent;
		expect(account).toMatchObject({
			votePubkey: validator.vote.toBase58(),
			nodePubkey: validator.identity.toBase58(),
			activatedStake: Number(stake - Rent.default().minimumBalance(200)),
			epochVoteAccount: true,
			lastVote: 0,
			rootSlot: 0,
			epochCredits: [],
		});
		const votePubkey = BOB.pubkey.toBase58();
		expect(await node.result('getVoteAccounts', { votePubkey })).toEqual({ current: [], delinquent: [] });
		expect(await node.result('getBlockCommitment', 0)).toMatchObject({ totalStake: expect.any(Number) });
	});

	it('shows as parsed', async () => {
		const parsed = (pubkey: Pubkey): Promise<object> =>
			node.value('getAccountInfo', pubkey.toBase58(), { encoding: 'jsonParsed' });
		expect(await parsed(validator.vote)).toMatchObject({
			data: { program: 'vote', parsed: { type: 'vote' } },
		});
		expect(await parsed(validator.stake)).toMatchObject({
			data: { program: 'stake', parsed: { type: 'delegated' } },
		});
		expect(await parsed(sysvarIds.clock)).toMatchObject({
			data: { program: 'sysvar', parsed: { type: 'clock', info: { slot: 0 } } },
		});
	});
});

describe('supply', () => {
	it('is what exists, and what circulates', async () => {
		const supply = await node.value<Record<string, number>>('getSupply', { commitment: 'processed' });
		expect(supply['total']).toBe(Number(node.chain.capitalization));
		expect(supply['circulating']).toBe(supply['total']);
		expect(supply['nonCirculatingAccounts']).toHaveLength(214);
		const config = { excludeNonCirculatingAccountsList: true };
		expect(await node.value('getSupply', config)).toMatchObject({ nonCirculatingAccounts: [] });
	});

	it('is held most by the faucet', async () => {
		const largest = await node.value<{ address: string; lamports: number }[]>('getLargestAccounts');
		expect(largest).toHaveLength(20);
		expect(largest[0]!.address).toBe(node.chain.faucet.pubkey.toBase58());
		const lamports = largest.map((account) => account.lamports);
		expect(lamports).toEqual([...lamports].sort((a, b) => b - a));
		expect(await node.value('getLargestAccounts', { filter: 'nonCirculating' })).toEqual([]);
	});
});

describe('inflation', () => {
	it('has a governor and a rate', async () => {
		const governor = await node.text('getInflationGovernor');
		expect(governor).toMatch(/"foundation":\d+\.\d+,"foundationTerm":\d+\.\d+,"initial":\d+\.\d+/);
		expect(await node.result('getInflationRate')).toEqual({
			total: expect.any(Number),
			validator: expect.any(Number),
			foundation: expect.any(Number),
			epoch: 0,
		});
	});

	it('has paid nothing before the epoch is over', async () => {
		const addresses = [BOB.pubkey.toBase58()];
		expect((await node.error('getInflationReward', addresses)).code).toBe(-32004);
		expect((await node.error('getInflationReward', new Array(33).fill(addresses[0]))).message).toBe(
			'Too many inputs provided; max 32',
		);
		const first = node.chain.epochSchedule.getFirstSlotInEpoch(1n);
		node.chain.warpToSlot(first);
		advance(33);
		expect(await node.result('getInflationReward', addresses, { epoch: 0 })).toEqual([null]);
	});
});

describe('the rest', () => {
	it('asks for a stake of at least so much', async () => {
		const least = node.chain.bank.features.upgradeBpfStakeProgramToV5 ? Number(LAMPORTS_PER_SOL) : 1;
		expect(await node.value('getStakeMinimumDelegation')).toBe(least);
	});

	it('samples its performance each minute', () => {
		let now = 0;
		const samples = new PerformanceSamples(() => now);
		const stop = samples.attach(node.chain);
		node.chain.advanceSlot();
		expect(samples.recent(10)).toEqual([]);
		now = 61_500;
		node.chain.processTransaction(transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash()));
		node.chain.advanceSlot();
		expect(samples.recent(10)).toEqual([
			{ slot: 3n, numSlots: 2n, numTransactions: 1n, numNonVoteTransactions: 1n, samplePeriodSecs: 61 },
		]);
		stop();
	});

	it('gives no more than 720 samples', async () => {
		expect(await node.result('getRecentPerformanceSamples')).toEqual([]);
		expect((await node.error('getRecentPerformanceSamples', 721)).message).toBe('Invalid limit; max 720');
	});
});
