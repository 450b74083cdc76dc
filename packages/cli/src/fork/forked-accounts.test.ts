/** A node of ours as the other cluster, and a fork of it, both over HTTP. */
import { ed25519Sign } from '@parhelion/crypto';
import { Validator } from '@parhelion/rpc';
import {
	Chain,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	SerialExecutor,
	type TransactionOutcome,
	transferInstruction,
} from '@parhelion/runtime';
import {
	type AccountSharedData,
	compileLegacyMessage,
	createAccount,
	encodeLookupTableMeta,
	encodeMessage,
	encodeTransaction,
	type Instruction,
	Pubkey,
	programIds,
	U64_MAX,
	type VersionedMessage,
} from '@parhelion/sdk';
import { readBundledProgram } from 'parhelion/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeChain } from '../node-chain.ts';
import { Cluster } from '../upstream/cluster.ts';
import { member } from '../upstream/json.ts';
import { ForkedAccounts } from './forked-accounts.ts';

const ALICE = keypairFromSeed(new Uint8Array(32).fill(1));
const address = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const [BOB, PROGRAM, TABLE, IN_TABLE, TOKEN_ACCOUNT, MINT] = [2, 3, 4, 5, 6, 7].map(address) as [
	Pubkey,
	Pubkey,
	Pubkey,
	Pubkey,
	Pubkey,
	Pubkey,
];
const UPSTREAM_SLOT = 1_000_000n;

function lookupTable(addresses: readonly Pubkey[]): AccountSharedData {
	const meta = {
		deactivationSlot: U64_MAX,
		lastExtendedSlot: UPSTREAM_SLOT + 5n,
		lastExtendedSlotStartIndex: 0,
		authority: null,
	};
	const data = Buffer.concat([encodeLookupTableMeta(meta), ...addresses.map(({ bytes }) => bytes)]);
	return createAccount({
		lamports: LAMPORTS_PER_SOL,
		data: new Uint8Array(data),
		owner: programIds.addressLookupTable,
	});
}

function mint(): AccountSharedData {
	const data = new Uint8Array(82);
	data[44] = 6;
	data[45] = 1;
	return createAccount({ lamports: LAMPORTS_PER_SOL, data, owner: programIds.splToken });
}

function tokenAccount(): AccountSharedData {
	const data = new Uint8Array(165);
	data.set(MINT.bytes);
	data.set(ALICE.pubkey.bytes, 32);
	data[64] = 100;
	data[108] = 1;
	return createAccount({ lamports: LAMPORTS_PER_SOL, data, owner: programIds.splToken });
}

const memo = readBundledProgram('spl-memo-v4.so');
let upstream: Validator;
let node: Validator | undefined;
let chain: Chain;
let cluster: Cluster;
let forked: ForkedAccounts | undefined;

beforeEach(async () => {
	const other = Chain.genesis({
		accounts: [
			[ALICE.pubkey, createAccount({ lamports: 10n * LAMPORTS_PER_SOL })],
			[TABLE, lookupTable([BOB, IN_TABLE])],
			[IN_TABLE, createAccount({ lamports: LAMPORTS_PER_SOL })],
			[TOKEN_ACCOUNT, tokenAccount()],
			[MINT, mint()],
		],
		programs:
			memo === null ? [] : [{ programId: PROGRAM, loader: programIds.bpfLoaderUpgradeable, elf: memo }],
	});
	other.warpToSlot(UPSTREAM_SLOT);
	// The newest confirmed slot is the one before the open one.
	other.advanceSlot();
	upstream = await Validator.start({ chain: other, rpcPort: 0, slotMs: null });
	cluster = await Cluster.connect(upstream.rpcUrl, { cache: '', backoff: 1, attempts: 2 });
	const { slot, epochSchedule } = await cluster.position();
	chain = createNodeChain({ epochSchedule, featureSet: await cluster.features() }).chain;
	chain.warpToSlot(slot);
	forked = new ForkedAccounts(chain, cluster);
	node = await Validator.start({ chain, rpcPort: 0, slotMs: null, accountProvider: forked });
});

