import { createSolanaRpcFromTransport, lamports } from '@solana/kit';
import { Connection, type FetchFn, PublicKey } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, TestNode } from '../test/test-node.ts';
import { createInProcessRpc, type InProcessRpc } from './in-process.ts';

let node: TestNode;
let rpc: InProcessRpc;

beforeEach(() => {
	node = new TestNode();
	rpc = createInProcessRpc(node.chain);
});

afterEach(() => rpc.stop());

describe('calls in process', () => {
	it('are made by @solana/kit, 64-bit integers whole', async () => {
		const kit = createSolanaRpcFromTransport(rpc.transport);
		const address = ALICE.pubkey.toBase58() as Parameters<typeof kit.getBalance>[0];
		expect(await kit.getBalance(address).send()).toEqual({
			context: { apiVersion: '4.3.0', slot: 0n },
			value: 10_000_000_000n,
		});
		await kit.requestAirdrop(address, lamports(2n ** 53n - 1n)).send();
		const { value } = await kit.getBalance(address, { commitment: 'processed' }).send();
		expect(value).toBe(10_000_000_000n + 2n ** 53n - 1n);
		const aborted = kit.getSlot().send({ abortSignal: AbortSignal.abort(new Error('enough')) });
		await expect(aborted).rejects.toThrow('enough');
	});

	it('are made by @solana/web3.js', async () => {
		const connection = new Connection('http://in.process', {
			commitment: 'processed',
			fetch: rpc.fetch as FetchFn,
		});
		expect(await connection.getBalance(new PublicKey(ALICE.pubkey.toBase58()))).toBe(10_000_000_000);
		const bob = new PublicKey(BOB.pubkey.toBase58());
		await connection.requestAirdrop(bob, 5_000_000);
		expect((await connection.getAccountInfo(bob))!.lamports).toBe(5_000_000);
	});
});
