import { base58Encode, createAccount, Pubkey } from '@parhelion/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, base64Of, keypair, TestNode, transfer } from '../../test/test-node.ts';
import { parseJson } from '../json/parse.ts';
import type { JsonRpcHandler } from '../json-rpc.ts';
import { createRpcHandler } from '../rpc-handler.ts';
import { SubscriptionControl } from '../subscriptions/control.ts';
import { Feed } from '../subscriptions/feed.ts';
import { subscriptions } from '../subscriptions/index.ts';
import { Cheatcodes } from './index.ts';
import { MAX_SNAPSHOTS } from './snapshot-registry.ts';

let node: TestNode;
let cheatcodes: Cheatcodes;
let handler: JsonRpcHandler;
let feed: Feed;
let control: SubscriptionControl;

beforeEach(() => {
	node = new TestNode();
	cheatcodes = new Cheatcodes(node.node, null, 400);
	handler = createRpcHandler(node.node, (defect) => node.defects.push(defect), { cheatcodes });
	feed = new Feed(node.chain);
	control = new SubscriptionControl(feed);
});

afterEach(() => {
	feed.stop();
	cheatcodes.stop();
	expect(node.defects).toEqual([]);
});

interface Reply {
	readonly result?: unknown;
	readonly error?: { readonly code: number; readonly message: string };
}

