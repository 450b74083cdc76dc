import { base58Encode, programIds } from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, keypair, TestNode, transfer } from '../../test/test-node.ts';

const LAMPORTS = 1_000_000n;
const CONFIRMED = { commitment: 'confirmed' };

let node: TestNode;

/** Sends a transfer of so many lamports more, and answers its signature. */
function send(more: bigint, to = BOB.pubkey): string {
	const { chain } = node;
	const outcome = chain.processTransaction(transfer(ALICE, to, LAMPORTS + more, chain.lastBlockhash()));
	expect(outcome.err).toBeNull();
	return base58Encode(outcome.signature);
}

beforeEach(() => {
	node = new TestNode();
});

describe('getBlock', () => {
	const get = (slot: number, config: unknown = CONFIRMED): Promise<Record<string, unknown>> =>
		node.result<Record<string, unknown>>('getBlock', slot, config);

	it('gives a block with its transactions, metadata and rewards', async () => {
		const signature = send(0n);
		node.chain.advanceSlot();
		const block = await get(1);
		expect(block).toEqual({
			blockhash: node.chain.getBlock(1n)!.blockhash.toBase58(),
			previousBlockhash: node.chain.getBlock(0n)!.blockhash.toBase58(),
			parentSlot: 0,
			blockHeight: 1,
			blockTime: Number(node.chain.getBlockTime(1n)),
			rewards: [
				{
					pubkey: node.chain.identity.toBase58(),
					lamports: 2500,
					postBalance: expect.any(Number),
					rewardType: 'Fee',
					commission: null,
				},
			],
			transactions: [expect.objectContaining({ meta: expect.objectContaining({ fee: 5000, rewards: [] }) })],
		});
		expect(block['transactions']).toMatchObject([{ transaction: { signatures: [signature] } }]);
		expect((block['transactions'] as object[])[0]).not.toHaveProperty('version');
	});

	it('gives as much as is asked for', async () => {
		const signatures = [send(0n), send(1n)];
		node.chain.advanceSlot();
		const ask = (config: object): Promise<Record<string, unknown>> => get(1, { ...CONFIRMED, ...config });
		const only = await ask({ transactionDetails: 'signatures', rewards: false });
		expect(only['signatures']).toEqual(signatures);
		expect(Object.keys(only)).not.toContain('transactions');
		expect(Object.keys(only)).not.toContain('rewards');
		const none = await ask({ transactionDetails: 'none' });
		expect(Object.keys(none)).not.toContain('signatures');
		const { transactions } = await ask({ transactionDetails: 'accounts', rewards: false });
		expect((transactions as object[])[0]).toEqual({
			transaction: {
				signatures: [signatures[0]],
				accountKeys: [
					{ pubkey: ALICE.pubkey.toBase58(), signer: true, source: 'transaction', writable: true },
					{ pubkey: BOB.pubkey.toBase58(), signer: false, source: 'transaction', writable: true },
					{
						pubkey: programIds.systemProgram.toBase58(),
						signer: false,
						source: 'transaction',
						writable: false,
					},
				],
			},
			meta: {
				err: null,
				fee: 5000,
				postBalances: expect.any(Array),
				postTokenBalances: [],
				preBalances: expect.any(Array),
				preTokenBalances: [],
				status: { Ok: null },
			},
		});
	});

	it('encodes transactions in every encoding, the encoding alone as older clients send it', async () => {
		send(0n);
		node.finalize();
		const first = async (encoding: string): Promise<unknown> =>
			((await get(1, encoding))['transactions'] as { transaction: unknown }[])[0]!.transaction;
		expect(await first('base64')).toEqual([expect.any(String), 'base64']);
		expect(await first('base58')).toEqual([expect.any(String), 'base58']);
		expect(await first('binary')).toEqual(expect.any(String));
		expect(await first('jsonParsed')).toMatchObject({
			message: { instructions: [{ program: 'system', parsed: { type: 'transfer' } }] },
		});
	});

	it('refuses what is not there yet, and a version that the client does not know', async () => {
		expect(await node.error('getBlock', 1, CONFIRMED)).toEqual({
			code: -32004,
			message: 'Block not available for slot 1',
		});
		const { message } = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const v0 = { ...message, version: 0, addressTableLookups: [] } as const;
		const signatures = [new Uint8Array(64)];
		node.chain.processTransaction({ signatures, message: v0 }, { skipSigVerify: true });
		node.chain.advanceSlot();
		// Not final yet.
		expect((await node.error('getBlock', 1)).code).toBe(-32004);
		expect((await node.error('getBlock', 1, CONFIRMED)).code).toBe(-32015);
		const signatureDetails = { ...CONFIRMED, transactionDetails: 'signatures' };
		expect(await get(1, signatureDetails)).toHaveProperty('signatures');
		const { transactions } = await get(1, { ...CONFIRMED, maxSupportedTransactionVersion: 0 });
		expect(transactions).toMatchObject([{ version: 0 }]);
		expect((await node.error('getBlock', 1, { commitment: 'processed' })).message).toBe(
			'Method does not support commitment below `confirmed`',
		);
	});
});

