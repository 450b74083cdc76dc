/**
 * The Bank against chains that Agave's own Bank made: 71 slots over two epoch boundaries, with votes (some refused),
 * transfers, fees to changing leaders, stakes, inflation rewards and the features of mainnet-beta. The same genesis and
 * transactions must give every account and every bank hash. The files say how they were made.
 */
import { Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	accountDifferences,
	type GoldenAccount,
	type GoldenSlot,
	genesisBank,
	readGolden,
	runSlot,
} from '../../test/golden.ts';
import { Bank } from '../bank/bank.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';

interface Row extends GoldenSlot {
	readonly blockhash: string;
	readonly leader: string;
	readonly clock: readonly number[];
}

interface Chain {
	readonly genesis: string;
	readonly slots: readonly Row[];
}

describe.each([
	{ file: 'agave-chain.json.gz', title: 'whose genesis has votes', isScheduled: false },
	{ file: 'agave-votes.json.gz', title: 'whose validators vote and lead in turn', isScheduled: true },
])('a replay of Agave’s chain $title', ({ file, isScheduled }) => {
	const golden = readGolden<Chain>(file);

	it('gives every slot its errors, clock, leader, supply, accounts and bank hash', () => {
		const expected = new Map<string, GoldenAccount>();
		let bank: Bank | null = null;
		for (const row of golden.slots) {
			const slot = BigInt(row.slot);
			const leader: SlotLeader = { id: Pubkey.fromBase58(row.leader), voteAddress: Pubkey.default };
			if (bank === null) bank = genesisBank(golden.genesis, leader);
			else {
				const scheduled: SlotLeader | null = bank.leaderAt(slot);
				if (isScheduled) expect(scheduled?.id.toBase58(), `leader of slot ${slot}`).toBe(row.leader);
				bank = Bank.newFromParent(bank, isScheduled ? scheduled! : leader, slot);
			}
			const errors = runSlot(bank, row);
			expect(errors, `errors of slot ${slot}`).toEqual(row.transactions.map(([, error]) => error));
			const clock = bank.clock();
			expect(
				[clock.slot, clock.epochStartTimestamp, clock.epoch, clock.leaderScheduleEpoch, clock.unixTimestamp],
				`clock of slot ${slot}`,
			).toEqual(row.clock.map(BigInt));
			for (const address of row.removed ?? []) expected.delete(address);
			for (const account of row.accounts ?? []) expected.set(account[0], account);
			if (row.accounts !== undefined) {
				expect(accountDifferences(bank, expected.values()), `accounts of slot ${slot}`).toEqual([]);
			}
			expect(bank.lastBlockhash().toBase58(), `blockhash of slot ${slot}`).toBe(row.blockhash);
			expect(bank.signatureCount, `signatures of slot ${slot}`).toBe(BigInt(row.signatureCount));
			expect(bank.capitalization, `supply of slot ${slot}`).toBe(BigInt(row.capitalization));
			expect(bank.hash.toBase58(), `bank hash of slot ${slot}`).toBe(row.hash);
		}
	});
});
