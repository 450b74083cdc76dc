import { NATIVE_MINT } from '@parhelion/runtime';
import { programIds, sysvarIds } from '@parhelion/sdk';
import { expect, test } from 'vitest';
import { createNodeChain } from './node-chain.ts';

test('a node has the mint of wrapped SOL, as the test validator does', () => {
	const mint = createNodeChain().chain.getAccount(NATIVE_MINT);
	expect(mint?.owner.equals(programIds.splToken)).toBe(true);
	expect(mint?.lamports).toBe(1_000_000_000n);
	expect(mint?.data).toHaveLength(82);
});

test('a node has Memo v4 at its own address, where the Solana tools call it', () => {
	const memo = createNodeChain().chain.getAccount(programIds.memoV4);
	expect(memo?.executable).toBe(true);
	expect(memo?.owner.equals(programIds.bpfLoaderUpgradeable)).toBe(true);
});

test('a node has the sysvar of epoch rewards, without which the stake program fails in the first epoch', () => {
	const rewards = createNodeChain().chain.getAccount(sysvarIds.epochRewards);
	expect(rewards?.owner.equals(sysvarIds.owner)).toBe(true);
	expect(rewards?.data).toEqual(new Uint8Array(81));
	expect(rewards?.lamports).toBe(1_454_640n);
});