async function ask(method: string, ...params: unknown[]): Promise<Reply> {
	const answer = await handler.handle(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
	return JSON.parse(answer!) as Reply;
}

/** The value that a cheatcode answers with; the test ends where it fails. */
async function cheat<T>(name: string, ...params: unknown[]): Promise<T> {
	const { result, error } = await ask(`parhelion_${name}`, ...params);
	if (error !== undefined) throw new Error(error.message);
	return (result as { value: T }).value;
}

async function refusal(name: string, ...params: unknown[]): Promise<Reply['error']> {
	return (await ask(`parhelion_${name}`, ...params)).error;
}

interface Taken {
	readonly id: number;
	readonly slot: number;
}

const takeSnapshot = (): Promise<Taken> => cheat<Taken>('snapshot');

/** Subscribes; answers what is told from then on. */
function listen(name: string, ...params: unknown[]): () => Promise<unknown[]> {
	const told: unknown[] = [];
	const send = (text: string): void => {
		told.push((JSON.parse(text) as { params: { result: unknown } }).params.result);
	};
	const row = subscriptions.find((one) => one.name === name)!;
	control.subscribe({ send }, name, row.watch(parseJson(JSON.stringify(params)) as []));
	return () => new Promise((resolve) => setImmediate(() => resolve(told)));
}

const processed = { commitment: 'processed' };

describe('a revert', () => {
	it('takes back transfers, with their history and what was processed', async () => {
		const { chain } = node;
		const sent = transfer(ALICE, BOB.pubkey, 1_000_000n, chain.lastBlockhash());
		const signature = base58Encode(sent.signatures[0]!);
		const { id, slot } = await takeSnapshot();
		const send = (): Promise<Reply> =>
			ask('sendTransaction', base64Of(sent), { encoding: 'base64', preflightCommitment: 'processed' });
		for (let i = 0; i < 2; i++) {
			expect(await send()).toMatchObject({ result: signature });
			expect((await send()).error?.message).toContain('already been processed');
			node.finalize();
			expect(await node.value('getSignatureStatuses', [signature])).toMatchObject([{ err: null }]);
			expect(await cheat('revert', id)).toMatchObject({ id, slot });
			expect(chain.slot).toBe(BigInt(slot) + 1n);
			expect(await node.value('getSignatureStatuses', [signature])).toEqual([null]);
			expect(await node.result('getTransaction', signature, { commitment: 'confirmed' })).toBeNull();
			expect(await node.result('getSignaturesForAddress', BOB.pubkey.toBase58())).toEqual([]);
			for (const commitment of ['processed', 'confirmed', 'finalized']) {
				expect(await node.value('getBalance', BOB.pubkey.toBase58(), { commitment })).toBe(0);
			}
			expect(await node.result('getSlot')).toBe(slot);
			expect(await node.result('getBlocks', slot, slot + 100)).toEqual([slot]);
			expect(await node.result('getRecentPrioritizationFees')).toEqual([]);
		}
	});

	it('takes back programs, supply, and the originals that accounts are reset to', async () => {
		const [program, bob] = [keypair(30).pubkey.toBase58(), BOB.pubkey.toBase58()];
		await cheat('setAccount', bob, { lamports: 5 });
		const { id } = await takeSnapshot();
		await cheat('writeProgram', program, '0102', 0, ALICE.pubkey.toBase58());
		await cheat('setSupply', { total: 5 });
		await cheat('resetAccount', bob);
		expect(node.chain.getAccount(BOB.pubkey)).toBeNull();
		await cheat('revert', id);
		expect(node.chain.getAccount(Pubkey.fromBase58(program))).toBeNull();
		expect(await node.value('getSupply')).not.toMatchObject({ total: 5 });
		expect(node.chain.getBalance(BOB.pubkey)).toBe(5n);
		await cheat('resetAccount', bob);
		expect(node.chain.getAccount(BOB.pubkey)).toBeNull();
	});

	it('takes back registered IDLs', async () => {
		const [kept, added] = [keypair(30), keypair(31)].map(({ pubkey }) => pubkey.toBase58());
		await cheat('registerIdl', { address: kept, version: 1 });
		const { id } = await takeSnapshot();
		for (let i = 0; i < 2; i++) {
			await cheat('registerIdl', { address: kept, version: 2 });
			await cheat('registerIdl', { address: added });
			expect(await cheat('getActiveIdl', added)).toEqual({ address: added });
			await cheat('revert', id);
			expect(await cheat('getActiveIdl', kept)).toEqual({ address: kept, version: 1 });
			expect(await cheat('getActiveIdl', added)).toBeNull();
		}
	});

	it('takes back time that was travelled', async () => {
		const { chain } = node;
		const { id, slot } = await takeSnapshot();
		const { unixTimestamp } = chain.clock();
		await ask('parhelion_timeTravel', { absoluteTimestamp: Number(unixTimestamp + 1_000_000n) * 1000 });
		await ask('parhelion_timeTravel', { absoluteEpoch: 3 });
		chain.advanceSlot();
		const later = chain.clock().unixTimestamp;
		expect(later).toBeGreaterThan(unixTimestamp + 1_000_000n);
		const inFuture = await takeSnapshot();
		const future = chain.clock().unixTimestamp;
		await cheat('revert', id);
		expect(await node.result('getEpochInfo', processed)).toMatchObject({ epoch: 0, absoluteSlot: slot + 1 });
		expect(chain.clock().unixTimestamp).toBe(unixTimestamp);
		chain.advanceSlot();
		expect(chain.clock().unixTimestamp - unixTimestamp).toBeLessThan(2n);
		expect((await refusal('revert', inFuture.id))?.message).toContain('there is no snapshot');

		// A journey goes on where it was, too.
		await ask('parhelion_timeTravel', { absoluteTimestamp: Number(future) * 1000 });
		const travelled = await takeSnapshot();
		const then = chain.clock();
		for (let i = 0; i < 50; i++) chain.advanceSlot();
		await cheat('revert', travelled.id);
		expect(chain.clock()).toEqual(then);
	});

	it('can be made twice, and again after an earlier one is gone', async () => {
		const bob = BOB.pubkey.toBase58();
		const ids: number[] = [];
		for (let i = 1; i <= 3; i++) {
			await cheat('setAccount', bob, { lamports: i });
			ids.push((await takeSnapshot()).id);
			node.finalize();
		}
		expect(await cheat('listSnapshots')).toMatchObject(ids.map((id) => ({ id })));
		await cheat('deleteSnapshot', ids[1]);
		await cheat('revert', ids[2]);
		expect(node.chain.getBalance(BOB.pubkey)).toBe(3n);
		for (let i = 0; i < 2; i++) {
			await cheat('setAccount', bob, { lamports: 9 });
			await cheat('revert', ids[0]);
			expect(node.chain.getBalance(BOB.pubkey)).toBe(1n);
		}
		expect(await cheat('listSnapshots')).toMatchObject([{ id: ids[0] }]);
		expect((await takeSnapshot()).id).toBeGreaterThan(ids[2]!);
	});

	it('starts the places of the open block anew', async () => {
		const { chain } = node;
		const { id } = await takeSnapshot();
		for (let round = 0; round < 2; round++) {
			await cheat('revert', id);
			const sent = transfer(ALICE, BOB.pubkey, 1_000_000n, chain.lastBlockhash());
			const { signature } = chain.processTransaction(sent);
			expect(node.node.transactionIndex.get(chain.getTransaction(signature)!)).toBe(0);
		}
	});
});

describe('subscriptions', () => {
	it('hear of what changed by a revert as of its slot, and never of what was taken back', async () => {
		const bob = BOB.pubkey.toBase58();
		node.chain.setAccount(BOB.pubkey, createAccount({ lamports: 1n }));
		const { id, slot } = await takeSnapshot();
		const levels = ['processed', 'confirmed', 'finalized'];
		const accounts = levels.map((commitment) => listen('account', bob, { commitment }));
		const logs = listen('logs', { mentions: [bob] }, { commitment: 'confirmed' });
		const blocks = listen('block', 'all', { commitment: 'confirmed', transactionDetails: 'none' });
		const slots = listen('slot');
		const pay = (): Uint8Array => {
			const sent = transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash());
			return node.chain.processTransaction(sent).signature;
		};
		const signature = listen('signature', base58Encode(pay()), { commitment: 'finalized' });
		await cheat('revert', id);
		node.chain.advanceSlot();
		const told = { context: { slot }, value: { lamports: 1 } };
		const [atProcessed, ...others] = await Promise.all(accounts.map((one) => one()));
		expect(atProcessed).toMatchObject([{ value: { lamports: 1_000_001 } }, told]);
		for (const other of others) expect(other).toMatchObject([told]);
		expect(await logs()).toEqual([]);
		expect(await blocks()).toMatchObject([{ context: { slot: slot + 1 } }]);
		expect(await slots()).toMatchObject([
			{ slot: slot + 1, parent: slot, root: slot },
			{ slot: slot + 2, parent: slot + 1, root: slot },
		]);
		node.finalize();
		expect(await signature()).toEqual([]);
		const again = listen('signature', base58Encode(pay()), { commitment: 'confirmed' });
		node.chain.advanceSlot();
		expect(await again()).toMatchObject([{ value: { err: null } }]);
		expect(await logs()).toHaveLength(1);
	});

	it('to blocks begin where the chain went back to', async () => {
		const blocks = listen('block', 'all', { commitment: 'finalized', transactionDetails: 'none' });
		const { id, slot } = await takeSnapshot();
		node.finalize();
		const before = (await blocks()).length;
		await cheat('revert', id);
		node.finalize();
		const after = (await blocks()).slice(before);
		expect(after[0]).toMatchObject({ context: { slot: slot + 1 } });
	});
});

