/// <reference types="node" />
/**
 * Owns snapshot archives as files: their names, which of a folder's belong together, reading them. For Node alone.
 *
 * Source: agave-snapshots paths.rs, snapshot_archive_info.rs.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Hash, type Slot } from '@parhelion/sdk';
import { SnapshotError } from './snapshot-error.ts';

/** An archive on a disk. */
export interface SnapshotFile {
	readonly path: string;
	readonly slot: Slot;
	/** The slot of the full archive that an incremental one is based on; `null` for a full one. */
	readonly base: Slot | null;
	/** The checksum of the accounts' lattice hash. */
	readonly hash: Hash;
	readonly byteLength: number;
}

/** What a bank is loaded of. */
export interface SnapshotFiles {
	readonly full: SnapshotFile;
	/** What has changed since; `null` where nothing is told of it. */
	readonly incremental: SnapshotFile | null;
}

const NAME =
	/^(?:snapshot-|incremental-snapshot-(\d{1,20})-)(\d{1,20})-([1-9A-HJ-NP-Za-km-z]{32,44})\.tar\.zst$/;
const CHUNK_BYTES = 1 << 18;

/** What a file's name says; `null` where it is not that of an archive. */
export function parseSnapshotFile(path: string): SnapshotFile | null {
	const match = NAME.exec(basename(path));
	const hash = match === null ? null : Hash.tryFromBase58(match[3]!);
	if (match === null || hash === null) return null;
	const base = match[1] === undefined ? null : BigInt(match[1]);
	return { path, slot: BigInt(match[2]!), base, hash, byteLength: statSync(path).size };
}

/**
 * The newest full archive of a folder and the newest incremental one that is based on it; `null` where there is no
 * full one. SnapshotError (`archive`) where the folder cannot be read.
 */
export function findSnapshotFiles(folder: string): SnapshotFiles | null {
	const files = namesIn(folder)
		.map((name) => (NAME.test(name) ? parseSnapshotFile(join(folder, name)) : null))
		.filter((file) => file !== null);
	const newest = (candidates: readonly SnapshotFile[]): SnapshotFile | null =>
		candidates.reduce<SnapshotFile | null>(
			(best, file) => (best === null || file.slot > best.slot ? file : best),
			null,
		);
	const full = newest(files.filter(({ base }) => base === null));
	if (full === null) return null;
	return { full, incremental: newest(files.filter(({ base }) => base === full.slot)) };
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		throw new SnapshotError('archive', `${folder} cannot be read: ${String(error)}`, error);
	}
}

/** The bytes of a file in chunks, closed when the reading ends. SnapshotError (`archive`) where it cannot be read. */
export function* readFileChunks(path: string): IterableIterator<Uint8Array> {
	let file: number;
	try {
		file = openSync(path, 'r');
	} catch (error) {
		throw new SnapshotError('archive', `${path} cannot be read: ${String(error)}`, error);
	}
	try {
		const buffer = new Uint8Array(CHUNK_BYTES);
		for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
			yield buffer.subarray(0, length);
		}
	} finally {
		closeSync(file);
	}
}
