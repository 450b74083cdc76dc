/// <reference types="node" />
/**
 * Owns making a ledger of Agave's snapshot archives: a chain that goes on from the bank in them. For Node alone.
 *
 * What is loaded gets the name of a chain last, so that a load that is cut off leaves none; until then the folder says that
 * it is a load, so that the next attempt can delete what is there.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Slot, wireErrorText } from '@parhelion/sdk';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { encodeBankCheckpoint } from '../bank/bank-checkpoint.ts';
import { DEFAULT_GENESIS_FILE, decodeGenesisConfig, type GenesisConfig } from '../genesis/genesis-config.ts';
import { type LedgerFolder, openLedgerFolder } from '../ledger/blockstore-folder.ts';
import { beginLoad, chainIdentity, dropLoad, nameLoaded } from '../ledger/chain-folder.ts';
import { loadSnapshot, type SnapshotProgress } from './load-snapshot.ts';
import { bankFromSnapshot } from './snapshot-bank.ts';
import { SnapshotError } from './snapshot-error.ts';
import { findSnapshotFiles, readFileChunks, type SnapshotFiles } from './snapshot-files.ts';

/** What to make a ledger of. */
export interface SnapshotLedgerOptions {
	/** The folder of the archives; the newest full one and the newest on top of it are taken. */
	readonly archives: string;
	/** The cluster's `genesis.bin`; that beside the archives by default. */
	readonly genesis?: string;
	/** The folder of the ledger, which must not hold one. */
	readonly folder: string;
	/** Told now and then; `total` is the bytes of the archive, or the accounts to be hashed. */
	readonly onProgress?: (phase: SnapshotProgress['phase'], done: number, total: number) => void;
}

/** The ledger that was made. */
export interface SnapshotLedger {
	/** Its root, where it goes on. */
	readonly slot: Slot;
	readonly accounts: number;
}

/**
 * Makes a ledger. Errors: SnapshotError for what is wrong with the archives or the genesis; StorageError as of
 * `openChainFolder`, `foreign` where a ledger is in the folder.
 */
export async function ledgerFromSnapshot(options: SnapshotLedgerOptions): Promise<SnapshotLedger> {
	const { archives, folder, onProgress = (): void => {} } = options;
	const found = findSnapshotFiles(archives);
	if (found === null)
		throw new SnapshotError('archive', `${archives} holds no snapshot archive (snapshot-SLOT-HASH.tar.zst).`);
	const genesis = readGenesisFile(options.genesis ?? join(archives, DEFAULT_GENESIS_FILE));
	const path = resolve(folder);
	await beginLoad(path, genesis);
	const ledger = await openLedgerFolder(path, chainIdentity(genesis));
	let made: SnapshotLedger;
	try {
		made = await load(ledger, found, genesis, onProgress);
		nameLoaded(path, genesis);
	} catch (error) {
		// What went wrong first is what is told; what cannot be deleted now is deleted at the next attempt.
		await ledger
			.close()
			.then(() => dropLoad(path))
			.catch(() => {});
		throw error;
	}
	await ledger.close();
	return made;
}

/** Loads the archives into an open folder. */
async function load(
	{ storage }: LedgerFolder,
	{ full, incremental }: SnapshotFiles,
	genesis: GenesisConfig,
	onProgress: NonNullable<SnapshotLedgerOptions['onProgress']>,
): Promise<SnapshotLedger> {
	let accounts = 0;
	const total = { full: full.byteLength, incremental: incremental?.byteLength ?? 0 };
	const snapshot = await loadSnapshot({
		storage,
		full: readFileChunks(full.path),
		...(incremental === null ? {} : { incremental: readFileChunks(incremental.path) }),
		expectedHash: (incremental ?? full).hash,
		onProgress({ phase, done, accounts: loaded }) {
			if (phase !== 'verify') accounts = loaded;
			onProgress(phase, done, phase === 'verify' ? accounts : total[phase]);
		},
	});
	const bank = bankFromSnapshot(snapshot, genesis, new AccountsDb({ storage }));
	bank.shared.accountsDb.writeCheckpoint(bank.slot, encodeBankCheckpoint(bank));
	return { slot: bank.slot, accounts: snapshot.accountCount };
}

function readGenesisFile(file: string): GenesisConfig {
	let bytes: Uint8Array;
	try {
		bytes = new Uint8Array(readFileSync(file));
	} catch (error) {
		throw new SnapshotError(
			'mismatch',
			`The cluster's genesis, ${file}, cannot be read: ${String(error)}`,
			error,
		);
	}
	const decoded = decodeGenesisConfig(bytes);
	if (decoded.ok) return decoded.value;
	throw new SnapshotError('mismatch', `${file} is no genesis (${wireErrorText(decoded.error)}).`);
}
