/** The node on a ledger, as `parhelion start --ledger` runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { openChainFolder, StorageError } from '@parhelion/runtime/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StartOptions } from './flags/start-flags.ts';
import { closeNodeChain, nodeChain, storageFailure } from './node-ledger.ts';
import { setUpNode } from './node-setup.ts';
import { progressBar } from './progress-bar.ts';
import { start } from './start.ts';
import { styleFor } from './style.ts';

const PLAIN = styleFor({}, {});

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'parhelion-cli-'));
});
afterEach(() => {
	vi.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});

function options(): StartOptions {
	return { rpcPort: 0, bindAddress: '127.0.0.1', slotMs: 20, ledger: join(folder, 'ledger'), quiet: false };
}

/** Starts a node and stops it once `until` is content with what it has printed; answers that. */
async function run(given: StartOptions, until: RegExp = /Ready in/): Promise<string> {
	let text = '';
	vi.spyOn(console, 'log').mockImplementation((line: string) => {
		text += `${line}\n`;
	});
	let end: () => void = () => {};
	const ended = new Promise<void>((resolve) => {
		end = resolve;
	});
	const running = start(given, { version: '1.2.3', ended });
	await Promise.race([vi.waitFor(() => expect(text).toMatch(until), 20_000), running]);
	end();
	await running;
	return text;
}

describe('a node with a ledger', () => {
	it('goes on at the slot where it was stopped, or begins anew', async () => {
		expect(await run(options())).toMatch(/Ledger\s+\S+ledger · new/);
		const again = await run(options());
		expect(again).toMatch(/Ledger\s+\S+ledger · goes on at slot \d+/);
		expect(await run({ ...options(), reset: true })).toContain('ledger · new');
	}, 60_000);

	it('says so where another has the ledger, and lets go of it when it stops', async () => {
		const other = await openChainFolder(join(folder, 'ledger'));
		await expect(run(options())).rejects.toThrow('is already open in this process');
		await other.close();
		await run(options());
		await (await openChainFolder(join(folder, 'ledger'))).close();
	}, 60_000);

	it('says which key pairs are gone, and makes no others', async () => {
		await run(options());
		const told: string[] = [];
		const say = (): void => {};
		const setUp = () => setUpNode(options(), false, say, (line) => told.push(line));
		expect(Object.keys((await setUp()).genesis).sort()).toEqual(['faucet', 'voter']);
		expect(told).toEqual([]);
		rmSync(join(folder, 'ledger', 'vote-account-keypair.json'));
		rmSync(join(folder, 'ledger', 'faucet-keypair.json'));
		expect((await setUp()).genesis).toEqual({});
		expect(told.map((line) => line.replace(/^\S+ /, ''))).toEqual([
			'lacks vote-account-keypair.json: the node does not vote',
			'lacks faucet-keypair.json: the faucet has nothing to give',
		]);
	}, 60_000);

	it('says so to those too who want JSON', async () => {
		await run(options());
		rmSync(join(folder, 'ledger', 'vote-account-keypair.json'));
		const told: string[] = [];
		vi.spyOn(console, 'error').mockImplementation((line: string) => void told.push(line));
		expect(JSON.parse(await run({ ...options(), json: true }, /\n/))).toHaveProperty('rpcUrl');
		expect(told.join('\n')).toContain('lacks vote-account-keypair.json: the node does not vote');
	}, 60_000);

	it('keeps what was in the open slot', async () => {
		const given = { ledger: join(folder, 'ledger'), quiet: true };
		const first = await nodeChain({}, given, PLAIN);
		first.chain.advanceSlot();
		first.chain.airdrop(first.chain.identity, LAMPORTS_PER_SOL);
		const balance = first.chain.getBalance(first.chain.identity);
		await closeNodeChain(first, null);
		const second = await nodeChain({}, given, PLAIN);
		// The fee of the airdrop came to the identity too.
		expect(second.chain.getBalance(second.chain.identity)).toBeGreaterThan(balance);
		expect(second.chain.transactionCount).toBe(1n);
		await closeNodeChain(second, null);
	});
});

describe('a disk that refuses', () => {
	it('ends the node with its message; a bug is thrown on', async () => {
		const { failed, onClockError } = storageFailure();
		const refusal = new StorageError('disk-full', 'No room is left.');
		onClockError(refusal);
		await expect(failed).rejects.toBe(refusal);
		expect(() => onClockError(new TypeError('a bug'))).toThrow('a bug');
	});
});

describe('the progress bar', () => {
	it('is drawn where the work is long, and removed', () => {
		const drawn: string[] = [];
		let now = 0;
		const terminal = { write: (text: string) => drawn.push(text), columns: 60 };
		const bar = progressBar('Replaying', terminal, PLAIN, () => now);
		bar(1, 1000);
		expect(drawn).toEqual([]);
		for (now = 300; now < 340; now += 10) bar(500, 1000);
		expect(drawn).toEqual([`\r\u001b[2K  Replaying ${'█'.repeat(12)}${'░'.repeat(12)} 500 of 1,000`]);
		bar(1000, 1000);
		expect(drawn.at(-1)).toBe('\r\u001b[2K');
	});

	it('leaves no trace of short work', () => {
		const write = vi.fn();
		const bar = progressBar('Replaying', { write }, PLAIN, () => 0);
		for (let done = 1; done <= 5; done++) bar(done, 5);
		expect(write).not.toHaveBeenCalled();
	});
});
