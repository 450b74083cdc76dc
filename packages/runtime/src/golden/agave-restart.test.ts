/**
 * The chains that Agave's own Bank made, with a restart every so many slots: the bank is rooted, its accounts and its
 * checkpoint are all that is left of it, and the slots after it must still have the reference's bank hashes. Over epoch
 * boundaries and between the calculation of rewards and their payment.
 */
import { Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { type GoldenSlot, genesisBank, readGolden, restartedBank, runSlot } from '../../test/golden.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { Bank } from '../bank/bank.ts';
import { encodeBankCheckpoint } from '../bank/bank-checkpoint.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';

interface Golden {
	readonly genesis: string;
	readonly slots: readonly (GoldenSlot & { readonly leader: string })[];
}

describe.each([
	{ file: 'agave-chain.json.gz', title: 'whose genesis has votes', isScheduled: false },
	{ file: 'agave-votes.json.gz', title: 'whose validators vote and lead in turn', isScheduled: true },
])('a chain of Agave $title', ({ file, isScheduled }) => {
	const golden = readGolden<Golden>(file);
	const leaderOf = (index: number): SlotLeader => ({
		id: Pubkey.fromBase58(golden.slots[index]!.leader),
		voteAddress: Pubkey.default,
	});

	it.each([1, 7, 16])('goes on to equal bank hashes after a restart every %i slots', (every) => {
		const storage = new MemoryStorage();
		let bank = genesisBank(golden.genesis, leaderOf(0), {}, storage);
		let unpaid = 0;
		for (const row of golden.slots) {
			const slot = BigInt(row.slot);
			if (row.slot > 0) {
				const leader = isScheduled ? bank.leaderAt(slot)! : leaderOf(row.slot);
				bank = Bank.newFromParent(bank, leader, slot);
			}
			runSlot(bank, row);
			expect(bank.hash.toBase58(), `bank hash of slot ${slot}`).toBe(row.hash);
			if (row.slot % every !== 0) continue;
			const before = bank;
			bank = restartedBank(bank, storage);
			expect(bank.clock()).toEqual(before.clock());
			expect(bank.epochRewards).toEqual(before.epochRewards);
			expect(encodeBankCheckpoint(bank)).toEqual(encodeBankCheckpoint(before));
			if (bank.epochRewards !== null) unpaid++;
		}
		// At 32 and 64 rewards wait to be paid.
		if (32 % every === 0) expect(unpaid).toBe(2);
	});
});
