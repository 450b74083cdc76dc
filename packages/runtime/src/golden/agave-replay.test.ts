/**
 * The Bank against chains that Agave's own Bank made: 71 slots over two epoch boundaries, with votes (some refused),
 * transfers, fees to changing leaders, stakes, inflation rewards and the features of mainnet-beta. The same genesis and
 * transactions must give every account and every bank hash. The files say how they were made.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256 } from '@parhelion/crypto';
import { ByteWriter, decodeTransaction, Hash, Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { Bank } from '../bank/bank.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';
import { processTransaction } from '../bank/transaction-processing.ts';
import { decodeGenesisConfig } from '../genesis/genesis-config.ts';

type GoldenAccount = readonly [
	address: string,
	lamports: string,
	owner: string,
	executable: boolean,
	rentEpoch: string,
	data: string,
];

interface GoldenSlot {
	readonly slot: number;
	readonly hash: string;
	readonly signatureCount: number;
	readonly blockhash: string;
	readonly capitalization: string;
	readonly leader: string;
	readonly clock: readonly number[];
	readonly accounts?: readonly GoldenAccount[];
	readonly removed?: readonly string[];
	readonly transactions: readonly (readonly [bytes: string, error: string | null])[];
}

interface Chain {
	readonly genesis: string;
	readonly slots: readonly GoldenSlot[];
}

const TICKS_PER_SLOT = 64;

function genesisBank(golden: Chain): Bank {
	const config = decodeGenesisConfig(new Uint8Array(Buffer.from(golden.genesis, 'base64')));
	if (!config.ok) throw new Error(config.error.kind);
	const leader: SlotLeader = {
		id: Pubkey.fromBase58(golden.slots[0]!.leader),
		voteAddress: Pubkey.default,
	};
	return Bank.newFromGenesis(config.value, leader, new AccountsDb({ storage: new MemoryStorage() }));
}

/** Runs a slot's transactions and ticks; the errors in the reference's Debug form, as far as they occur here. */
function run(bank: Bank, row: GoldenSlot): (string | null)[] {
	const errors = row.transactions.map(([bytes]) => {
		const transaction = decodeTransaction(new Uint8Array(Buffer.from(bytes, 'base64')));
		if (!transaction.ok) throw new Error(transaction.error.kind);
		const { err } = processTransaction(bank, transaction.value);
		if (err === null) return null;
		if (err.kind !== 'InstructionError') return err.kind;
		const inner = err.error.kind === 'Custom' ? `Custom(${err.error.code})` : err.error.kind;
		return `InstructionError(${err.index}, ${inner})`;
	});
	const blockhash = sha256(new TextEncoder().encode('tick'), new ByteWriter(8).u64(bank.slot).finish());
	for (let tick = 0; tick < TICKS_PER_SLOT; tick++) bank.registerTick(Hash.fromBytes(blockhash));
	bank.freeze();
	return errors;
}

function textOf(bank: Bank, address: string): GoldenAccount | null {
	const account = bank.getAccount(Pubkey.fromBase58(address));
	if (account === null) return null;
	return [
		address,
		account.lamports.toString(),
		account.owner.toBase58(),
		account.executable,
		account.rentEpoch.toString(),
		Buffer.from(account.data).toString('base64'),
	];
}

/** The accounts that are not as they should be, found and expected. */
function differences(
	bank: Bank,
	expected: ReadonlyMap<string, GoldenAccount>,
): (readonly [GoldenAccount | null, GoldenAccount])[] {
	return [...expected.values()]
		.map((account) => [textOf(bank, account[0]), account] as const)
		.filter(([found, account]) => JSON.stringify(found) !== JSON.stringify(account));
}

describe.each([
	{ file: 'agave-chain.json.gz', title: 'whose genesis has votes', isScheduled: false },
	{ file: 'agave-votes.json.gz', title: 'whose validators vote and lead in turn', isScheduled: true },
])('a replay of Agave’s chain $title', ({ file, isScheduled }) => {
	const golden = JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, file))).toString()) as Chain;

	it('gives every slot its errors, clock, leader, supply, accounts and bank hash', () => {
		const expected = new Map<string, GoldenAccount>();
		let bank: Bank | null = null;
		for (const row of golden.slots) {
			const slot = BigInt(row.slot);
			if (bank === null) bank = genesisBank(golden);
			else {
				const scheduled: SlotLeader | null = bank.leaderAt(slot);
				if (isScheduled) expect(scheduled?.id.toBase58(), `leader of slot ${slot}`).toBe(row.leader);
				const leader: SlotLeader = { id: Pubkey.fromBase58(row.leader), voteAddress: Pubkey.default };
				bank = Bank.newFromParent(bank, isScheduled ? scheduled! : leader, slot);
			}
			expect(run(bank, row), `errors of slot ${slot}`).toEqual(row.transactions.map(([, error]) => error));
			const clock = bank.clock();
			expect(
				[clock.slot, clock.epochStartTimestamp, clock.epoch, clock.leaderScheduleEpoch, clock.unixTimestamp],
				`clock of slot ${slot}`,
			).toEqual(row.clock.map(BigInt));
			for (const address of row.removed ?? []) expected.delete(address);
			for (const account of row.accounts ?? []) expected.set(account[0], account);
			if (row.accounts !== undefined)
				expect(differences(bank, expected), `accounts of slot ${slot}`).toEqual([]);
			expect(bank.lastBlockhash().toBase58(), `blockhash of slot ${slot}`).toBe(row.blockhash);
			expect(bank.signatureCount, `signatures of slot ${slot}`).toBe(BigInt(row.signatureCount));
			expect(bank.capitalization, `supply of slot ${slot}`).toBe(BigInt(row.capitalization));
			expect(bank.hash.toBase58(), `bank hash of slot ${slot}`).toBe(row.hash);
		}
	});
});
