/// <reference types="node" />
/**
 * Owns a chain's folder with all that is in it: `genesis.bin`, as Agave writes it, and the environment of accounts and
 * blocks. For Node alone.
 *
 * `genesis.bin` never changes, and without it nothing here is a chain. Until a new chain has its database it is called
 * `genesis.bin.new`, so that a database that is lost later is not taken for one that was never there.
 */
import {
	closeSync,
	existsSync,
	fsyncSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256 } from '@parhelion/crypto';
import { programIds, wireErrorText } from '@parhelion/sdk';
import {
	type ChainIdentity,
	explainRefusal,
	LmdbEnvironment,
	makeWritable,
} from '../accounts-db/lmdb-environment.ts';
import { StorageError } from '../accounts-db/storage-error.ts';
import type { GenesisOptions } from '../bank/bank-types.ts';
import {
	DEFAULT_GENESIS_FILE,
	decodeGenesisConfig,
	encodeGenesisConfig,
	type GenesisConfig,
	genesisConfigHash,
	MAX_GENESIS_SIZE,
} from '../genesis/genesis-config.ts';
import { genesisDifferences } from '../genesis/genesis-difference.ts';
import { resolveGenesis } from '../genesis/local-genesis.ts';
import { openLedgerFolder } from './blockstore-folder.ts';
import type { Ledger } from './ledger.ts';

const DATA_FILE = 'data.mdb';
const LOCK_FILE = 'lock.mdb';
/** The genesis of a chain that is being made. */
const NEW_GENESIS_FILE = `${DEFAULT_GENESIS_FILE}.new`;
/** That of a chain whose database is there, until all of it is written. */
const NAMED_GENESIS_FILE = `${DEFAULT_GENESIS_FILE}.named`;
/** That of a chain that is being made of a snapshot. Beside it the database is a part of one, and nothing to keep. */
const LOADING_GENESIS_FILE = `${DEFAULT_GENESIS_FILE}.loading`;

/** How to open a chain's folder. */
export interface ChainFolderOptions {
	/** What a new chain begins with. A chain that is there must have begun with the same, unless {@link keepGenesis}. */
	readonly genesis?: GenesisOptions;
	/** Take a chain that is there as it is, whatever it began with. Off by default. */
	readonly keepGenesis?: boolean;
	/** Delete a chain that is there first. Off by default. */
	readonly reset?: boolean;
}

/** An open folder of a chain. */
export interface ChainFolder extends Ledger {
	readonly folder: string;
	/** Whether the chain was not there before. */
	readonly isNew: boolean;
}

/**
 * Opens or makes a chain's folder and claims it for this process. The creation time of a chain that is there need not
 * be that of the options.
 *
 * Errors (StorageError): those of {@link resetChainFolder} where asked to; `foreign` for the folder of another program,
 * `corrupt` for a `genesis.bin` that cannot be read, `truncated` where its database is gone, `other-genesis` with the
 * differences, those of `LmdbEnvironment.open`. None changes a chain that is there. RangeError for a genesis of more than
 * 10 MiB.
 */
export async function openChainFolder(
	folder: string,
	options: ChainFolderOptions = {},
): Promise<ChainFolder> {
	const path = resolve(folder);
	if (options.reset === true) await resetChainFolder(path);
	makeWritable(path);
	refuseForeign(path);
	await dropCutLoad(path);
	const isUnnamed = !existsSync(join(path, DEFAULT_GENESIS_FILE));
	const stored = readGenesis(path, isUnnamed);
	const genesis = stored ?? newGenesis(path, options.genesis ?? {});
	if (stored !== null && options.genesis !== undefined && options.keepGenesis !== true) {
		const { config } = resolveGenesis({ ...options.genesis, creationTime: stored.creationTime });
		const differences = genesisDifferences(stored, config);
		if (differences.length > 0) {
			throw new StorageError(
				'other-genesis',
				`The ledger in ${path} began with another genesis: ${differences.join('; ')}. Start with the same options, in another folder, or anew.`,
			);
		}
	}
	const opened = await openLedgerFolder(path, chainIdentity(genesis));
	try {
		if (isUnnamed) nameGenesis(path, genesis);
	} catch (error) {
		await opened.close();
		throw error;
	}
	return { ...opened, genesis, isNew: stored === null };
}

