import { base58Encode, createAccount, encodeVoteInstruction, type Pubkey, programIds } from '@parhelion/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ALICE, BOB, keypair, signed, TestNode, transfer } from '../test/test-node.ts';
import { listenPubSub, type PubSubServer } from './pubsub-server.ts';
import { SubscriptionControl } from './subscriptions/control.ts';
import { Feed } from './subscriptions/feed.ts';

interface Message {
	id?: number | null;
	result?: unknown;
	error?: { code: number; message: string };
	method?: string;
	params?: { result: unknown; subscription: number };
}

/** A client that keeps what it is told. */
class Client {
	readonly messages: Message[] = [];
	readonly texts: string[] = [];
	readonly socket: WebSocket;
	readonly closed: Promise<number>;
	private wake: () => void = () => {};
	private nextId = 1;

	constructor(port: number) {
		this.socket = new WebSocket(`ws://127.0.0.1:${port}`);
		this.socket.on('message', (data) => {
			this.texts.push(String(data));
			this.messages.push(JSON.parse(String(data)) as Message);
			this.wake();
		});
		this.closed = new Promise((resolve) => this.socket.on('close', resolve));
		this.socket.on('error', () => {});
	}

	open(): Promise<void> {
		return new Promise((resolve) => this.socket.on('open', resolve));
	}

