/// <reference types="node" />
/**
 * Owns looking at an LMDB data file before LMDB maps it: a foreign or truncated one would end the process with
 * SIGBUS instead of an error. For Node alone.
 *
 * Source: liblmdb mdb.c as `lmdb` 3.5 ships it (`MDB_page_header`, `MDB_meta`, `MDB_node`; data version 2).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StorageError } from './storage-error.ts';

const MAGIC = 0xbeef_c0de;
const DATA_VERSION = 2;
const PAGE_HEADER = 24;
const DB_RECORD = 48;
const META_FREE_DB = PAGE_HEADER + 24;
const META_MAIN_DB = META_FREE_DB + DB_RECORD;
const META_LAST_PAGE = META_MAIN_DB + DB_RECORD;
const META_TXN = META_LAST_PAGE + 8;
const META_BYTES = META_TXN + 8;
const P_BRANCH = 0x01;
const P_LEAF = 0x02;
const P_LEAF2 = 0x20;
const F_BIGDATA = 0x01;
const F_SUBDATA = 0x02;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const NODE_HEADER = 8;

interface Meta {
	readonly txn: bigint;
	readonly pageSize: number;
	readonly lastPage: bigint;
	readonly roots: readonly bigint[];
}

/**
 * Checks the file at `path`, if there is one. Errors (StorageError): `foreign` where it is no LMDB file of this
 * version, `truncated` where it ends before a page that its last commit refers to.
 */
export function inspectDataFile(path: string): void {
	let file: number;
	try {
		file = openSync(path, 'r');
	} catch (error) {
		if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return;
		throw new StorageError('io', `${path} cannot be read: ${String(error)}`, error);
	}
	try {
		const size = fstatSync(file).size;
		if (size === 0) return;
		const first = readMeta(file, 0, path);
		const second = readMeta(file, first.pageSize, path);
		const meta = second.txn > first.txn ? second : first;
		// Free pages at the end may never have been written, so a short file is looked at page by page.
		if (BigInt(size) >= (meta.lastPage + 1n) * BigInt(meta.pageSize)) return;
		new PageWalk(file, meta.pageSize, Math.floor(size / meta.pageSize), path).walk(meta.roots);
	} finally {
		closeSync(file);
	}
}

function truncated(path: string): StorageError {
	return new StorageError(
		'truncated',
		`${path} is shorter than the data it names: a copy was cut off, or the disk lost a part. Restore the folder from a copy, or delete it and start anew.`,
	);
}

function readMeta(file: number, offset: number, path: string): Meta {
	const page = new DataView(new ArrayBuffer(META_BYTES));
	const bytes = readSync(file, new Uint8Array(page.buffer), 0, META_BYTES, offset);
	const isMeta = bytes >= PAGE_HEADER + 8 && page.getUint32(PAGE_HEADER, true) === MAGIC;
	if (!isMeta && offset === 0) {
		throw new StorageError('foreign', `${path} is not an LMDB file. Choose another folder for the ledger.`);
	}
	if (!isMeta || bytes < META_BYTES) throw truncated(path);
	const version = page.getUint32(PAGE_HEADER + 4, true) & 0xffff;
	if (version !== DATA_VERSION) {
		throw new StorageError(
			'foreign',
			`${path} is an LMDB file of data version ${version}, not ${DATA_VERSION}. Choose another folder for the ledger.`,
		);
	}
	const pageSize = page.getUint32(META_FREE_DB, true);
	if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) throw truncated(path);
	return {
		txn: page.getBigUint64(META_TXN, true),
		pageSize,
		lastPage: page.getBigUint64(META_LAST_PAGE, true),
		roots: [
			page.getBigUint64(META_FREE_DB + DB_RECORD - 8, true),
			page.getBigUint64(META_MAIN_DB + DB_RECORD - 8, true),
		],
	};
}

/** Visits every page that the roots lead to and throws where one lies outside of the file. */
class PageWalk {
	readonly #file: number;
	readonly #pageSize: number;
	readonly #pages: number;
	readonly #path: string;
	readonly #open: number[] = [];
	readonly #seen: Set<number> = new Set();

	constructor(file: number, pageSize: number, pages: number, path: string) {
		this.#file = file;
		this.#pageSize = pageSize;
		this.#pages = pages;
		this.#path = path;
	}

	walk(roots: readonly bigint[]): void {
		for (const root of roots) this.#add(root);
		const page = new DataView(new ArrayBuffer(this.#pageSize));
		for (let number = this.#open.pop(); number !== undefined; number = this.#open.pop()) {
			const at = number * this.#pageSize;
			const bytes = readSync(this.#file, new Uint8Array(page.buffer), 0, this.#pageSize, at);
			if (bytes !== this.#pageSize || page.getBigUint64(0, true) !== BigInt(number))
				throw truncated(this.#path);
			this.#visit(page);
		}
	}

	#add(page: bigint): void {
		if (page === NO_PAGE) return;
		if (page >= BigInt(this.#pages)) throw truncated(this.#path);
		const number = Number(page);
		if (this.#seen.has(number)) return;
		this.#seen.add(number);
		this.#open.push(number);
	}

	#visit(page: DataView): void {
		const flags = page.getUint16(18, true);
		if ((flags & (P_BRANCH | P_LEAF)) === 0 || (flags & P_LEAF2) !== 0) return;
		const count = page.getUint16(20, true) >> 1;
		for (let i = 0; i < count; i++) {
			const pointer = PAGE_HEADER + i * 2;
			if (pointer + 2 > page.byteLength) throw truncated(this.#path);
			const node = page.getUint16(pointer, true) + PAGE_HEADER;
			if (node + NODE_HEADER > page.byteLength) throw truncated(this.#path);
			const low = page.getUint32(node, true);
			const nodeFlags = page.getUint16(node + 4, true);
			if ((flags & P_BRANCH) !== 0) {
				this.#add(BigInt(low) | (BigInt(nodeFlags) << 32n));
				continue;
			}
			const data = node + NODE_HEADER + page.getUint16(node + 6, true);
			if ((nodeFlags & F_BIGDATA) !== 0 && data + 24 <= page.byteLength) {
				this.#checkRange(page.getBigUint64(data, true), page.getBigUint64(data + 16, true));
			} else if ((nodeFlags & F_SUBDATA) !== 0 && data + DB_RECORD <= page.byteLength) {
				this.#add(page.getBigUint64(data + DB_RECORD - 8, true));
			}
		}
	}

	/** Pages of a large value hold no pages: it is enough that the file reaches beyond them. */
	#checkRange(page: bigint, length: bigint): void {
		if (page + length > BigInt(this.#pages)) throw truncated(this.#path);
	}
}
