import { EpochSchedule, type Lockout, Pubkey, type Slot } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import type { GenesisOptions } from '../bank/bank-types.ts';
import { Chain } from '../chain.ts';
import { decodeGenesisConfig, encodeGenesisConfig } from '../genesis/genesis-config.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, resolveGenesis } from '../genesis/local-genesis.ts';
import { Blockstore } from '../ledger/blockstore.ts';
import { MemoryTables } from '../ledger/blockstore-tables.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Tower, withVote } from './own-votes.ts';

const voter = {
	identity: keypairFromSeed(new Uint8Array(32).fill(1)),
	vote: keypairFromSeed(new Uint8Array(32).fill(2)),
};
const options: GenesisOptions = { voter, epochSchedule: EpochSchedule.custom(64n, 64n, false) };

function voteState(chain: Chain): { votes: Lockout[]; rootSlot: Slot | null; credits: bigint } {
	const { state } = chain.bank.stakes.voteAccounts.get(voter.vote.pubkey.key)!.versions;
	return { votes: state.votes, rootSlot: state.rootSlot, credits: state.epochCredits.at(-1)?.credits ?? 0n };
}

describe('a tower', () => {
	const counts = ({ lockouts }: Tower): [Slot, number][] =>
		lockouts.map(({ slot, confirmationCount }) => [slot, confirmationCount]);
	const voted = (...slots: number[]): Tower =>
		slots.reduce<Tower>((tower, slot) => withVote(tower, BigInt(slot)), { lockouts: [], root: null });

	it('doubles the lockouts of the votes that later ones stand on', () => {
		expect(counts(voted(1, 2, 3))).toEqual([
			[1n, 3],
			[2n, 2],
			[3n, 1],
		]);
	});

	it('loses votes whose lockout has ended, and does not double the others for nothing', () => {
		// The vote for 3 binds to 5, that for 2 to 6, that for 1 to 9.
		expect(counts(voted(1, 2, 3, 7))).toEqual([
			[1n, 3],
			[7n, 1],
		]);
		expect(counts(voted(1, 2, 3, 10))).toEqual([[10n, 1]]);
	});

	it('roots the oldest vote beyond 31', () => {
		const slots = Array.from({ length: 33 }, (_, i) => i + 1);
		const tower = voted(...slots);
		expect(tower.root).toBe(2n);
		expect(tower.lockouts).toHaveLength(31);
		expect(tower.lockouts[0]).toEqual({ slot: 3n, confirmationCount: 31 });
	});
});

describe('a node that votes', () => {
	it('has a vote for each of its blocks in the next, and the stake they count for', () => {
		const chain = Chain.genesis(options);
		for (let slot = 0; slot < 10; slot++) chain.advanceSlot();
		expect(voteState(chain).votes.map(({ slot }) => slot)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
		expect(chain.transactionCount).toBe(9n);
		expect(chain.getBlock(5n)?.transactions).toHaveLength(1);
		expect(chain.bank.leaderAt(20n)?.id.equals(voter.identity.pubkey)).toBe(true);
		expect(chain.bank.getEpochStake()).toBeGreaterThan(900_000n * LAMPORTS_PER_SOL);
	});

	it('earns credits, roots slots by its votes, and gets the rewards of an epoch', () => {
		const chain = Chain.genesis(options);
		for (let slot = 0; slot < 63; slot++) chain.advanceSlot();
		expect(voteState(chain).rootSlot).toBe(31n);
		expect(voteState(chain).credits).toBeGreaterThan(0n);
		const stake = [...chain.bank.stakes.delegations.values()][0]!.pubkey;
		const before = chain.getBalance(stake);
		for (let slot = 0; slot < 70; slot++) chain.advanceSlot();
		expect(chain.epoch).toBe(2n);
		expect(chain.getBalance(stake)).toBeGreaterThan(before);
	});

	it('goes on voting after a restart and after a warp, with no more than the vote account', () => {
		const bytes = encodeGenesisConfig(resolveGenesis(options).config);
		const [storage, tables] = [new MemoryStorage(), new MemoryTables()];
		const ledger = (): Ledger => {
			const genesis = decodeGenesisConfig(bytes);
			if (!genesis.ok) throw new Error(genesis.error.kind);
			const blockstore = new Blockstore(tables);
			return { genesis: genesis.value, storage, blockstore, close: () => Promise.resolve() };
		};
		let chain = Chain.open(ledger(), { voter });
		for (let slot = 0; slot < 40; slot++) chain.advanceSlot();
		chain = Chain.open(ledger(), { voter });
		for (let slot = 0; slot < 3; slot++) chain.advanceSlot();
		const newest = (): Slot | undefined => voteState(chain).votes.at(-1)?.slot;
		expect(newest()).toBe(chain.parentSlot);
		chain.warpToSlot(1000n);
		chain.advanceSlot();
		expect(newest()).toBe(1000n);
		expect(() => Chain.open(ledger(), { identity: Pubkey.default })).toThrow('not by 1111');
		expect(Chain.open(ledger()).bank.parentHash.equals(chain.bank.parentHash)).toBe(true);
	});
});
