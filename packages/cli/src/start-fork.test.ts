/** `start` with another cluster, as the commands call it. */
import { Validator } from '@parhelion/rpc';
import { Chain, LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { createAccount, Pubkey } from '@parhelion/sdk';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { StartOptions } from './flags/start-flags.ts';
import { start } from './start.ts';

const ALICE = Pubkey.fromBytes(new Uint8Array(32).fill(1));
let upstream: Validator;

beforeAll(async () => {
	const chain = Chain.genesis({ accounts: [[ALICE, createAccount({ lamports: 7n })]] });
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