afterEach(async () => {
	await node?.stop();
	forked?.stop();
	await upstream.stop();
});

async function post(method: string, ...params: unknown[]): Promise<unknown> {
	const response = await fetch(node!.rpcUrl, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
	});
	return response.json();
}

async function call(method: string, ...params: unknown[]): Promise<unknown> {
	const answer = await post(method, ...params);
	expect(answer).not.toHaveProperty('error');
	return member(answer, 'result');
}

const valueIn = async (method: string, ...params: unknown[]): Promise<unknown> =>
	member(await call(method, ...params), 'value');

function signed(message: VersionedMessage): string {
	const signature = ed25519Sign(encodeMessage(message), ALICE.seed);
	return Buffer.from(encodeTransaction({ signatures: [signature], message })).toString('base64');
}

/** A transaction of Alice's. */
function transaction(...instructions: Instruction[]): string {
	return signed(compileLegacyMessage(ALICE.pubkey, instructions, chain.lastBlockhash()));
}

/** The same by way of the table: a transfer of `lamports` to its second address. */
function transactionByTable(lamports: bigint): string {
	const { data } = transferInstruction(ALICE.pubkey, IN_TABLE, lamports);
	return signed({
		version: 0,
		header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 },
		accountKeys: [ALICE.pubkey, programIds.systemProgram],
		recentBlockhash: chain.lastBlockhash(),
		instructions: [{ programIdIndex: 1, accounts: Uint8Array.of(0, 2), data }],
		addressTableLookups: [
			{ accountKey: TABLE, writableIndexes: Uint8Array.of(1), readonlyIndexes: new Uint8Array(0) },
		],
	});
}

/** Executes once it is told to. */
class Waiting extends SerialExecutor {
	end = (): void => {};
	readonly #ended: Promise<void> = new Promise((resolve) => {
		this.end = resolve;
	});

	override async execute(...args: Parameters<SerialExecutor['execute']>): Promise<TransactionOutcome[]> {
		await this.#ended;
		return super.execute(...args);
	}
}