	/** The first message, old or new, that fits. */
	async find(fits: (message: Message) => boolean): Promise<Message> {
		for (;;) {
			const found = this.messages.find(fits);
			if (found !== undefined) return found;
			await new Promise<void>((resolve, reject) => {
				const timer = setTimeout(() => reject(new Error('no such message')), 3000);
				this.wake = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
	}

	async request(method: string, ...params: unknown[]): Promise<Message> {
		const id = this.nextId++;
		this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
		return this.find((message) => message.id === id);
	}

	async subscribe(method: string, ...params: unknown[]): Promise<number> {
		const { result, error } = await this.request(method, ...params);
		if (error !== undefined) throw new Error(error.message);
		return result as number;
	}

	/** What a subscription has told so far, after the server had its say. */
	async told(subscription: number): Promise<unknown[]> {
		await this.request('getVersion');
		return this.messages
			.filter((message) => message.params?.subscription === subscription)
			.map((message) => message.params!.result);
	}
}

let node: TestNode;
let feed: Feed;
let control: SubscriptionControl;
let server: PubSubServer;
let client: Client;

beforeEach(async () => {
	node = new TestNode();
	feed = new Feed(node.chain);
	control = new SubscriptionControl(feed, { node: 5, connection: 5 });
	server = await listenPubSub(node.node, control, '127.0.0.1', 0, (defect) => node.defects.push(defect));
	client = new Client(server.port);
	await client.open();
});

afterEach(async () => {
	await server.close();
	feed.stop();
	expect(node.defects).toEqual([]);
});

const processed = { commitment: 'processed' };
const confirmed = { commitment: 'confirmed' };

function advance(slots: number): void {
	for (let i = 0; i < slots; i++) node.chain.advanceSlot();
}

function pay(lamports: bigint): string {
	const outcome = node.chain.processTransaction(
		transfer(ALICE, BOB.pubkey, lamports, node.chain.lastBlockhash()),
	);
	return base58Encode(outcome.signature);
}

describe('slotSubscribe', () => {
	it('tells each new slot', async () => {
		const id = await client.subscribe('slotSubscribe');
		advance(2);
		expect(await client.told(id)).toEqual([
			{ slot: 2, parent: 1, root: 0 },
			{ slot: 3, parent: 2, root: 0 },
		]);
		expect(client.texts.find((text) => text.includes('slotNotification'))).toBe(
			`{"jsonrpc":"2.0","method":"slotNotification","params":{"result":{"slot":2,"parent":1,"root":0},"subscription":${id}}}`,
		);
	});

	it('ends when asked to', async () => {
		const id = await client.subscribe('slotSubscribe');
		expect((await client.request('slotUnsubscribe', id)).result).toBe(true);
		advance(1);
		expect(await client.told(id)).toEqual([]);
		expect((await client.request('slotUnsubscribe', id)).error).toEqual({
			code: -32602,
			message: 'Invalid subscription id.',
		});
	});
});

describe('rootSubscribe', () => {
	it('tells each slot that is rooted', async () => {
		const id = await client.subscribe('rootSubscribe');
		advance(33);
		expect(await client.told(id)).toEqual([0, 1, 2]);
	});
});

describe('slotsUpdatesSubscribe', () => {
	it('tells what becomes of each slot, in order', async () => {
		const id = await client.subscribe('slotsUpdatesSubscribe');
		pay(1_000_000n);
		pay(10n ** 18n);
		advance(1);
		const updates = (await client.told(id)) as { type: string; slot: number; timestamp: number }[];
		expect(updates.map(({ type, slot }) => [type, slot])).toEqual([
			['completed', 1],
			['frozen', 1],
			['optimisticConfirmation', 1],
			['createdBank', 2],
		]);
		expect(updates[1]).toMatchObject({
			stats: {
				numTransactionEntries: 2,
				numSuccessfulTransactions: 1,
				numFailedTransactions: 1,
				maxTransactionsPerEntry: 1,
			},
		});
		expect(updates[3]).toMatchObject({ parent: 1, timestamp: expect.any(Number) });
		advance(32);
		const all = (await client.told(id)) as { type: string; slot: number }[];
		expect(all.filter(({ type }) => type === 'root').map(({ slot }) => slot)).toEqual([0, 1, 2]);
	});
});

describe('blockSubscribe', () => {
	type Told = { context: { slot: number }; value: { slot: number; block: object | null; err: unknown } };
	const told = async (id: number): Promise<Told[]> => (await client.told(id)) as Told[];

	it('tells each block as it is confirmed, without rewards unless asked for', async () => {
		const id = await client.subscribe('blockSubscribe', 'all', confirmed);
		pay(1_000_000n);
		advance(2);
		const blocks = await told(id);
		expect(blocks.map(({ context, value }) => [context.slot, value.slot, value.err])).toEqual([
			[1, 1, null],
			[2, 2, null],
		]);
		expect(blocks[0]!.value.block).toMatchObject({
			parentSlot: 0,
			transactions: [{ transaction: [expect.any(String), 'base64'], meta: { fee: 5000 } }],
		});
		expect(blocks[0]!.value.block).not.toHaveProperty('rewards');
	});

	it('tells only of transactions that name the address', async () => {
		const filter = { mentionsAccountOrProgram: BOB.pubkey.toBase58() };
		const config = { ...confirmed, transactionDetails: 'signatures', showRewards: true };
		const id = await client.subscribe('blockSubscribe', filter, config);
		advance(1);
		const signature = pay(1_000_000n);
		advance(1);
		expect(await told(id)).toMatchObject([
			{
				context: { slot: 2 },
				value: { block: { signatures: [signature], rewards: [{ rewardType: 'Fee' }] } },
			},
		]);
	});

	it('tells an error where the version is not known to the client', async () => {
		const id = await client.subscribe('blockSubscribe', 'all', confirmed);
		const { message } = transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash());
		const v0 = { ...message, version: 0, addressTableLookups: [] } as const;
		node.chain.processTransaction({ signatures: [new Uint8Array(64)], message: v0 }, { skipSigVerify: true });
		advance(1);
		expect((await told(id))[0]!.value).toEqual({
			slot: 1,
			block: null,
			err: { UnsupportedTransactionVersion: 0 },
		});
	});

	it('waits for the root by default, and refuses processed', async () => {
		const id = await client.subscribe('blockSubscribe', 'all');
		advance(33);
		expect((await told(id)).map(({ value }) => value.slot)).toEqual([1, 2]);
		expect((await client.request('blockSubscribe', 'all', processed)).error).toEqual({
			code: -32602,
			message: 'Method does not support commitment below `confirmed`',
		});
	});
});

describe('voteSubscribe', () => {
	it('tells each vote; logs of votes are told only where asked for', async () => {
		const id = await client.subscribe('voteSubscribe');
		const all = await client.subscribe('logsSubscribe', 'all', processed);
		const withVotes = await client.subscribe('logsSubscribe', 'allWithVotes', processed);
		const hash = node.chain.lastBlockhash();
		const vote = encodeVoteInstruction({
			kind: 'Vote',
			vote: { slots: [0n], hash, timestamp: 7n },
		});
		const votePubkey = keypair(8).pubkey;
		const accounts = [{ pubkey: votePubkey, isSigner: false, isWritable: true }];
		const instruction = { programId: programIds.vote, accounts, data: vote };
		const outcome = node.chain.processTransaction(signed(ALICE, [instruction], hash));
		expect(outcome.committed).toBe(true);
		const signature = base58Encode(outcome.signature);
		expect(await client.told(id)).toEqual([
			{ votePubkey: votePubkey.toBase58(), slots: [0], hash: hash.toBase58(), timestamp: 7, signature },
		]);
		expect(await client.told(all)).toEqual([]);
		expect(await client.told(withVotes)).toHaveLength(1);
	});
});

describe('signatureSubscribe', () => {
	it('tells once, at the commitment asked for, and ends', async () => {
		const signed = transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash());
		const signature = base58Encode(signed.signatures[0]!);
		const early = await client.subscribe('signatureSubscribe', signature, processed);
		const later = await client.subscribe('signatureSubscribe', signature, confirmed);
		const last = await client.subscribe('signatureSubscribe', signature);
		const told = { context: { slot: 1 }, value: { err: null } };
		node.chain.processTransaction(signed);
		expect(await client.told(early)).toEqual([told]);
		expect(await client.told(later)).toEqual([]);
		advance(1);
		expect(await client.told(later)).toEqual([told]);
		expect(await client.told(last)).toEqual([]);
		advance(32);
		expect(await client.told(last)).toEqual([told]);
		expect(control.size).toBe(0);
	});

	it('tells at once what is known already, after the id', async () => {
		const signature = pay(1_000_000n);
		const id = await client.subscribe('signatureSubscribe', signature, processed);
		expect(await client.told(id)).toHaveLength(1);
		const answers = client.messages.findIndex((message) => message.result === id);
		const notifications = client.messages.findIndex((message) => message.params?.subscription === id);
		expect(answers).toBeLessThan(notifications);
	});

	it('tells the error', async () => {
		const id = await client.subscribe('signatureSubscribe', pay(10n ** 18n), processed);
		expect(await client.told(id)).toEqual([
			{ context: { slot: 1 }, value: { err: { InstructionError: [0, { Custom: 1 }] } } },
		]);
	});

	it('tells of the arrival if asked to', async () => {
		const signed = transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash());
		const signature = base58Encode(signed.signatures[0]!);
		const config = { ...confirmed, enableReceivedNotification: true };
		const id = await client.subscribe('signatureSubscribe', signature, config);
		node.chain.processTransaction(signed);
		expect(await client.told(id)).toEqual([{ context: { slot: 1 }, value: 'receivedSignature' }]);
		advance(1);
		expect(await client.told(id)).toHaveLength(2);
	});
});

