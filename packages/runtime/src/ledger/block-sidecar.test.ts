import { Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import type { Reward } from '../bank/bank-events.ts';
import { type BlockRewards, decodeRewards, encodeRewards } from './block-sidecar.ts';

const pubkey = Pubkey.fromBytes(new Uint8Array(32).fill(7));
const paid = { pubkey, lamports: 5n, postBalance: 2n ** 63n };
const rewards: readonly Reward[] = [
	{ ...paid, type: 'Fee', commission: null },
	{ ...paid, type: 'Rent', lamports: -5n, commission: null },
	{ ...paid, type: 'Voting', commission: 255 },
	{ ...paid, type: 'Staking', commission: null, commissionBps: 10_000 },
	{ ...paid, type: 'DeactivatedStake', commission: 0 },
];

describe('the rewards of a block', () => {
	it.each<BlockRewards>([
		{ rewards, numPartitions: null },
		{ rewards, numPartitions: 43_200 },
		{ rewards: [], numPartitions: 1 },
	])('come back as they were', (block) => {
		expect(decodeRewards(encodeRewards(block))).toEqual({ ok: true, value: block });
	});

	it('are refused where they are cut or go on', () => {
		const bytes = encodeRewards({ rewards, numPartitions: 2 });
		for (let length = 0; length < bytes.length; length++) {
			const decoded = decodeRewards(bytes.subarray(0, length));
			// Without the number of partitions it is the block of an earlier release.
			expect(decoded.ok).toBe(length === bytes.length - 4);
		}
		expect(decodeRewards(Uint8Array.of(...bytes, 0)).ok).toBe(false);
		const wrong = bytes.slice();
		wrong[8 + 32] = 9;
		expect(decodeRewards(wrong)).toMatchObject({ error: { kind: 'InvalidTagEncoding' } });
	});
});
