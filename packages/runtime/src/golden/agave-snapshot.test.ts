/**
 * Banks out of snapshots against the chain that Agave's own Bank went on making: the archives were written by it after
 * slots 40 and 64 of the chain in `agave-votes.json.gz`. The second is in the middle of the payment of an epoch's rewards.
 * What was loaded must give the accounts and bank hashes of every slot after it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hash, type Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	accountDifferences,
	decodeGenesis,
	type GoldenSlot,
	goldenTransaction,
	readGolden,
	restartedBank,
	runSlot,
} from '../../test/golden.ts';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { Bank } from '../bank/bank.ts';
import { checkTransaction, sanitizeTransaction } from '../bank/transaction-processing.ts';
import { loadSnapshot } from '../snapshots/load-snapshot.ts';
import { bankFromSnapshot } from '../snapshots/snapshot-bank.ts';
import { SnapshotError } from '../snapshots/snapshot-error.ts';

const archive = (name: string): Uint8Array =>
	new Uint8Array(readFileSync(join(import.meta.dirname, `${name}.tar.zst`)));
const full = archive('snapshot-40-AYcXPM6kr621Ng2pKkFp6Fj8Fiyghwwbivc63HrnVNMv');
const incremental = archive('incremental-snapshot-40-64-2sp81pzPUGZrZobtiUJGUaT1Gu3g57DRdEJtv45fe2aQ');
const golden = readGolden<{ genesis: string; slots: readonly GoldenSlot[] }>('agave-votes.json.gz');
const genesis = decodeGenesis(golden.genesis);

async function load(withIncremental: boolean) {
	const storage = new MemoryStorage();
	const archives = withIncremental ? { full: [full], incremental: [incremental] } : { full: [full] };
	const snapshot = await loadSnapshot({ storage, ...archives });
	return { snapshot, storage, accountsDb: new AccountsDb({ storage }) };
}

async function loadBank(withIncremental: boolean): Promise<Bank> {
	const { snapshot, accountsDb } = await load(withIncremental);
	return bankFromSnapshot(snapshot, genesis, accountsDb);
}

/** What becomes of the transactions of the slots from `from` to `to` in a child of `bank`, each kind of answer once. */
function answersOf(
	bank: Bank,
	from: bigint,
	to: bigint,
): { readonly kinds: Set<string>; readonly count: number } {
	const child = Bank.newFromParent(bank, bank.leaderAt(bank.slot + 1n)!, bank.slot + 1n);
	const kinds = new Set<string>();
	let count = 0;
	for (const { transactions } of golden.slots.slice(Number(from), Number(to) + 1)) {
		for (const [bytes] of transactions) {
			const sanitized = sanitizeTransaction(child, goldenTransaction(bytes), true);
			if (!sanitized.ok) throw new Error(sanitized.error.kind);
			const checked = checkTransaction(child, sanitized.value);
			kinds.add(checked.ok ? 'new' : checked.error.kind);
			count++;
		}
	}
	return { kinds, count };
}

