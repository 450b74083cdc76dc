import { beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, TestNode, transfer } from '../../test/test-node.ts';

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
		expect(await node.result('getTransactionCount')).toBe(1);
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
	});
});

describe('blockhashes', () => {
	it('are new in each slot and valid for 150 blocks', async () => {
		const { value, context } = await node.result<{
			context: { slot: number };
			value: { blockhash: string; lastValidBlockHeight: number };
		}>('getLatestBlockhash');
		expect(context).toEqual({ apiVersion: '4.3.0', slot: 1 });
		expect(value.lastValidBlockHeight).toBe(1 + 150);
		advance(150);
		expect(await node.value('isBlockhashValid', value.blockhash)).toBe(true);
		advance(1);
		expect(await node.value('isBlockhashValid', value.blockhash)).toBe(false);
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
