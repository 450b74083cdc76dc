/**
 * Owns turning Agave's snapshot archives into rooted accounts: a full archive, and an incremental one on top of it.
 *
 * An archive is read once, as it streams by; account files come in any order, and of an account the newest slot's
 * version counts. At the end the lattice hash over all accounts must be what the bank's fields say.
 *
 * Source: solana-runtime snapshot_utils.rs, snapshot_bank_utils.rs; agave-snapshots hardened_unpack.rs, paths.rs.
 */
import { blake3 } from '@parhelion/crypto';
import { Hash, type Slot, wireErrorText } from '@parhelion/sdk';
import { ZSTDDecoder } from 'zstddec/stream';
import { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import type { AccountEntry, AccountsStorage } from '../accounts-db/storage.ts';
import type { SlotDelta } from '../bank/status-cache.ts';
import { readAppendVec } from './append-vec.ts';
import { decodeManifest, type SnapshotBankFields, type SnapshotManifest } from './manifest.ts';
import { decodeSlotDeltas } from './slot-deltas.ts';
import { SnapshotError } from './snapshot-error.ts';
import { readTar } from './tar.ts';

/** The version of the format (`SnapshotVersion::V1_2_0`). */
export const SNAPSHOT_VERSION = '1.2.0';

/** How far a load has come. */
export interface SnapshotProgress {
	readonly phase: 'full' | 'incremental' | 'verify';
	/** Compressed bytes read of the archive, or accounts hashed. */
	readonly done: number;
	/** Accounts stored so far, versions that lost included. */
	readonly accounts: number;
}

/** What to load, and into what. */
export interface SnapshotLoadOptions {
	readonly storage: AccountsStorage;
	/** The compressed bytes of the full archive, in order. */
	readonly full: Iterable<Uint8Array>;
	/** Those of an incremental archive that is based on the full one. */
	readonly incremental?: Iterable<Uint8Array>;
	/** The hash in the name of the newest archive: the checksum of the accounts' lattice hash. */
	readonly expectedHash?: Hash;
	/** Told now and then; a throw of it ends the load, which then never happened. */
	readonly onProgress?: (progress: SnapshotProgress) => void;
	/** In place of the limits that are large enough for any cluster's. */
	readonly limits?: Partial<SnapshotLimits>;
	/** Whether to hash all accounts at the end; `true` where left out. */
	readonly verify?: boolean;
	/** The bank's fields as its own checkpoint, stored in the transaction that ends the load. */
	readonly checkpoint?: (bank: SnapshotBankFields, slotDeltas: readonly SlotDelta[]) => Uint8Array;
}

/** A loaded snapshot: the storage stands at `bank.slot`. */
export interface LoadedSnapshot {
	readonly bank: SnapshotBankFields;
	/** The status cache. */
	readonly slotDeltas: readonly SlotDelta[];
	readonly accountCount: number;
}

/** What an archive may unpack to: a few bytes of it can stand for terabytes. */
export interface SnapshotLimits {
	/** Bytes of one file, which is in memory as a whole. */
	readonly maxFileBytes: number;
	readonly maxEntries: number;
	/** Bytes that all files may take for each byte of the archive, and besides. */
	readonly maxRatio: number;
	readonly spareBytes: number;
}

const LIMITS: SnapshotLimits = {
	maxFileBytes: 2 ** 31,
	maxEntries: 5_000_000,
	maxRatio: 500,
	spareBytes: 2 ** 32,
};
/** The largest version file that upstream reads (`MAX_SNAPSHOT_VERSION_FILE_SIZE`). */
const MAX_VERSION_BYTES = 8;
/** Outputs without a byte for one input: a sound stream has at most one for each of its frames. */
const MAX_EMPTY_CHUNKS = 1000;
/** Accounts between two reports. */
const REPORT_EVERY = 10_000;
/** Bytes between two reports. */
const REPORT_BYTES = 1 << 22;

/** One archive as far as it has been read. */
interface Archive {
	manifest: SnapshotManifest | null;
	slotDeltas: SlotDelta[] | null;
	version: string | null;
	/** Account files that came, by slot. */
	readonly files: Map<Slot, bigint>;
}

/**
 * Empties `storage` and fills it. Errors: SnapshotError, and what `storage` throws. After an error the storage is empty when it
 * is opened the next time.
 */
export async function loadSnapshot(options: SnapshotLoadOptions): Promise<LoadedSnapshot> {
	const { storage } = options;
	const report = options.onProgress ?? ((): void => undefined);
	const decoder = new ZSTDDecoder();
	await decoder.init();
	const limits = { ...LIMITS, ...options.limits };
	let accounts = 0;
	const counting = function* (entries: Iterable<AccountEntry>): IterableIterator<AccountEntry> {
		for (const entry of entries) {
			accounts++;
			yield entry;
		}
	};
	storage.beginLoad();
	const read = (phase: 'full' | 'incremental', compressed: Iterable<Uint8Array>): Archive => {
		let done = 0;
		let reported = 0;
		const counted = function* (): IterableIterator<Uint8Array> {
			for (const chunk of compressed) {
				done += chunk.length;
				if (done - reported >= REPORT_BYTES) {
					reported = done;
					report({ phase, done, accounts });
				}
				yield chunk;
			}
		};
		const archive = readArchive(decoder, counted(), limits, (slot, entries) => {
			storage.load(slot, counting(entries));
		});
		report({ phase, done, accounts });
		return archive;
	};
	const full = finish(read('full', options.full), 'full');
	let newest = full;
	if (options.incremental !== undefined) {
		newest = finish(read('incremental', options.incremental), 'incremental');
		const { slot } = newest.manifest.bank;
		const base = full.manifest.bank.slot;
		if (slot <= base || [...newest.archive.files.keys()].some((file) => file <= base)) {
			throw new SnapshotError(
				'mismatch',
				`The incremental snapshot of slot ${slot} is not based on the full one of slot ${base}.`,
			);
		}
	}
	const { bank } = newest.manifest;
	const named = options.expectedHash;
	if (named !== undefined && !named.equals(Hash.fromBytes(blake3(bank.accountsLtHash)))) {
		throw new SnapshotError('hash', `The archive of slot ${bank.slot} is not the one that its name says.`);
	}
	const checkpoint = options.checkpoint?.(bank, newest.slotDeltas) ?? null;
	// Before the load counts, so that a wrong snapshot leaves nothing behind.
	storage.settleLoad();
	if (options.verify !== false) verifyAccounts(storage, bank, report);
	storage.endLoad(bank.slot, checkpoint);
	return { bank, slotDeltas: newest.slotDeltas, accountCount: storage.accountCount };
}

/** Hashes all accounts of a storage. SnapshotError (`hash`) where the bank's fields say otherwise. */
export function verifyAccounts(
	storage: AccountsStorage,
	bank: SnapshotBankFields,
	report: (progress: SnapshotProgress) => void = () => undefined,
): void {
	const sum = new AccountsLtHash();
	let done = 0;
	let lamports = 0n;
	for (const [pubkey, account] of storage.accounts()) {
		sum.mixIn(pubkey, account);
		lamports += account.lamports;
		done++;
		if (done % REPORT_EVERY === 0) report({ phase: 'verify', done, accounts: done });
	}
	const { bytes } = sum;
	if (bank.accountsLtHash.some((byte, at) => byte !== bytes[at])) {
		throw new SnapshotError(
			'hash',
			`The accounts of the snapshot of slot ${bank.slot} do not hash to what its bank says: it is damaged or forged.`,
		);
	}
	if (lamports !== bank.capitalization) {
		throw new SnapshotError(
			'hash',
			`The accounts of the snapshot of slot ${bank.slot} hold ${lamports} lamports, its bank says ${bank.capitalization}.`,
		);
	}
}

/** Reads the bank's fields and the status cache of an archive and nothing else. Errors: SnapshotError. */
export async function readSnapshotBank(
	compressed: Iterable<Uint8Array>,
): Promise<{ readonly manifest: SnapshotManifest; readonly slotDeltas: readonly SlotDelta[] }> {
	const decoder = new ZSTDDecoder();
	await decoder.init();
	return finish(
		readArchive(decoder, compressed, LIMITS, (_, entries) => {
			for (const __ of entries);
		}),
		'full',
	);
}

/**
 * Decompresses as it streams by. The library does not look at what zstd answers: after an error it hands out empty
 * chunks for ever, which is how one is told here.
 */
function* decompress(
	decoder: ZSTDDecoder,
	compressed: Iterable<Uint8Array>,
	{ maxRatio, spareBytes }: SnapshotLimits,
): IterableIterator<Uint8Array> {
	let empty = 0;
	let room = spareBytes;
	const watched = function* (): IterableIterator<Uint8Array> {
		for (const chunk of compressed) {
			empty = 0;
			room += chunk.length * maxRatio;
			yield chunk;
		}
	};
	const chunks = decoder.decodeStreaming(watched());
	for (;;) {
		let next: IteratorResult<Uint8Array>;
		try {
			next = chunks.next();
		} catch (error) {
			throw new SnapshotError(
				'archive',
				`The archive cannot be read to its end: ${error instanceof Error ? error.message : String(error)}`,
				error,
			);
		}
		if (next.done === true) return;
		empty = next.value.length === 0 ? empty + 1 : 0;
		if (empty > MAX_EMPTY_CHUNKS)
			throw new SnapshotError('archive', 'The archive is no zstd stream, or a damaged one.');
		room -= next.value.length;
		if (room < 0) {
			throw new SnapshotError('limit', `The archive unpacks to more than ${maxRatio} times its bytes.`);
		}
		yield next.value;
	}
}

function readArchive(
	decoder: ZSTDDecoder,
	compressed: Iterable<Uint8Array>,
	limits: SnapshotLimits,
	store: (slot: Slot, entries: Iterable<AccountEntry>) => void,
): Archive {
	const archive: Archive = { manifest: null, slotDeltas: null, version: null, files: new Map() };
	for (const { path, bytes } of readTar(decompress(decoder, compressed, limits), limits)) {
		const account = /^accounts\/(\d{1,20})\.(\d{1,20})$/.exec(path);
		const manifest = /^snapshots\/(\d{1,20})\/(\d{1,20})$/.exec(path);
		if (account !== null) {
			const slot = BigInt(account[1]!);
			if (archive.files.has(slot))
				throw new SnapshotError('layout', `The snapshot has two account files of slot ${slot}.`);
			archive.files.set(slot, BigInt(account[2]!));
			store(slot, readAppendVec(bytes, path));
		} else if (manifest !== null && manifest[1] === manifest[2] && archive.manifest === null) {
			archive.manifest = readManifestFile(bytes, path);
			if (archive.manifest.bank.slot !== BigInt(manifest[1]!)) {
				throw new SnapshotError('layout', `${path} holds the bank of slot ${archive.manifest.bank.slot}.`);
			}
		} else if (path === 'snapshots/status_cache' && archive.slotDeltas === null) {
			const deltas = decodeSlotDeltas(bytes);
			if (!deltas.ok)
				throw new SnapshotError('manifest', `${path} does not decode: ${wireErrorText(deltas.error)}.`);
			archive.slotDeltas = deltas.value;
		} else if (path === 'version' && archive.version === null) {
			archive.version = readVersion(bytes);
		} else {
			throw new SnapshotError('layout', `The archive holds ${path}, which no snapshot has.`);
		}
	}
	return archive;
}

function readManifestFile(bytes: Uint8Array, path: string): SnapshotManifest {
	const manifest = decodeManifest(bytes);
	if (!manifest.ok)
		throw new SnapshotError('manifest', `${path} does not decode: ${wireErrorText(manifest.error)}.`);
	return manifest.value;
}

function readVersion(bytes: Uint8Array): string {
	const version = bytes.length > MAX_VERSION_BYTES ? '' : new TextDecoder().decode(bytes).trim();
	if (version.replace(/^v/i, '') !== SNAPSHOT_VERSION) {
		throw new SnapshotError(
			'version',
			`The snapshot has version ${JSON.stringify(version)}, ${SNAPSHOT_VERSION} is known.`,
		);
	}
	return version;
}

/** Checks that an archive is whole. */
function finish(
	archive: Archive,
	what: string,
): { readonly manifest: SnapshotManifest; readonly slotDeltas: SlotDelta[]; readonly archive: Archive } {
	const { manifest, slotDeltas, version } = archive;
	if (version === null || manifest === null || slotDeltas === null) {
		const missing = version === null ? 'a version' : manifest === null ? 'a bank' : 'a status cache';
		throw new SnapshotError('layout', `The ${what} snapshot lacks ${missing}.`);
	}
	const listed = new Map(manifest.storages.map(({ slot, id }) => [slot, id]));
	for (const [slot, id] of archive.files) {
		if (slot > manifest.bank.slot || listed.get(slot) !== id) {
			throw new SnapshotError(
				'layout',
				`The ${what} snapshot has accounts/${slot}.${id}, which its bank does not list.`,
			);
		}
	}
	for (const [slot, id] of listed) {
		if (!archive.files.has(slot))
			throw new SnapshotError('layout', `The ${what} snapshot lacks accounts/${slot}.${id}.`);
	}
	return { manifest, slotDeltas, archive };
}
