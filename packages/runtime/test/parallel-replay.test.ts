/** Chains that are replayed by 0, 1, 2 and 4 workers: those that Agave's own Bank made, and a node's ledger. */
import { ed25519Sign } from '@parhelion/crypto';
import { compileLegacyMessage, createAccount, encodeMessage, Pubkey } from '@parhelion/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bank } from '../src/bank/bank.ts';
import type { SlotLeader } from '../src/bank/leader-schedule.ts';
import { Chain } from '../src/chain.ts';
import {
	defaultVoter,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	transferInstruction,
} from '../src/genesis/local-genesis.ts';
import { verifyLedger } from '../src/ledger/verify-ledger.ts';
import type { BlockExecutor } from '../src/scheduler/block-executor.ts';
import { createBlockExecutor } from '../src/scheduler/node-threads.ts';
import { WORLD_PROGRAMS } from './block-world.ts';
import { Disk } from './disk.ts';
import {
	errorText,
	finishSlot,
	type GoldenSlot,
	genesisBank,
	goldenTransaction,
	readGolden,
} from './golden.ts';
import { bundleThread } from './thread-script.ts';

interface Golden {
	readonly genesis: string;
	readonly slots: readonly (GoldenSlot & { readonly leader: string })[];
}

let script: URL;
let remove = (): void => {};
beforeAll(async () => {
	({ script, remove } = await bundleThread());
});
afterAll(() => remove());

describe.each([0, 1, 2, 4])('with %i workers', (workers) => {
	let executor: BlockExecutor;
	const failures: Error[] = [];
	beforeAll(() => {
		executor = createBlockExecutor({ workers, script, onFailure: (error) => failures.push(error) });
	});
	afterAll(async () => {
		await executor.close();
		expect(failures).toEqual([]);
	});

	it.each([
		['agave-chain.json.gz', false],
		['agave-votes.json.gz', true],
	])('a replay of %s has the bank hashes of Agave', async (file, isScheduled) => {
		const golden = readGolden<Golden>(file);
		let bank: Bank | null = null;
		for (const row of golden.slots) {
			const leader: SlotLeader = { id: Pubkey.fromBase58(row.leader), voteAddress: Pubkey.default };
			const slot = BigInt(row.slot);
			bank =
				bank === null
					? genesisBank(golden.genesis, leader)
					: Bank.newFromParent(bank, isScheduled ? bank.leaderAt(slot)! : leader, slot);
			const transactions = row.transactions.map(([bytes]) => goldenTransaction(bytes));
			const outcomes = await executor.execute(bank, transactions);
			finishSlot(bank);
			expect(outcomes.map(({ err }) => errorText(err))).toEqual(row.transactions.map(([, error]) => error));
			expect(bank.hash.toBase58(), `bank hash of slot ${slot}`).toBe(row.hash);
		}
	});

	it('a program that is written past the rules runs as it is from then on', async () => {
		const payers = Array.from({ length: 4 }, (_, i) => keypairFromSeed(new Uint8Array(32).fill(i + 1)));
		const disk = new Disk({
			programs: WORLD_PROGRAMS,
			accounts: payers.map(({ pubkey }) => [pubkey, createAccount({ lamports: LAMPORTS_PER_SOL })]),
		});
		const [memo, other] = [WORLD_PROGRAMS[2]!, WORLD_PROGRAMS[1]!];
		const chain = Chain.open(disk.ledger());
		const found = new Set<string>();
		const call = (number: number): void => {
			for (const { pubkey, seed } of payers) {
				const instruction = { programId: memo.programId, accounts: [], data: Uint8Array.of(65 + number) };
				// Which does not happen where the call fails.
				const paid = transferInstruction(pubkey, chain.identity, BigInt(number));
				const message = compileLegacyMessage(pubkey, [paid, instruction], chain.lastBlockhash());
				const signatures = [ed25519Sign(encodeMessage(message), seed)];
				found.add(chain.processTransaction({ signatures, message }).err?.kind ?? 'ok');
			}
		};
		const put = ({ elf }: typeof memo): void => {
			const { owner, lamports } = chain.getAccount(memo.programId)!;
			chain.setAccount(memo.programId, createAccount({ owner, lamports, data: elf, executable: true }));
		};
		for (let slot = 1; slot <= 8; slot++) {
			chain.advanceSlot();
			call(slot);
			if (slot % 2 === 0) put(other);
			call(slot + 20);
			if (slot % 4 !== 2) put(memo);
			call(slot + 40);
		}
		chain.advanceSlot();
		expect([...found].sort()).toEqual(['InstructionError', 'ok']);
		const report = await verifyLedger(disk.ledger(), { executor });
		expect(report.bankHash?.toBase58()).toBe(chain.bank.parentHash.toBase58());
	});

	it('a ledger of a node is what its blocks say', async () => {
		const senders = Array.from({ length: 12 }, (_, i) => keypairFromSeed(new Uint8Array(32).fill(i + 1)));
		const voter = defaultVoter();
		const disk = new Disk({
			voter,
			accounts: senders.map(({ pubkey }) => [pubkey, createAccount({ lamports: LAMPORTS_PER_SOL })]),
		});
		const chain = Chain.open(disk.ledger(), { voter });
		for (let slot = 1; slot <= 40; slot++) {
			if (slot === 20) chain.warpToSlot(chain.slot + 3n);
			else chain.advanceSlot();
			for (const [i, { pubkey, seed }] of senders.entries()) {
				// Neighbours conflict; some have not so much.
				const to =
					i % 3 === 0
						? senders[(i + 1) % senders.length]!.pubkey
						: Pubkey.fromBytes(new Uint8Array(32).fill(100 + i));
				const lamports = slot % 9 === 0 && i === 4 ? 10n ** 12n : 1_000_000n + BigInt(slot * 20 + i);
				const instruction = transferInstruction(pubkey, to, lamports);
				const message = compileLegacyMessage(pubkey, [instruction], chain.lastBlockhash());
				chain.processTransaction({ signatures: [ed25519Sign(encodeMessage(message), seed)], message });
				if (slot % 5 === 0 && i === 6)
					chain.setAccount(pubkey, createAccount({ lamports: LAMPORTS_PER_SOL }));
			}
		}
		chain.advanceSlot();
		const report = await verifyLedger(disk.ledger(), { executor });
		expect(report.executed).toBe(41);
		expect(report.bankHash?.toBase58()).toBe(chain.bank.parentHash.toBase58());
	});
});