describe.each([
	{ title: 'a full one', withIncremental: false, slot: 40n },
	{ title: 'an incremental one, while rewards are paid', withIncremental: true, slot: 64n },
])('a bank out of a snapshot of Agave: $title', ({ withIncremental, slot }) => {
	it('goes on as Agave’s bank went on', async () => {
		let bank = await loadBank(withIncremental);
		expect([bank.slot, bank.isFrozen]).toEqual([slot, true]);
		expect(bank.hash.toBase58()).toBe(golden.slots[Number(slot)]!.hash);
		for (const row of golden.slots.slice(Number(slot) + 1)) {
			const leader = bank.leaderAt(BigInt(row.slot))!;
			bank = Bank.newFromParent(bank, leader, BigInt(row.slot));
			const errors = runSlot(bank, row);
			expect(errors, `slot ${row.slot}`).toEqual(row.transactions.map(([, error]) => error));
			expect(accountDifferences(bank, row.accounts ?? []), `slot ${row.slot}`).toEqual([]);
			expect(bank.capitalization, `slot ${row.slot}`).toBe(BigInt(row.capitalization));
			expect(bank.hash.toBase58(), `slot ${row.slot}`).toBe(row.hash);
		}
		expect(bank.slot).toBe(70n);
	});

	it('knows what was processed before', async () => {
		const bank = await loadBank(withIncremental);
		const before = answersOf(bank, slot - 20n, slot);
		expect([...before.kinds]).toEqual(['AlreadyProcessed']);
		expect(before.count).toBeGreaterThan(60);
		expect([...answersOf(await loadBank(withIncremental), slot + 1n, slot + 1n).kinds]).toEqual(['new']);
	});

	it('knows it after restarts from its own checkpoints too', async () => {
		const { snapshot, storage, accountsDb } = await load(withIncremental);
		let bank = restartedBank(bankFromSnapshot(snapshot, genesis, accountsDb), storage);
		for (const row of golden.slots.slice(Number(slot) + 1, Number(slot) + 4)) {
			bank = Bank.newFromParent(bank, bank.leaderAt(BigInt(row.slot))!, BigInt(row.slot));
			runSlot(bank, row);
			expect(bank.hash.toBase58()).toBe(row.hash);
		}
		bank = restartedBank(bank, storage);
		const { kinds, count } = answersOf(bank, slot - 20n, slot);
		expect([...kinds]).toEqual(['AlreadyProcessed']);
		expect(count).toBeGreaterThan(60);
	});
});

describe('bankFromSnapshot', () => {
	const kindOf = (run: () => Bank): string => {
		try {
			run();
		} catch (error) {
			if (error instanceof SnapshotError) return error.kind;
			throw error;
		}
		return 'nothing was refused';
	};

	it('refuses fields that do not make the bank hash, that do not fit together, and another genesis', async () => {
		const { snapshot, accountsDb } = await load(false);
		const { bank, slotDeltas } = snapshot;
		const withBank = (changes: Partial<typeof bank>): string =>
			kindOf(() => bankFromSnapshot({ ...snapshot, bank: { ...bank, ...changes } }, genesis, accountsDb));
		const withDeltas = (deltas: typeof slotDeltas): string =>
			kindOf(() => bankFromSnapshot({ ...snapshot, slotDeltas: deltas }, genesis, accountsDb));
		expect(withBank({ signatureCount: bank.signatureCount + 1n })).toBe('hash');
		expect(withBank({ parentHash: Hash.default })).toBe('hash');
		expect(withBank({ hardForks: [[40n, 1n]] })).toBe('hash');
		expect(withBank({ accountsLtHash: new Uint8Array(2048) })).toBe('hash');
		expect(withBank({ leaderId: bank.stakes.voteAccounts[0]!.pubkey as Pubkey })).toBe('bank');
		expect(withBank({ epochStakes: bank.epochStakes.slice(1) })).toBe('bank');
		expect(withBank({ maxTickHeight: bank.maxTickHeight + 1n })).toBe('bank');
		const stakes = { ...bank.stakes, stakeDelegations: bank.stakes.stakeDelegations.slice(1) };
		expect(withBank({ stakes })).toBe('bank');
		const hashes = bank.blockhashQueue.hashes.slice(1);
		expect(withBank({ blockhashQueue: { ...bank.blockhashQueue, hashes, lastHashIndex: 9n } })).toBe('bank');
		expect(withBank({ genesisCreationTime: 1n })).toBe('mismatch');
		expect(withDeltas(slotDeltas.slice(1))).toBe('bank');
		expect(withDeltas([...slotDeltas, slotDeltas[0]!])).toBe('bank');
		expect(withDeltas(slotDeltas.map((delta) => ({ ...delta, isRoot: false })))).toBe('bank');
		expect(withDeltas([...slotDeltas, { slot: 41n, isRoot: true, statuses: [] }])).toBe('bank');
		expect(withDeltas(slotDeltas)).toBe('nothing was refused');
	});
});