describe('accountSubscribe', () => {
	const bob = BOB.pubkey.toBase58();
	const lamports = (told: unknown[]): number[] =>
		told.map((each) => (each as { value: { lamports: number } }).value.lamports);

	it('tells each change when processed, and the last of a slot when confirmed', async () => {
		const early = await client.subscribe('accountSubscribe', bob, { ...processed, encoding: 'base64' });
		const later = await client.subscribe('accountSubscribe', bob, { ...confirmed, encoding: 'base64' });
		pay(1_000_000n);
		pay(2_000_000n);
		expect(await client.told(early)).toEqual(
			[1_000_000, 3_000_000].map((amount) => ({
				context: { slot: 1 },
				value: {
					lamports: amount,
					data: ['', 'base64'],
					owner: programIds.systemProgram.toBase58(),
					executable: false,
					rentEpoch: expect.any(Number),
					space: 0,
				},
			})),
		);
		expect(await client.told(later)).toEqual([]);
		advance(1);
		expect(lamports(await client.told(later))).toEqual([3_000_000]);
		pay(4_000_000n);
		advance(1);
		expect(lamports(await client.told(later))).toEqual([3_000_000, 7_000_000]);
	});

	it('tells of an account that is gone', async () => {
		const id = await client.subscribe('accountSubscribe', ALICE.pubkey.toBase58(), processed);
		node.chain.setAccount(ALICE.pubkey, null);
		expect(await client.told(id)).toMatchObject([{ value: { lamports: 0, space: 0, data: '' } }]);
	});

	it('costs the chain nothing once nobody asks', async () => {
		const id = await client.subscribe('accountSubscribe', bob);
		expect(node.chain.events.has('account')).toBe(true);
		await client.request('accountUnsubscribe', id);
		expect(node.chain.events.has('account')).toBe(false);
	});

	it('refuses what is no address', async () => {
		expect((await client.request('accountSubscribe', 'x')).error).toEqual({
			code: -32602,
			message: 'Invalid Request: Invalid pubkey provided',
		});
	});
});

