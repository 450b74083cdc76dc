/** An executor with workers while others store: on another fork at the same time, in a listener, on the child of a frozen bank. */
import {
	compileLegacyMessage,
	createAccount,
	FeatureSet,
	Hash,
	Pubkey,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../src/accounts-db/accounts-db.ts';
import { MemoryStorage } from '../src/accounts-db/memory-storage.ts';
import { Bank } from '../src/bank/bank.ts';
import type { SlotLeader } from '../src/bank/leader-schedule.ts';
import {
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	resolveGenesis,
	transferInstruction,
} from '../src/genesis/local-genesis.ts';
import type { BlockExecutor } from '../src/scheduler/block-executor.ts';
import { threadExecutors } from './thread-executors.ts';

const PAYERS = Array.from({ length: 6 }, (_, i) => keypairFromSeed(new Uint8Array(32).fill(i + 1)).pubkey);
const SINKS = Array.from({ length: 6 }, (_, i) => Pubkey.fromBytes(new Uint8Array(32).fill(i + 101)));
const UNCHECKED = { skipSigVerify: true };

interface World {
	readonly genesis: Bank;
	readonly leader: SlotLeader;
}

function end(bank: Bank): void {
	while (!bank.isComplete) bank.registerTick(Hash.fromBytes(new Uint8Array(32).fill(Number(bank.slot) + 1)));
	bank.freeze();
}

function openWorld(): World {
	const { config, identity } = resolveGenesis({
		featureSet: FeatureSet.mainnet(),
		ticksPerSlot: 2n,
		accounts: PAYERS.map((payer) => [payer, createAccount({ lamports: 1000n * LAMPORTS_PER_SOL })]),
	});
	const leader = { id: identity, voteAddress: identity };
	const accountsDb = new AccountsDb({ storage: new MemoryStorage() });
	const genesis = Bank.newFromGenesis(config, leader, accountsDb, { unixTimestamp: (slot) => BigInt(slot) });
	end(genesis);
	return { genesis, leader };
}

/** `count` transfers, each from one of the payers to one of the sinks. */
function transfers(bank: Bank, count: number, more: bigint): VersionedTransaction[] {
	return Array.from({ length: count }, (_, i) => {
		const payer = PAYERS[i % PAYERS.length]!;
		const instruction = transferInstruction(payer, SINKS[i % SINKS.length]!, 1_000_000n + more + BigInt(i));
		const message = compileLegacyMessage(payer, [instruction], bank.lastBlockhash());
		return { signatures: [new Uint8Array(64).fill(i + 1)], message };
	});
}

const balances = (bank: Bank): bigint[] => [...SINKS, ...PAYERS].map((pubkey) => bank.getBalance(pubkey));

describe('an executor while others store', () => {
	const { executors, failures } = threadExecutors([0, 2, 2]);

	it('sees nothing of another fork that is executed at the same time', async () => {
		const run = async ([first, second]: readonly BlockExecutor[]): Promise<bigint[][]> => {
			const { genesis, leader } = openWorld();
			const forks = [1n, 2n].map((slot) => Bank.newFromParent(genesis, leader, slot));
			await Promise.all([
				first!.execute(forks[0]!, transfers(forks[0]!, 3000, 0n), UNCHECKED),
				second!.execute(forks[1]!, transfers(forks[1]!, 3000, 9n), UNCHECKED),
			]);
			return forks.map(balances);
		};
		const [serial, one, two] = executors;
		expect(await run([one!, two!])).toEqual(await run([serial!, serial!]));
		expect(failures).toEqual([]);
	});

	it('sees in the next block what a listener has stored', async () => {
		const run = async (executor: BlockExecutor): Promise<bigint[]> => {
			const { genesis, leader } = openWorld();
			const bank = Bank.newFromParent(genesis, leader, 1n);
			await executor.execute(bank, transfers(bank, 12, 0n), UNCHECKED);
			const stop = bank.shared.events.on('account', () => {
				stop();
				bank.store(SINKS[1]!, createAccount({ lamports: 500n * LAMPORTS_PER_SOL }));
			});
			await executor.execute(bank, transfers(bank, 1, 100n), UNCHECKED);
			end(bank);
			const child = Bank.newFromParent(bank, leader, 2n);
			await executor.execute(child, transfers(child, 12, 1000n), UNCHECKED);
			return balances(child);
		};
		expect(await run(executors[1]!)).toEqual(await run(executors[0]!));
	});

	it('keeps to the child after a block for its frozen parent was refused', async () => {
		const run = async (executor: BlockExecutor): Promise<bigint[]> => {
			const { genesis, leader } = openWorld();
			const bank = Bank.newFromParent(genesis, leader, 1n);
			await executor.execute(bank, transfers(bank, 12, 0n), UNCHECKED);
			end(bank);
			const child = Bank.newFromParent(bank, leader, 2n);
			child.store(SINKS[1]!, createAccount({ lamports: 500n * LAMPORTS_PER_SOL }));
			// Their signatures are bad.
			const outcomes = await executor.execute(bank, transfers(bank, 2, 5000n));
			expect(outcomes.map(({ err }) => err?.kind)).toEqual(['SignatureFailure', 'SignatureFailure']);
			await executor.execute(child, transfers(child, 12, 1000n), UNCHECKED);
			return balances(child);
		};
		expect(await run(executors[1]!)).toEqual(await run(executors[0]!));
	});
});
