/// <reference types="node" />
/**
 * One LMDB environment: the folder that a chain's state lives in on a disk. For Node alone.
 *
 * Owns: opening it and saying what is wrong with it, the header (format, genesis, features), the claim of one
 * process on it, transactions, and what the operating system's refusals mean. Refuses: what the tables hold.
 *
 * LMDB never overwrites a page that the last commit refers to and publishes a commit by one write of a meta page, so
 * whenever the process ends, even by `kill -9`, the file stands at its last commit. Each commit here waits for the disk
 * before and after that write (no `overlappingSync`), so what was committed survives a loss of power too.
 */
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { inspectDataFile } from './lmdb-file.ts';
import { claimOf, isAlive, parseClaim } from './process-claim.ts';
import { StorageError } from './storage-error.ts';

/** Version of the tables and their contents; a file of any other is refused. */
export const FORMAT_VERSION = 3;

/** What the state in a folder belongs to. */
export interface ChainIdentity {
	/** 32 bytes. */
	readonly genesisHash: Uint8Array;
	/** The first four bytes of the hash over the active features, as upstream's version carries it. */
	readonly featureSetId: number;
}

/** A table of byte keys and byte values. */
export type Table = Database<Uint8Array, Uint8Array>;

const ENVIRONMENT_OPTIONS = {
	maxDbs: 16,
	encoding: 'binary',
	keyEncoding: 'binary',
	overlappingSync: false,
} as const;
const HEADER = 'header';
const FORMAT = text('format');
const GENESIS = text('genesis');
const FEATURES = text('features');
const CLAIM = text('claim');
/** With less room than this nothing is begun: LMDB's own lock file would end the process with SIGBUS. */
const LEAST_FREE_BYTES = 1 << 20;
const ENOSPC = 28;
const EDQUOT = 122;
const EIO = 5;

/** An open folder. */
export class LmdbEnvironment {
	readonly folder: string;
	readonly #root: RootDatabase<Uint8Array, Uint8Array>;
	readonly #header: Table;
	#closed = false;

	private constructor(folder: string, root: RootDatabase<Uint8Array, Uint8Array>, header: Table) {
		this.folder = folder;
		this.#root = root;
		this.#header = header;
	}

	/**
	 * Opens or makes the folder and claims it for this process.
	 *
	 * Errors (StorageError), in this order: `missing-library`, `read-only`, `disk-full`, `foreign`, `truncated`,
	 * `newer-format`, `locked`, `other-genesis`, `other-features`, `io`. None changes what is there.
	 */
	static async open(folder: string, identity: ChainIdentity): Promise<LmdbEnvironment> {
		const { open } = await loadLmdb();
		const path = resolve(folder);
		makeWritable(path);
		inspectDataFile(join(path, 'data.mdb'));
		let root: RootDatabase<Uint8Array, Uint8Array>;
		try {
			root = open<Uint8Array, Uint8Array>({
				path,
				noSubdir: false,
				...ENVIRONMENT_OPTIONS,
			});
		} catch (error) {
			throw explainRefusal(error, path, `The ledger in ${path} cannot be opened`);
		}
		try {
			const header = openHeader(root, path);
			const environment = new LmdbEnvironment(path, root, header);
			environment.transact(() => {
				const isNew = checkFormat(header, path);
				claim(header, path);
				if (isNew) writeIdentity(header, identity);
				else checkIdentity(header, identity, path);
			});
			return environment;
		} catch (error) {
			await root.close();
			throw error;
		}
	}

	/**
	 * The process that has a folder open; `null` where there is none. StorageError: `missing-library`, `foreign`,
	 * `newer-format`.
	 */
	static async claimantOf(folder: string): Promise<number | null> {
		const path = resolve(folder);
		const file = join(path, 'data.mdb');
		if (!existsSync(file)) return null;
		const { open } = await loadLmdb();
		try {
			inspectDataFile(file);
		} catch (error) {
			// Nobody has a file open whose data are not there.
			if (error instanceof StorageError && error.kind === 'truncated') return null;
			throw error;
		}
		let root: RootDatabase<Uint8Array, Uint8Array>;
		try {
			root = open<Uint8Array, Uint8Array>({ path, noSubdir: false, ...ENVIRONMENT_OPTIONS });
		} catch (error) {
			throw explainRefusal(error, path, `The ledger in ${path} cannot be opened`);
		}
		try {
			const stored = openHeader(root, path).getBinary(CLAIM);
			const claim = stored === undefined ? null : parseClaim(new TextDecoder().decode(stored));
			return claim !== null && isAlive(claim) ? claim.pid : null;
		} finally {
			await root.close();
		}
	}

