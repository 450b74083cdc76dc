import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	encodeMessage,
	FeatureSet,
	type Instruction,
	Pubkey,
	programIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { createBootstrapGenesis } from '../genesis/bootstrap-genesis.ts';
import { keypairFromSeed, transferInstruction } from '../genesis/local-genesis.ts';
import { Bank } from './bank.ts';
import type { BankEvents } from './bank-events.ts';
import { BankForks } from './bank-forks.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { processTransaction } from './transaction-processing.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const faucet = keypairFromSeed(new Uint8Array(32).fill(1));
const leader: SlotLeader = { id: key(200), voteAddress: key(201) };

function openBank(): Bank {
	const config = createBootstrapGenesis({
		faucet: faucet.pubkey,
		validator: { identity: leader.id, vote: leader.voteAddress, stake: key(202) },
		features: FeatureSet.mainnet(),
	});
	const accountsDb = new AccountsDb({ storage: new MemoryStorage() });
	return Bank.newFromParent(Bank.newFromGenesis(config, leader, accountsDb), leader, 1n);
}

function transfer(bank: Bank, lamports: bigint, payer = faucet): VersionedTransaction {
	const instruction: Instruction = transferInstruction(payer.pubkey, key(2), lamports);
	const message = compileLegacyMessage(payer.pubkey, [instruction], bank.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), payer.seed)], message };
}

const NAMES = [
	'slotOpened',
	'locked',
	'executed',
	'account',
	'committed',
	'transaction',
	'unlocked',
	'slotFrozen',
	'slotsRooted',
	'flushed',
] as const satisfies readonly (keyof BankEvents)[];

/** Writes down the names of what is told. */
function listen(bank: Bank): string[] {
	const told: string[] = [];
	for (const name of NAMES) bank.shared.events.on(name, () => told.push(name));
	return told;
}

describe('the events of a transaction', () => {
	it('come in the order of its steps, between those of the slot', () => {
		const genesis = openBank().parent!;
		const forks = new BankForks(genesis);
		const told = listen(genesis);
		const bank = forks.insert(Bank.newFromParent(genesis, leader, 2n));
		told.length = 0;
		processTransaction(bank, transfer(bank, 5_000_000n));
		expect(told).toEqual([
			'locked',
			'executed',
			'account',
			'account',
			'committed',
			'transaction',
			'unlocked',
		]);
		told.length = 0;
		forks.setRoot(2n);
		bank.shared.accountsDb.flushSync();
		expect(told.filter((name) => name !== 'account')).toEqual(['slotFrozen', 'slotsRooted', 'flushed']);
	});

	it('say what was locked, how it ended and how much was written', () => {
		const bank = openBank();
		const heard: unknown[] = [];
		bank.shared.events.on('locked', ({ writable, readonly, ...event }) =>
			heard.push({ ...event, writable: writable.map(String), readonly: readonly.map(String) }),
		);
		for (const name of ['executed', 'committed', 'unlocked'] as const) {
			bank.shared.events.on(name, (event) => heard.push(event));
		}
		const transaction = transfer(bank, 1n << 62n);
		const outcome = processTransaction(bank, transaction);
		const about = { slot: 1n, signature: transaction.signatures[0] };
		expect(heard).toEqual([
			{
				...about,
				writable: [faucet.pubkey, key(2)].map(String),
				readonly: [programIds.systemProgram.toBase58()],
			},
			{ ...about, err: outcome.err, computeUnits: 150 },
			{ ...about, err: outcome.err, written: 1 },
			about,
		]);
		expect(outcome.err?.kind).toBe('InstructionError');
	});

	it('end with the locks free for one that cannot pay', () => {
		const bank = openBank();
		const told = listen(bank);
		processTransaction(bank, transfer(bank, 1n, keypairFromSeed(new Uint8Array(32).fill(9))));
		expect(told).toEqual(['locked', 'executed', 'unlocked']);
	});

	it('do no harm when a listener throws: nothing is charged, and it can come again', () => {
		const bank = openBank();
		const told = listen(bank);
		const transaction = transfer(bank, 5_000_000n);
		const end = bank.shared.events.on('executed', () => {
			throw new Error('a listener');
		});
		expect(() => processTransaction(bank, transaction)).toThrow('a listener');
		expect(told).toEqual(['locked', 'executed', 'unlocked']);
		expect([bank.costTracker.blockCost, bank.blockTransactionCount]).toEqual([0, 0]);
		end();
		expect(processTransaction(bank, transaction).err).toBeNull();
	});
});
