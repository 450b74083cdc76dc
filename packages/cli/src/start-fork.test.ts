/** `start` with another cluster, as the commands call it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@parhelion/rpc';
import { Chain, LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { createAccount, Pubkey } from '@parhelion/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StartOptions } from './flags/start-flags.ts';
import { start } from './start.ts';

const ALICE = Pubkey.fromBytes(new Uint8Array(32).fill(1));
const BOB = Pubkey.fromBytes(new Uint8Array(32).fill(2));
const CAROL = Pubkey.fromBytes(new Uint8Array(32).fill(3));
let upstream: Validator;

beforeAll(async () => {
	const chain = Chain.genesis({
		accounts: [
			[ALICE, createAccount({ lamports: 7n })],
			[CAROL, createAccount({ lamports: 8n })],
		],
	});
	chain.warpToSlot(5000n);
	chain.advanceSlot();
	upstream = await Validator.start({ chain, rpcPort: 0, slotMs: null });
});

afterAll(() => upstream.stop());

afterEach(() => {
	vi.restoreAllMocks();
});

interface Running {
	readonly printed: string[];
	readonly noted: string[];
	call(method: string, ...params: unknown[]): Promise<unknown>;
	end(): Promise<void>;
}

/** A node that runs until `end`. */
async function run(options: Partial<StartOptions>, isFork: boolean): Promise<Running> {
	const printed: string[] = [];
	const noted: string[] = [];
	vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
	vi.spyOn(console, 'error').mockImplementation((text: string) => void noted.push(text));
	let end: () => void = () => {};
	const ended = new Promise<void>((resolve) => {
		end = resolve;
	});
	const all: StartOptions = {
		rpcPort: 0,
		bindAddress: '127.0.0.1',
		quiet: false,
		slotMs: 50,
		cache: '',
		...options,
	};
	const running = start(all, { version: '1.2.3', isFork, ended });
	await vi.waitFor(() => expect(printed.join()).toContain('Ready in'), 10_000);
	const url = /http:\/\/[\w.:]+/.exec(printed.join())?.[0] ?? '';
	return {
		printed,
		noted,
		call: async (method, ...params) => {
			const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
			const headers = { 'content-type': 'application/json' };
			const answer = await fetch(url, { method: 'POST', headers, body });
			return ((await answer.json()) as { result: unknown }).result;
		},
		end: async () => {
			end();
			await running;
		},
	};
}

it('goes on where the other cluster is, with its accounts', async () => {
	const node = await run({ url: upstream.rpcUrl }, true);
	expect(node.printed.join('\n')).toContain(`Fork of    ${new URL(upstream.rpcUrl).host} · from slot 5000`);
	expect(await node.call('getBalance', ALICE.toBase58())).toMatchObject({ value: 7 });
	await node.end();
	expect(node.printed.at(-1)).toMatch(/Stopped at slot 50\d\d/);
});

it('prints logs, opens the faucet, and says which flags do nothing', async () => {
	const node = await run({ log: true, faucetPort: 0, gossipPort: '8000', ticksPerSlot: 8 }, false);
	expect(node.noted.join('\n')).toContain(
		'--gossip-port has no effect: there is no gossip in a cluster of one',
	);
	expect(node.noted.join('\n')).toMatch(/The faucet listens on 127\.0\.0\.1:\d+/);
	await node.call('requestAirdrop', ALICE.toBase58(), Number(LAMPORTS_PER_SOL));
	await vi.waitFor(() => expect(node.printed.join('\n')).toMatch(/slot \d+ · 150 CU · ok\n {2}System/));
	// The node votes in each slot; that is not shown.
	expect(node.printed.join('\n')).not.toContain('Vote (');
	await node.end();
});

it('tells scripts in one line where it is', async () => {
	const printed: string[] = [];
	vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
	const options: StartOptions = {
		rpcPort: 0,
		bindAddress: '127.0.0.1',
		quiet: false,
		json: true,
		faucetPort: 0,
	};
	await start(options, { version: '1.2.3', ended: Promise.resolve() });
	expect(printed).toHaveLength(1);
	const { rpcUrl, wsUrl, faucetAt, ...keys } = JSON.parse(printed[0] ?? '') as Record<string, string>;
	expect([rpcUrl, wsUrl, faucetAt].join(' ')).toMatch(
		/^http:\/\/127\.0\.0\.1:\d+ ws:\/\/127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+$/,
	);
	for (const key of ['genesisHash', 'identity', 'faucet'])
		expect(Pubkey.tryFromBase58(keys[key] ?? '')).not.toBeNull();
});

it('leaves nothing running where the faucet has no port', async () => {
	const port = Number(new URL(upstream.rpcUrl).port);
	const options: StartOptions = { rpcPort: 0, bindAddress: '127.0.0.1', quiet: true, faucetPort: port };
	await expect(start(options, { version: '1.2.3', ended: new Promise(() => {}) })).rejects.toThrow(
		`Faucet: 127.0.0.1:${port} is already in use`,
	);
});

describe('on a ledger', () => {
	const folder = mkdtempSync(join(tmpdir(), 'parhelion-fork-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	const balance = (node: Running): Promise<unknown> =>
		node.call('getBalance', ALICE.toBase58(), { commitment: 'processed' });

	it('a fork goes on after a restart, and what it deleted stays deleted', async () => {
		const ledger = join(folder, 'fork');
		const first = await run({ url: upstream.rpcUrl, ledger }, true);
		expect(await balance(first)).toMatchObject({ value: 7 });
		await first.call('parhelion_setAccount', ALICE.toBase58(), { lamports: 0 });
		await first.call('parhelion_setAccount', BOB.toBase58(), { lamports: 9 });
		await first.end();

		const second = await run({ url: upstream.rpcUrl, ledger }, true);
		expect(Number(await second.call('getSlot', { commitment: 'processed' }))).toBeGreaterThan(5000);
		expect(await balance(second)).toMatchObject({ value: 0 });
		expect(await second.call('getBalance', BOB.toBase58())).toMatchObject({ value: 9 });
		expect(await second.call('getBalance', CAROL.toBase58())).toMatchObject({ value: 8 });
		await second.end();
	});

	it('a chain of its own is no fork, and another cluster is another fork', async () => {
		const ledger = join(folder, 'own');
		const own = await run({ ledger }, false);
		await own.end();
		const options = { rpcPort: 0, bindAddress: '127.0.0.1', quiet: true, cache: '', url: upstream.rpcUrl };
		const context = { version: '1.2.3', isFork: true, ended: Promise.resolve() };
		await expect(start({ ...options, ledger }, context)).rejects.toThrow('holds a chain that is no fork');
		writeFileSync(join(ledger, 'fork.txt'), '11111111111111111111111111111111');
		await expect(start({ ...options, ledger }, context)).rejects.toThrow('a fork of another cluster');
	});

	it('--warp-slot moves a new chain, and one that goes on, forward only', async () => {
		const ledger = join(folder, 'warp');
		const first = await run({ ledger, warpSlot: 1000n }, false);
		expect(Number(await first.call('getSlot', { commitment: 'processed' }))).toBeGreaterThanOrEqual(1000);
		await first.end();
		const second = await run({ ledger, warpSlot: 900_000n }, false);
		expect(await second.call('getEpochInfo', { commitment: 'processed' })).toMatchObject({ epoch: 2 });
		await second.end();
		const third = await run({ ledger, warpSlot: 5n }, false);
		expect(third.noted.join()).toMatch(/at slot 9000\d\d already, which is not before 5/);
		await third.end();
	});
});