	/** Opens a table, made where there is none. `duplicates`: many sorted values of 32 bytes to a key. */
	table(name: string, duplicates = false): Table {
		const plain = { name, encoding: 'binary', keyEncoding: 'binary' } as const;
		const sorted = { ...plain, dupSort: true, dupFixed: true };
		return this.#guard(() => this.#root.openDB<Uint8Array, Uint8Array>(duplicates ? sorted : plain));
	}

	/** Runs `write` in one transaction, durable on return; a throw of it aborts. StorageError where the disk refuses. */
	transact<T>(write: () => T): T {
		return this.#guard(() => this.#root.transactionSync(write));
	}

	/**
	 * Runs `write`, whose puts and removes make one transaction that another thread writes; settles when it is
	 * durable. Nothing is visible before. StorageError where the disk refuses, then nothing has changed.
	 */
	async transactAsync(write: () => void): Promise<void> {
		try {
			await this.#root.batch(write);
			this.#root.resetReadTxn();
		} catch (error) {
			const cause: unknown = error instanceof Error ? Reflect.get(error, 'commitError') : undefined;
			const reason: unknown =
				cause instanceof Promise ? await cause.catch((inner: unknown) => inner) : (cause ?? error);
			throw this.#explain(reason);
		}
	}

	/** Gives up the claim and closes the file. */
	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		try {
			this.#root.transactionSync(() => this.#header.removeSync(CLAIM));
		} catch {
			// The claim then looks like that of a process that crashed, which nobody minds.
		}
		await this.#root.close();
	}

	#guard<T>(run: () => T): T {
		try {
			return run();
		} catch (error) {
			throw this.#explain(error);
		}
	}

	#explain(error: unknown): unknown {
		return explainRefusal(error, this.folder, `The ledger in ${this.folder} could not be written`);
	}
}

async function loadLmdb(): Promise<typeof import('lmdb')> {
	try {
		return await import('lmdb');
	} catch (error) {
		throw new StorageError(
			'missing-library',
			'A ledger on disk needs the package "lmdb", which is not installed here or has no build for this platform: ' +
				'"npm install lmdb", or run without a ledger folder, which keeps everything in memory.',
			error,
		);
	}
}

/** Makes a folder that can be written. StorageError: `read-only`, `disk-full`. */
export function makeWritable(path: string): void {
	try {
		mkdirSync(path, { recursive: true });
		accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
		for (const name of ['data.mdb', 'lock.mdb']) {
			if (existsSync(join(path, name))) accessSync(join(path, name), constants.R_OK | constants.W_OK);
		}
	} catch (error) {
		throw unmakable(path, error) ?? explainRefusal(error, path, `The ledger folder ${path} cannot be used`);
	}
	if (freeBytes(path) < LEAST_FREE_BYTES) throw diskFull(path);
}

/** Why a folder cannot be made, where that is told by these codes; else `null`. */
function unmakable(path: string, error: unknown): StorageError | null {
	const what = `The ledger folder ${path} cannot be made`;
	switch (error instanceof Error ? Reflect.get(error, 'code') : undefined) {
		case 'EEXIST':
		case 'ENOTDIR':
			return new StorageError('foreign', `${what}: there is a file of that name, or of one above it.`, error);
		// What a device that is read-only answers for a new folder.
		case 'ENOENT':
			return new StorageError('read-only', `${what}: nothing can be written to the folder above it.`, error);
		default:
			return null;
	}
}

function freeBytes(path: string): number {
	try {
		const { bavail, bsize } = statfsSync(path);
		return bavail * bsize;
	} catch {
		return Number.POSITIVE_INFINITY;
	}
}

function diskFull(path: string, cause?: unknown): StorageError {
	return new StorageError(
		'disk-full',
		`No room is left on the device of ${path}. Nothing was lost: the ledger stands at its last commit. Free some space and start again.`,
		cause,
	);
}

