import { describe, expect, it } from 'vitest';
import { type MemorySample, runMemory } from './memory.ts';

const MEGABYTE = 2 ** 20;

describe('30,000 transactions in one instance', () => {
	it('leave as many accounts, transactions and bytes as 10,000', async () => {
		const samples = await runMemory(30_000, 10_000);
		const [first, , last] = samples as [MemorySample, MemorySample, MemorySample];
		expect([last.accounts, last.history]).toEqual([first.accounts, first.history]);
		expect(last.layers).toBeLessThan(12);
		// The arena and the keys' tables are made once; forks, snapshots and replaced programs are let go.
		expect(last.external - first.external).toBeLessThan(4 * MEGABYTE);
		// 100 bytes kept of a transaction would be 2 MB; the engine's own code and profiles need some.
		expect(last.heap - first.heap).toBeLessThan(3 * MEGABYTE);
	}, 120_000);
});