describe('snapshots', () => {
	it('are refused where there are too many, until one is deleted', async () => {
		for (let i = 0; i < MAX_SNAPSHOTS; i++) await takeSnapshot();
		const error = { code: -32600, message: 'Invalid request: 64 snapshots are kept already; delete one' };
		expect(await refusal('snapshot')).toEqual(error);
		await cheat('deleteSnapshot', 1);
		expect((await takeSnapshot()).id).toBe(MAX_SNAPSHOTS + 1);
	});

	it('are refused by ids that are unknown', async () => {
		const error = { code: -32602, message: 'Invalid param: there is no snapshot 7' };
		expect(await refusal('revert', 7)).toEqual(error);
		expect(await refusal('deleteSnapshot', 7)).toEqual(error);
		expect((await refusal('revert', '1'))?.code).toBe(-32602);
		expect((await refusal('revert'))?.code).toBe(-32602);
	});

	it('have no name of Surfpool', async () => {
		expect((await ask('surfnet_snapshot')).error?.code).toBe(-32601);
	});

	it('are refused on a ledger', async () => {
		Object.defineProperty(node.chain, 'hasLedger', { value: true });
		expect(await refusal('snapshot')).toEqual({
			code: -32600,
			message: 'Invalid request: a chain on a ledger cannot go back; run the node in memory for that',
		});
	});
});
