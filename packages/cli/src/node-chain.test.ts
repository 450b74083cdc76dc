import { NATIVE_MINT } from '@parhelion/runtime';
import { programIds } from '@parhelion/sdk';
import { expect, test } from 'vitest';
import { createNodeChain } from './node-chain.ts';

test('a node has the mint of wrapped SOL, as the test validator does', () => {
	const mint = createNodeChain().chain.getAccount(NATIVE_MINT);
	expect(mint?.owner.equals(programIds.splToken)).toBe(true);
	expect(mint?.lamports).toBe(1_000_000_000n);
	expect(mint?.data).toHaveLength(82);
});