/**
 * Deletes a chain that is in a folder, and nothing else. Errors (StorageError): `locked` where a process has it open,
 * `foreign` for the folder of another program, `read-only`. Nothing to do where there is none.
 */
export async function resetChainFolder(folder: string): Promise<void> {
	const path = resolve(folder);
	refuseForeign(path);
	await refuseClaimed(path);
	try {
		// Whenever this ends, what is left is the chain, or one that has not begun.
		if (existsSync(join(path, DEFAULT_GENESIS_FILE))) {
			renameSync(join(path, DEFAULT_GENESIS_FILE), join(path, NEW_GENESIS_FILE));
		}
		dropUnnamed(path);
		for (const name of [NEW_GENESIS_FILE, NAMED_GENESIS_FILE, LOADING_GENESIS_FILE]) {
			rmSync(join(path, name), { force: true });
		}
	} catch (error) {
		throw explainRefusal(error, path, `The ledger in ${path} could not be deleted`);
	}
}

async function refuseClaimed(path: string): Promise<void> {
	const owner = await LmdbEnvironment.claimantOf(path);
	if (owner === null) return;
	throw new StorageError(
		'locked',
		`The ledger in ${path} is in use by process ${owner}. Stop it first, or use another folder.`,
	);
}

/** What a chain's database belongs to. */
export function chainIdentity(genesis: GenesisConfig): ChainIdentity {
	return { genesisHash: genesisConfigHash(genesis).bytes, featureSetId: activeFeaturesId(genesis) };
}

/**
 * Begins to make a chain of a snapshot: from now on the folder says that what is in it is not complete. What an earlier load
 * left that was cut off is deleted. Errors (StorageError): `foreign` where a chain, or a part of one, is in the folder,
 * `locked` where a process is loading one. It ends with {@link nameLoaded} or {@link dropLoad}.
 */
export async function beginLoad(path: string, genesis: GenesisConfig): Promise<void> {
	makeWritable(path);
	refuseForeign(path);
	await dropCutLoad(path);
	const found = [DEFAULT_GENESIS_FILE, NEW_GENESIS_FILE, DATA_FILE].find((name) =>
		existsSync(join(path, name)),
	);
	if (found !== undefined) {
		throw new StorageError(
			'foreign',
			`${path} holds a ledger, or a part of one: ${found}. Choose another folder.`,
		);
	}
	writeGenesis(path, LOADING_GENESIS_FILE, genesis);
}

/** Makes what was loaded a chain. */
export function nameLoaded(path: string, genesis: GenesisConfig): void {
	nameGenesis(path, genesis, LOADING_GENESIS_FILE);
}

/** Deletes what was loaded, unless it is a chain already; what says that it is not complete goes last. */
export function dropLoad(path: string): void {
	try {
		if (!existsSync(join(path, DEFAULT_GENESIS_FILE))) dropUnnamed(path);
		for (const name of [NAMED_GENESIS_FILE, LOADING_GENESIS_FILE]) rmSync(join(path, name), { force: true });
	} catch (error) {
		throw explainRefusal(error, path, `What was loaded of a snapshot into ${path} could not be deleted`);
	}
}

/** Deletes what a load has left that was cut off. StorageError (`locked`) where it goes on. */
async function dropCutLoad(path: string): Promise<void> {
	if (!existsSync(join(path, LOADING_GENESIS_FILE))) return;
	await refuseClaimed(path);
	dropLoad(path);
}

/** Deletes the database of a chain that has no name yet. */
function dropUnnamed(path: string): void {
	for (const name of [DATA_FILE, LOCK_FILE]) rmSync(join(path, name), { force: true });
}

/** A folder of Agave has a `genesis.bin` too, but its blocks are nothing that can be read here. */
function refuseForeign(path: string): void {
	if (!existsSync(join(path, 'rocksdb'))) return;
	throw new StorageError(
		'foreign',
		`${path} is a ledger of solana-test-validator or agave-validator. Choose another folder.`,
	);
}

/**
 * The genesis of a chain that is there, also of one that was just being made when the process ended (`isUnnamed`); `null`
 * where there is none.
 */