describe('programSubscribe', () => {
	it('tells the accounts of a program that pass the filters', async () => {
		const program = keypair(9).pubkey;
		const config = { ...processed, encoding: 'base64', filters: [{ dataSize: 2 }] };
		const id = await client.subscribe('programSubscribe', program.toBase58(), config);
		const store = (pubkey: Pubkey, size: number): void =>
			node.chain.setAccount(
				pubkey,
				createAccount({ lamports: 1n, owner: program, data: new Uint8Array(size) }),
			);
		store(keypair(10).pubkey, 2);
		store(keypair(11).pubkey, 3);
		pay(1_000_000n);
		expect(await client.told(id)).toMatchObject([
			{ value: { pubkey: keypair(10).pubkey.toBase58(), account: { space: 2 } } },
		]);
	});
});

describe('logsSubscribe', () => {
	it('tells all logs, or those that name an address', async () => {
		const all = await client.subscribe('logsSubscribe', 'all', processed);
		const bob = await client.subscribe('logsSubscribe', { mentions: [BOB.pubkey.toBase58()] }, processed);
		const nobody = await client.subscribe(
			'logsSubscribe',
			{ mentions: [keypair(9).pubkey.toBase58()] },
			processed,
		);
		const signature = pay(1_000_000n);
		const told = {
			context: { slot: 1 },
			value: {
				signature,
				err: null,
				logs: [
					'Program 11111111111111111111111111111111 invoke [1]',
					'Program 11111111111111111111111111111111 success',
				],
			},
		};
		expect(await client.told(all)).toEqual([told]);
		expect(await client.told(bob)).toEqual([told]);
		expect(await client.told(nobody)).toEqual([]);
	});

	it('keeps order when confirmed', async () => {
		const id = await client.subscribe('logsSubscribe', 'all', confirmed);
		const signatures = [pay(1_000_000n), pay(2_000_000n), pay(3_000_000n)];
		advance(1);
		const told = (await client.told(id)) as { value: { signature: string } }[];
		expect(told.map(({ value }) => value.signature)).toEqual(signatures);
	});

	it('takes one address only', async () => {
		const mentions = [ALICE.pubkey.toBase58(), BOB.pubkey.toBase58()];
		expect((await client.request('logsSubscribe', { mentions })).error).toEqual({
			code: -32602,
			message: 'Invalid Request: Only 1 address supported',
		});
	});
});