describe('a fork', () => {
	it('stands where the other cluster stands, with its features', () => {
		expect(chain.slot).toBe(UPSTREAM_SLOT);
		expect(chain.epoch).toBe(upstream.chain.epoch);
		const ids = (of: Chain): string[] =>
			[...of.featureSet.activeFeatures()].map(([id]) => id.toBase58()).sort();
		expect(ids(chain)).toEqual(ids(upstream.chain));
	});

	it('shows accounts of the other cluster, and asks for each once', async () => {
		const before = cluster.rpc.requests;
		expect(await valueIn('getBalance', ALICE.pubkey.toBase58())).toBe(10_000_000_000);
		expect(await valueIn('getBalance', ALICE.pubkey.toBase58())).toBe(10_000_000_000);
		expect(cluster.rpc.requests).toBe(before + 1);
		expect(await valueIn('getAccountInfo', address(99).toBase58())).toBeNull();
		expect(await valueIn('getAccountInfo', address(99).toBase58())).toBeNull();
		expect(cluster.rpc.requests).toBe(before + 2);
	});

	it('runs transactions on them, which the other cluster never sees', async () => {
		await call('sendTransaction', transaction(transferInstruction(ALICE.pubkey, BOB, LAMPORTS_PER_SOL)), {
			encoding: 'base64',
		});
		expect(await valueIn('getBalance', BOB.toBase58())).toBe(1_000_000_000);
		expect(upstream.chain.getBalance(BOB)).toBe(0n);
		expect(upstream.chain.getBalance(ALICE.pubkey)).toBe(10n * LAMPORTS_PER_SOL);
	});

	it('fetches what a simulation names, and what it wants to see besides', async () => {
		const text = transaction(transferInstruction(ALICE.pubkey, BOB, 5n * LAMPORTS_PER_SOL));
		const value = await valueIn('simulateTransaction', text, {
			encoding: 'base64',
			accounts: { encoding: 'base64', addresses: [ALICE.pubkey.toBase58(), MINT.toBase58()] },
		});
		expect(member(value, 'err')).toBeNull();
		const accounts = member(value, 'accounts') as { lamports: number }[];
		expect(accounts.map(({ lamports }) => lamports)).toEqual([4_999_995_000, 1_000_000_000]);
	});

	it.skipIf(memo === null)('fetches a program with its code', async () => {
		const text = transaction({ programId: PROGRAM, accounts: [], data: new TextEncoder().encode('hello') });
		const value = await valueIn('simulateTransaction', text, { encoding: 'base64' });
		expect(member(value, 'err')).toBeNull();
		expect((member(value, 'logs') as string[]).join()).toContain('hello');
	});

	it('follows a lookup table to its addresses, those it got just now among them', async () => {
		await call('sendTransaction', transactionByTable(LAMPORTS_PER_SOL), { encoding: 'base64' });
		expect(await valueIn('getBalance', IN_TABLE.toBase58())).toBe(2_000_000_000);
	});

	it('fetches the mint with a token account', async () => {
		const value = await valueIn('getTokenAccountBalance', TOKEN_ACCOUNT.toBase58());
		expect(value).toMatchObject({ amount: '100', decimals: 6 });
	});

	it('finds the token accounts of an owner, once, and not those that it has spent since', async () => {
		const owner = ALICE.pubkey.toBase58();
		const search = async (filter: unknown): Promise<unknown[]> =>
			(await valueIn('getTokenAccountsByOwner', owner, filter, { encoding: 'jsonParsed' })) as unknown[];
		const found = await search({ mint: MINT.toBase58() });
		expect(found.map((one) => member(one, 'pubkey'))).toEqual([TOKEN_ACCOUNT.toBase58()]);
		expect(JSON.stringify(found)).toContain('"decimals":6');
		const before = cluster.rpc.requests;
		await search({ mint: MINT.toBase58() });
		expect(cluster.rpc.requests).toBe(before);
		chain.setAccount(TOKEN_ACCOUNT, null);
		chain.advanceSlot();
		expect(await search({ programId: programIds.splToken.toBase58() })).toEqual([]);
		const answer = await post('getTokenAccountsByOwner', owner, { mint: 'x' });
		expect(member(member(answer, 'error'), 'code')).toBe(-32602);
	});

	it('does not bring back what was deleted', async () => {
		const all = 10n * LAMPORTS_PER_SOL - 5000n;
		await call('sendTransaction', transaction(transferInstruction(ALICE.pubkey, BOB, all)), {
			encoding: 'base64',
		});
		const before = cluster.rpc.requests;
		chain.advanceSlot();
		expect(await valueIn('getBalance', ALICE.pubkey.toBase58())).toBe(0);
		expect(cluster.rpc.requests).toBe(before);
	});

	it('asks again for what it got since the snapshot that it goes back to, and for nothing else', async () => {
		const [alice, bob] = [ALICE.pubkey.toBase58(), BOB.toBase58()];
		await valueIn('getBalance', alice);
		await call('parhelion_setAccount', alice, { lamports: 0 });
		const { id } = (await valueIn('parhelion_snapshot')) as { id: number };
		await call('parhelion_setAccount', bob, { lamports: 5 });
		await valueIn('getBalance', IN_TABLE.toBase58());
		await call('parhelion_setAccount', alice, { lamports: 7 });
		await call('parhelion_revert', id);
		expect(await valueIn('getBalance', alice)).toBe(0);
		const before = cluster.rpc.requests;
		expect(await valueIn('getBalance', bob)).toBe(0);
		expect(await valueIn('getBalance', IN_TABLE.toBase58())).toBe(1_000_000_000);
		expect(cluster.rpc.requests).toBe(before + 2);
	});

	it('waits with what it found until a batch of transactions has ended', async () => {
		const options = { commitment: 'processed' };
		const executor = new Waiting();
		const message = compileLegacyMessage(BOB, [], chain.lastBlockhash());
		const batch = chain.processTransactions([{ signatures: [new Uint8Array(64)], message }], { executor });
		while (!chain.isBusy) await new Promise((resolve) => setImmediate(resolve));
		const balance = valueIn('getBalance', ALICE.pubkey.toBase58(), options);
		await new Promise((resolve) => setTimeout(resolve, 100));
		executor.end();
		await batch;
		expect(await balance).toBe(10_000_000_000);
		expect(await valueIn('getBalance', ALICE.pubkey.toBase58(), options)).toBe(10_000_000_000);
	});

	it('asks once for what many want at a time', async () => {
		const before = cluster.rpc.requests;
		const balances = await Promise.all(
			Array.from({ length: 20 }, () => valueIn('getBalance', ALICE.pubkey.toBase58())),
		);
		expect(new Set(balances)).toEqual(new Set([10_000_000_000]));
		expect(cluster.rpc.requests).toBe(before + 1);
	});

	it('says why where the other cluster is gone, serves what it has, and asks again later', async () => {
		await valueIn('getBalance', ALICE.pubkey.toBase58());
		const { rpcUrl } = upstream;
		await upstream.stop();
		expect(await valueIn('getBalance', ALICE.pubkey.toBase58())).toBe(10_000_000_000);
		const answer = await post('getBalance', BOB.toBase58());
		expect(member(member(answer, 'error'), 'code')).toBe(-32603);
		expect(member(member(answer, 'error'), 'message')).toContain(
			`${new URL(rpcUrl).host} (getMultipleAccounts) cannot be reached`,
		);
		const again = await post('sendTransaction', transaction(transferInstruction(ALICE.pubkey, BOB, 1n)), {
			encoding: 'base64',
		});
		expect(member(again, 'error')).toBeDefined();
		upstream = await Validator.start({
			chain: upstream.chain,
			rpcPort: Number(new URL(rpcUrl).port),
			slotMs: null,
		});
		expect(await valueIn('getBalance', BOB.toBase58())).toBe(0);
	});

	it('fetches what a cheatcode changes, so that the rest of it stays', async () => {
		await call('parhelion_setAccount', TOKEN_ACCOUNT.toBase58(), { lamports: 5 });
		expect(chain.getAccount(TOKEN_ACCOUNT)).toMatchObject({ lamports: 5n });
		expect(chain.getAccount(TOKEN_ACCOUNT)?.data).toEqual(tokenAccount().data);
		await call('parhelion_resetAccount', TOKEN_ACCOUNT.toBase58());
		expect(chain.getBalance(TOKEN_ACCOUNT)).toBe(LAMPORTS_PER_SOL);
		const text = transaction(transferInstruction(ALICE.pubkey, BOB, LAMPORTS_PER_SOL));
		expect(member(await valueIn('surfnet_profileTransaction', text), 'errorMessage')).toBeNull();
	});

	it('answers wrong parameters as any node', async () => {
		for (const params of [[], ['x'], [5], [[]]]) {
			const answer = await post('getBalance', ...params);
			expect(member(member(answer, 'error'), 'code')).toBe(-32602);
		}
		const batch = await fetch(node!.rpcUrl, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify([
				{ jsonrpc: '2.0', id: 1, method: 'getBalance', params: [ALICE.pubkey.toBase58()] },
				{ jsonrpc: '2.0', id: 2, method: 'getMultipleAccounts', params: [[MINT.toBase58(), 'x']] },
				{ jsonrpc: '2.0', id: 3, method: 'sendTransaction', params: ['AAAA', { encoding: 'base64' }] },
			]),
		});
		const answers = (await batch.json()) as unknown[];
		expect(answers.map((answer) => member(member(answer, 'error'), 'code'))).toEqual([
			undefined,
			-32602,
			-32602,
		]);
	});
});