function readGenesis(path: string, isUnnamed: boolean): GenesisConfig | null {
	const data = join(path, DATA_FILE);
	const file = join(path, isUnnamed ? NEW_GENESIS_FILE : DEFAULT_GENESIS_FILE);
	let bytes: Uint8Array;
	try {
		const hasData = existsSync(data) && statSync(data).size > 0;
		if (isUnnamed && !hasData) return null;
		if (!hasData) {
			throw new StorageError(
				'truncated',
				`${data} is gone or empty, and with it all that the ledger held but its ${DEFAULT_GENESIS_FILE}. Restore it from a copy, or start anew.`,
			);
		}
		if (!existsSync(file)) {
			throw new StorageError(
				'foreign',
				`${path} has a ${DATA_FILE} without a ${DEFAULT_GENESIS_FILE}: it is not a ledger of this program, or a part of it is missing. Choose another folder.`,
			);
		}
		bytes = new Uint8Array(readFileSync(file));
	} catch (error) {
		throw explainRefusal(error, path, `${file} cannot be read`);
	}
	const decoded = decodeGenesisConfig(bytes);
	if (decoded.ok) return decoded.value;
	throw new StorageError(
		'corrupt',
		`${file} is no genesis, or a part of it is missing (${wireErrorText(decoded.error)}). Restore it from a copy, or start anew.`,
	);
}

/** Writes a new chain's genesis and answers it as it will be read: the stored form leaves out what a fee is at first. */
function newGenesis(path: string, options: GenesisOptions): GenesisConfig {
	const { config } = resolveGenesis(options);
	const decoded = decodeGenesisConfig(writeGenesis(path, NEW_GENESIS_FILE, config));
	if (!decoded.ok) throw new RangeError(`the genesis cannot be read back: ${wireErrorText(decoded.error)}`);
	return decoded.value;
}

/** Gives a new chain's genesis its name. Another process may have written its own meanwhile: who has the database is right. */
function nameGenesis(path: string, genesis: GenesisConfig, name: string = NEW_GENESIS_FILE): void {
	const made = join(path, name);
	try {
		const isOurs = existsSync(made) && encodeGenesisConfig(genesis).every(matches(readFileSync(made)));
		if (!isOurs) writeGenesis(path, NAMED_GENESIS_FILE, genesis);
		renameSync(isOurs ? made : join(path, NAMED_GENESIS_FILE), join(path, DEFAULT_GENESIS_FILE));
		syncFolder(path);
		rmSync(made, { force: true });
	} catch (error) {
		throw explainRefusal(error, path, `${join(path, DEFAULT_GENESIS_FILE)} could not be written`);
	}
}

/** Whether the byte at a place is that of `bytes`. */
function matches(bytes: Uint8Array): (byte: number, at: number) => boolean {
	return (byte, at) => bytes[at] === byte;
}

function writeGenesis(path: string, name: string, config: GenesisConfig): Uint8Array {
	const bytes = encodeGenesisConfig(config);
	if (bytes.length > MAX_GENESIS_SIZE) {
		throw new RangeError(
			`the genesis of a ledger has at most ${MAX_GENESIS_SIZE} bytes, not ${bytes.length}`,
		);
	}
	const file = join(path, name);
	try {
		writeDurably(file, bytes);
		syncFolder(path);
	} catch (error) {
		throw explainRefusal(error, path, `${file} could not be written`);
	}
	return bytes;
}

function writeDurably(file: string, bytes: Uint8Array): void {
	const descriptor = openSync(file, 'w');
	try {
		for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

/** Makes a rename survive a loss of power; on Windows a folder cannot be opened, and need not be. */
function syncFolder(path: string): void {
	if (process.platform === 'win32') return;
	const descriptor = openSync(path, 'r');
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

/** A number for the features that a genesis activates. */
function activeFeaturesId({ accounts }: GenesisConfig): number {
	const ids = [...accounts.values()].filter(([, { owner }]) => owner.equals(programIds.feature));
	ids.sort(([a], [b]) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
	const digest = sha256(...ids.flatMap(([{ bytes }, { data }]) => [bytes, data]));
	return new DataView(digest.buffer, digest.byteOffset).getUint32(0, true);
}
