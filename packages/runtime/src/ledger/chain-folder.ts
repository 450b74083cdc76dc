/// <reference types="node" />
/**
 * Owns a chain's folder with all that is in it: `genesis.bin`, as Agave writes it, and the environment of accounts and
 * blocks. For Node alone.
 *
 * `genesis.bin` is there before anything else and never changes; without it nothing here is a chain.
 */
import {
	closeSync,
	existsSync,
	fsyncSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256 } from '@parhelion/crypto';
import { programIds, wireErrorText } from '@parhelion/sdk';
import { explainRefusal, LmdbEnvironment, makeWritable } from '../accounts-db/lmdb-environment.ts';
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

/** What {@link resetChainFolder} deletes, `genesis.bin` last: without the rest it is a chain that has not begun. */
const FILES = ['data.mdb', 'lock.mdb', `${DEFAULT_GENESIS_FILE}.new`, DEFAULT_GENESIS_FILE] as const;

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
 * `corrupt` for a `genesis.bin` that cannot be read, `other-genesis` with the differences, those of
 * `LmdbEnvironment.open`. None changes a chain that is there. RangeError for a genesis of more than 10 MiB.
 */
export async function openChainFolder(
	folder: string,
	options: ChainFolderOptions = {},
): Promise<ChainFolder> {
	const path = resolve(folder);
	if (options.reset === true) await resetChainFolder(path);
	makeWritable(path);
	const stored = readGenesis(path);
	const genesis = stored ?? writeGenesis(path, options.genesis ?? {});
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
	const identity = {
		genesisHash: genesisConfigHash(genesis).bytes,
		featureSetId: activeFeaturesId(genesis),
	};
	return { ...(await openLedgerFolder(path, identity)), genesis, isNew: stored === null };
}

/**
 * Deletes a chain that is in a folder, and nothing else. Errors (StorageError): `locked` where a process has it open,
 * `foreign` for the folder of another program, `read-only`. Nothing to do where there is none.
 */
export async function resetChainFolder(folder: string): Promise<void> {
	const path = resolve(folder);
	refuseForeign(path);
	const owner = await LmdbEnvironment.claimantOf(path);
	if (owner !== null) {
		throw new StorageError(
			'locked',
			`The ledger in ${path} is in use by process ${owner}. Stop it first, or use another folder.`,
		);
	}
	try {
		for (const name of FILES) rmSync(join(path, name), { force: true });
	} catch (error) {
		throw explainRefusal(error, path, `The ledger in ${path} could not be deleted`);
	}
}

/** A folder of Agave has a `genesis.bin` too, but its blocks are nothing that can be read here. */
function refuseForeign(path: string): void {
	if (!existsSync(join(path, 'rocksdb'))) return;
	throw new StorageError(
		'foreign',
		`${path} is a ledger of solana-test-validator or agave-validator. Choose another folder.`,
	);
}

function readGenesis(path: string): GenesisConfig | null {
	refuseForeign(path);
	const file = join(path, DEFAULT_GENESIS_FILE);
	let bytes: Uint8Array;
	try {
		if (!existsSync(file)) {
			if (!existsSync(join(path, 'data.mdb'))) return null;
			throw new StorageError(
				'foreign',
				`${path} has a data.mdb without a ${DEFAULT_GENESIS_FILE}: it is not a ledger of this program, or a part of it is missing. Choose another folder.`,
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
function writeGenesis(path: string, options: GenesisOptions): GenesisConfig {
	const bytes = encodeGenesisConfig(resolveGenesis(options).config);
	if (bytes.length > MAX_GENESIS_SIZE) {
		throw new RangeError(
			`the genesis of a ledger has at most ${MAX_GENESIS_SIZE} bytes, not ${bytes.length}`,
		);
	}
	const file = join(path, DEFAULT_GENESIS_FILE);
	try {
		writeDurably(`${file}.new`, bytes);
		renameSync(`${file}.new`, file);
		syncFolder(path);
	} catch (error) {
		throw explainRefusal(error, path, `${file} could not be written`);
	}
	const decoded = decodeGenesisConfig(bytes);
	if (!decoded.ok) throw new RangeError(`the genesis cannot be read back: ${wireErrorText(decoded.error)}`);
	return decoded.value;
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