describe('getBlocks', () => {
	it('lists slots up to the commitment, the end and the limit', async () => {
		for (let i = 0; i < 33; i++) node.chain.advanceSlot();
		expect(await node.result('getBlocks', 0)).toEqual([0, 1, 2]);
		expect(await node.result('getBlocks', 1, 5)).toEqual([1, 2]);
		expect(await node.result('getBlocks', 1, 5, CONFIRMED)).toEqual([1, 2, 3, 4, 5]);
		expect(await node.result<number[]>('getBlocks', 30, CONFIRMED)).toEqual([30, 31, 32, 33]);
		expect(await node.result('getBlocks', 40)).toEqual([]);
		expect(await node.result('getBlocksWithLimit', 0, 2)).toEqual([0, 1]);
		expect(await node.result('getBlocksWithLimit', 32, 9, CONFIRMED)).toEqual([32, 33]);
	});

	it('refuses wide ranges, high limits, processed, and a context slot to come', async () => {
		expect((await node.error('getBlocksWithLimit', 0, 500_001)).message).toBe('Limit too large; max 500000');
		const error = await node.error('getBlocks', 0, null, { commitment: 'processed' });
		expect(error.code).toBe(-32602);
		expect(await node.error('getBlocks', 0, { minContextSlot: 1 })).toMatchObject({
			code: -32016,
			data: { contextSlot: 0 },
		});
	});
});

describe('getSignaturesForAddress', () => {
	const CAROL = keypair(7).pubkey;
	const list = (config: object): Promise<{ signature: string; slot: number }[]> =>
		node.result('getSignaturesForAddress', BOB.pubkey.toBase58(), config);

	it('lists newest first, page by page, as far as the commitment goes', async () => {
		const first = send(0n);
		send(1n, CAROL);
		node.chain.advanceSlot();
		const second = send(2n);
		const third = send(3n);
		const signatures = async (config: object): Promise<string[]> =>
			(await list({ ...CONFIRMED, ...config })).map(({ signature }) => signature);
		expect(await signatures({})).toEqual([first]);
		node.chain.advanceSlot();
		expect(await signatures({})).toEqual([third, second, first]);
		expect(await signatures({ limit: 2 })).toEqual([third, second]);
		expect(await signatures({ before: third })).toEqual([second, first]);
		expect(await signatures({ until: first })).toEqual([third, second]);
		expect(await signatures({ before: third, until: first, limit: 1 })).toEqual([second]);
		expect(await list({})).toEqual([]);
		node.finalize();
		expect((await list({}))[2]).toEqual({
			signature: first,
			slot: 1,
			err: null,
			memo: null,
			blockTime: Number(node.chain.getBlockTime(1n)),
			confirmationStatus: 'finalized',
			transactionIndex: 0,
		});
	});

	it('refuses limits and bounds that are none', async () => {
		const refuse = async (config: object): Promise<unknown> =>
			node.error('getSignaturesForAddress', BOB.pubkey.toBase58(), config);
		for (const limit of [0, 1001]) {
			expect(await refuse({ limit })).toEqual({ code: -32602, message: 'Invalid limit; max 1000' });
		}
		const before = base58Encode(new Uint8Array(64).fill(9));
		expect(await refuse({ before })).toEqual({
			code: -32020,
			message: `Transaction ${before} not found`,
		});
	});

	it('knows no bound that has not come as far as the commitment', async () => {
		const until = send(0n);
		node.chain.advanceSlot();
		const address = BOB.pubkey.toBase58();
		expect((await node.error('getSignaturesForAddress', address, { until })).code).toBe(-32020);
		const confirmed = { until, commitment: 'confirmed' };
		expect(await node.result('getSignaturesForAddress', address, confirmed)).toEqual([]);
		node.finalize();
		expect(await node.result('getSignaturesForAddress', address, { until })).toEqual([]);
	});
});

describe('getBlockProduction', () => {
	it('counts slots and blocks by leader', async () => {
		for (let i = 0; i < 40; i++) node.chain.advanceSlot();
		const identity = node.chain.identity.toBase58();
		expect(await node.result('getBlockProduction')).toMatchObject({
			context: { slot: 9 },
			value: { byIdentity: { [identity]: [10, 10] }, range: { firstSlot: 0, lastSlot: 9 } },
		});
		const range = { firstSlot: 2, lastSlot: 5 };
		expect(await node.value('getBlockProduction', { range })).toEqual({
			byIdentity: { [identity]: [4, 4] },
			range,
		});
		const other = BOB.pubkey.toBase58();
		expect(await node.value('getBlockProduction', { identity: other })).toMatchObject({ byIdentity: {} });
		const messages = await Promise.all(
			[
				{ firstSlot: 5, lastSlot: 4 },
				{ firstSlot: 0, lastSlot: 99 },
			].map(async (bad) => (await node.error('getBlockProduction', { range: bad })).message),
		);
		expect(messages).toEqual([
			'lastSlot, 4, cannot be less than firstSlot, 5',
			'lastSlot, 99, is too large; max 9',
		]);
	});
});

describe('getBlockCommitment', () => {
	it('knows the depth of recent blocks, and nothing of blocks to come', async () => {
		for (let i = 0; i < 40; i++) node.chain.advanceSlot();
		const { commitment } = await node.result<{ commitment: number[] }>('getBlockCommitment', 39);
		expect(commitment).toHaveLength(32);
		expect(await node.result('getBlockCommitment', 99)).toMatchObject({ commitment: null });
	});
});