/** The header's table; StorageError where the file holds something else. */
function openHeader(root: RootDatabase<Uint8Array, Uint8Array>, path: string): Table {
	const options = { name: HEADER, encoding: 'binary', keyEncoding: 'binary' } as const;
	// The root's keys are the names of the tables, with a zero byte behind; a file without any is new.
	const names: string[] = [];
	for (const name of root.getKeys({ limit: 32 })) names.push(new TextDecoder().decode(name));
	const isEmpty = names.length === 0;
	if (!isEmpty && !names.includes(`${HEADER}\0`)) throw foreign(path);
	const header = root.openDB<Uint8Array, Uint8Array>(options);
	if (!isEmpty && header.getBinary(FORMAT) === undefined) {
		// The process ended between the making of the table and its first transaction.
		for (const _ of header.getKeys({ limit: 1 })) throw foreign(path);
	}
	return header;
}

function foreign(path: string): StorageError {
	return new StorageError(
		'foreign',
		`${join(path, 'data.mdb')} is an LMDB file, but not a ledger of this program. Choose another folder.`,
	);
}

/** Whether the header is still to be written. StorageError for a format that is not known. */
function checkFormat(header: Table, path: string): boolean {
	const format = header.getBinary(FORMAT);
	if (format === undefined) return true;
	const version = readU32(format);
	if (version !== FORMAT_VERSION) {
		throw new StorageError(
			'newer-format',
			`The ledger in ${path} has format ${version}, this program knows format ${FORMAT_VERSION}. ` +
				'Use the version of the program that wrote it, or another folder.',
		);
	}
	return false;
}

function writeIdentity(header: Table, { genesisHash, featureSetId }: ChainIdentity): void {
	header.putSync(FORMAT, u32(FORMAT_VERSION));
	header.putSync(GENESIS, genesisHash);
	header.putSync(FEATURES, u32(featureSetId));
}

function checkIdentity(header: Table, identity: ChainIdentity, path: string): void {
	const genesis = header.getBinary(GENESIS) ?? new Uint8Array(0);
	if (hex(genesis) !== hex(identity.genesisHash)) {
		throw new StorageError(
			'other-genesis',
			`The ledger in ${path} is of another chain: its genesis hash is ${hex(genesis)}, this chain's is ${hex(identity.genesisHash)} (hexadecimal).`,
		);
	}
	const features = readU32(header.getBinary(FEATURES) ?? new Uint8Array(4));
	if (features !== identity.featureSetId) {
		throw new StorageError(
			'other-features',
			`The ledger in ${path} was written with feature set ${features}, this run has ${identity.featureSetId}: ` +
				'its blocks would replay to another state. Start with the same features, or in another folder.',
		);
	}
}

/** Writes this process's claim; the write transaction keeps every other process out meanwhile. */
function claim(header: Table, path: string): void {
	const stored = header.getBinary(CLAIM);
	const other = stored === undefined ? null : parseClaim(new TextDecoder().decode(stored));
	if (other !== null && isAlive(other)) {
		throw new StorageError(
			'locked',
			other.pid === process.pid
				? `The ledger in ${path} is already open in this process.`
				: `The ledger in ${path} is in use by process ${other.pid}. Stop it first, or use another folder.`,
		);
	}
	header.putSync(CLAIM, text(JSON.stringify(claimOf())));
}

/** What an error of LMDB or the file system means: a StorageError, or the error itself where it comes from neither. */
export function explainRefusal(error: unknown, path: string, what: string): unknown {
	if (error instanceof StorageError || !(error instanceof Error)) return error;
	const code: unknown = Reflect.get(error, 'code');
	if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 13 || code === 30) {
		return new StorageError(
			'read-only',
			`${what}: it is read-only for this user (${error.message}). A ledger needs a folder that it can write.`,
			error,
		);
	}
	// A write that did not fit is reported as EIO by LMDB.
	const isShort = code === EIO && freeBytes(path) < LEAST_FREE_BYTES;
	if (code === ENOSPC || code === 'ENOSPC' || code === EDQUOT || code === 'EDQUOT' || isShort) {
		return diskFull(path, error);
	}
	// Only LMDB and the file system put a code on their errors; anything else is the caller's own throw.
	if (typeof code !== 'number' && typeof code !== 'string') return error;
	const hint = code === EIO ? ' The device is full for this user, or it fails.' : '';
	return new StorageError(
		'io',
		`${what}: ${error.message}.${hint} The ledger stands at its last commit.`,
		error,
	);
}

function text(value: string): Uint8Array {
	return new TextEncoder().encode(value);
}

function u32(value: number): Uint8Array {
	return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function readU32(bytes: Uint8Array): number {
	return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
