/** Chains that Agave's own Bank made, and how they are replayed here. The files in `src/golden` say how they were made. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256 } from '@parhelion/crypto';
import {
	ByteWriter,
	decodeTransaction,
	Hash,
	Pubkey,
	type TransactionError,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { AccountsDb } from '../src/accounts-db/accounts-db.ts';
import { MemoryStorage } from '../src/accounts-db/memory-storage.ts';
import { Bank } from '../src/bank/bank.ts';
import { decodeBankCheckpoint, encodeBankCheckpoint } from '../src/bank/bank-checkpoint.ts';
import type { BankOptions } from '../src/bank/bank-context.ts';
import type { SlotLeader } from '../src/bank/leader-schedule.ts';
import { processTransaction } from '../src/bank/transaction-processing.ts';
import { decodeGenesisConfig, type GenesisConfig } from '../src/genesis/genesis-config.ts';

export type GoldenAccount = readonly [
	address: string,
	lamports: string,
	owner: string,
	executable: boolean,
	rentEpoch: string,
	data: string,
];

/** A slot as the reference left it; not every file has every field. */
export interface GoldenSlot {
	readonly slot: number;
	readonly hash: string;
	readonly signatureCount: number;
	readonly capitalization: string;
	readonly accounts?: readonly GoldenAccount[];
	readonly removed?: readonly string[];
	readonly transactions: readonly (readonly [bytes: string, error: string | null])[];
}

/** The JSON in a file of `src/golden`. */
export function readGolden<T>(file: string): T {
	const path = join(import.meta.dirname, '../src/golden', file);
	return JSON.parse(gunzipSync(readFileSync(path)).toString()) as T;
}

export function decodeGenesis(base64: string): GenesisConfig {
	const config = decodeGenesisConfig(new Uint8Array(Buffer.from(base64, 'base64')));
	if (!config.ok) throw new Error(config.error.kind);
	return config.value;
}

export function genesisBank(
	genesis: string,
	leader: SlotLeader,
	options: BankOptions = {},
	storage: MemoryStorage = new MemoryStorage(),
): Bank {
	const accountsDb = new AccountsDb({ storage });
	return Bank.newFromGenesis(decodeGenesis(genesis), leader, accountsDb, options);
}

/** What a process finds that begins where `bank` was rooted: its accounts, in `storage`, and its checkpoint. */
export function restartedBank(bank: Bank, storage: MemoryStorage): Bank {
	bank.squash();
	bank.shared.accountsDb.writeCheckpoint(bank.slot, encodeBankCheckpoint(bank));
	const accountsDb = new AccountsDb({ storage });
	const decoded = decodeBankCheckpoint(accountsDb.loadCheckpoint()!.fields);
	if (!decoded.ok) throw new Error(decoded.error.kind);
	return Bank.fromCheckpoint(decoded.value, bank.shared.genesisHash, accountsDb);
}

export function goldenTransaction(base64: string): VersionedTransaction {
	const transaction = decodeTransaction(new Uint8Array(Buffer.from(base64, 'base64')));
	if (!transaction.ok) throw new Error(transaction.error.kind);
	return transaction.value;
}

/** An error in the reference's Debug form, as far as it occurs here. */
export function errorText(err: TransactionError | null): string | null {
	if (err === null) return null;
	if (err.kind !== 'InstructionError') return err.kind;
	const inner = err.error.kind === 'Custom' ? `Custom(${err.error.code})` : err.error.kind;
	return `InstructionError(${err.index}, ${inner})`;
}

/** Ends a slot as the reference did. */
export function finishSlot(bank: Bank): void {
	const blockhash = sha256(new TextEncoder().encode('tick'), new ByteWriter(8).u64(bank.slot).finish());
	while (!bank.isComplete) bank.registerTick(Hash.fromBytes(blockhash));
	bank.freeze();
}

/** Runs a slot's transactions and ticks; the errors as {@link errorText}. */
export function runSlot(bank: Bank, row: GoldenSlot): (string | null)[] {
	const errors = row.transactions.map(([bytes]) =>
		errorText(processTransaction(bank, goldenTransaction(bytes)).err),
	);
	finishSlot(bank);
	return errors;
}

export function accountText(bank: Bank, address: string): GoldenAccount | null {
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
export function accountDifferences(
	bank: Bank,
	expected: Iterable<GoldenAccount>,
): (readonly [GoldenAccount | null, GoldenAccount])[] {
	return [...expected]
		.map((account) => [accountText(bank, account[0]), account] as const)
		.filter(([found, account]) => JSON.stringify(found) !== JSON.stringify(account));
}