describe('a connection', () => {
	it('shares equal subscriptions, and no others', async () => {
		const first = await client.subscribe('accountSubscribe', BOB.pubkey.toBase58(), processed);
		const again = await client.subscribe('accountSubscribe', BOB.pubkey.toBase58(), processed);
		const other = await client.subscribe('accountSubscribe', BOB.pubkey.toBase58(), confirmed);
		expect(again).toBe(first);
		expect(other).not.toBe(first);
	});

	it('cannot end what another one began', async () => {
		const id = await client.subscribe('slotSubscribe');
		const stranger = new Client(server.port);
		await stranger.open();
		expect((await stranger.request('slotUnsubscribe', id)).error?.code).toBe(-32602);
		advance(1);
		expect(await client.told(id)).toHaveLength(1);
	});

	it('gives back its subscriptions when it ends', async () => {
		await client.subscribe('slotSubscribe');
		client.socket.close();
		await client.closed;
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(control.size).toBe(0);
	});

	it('is refused more subscriptions than the node allows', async () => {
		for (let i = 0; i < 5; i++) await client.subscribe('accountSubscribe', keypair(30 + i).pubkey.toBase58());
		expect((await client.request('slotSubscribe')).error).toEqual({
			code: -32603,
			message: 'Internal Error: Subscription refused. Node subscription limit reached',
		});
	});

	it('is refused more subscriptions than a connection may have', async () => {
		const own = new SubscriptionControl(feed, { connection: 1 });
		const subscriber = { send: () => {} };
		const watch = { key: 'k', start: () => () => {} };
		own.subscribe(subscriber, 'slot', watch);
		expect(() => own.subscribe(subscriber, 'root', watch)).toThrow();
		own.subscribe({ send: () => {} }, 'root', watch);
		expect(own.size).toBe(2);
	});

	it('ends where the other end answers no ping', async () => {
		const strict = await listenPubSub(node.node, control, '127.0.0.1', 0, () => {}, { pingInterval: 20 });
		const deaf = new WebSocket(`ws://127.0.0.1:${strict.port}`, { autoPong: false });
		const polite = new WebSocket(`ws://127.0.0.1:${strict.port}`);
		await new Promise((resolve) => polite.on('open', resolve));
		await new Promise((resolve) => deaf.on('close', resolve));
		expect(polite.readyState).toBe(WebSocket.OPEN);
		await strict.close();
	});

	it('knows no method of HTTP but getVersion', async () => {
		expect((await client.request('getVersion')).result).toMatchObject({ 'solana-core': '4.3.0' });
		expect((await client.request('getBalance', BOB.pubkey.toBase58())).error?.code).toBe(-32601);
		expect((await client.request('noSuchSubscribe')).error?.code).toBe(-32601);
		expect((await client.request('__proto__')).error?.code).toBe(-32601);
	});

	it('answers bad JSON, and takes batches', async () => {
		client.socket.send('{');
		expect(await client.find((message) => message.id === null)).toMatchObject({ error: { code: -32700 } });
		client.socket.send('[{"jsonrpc":"2.0","id":77,"method":"slotSubscribe"}]');
		await client.find((message) => Array.isArray(message));
		expect(control.size).toBe(1);
	});

	it('answers in the order of the requests, a batch among them', async () => {
		const call = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, method: 'getVersion' });
		// The server, in this very process, reads them all at once.
		client.socket.send(`[${[1, 2, 3].map(call).join()}]`);
		client.socket.send(call(4));
		client.socket.send(`[${[5, 6].map(call).join()}]`);
		client.socket.send(call(7));
		await client.find((message) => message.id === 7);
		const ids = client.messages.flat().map((message) => message.id);
		expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
	});

	it('notifies of a subscription after the answer that carries its id, in a batch too', async () => {
		const known = pay(1_000_000n);
		const subscribe = (signature: string) =>
			JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'signatureSubscribe', params: [signature, processed] });
		const version = '{"jsonrpc":"2.0","id":2,"method":"getVersion"}';
		client.socket.send(`[${subscribe(known)},${version},${version}]`);
		await client.find((message) => message.method === 'signatureNotification');
		expect(client.messages.map((message) => Array.isArray(message))).toEqual([true, false]);
	});

	it('works for no client that does not read its answers', async () => {
		let calls = 0;
		const { getVersion } = await import('./methods/get-version.ts');
		const spy = vi.spyOn(getVersion, 'call').mockImplementation(() => {
			calls++;
			return 'x'.repeat(1_000_000);
		});
		const reader = new Client(server.port);
		await reader.open();
		reader.socket.pause();
		for (let i = 0; i < 200; i++) reader.socket.send('{"jsonrpc":"2.0","id":1,"method":"getVersion"}');
		// Another client's requests take their turns meanwhile.
		for (let i = 0; i < 100; i++) await client.request('getBalance');
		expect(calls).toBeLessThan(100);
		reader.socket.resume();
		while (reader.messages.length < 200) await new Promise((resolve) => setImmediate(resolve));
		expect(calls).toBe(200);
		spy.mockRestore();
	});

	it('ends with a message of more than 4096 bytes, or that is not UTF-8', async () => {
		client.socket.send('x'.repeat(4097));
		expect(await client.closed).toBe(1009);
		const other = new Client(server.port);
		await other.open();
		other.socket.send(Uint8Array.of(0xff, 0xfe));
		await other.closed;
		const last = new Client(server.port);
		await last.open();
		expect((await last.request('getVersion')).error).toBeUndefined();
	});
});
