/** Calls and slots beside batches of transactions that follow one another on the chain that is served. */
import { SerialExecutor, type TransactionOutcome } from '@parhelion/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, base64Of, keypair, TestNode, transfer } from '../test/test-node.ts';
import { createRpcHandler } from './rpc-handler.ts';
import { SlotClock } from './slot-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Gives others their turns before it executes, as one with workers does. */
class Breathing extends SerialExecutor {
	override async execute(...args: Parameters<SerialExecutor['execute']>): Promise<TransactionOutcome[]> {
		for (let i = 0; i < 5; i++) await turn();
		return super.execute(...args);
	}
}

describe('a chain with batches one after another', () => {
	const stops: (() => unknown)[] = [];
	afterEach(async () => {
		for (const stop of stops.splice(0)) await stop();
	});

	/** Sends batches until it is stopped, and counts what came into a block. */
	function pump({ chain }: TestNode): { committed: number } {
		const counted = { committed: 0 };
		const first = 1_000_000n + 1_000n * BigInt(stops.length);
		const executor = new Breathing();
		let isOver = false;
		const over = (async () => {
			for (let i = 0n; !isOver; i++) {
				const batch = [transfer(ALICE, BOB.pubkey, first + i, chain.lastBlockhash())];
				for (const { committed } of await chain.processTransactions(batch, { executor })) {
					if (committed) counted.committed++;
				}
			}
		})();
		stops.push(() => {
			isOver = true;
			return over;
		});
		return counted;
	}

	it('takes what is sent to it, each between two batches', async () => {
		const node = new TestNode();
		const counted = pump(node);
		const carol = keypair(3).pubkey;
		for (let i = 0; i < 5; i++) {
			await node.result('requestAirdrop', carol.toBase58(), 1_000_000 + i);
			const sent = transfer(ALICE, carol, 2_000_000n + BigInt(i), node.chain.lastBlockhash());
			await node.result('sendTransaction', base64Of(sent), { encoding: 'base64' });
			const options = { commitment: 'processed' };
			expect(await node.value('getBalance', carol.toBase58(), options)).toBe(
				3_000_000 * (i + 1) + i * (i + 1),
			);
		}
		expect(counted.committed).toBeGreaterThan(5);
		expect(node.defects).toEqual([]);
	});

	it('takes what needs accounts from elsewhere too, where the next batch waits already', async () => {
		const node = new TestNode();
		const later = async (): Promise<void> => turn();
		const accountProvider = { beforeRead: later, beforeTransaction: later, beforeTokenAccounts: later };
		const defects: unknown[] = [];
		const handler = createRpcHandler(node.node, (defect) => defects.push(defect), { accountProvider });
		pump(node);
		pump(node);
		for (let id = 0; id < 10; id++) {
			const params = [keypair(3).pubkey.toBase58(), 1_000_000 + id];
			const answer = await handler.handle(
				JSON.stringify({ jsonrpc: '2.0', id, method: 'requestAirdrop', params }),
			);
			expect(JSON.parse(answer!)).toHaveProperty('result');
		}
		expect(defects).toEqual([]);
	});

	it('opens its slots by the clock', async () => {
		const node = new TestNode();
		const { chain } = node;
		const counted = pump(node);
		const clock = new SlotClock(chain, 1);
		clock.start();
		stops.push(() => clock.stop());
		while (chain.slot < 10n) await turn();
		expect(counted.committed).toBeGreaterThan(0);
		clock.stop();
		const { slot } = chain;
		for (let i = 0; i < 20; i++) await turn();
		expect(chain.slot).toBe(slot);
	});
});
