/**
 * Rooted accounts on a disk. For Node alone.
 *
 * Tables of the environment: `accounts` (key → record), `owners` (owner → keys, sorted duplicates) and `state` (the root,
 * the checkpoint, the mark of a load under way). A commit writes all of them in one transaction. LMDB finds an account
 * by its key in a memory-mapped tree, so there is no index to build at a start and none that must fit into memory;
 * pages of dead versions are used again, so that nothing is left to clean.
 */
import { type AccountSharedData, InvariantError, Pubkey, type Slot } from '@parhelion/sdk';
import {
	isTombstone,
	RECORD_OVERHEAD,
	readRecord,
	recordSlot,
	TOMBSTONE,
	writeRecord,
} from './account-record.ts';
import type { LmdbEnvironment, Table } from './lmdb-environment.ts';
import type { AccountEntry, AccountsBatch, AccountsStorage, Checkpoint } from './storage.ts';
import { StorageError } from './storage-error.ts';

const ROOT = Uint8Array.of(1);
const CHECKPOINT = Uint8Array.of(2);
const LOADING = Uint8Array.of(3);
/**
 * Entries and bytes of one transaction of a load. Keys are random, so a transaction writes most leaves of the tree
 * however few accounts it brings: ten times as many a time is a tenth of the writing.
 */
const LOAD_CHUNK = 200_000;
const LOAD_BYTES = 256 << 20;

/** Rooted accounts in an LMDB environment. */
export class LmdbStorage implements AccountsStorage {
	readonly #environment: LmdbEnvironment;
	readonly #accounts: Table;
	readonly #owners: Table;
	readonly #state: Table;
	#root: Slot | null;
	#count: number;
	#loading = false;
	/** Of a load: entries not yet written, and keys whose record may say that they do not exist. */
	#pending: [Slot, AccountEntry][] = [];
	#pendingBytes = 0;
	#tombstones: Pubkey[] = [];

	/** The accounts in an environment; empties them where a load was cut off. */
	constructor(environment: LmdbEnvironment) {
		this.#environment = environment;
		this.#accounts = environment.table('accounts');
		this.#owners = environment.table('owners', true);
		this.#state = environment.table('state');
		if (this.#state.getBinary(LOADING) !== undefined) {
			environment.transact(() => this.#clear());
		}
		const root = this.#state.getBinary(ROOT);
		this.#root = root === undefined ? null : readU64(root, 0);
		this.#count = root === undefined ? 0 : Number(readU64(root, 8));
	}

	get root(): Slot | null {
		return this.#root;
	}

	get accountCount(): number {
		return this.#count;
	}

	get(pubkey: Pubkey): AccountSharedData | null {
		const bytes = this.#accounts.getBinaryFast(pubkey.bytes);
		return bytes === undefined ? null : this.#decode(bytes);
	}

	*accounts(): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		for (const { key, value } of this.#accounts.getRange())
			yield [Pubkey.fromBytes(key), this.#decode(value)];
	}

	*accountsOf(owner: Pubkey): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		for (const key of this.#owners.getValues(owner.bytes)) {
			const pubkey = Pubkey.fromBytes(key);
			const account = this.get(pubkey);
			if (account === null)
				throw corrupt(this.#environment.folder, 'an owner lists an account that is not there');
			yield [pubkey, account];
		}
	}

	commit(batch: AccountsBatch): void {
		this.#checkIdle();
		let count = this.#count;
		this.#environment.transact(() => {
			batch.alongside?.();
			for (const entry of batch.entries) count += this.#write(entry, batch.root);
			this.#writeState(batch.root, count, batch.checkpoint);
		});
		this.#count = count;
		this.#root = batch.root;
	}

	async commitAsync(batch: AccountsBatch): Promise<void> {
		this.#checkIdle();
		if (batch.alongside !== undefined)
			throw new InvariantError('others write along with a synchronous commit');
		let count = this.#count;
		await this.#environment.transactAsync(() => {
			for (const entry of batch.entries) count += this.#queue(entry, batch.root);
			void this.#state.put(ROOT, u64Pair(batch.root, count));
			if (batch.checkpoint === null) void this.#state.remove(CHECKPOINT);
			else void this.#state.put(CHECKPOINT, batch.checkpoint);
		});
		this.#count = count;
		this.#root = batch.root;
	}

	checkpoint(): Checkpoint | null {
		const fields = this.#state.getBinary(CHECKPOINT);
		return fields === undefined || this.#root === null
			? null
			: { slot: this.#root, fields: Uint8Array.from(fields) };
	}

	beginLoad(): void {
		this.#loading = true;
		this.#pending = [];
		this.#pendingBytes = 0;
		this.#tombstones = [];
		this.#environment.transact(() => {
			this.#clear();
			this.#state.putSync(LOADING, LOADING);
		});
		this.#root = null;
		this.#count = 0;
	}

	load(slot: Slot, entries: Iterable<AccountEntry>): void {
		if (!this.#loading) throw new InvariantError('accounts were loaded outside of a load');
		for (const entry of entries) {
			this.#pending.push([slot, entry]);
			this.#pendingBytes += entry[1]?.data.length ?? 0;
			if (this.#pending.length >= LOAD_CHUNK || this.#pendingBytes >= LOAD_BYTES) this.#loadChunk();
		}
	}

	settleLoad(): void {
		this.#loadChunk();
		this.#environment.transact(() => {
			for (const { bytes } of this.#tombstones.splice(0)) {
				const record = this.#accounts.getBinaryFast(bytes);
				if (record !== undefined && isTombstone(record, 0)) this.#accounts.removeSync(bytes);
			}
		});
	}

	endLoad(root: Slot, checkpoint: Uint8Array | null): void {
		if (!this.#loading) throw new InvariantError('a load ended that had not begun');
		this.settleLoad();
		this.#environment.transact(() => {
			this.#writeState(root, this.#count, checkpoint);
			this.#state.removeSync(LOADING);
		});
		this.#loading = false;
		this.#root = root;
	}

	/** Nothing to do: pages of dead versions are on LMDB's free list already. */
	shrink(): number {
		return 0;
	}

	close(): Promise<void> {
		return this.#environment.close();
	}

	#clear(): void {
		for (const table of [this.#accounts, this.#owners, this.#state]) table.clearSync();
	}

	#checkIdle(): void {
		if (this.#loading) throw new InvariantError('a commit came in the middle of a load');
	}

	#writeState(root: Slot, count: number, checkpoint: Uint8Array | null): void {
		this.#state.putSync(ROOT, u64Pair(root, count));
		if (checkpoint === null) this.#state.removeSync(CHECKPOINT);
		else this.#state.putSync(CHECKPOINT, checkpoint);
	}

	/** Writes entries of a load in one transaction. */
	#loadChunk(): void {
		const chunk = this.#pending;
		this.#pending = [];
		this.#pendingBytes = 0;
		// In order of the tree; a stable sort, so that of two versions in one slot the later stays the later.
		chunk.sort(([, [a]], [, [b]]) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
		this.#environment.transact(() => {
			for (const [slot, [pubkey, account]] of chunk) {
				const record = this.#accounts.getBinaryFast(pubkey.bytes);
				if (record !== undefined && recordSlot(record, 0) > slot) continue;
				this.#count += this.#replace(ownerIn(record), [pubkey, account], slot);
				if (account !== null) continue;
				this.#tombstones.push(pubkey);
				this.#accounts.putSync(pubkey.bytes, encode(TOMBSTONE, slot));
			}
		});
	}

	/** Writes one entry; how many accounts there are more. */
	#write(entry: AccountEntry, slot: Slot): number {
		return this.#replace(this.#ownerOf(entry[0]), entry, slot);
	}

	/** As {@link #write}, where the owner of the stored account is known: `null` if there is none. */
	#replace(before: Uint8Array | null, [pubkey, account]: AccountEntry, slot: Slot): number {
		if (before !== null && (account === null || !sameBytes(before, account.owner.bytes))) {
			this.#owners.removeSync(before, pubkey.bytes);
		}
		if (account === null) {
			if (before !== null) this.#accounts.removeSync(pubkey.bytes);
			return before === null ? 0 : -1;
		}
		if (before === null || !sameBytes(before, account.owner.bytes)) {
			this.#owners.putSync(account.owner.bytes, pubkey.bytes);
		}
		this.#accounts.putSync(pubkey.bytes, encode(account, slot));
		return before === null ? 1 : 0;
	}

	/** As {@link #write}, for the thread that writes later. The promises end with the transaction's. */
	#queue([pubkey, account]: AccountEntry, slot: Slot): number {
		const before = this.#ownerOf(pubkey);
		if (before !== null && (account === null || !sameBytes(before, account.owner.bytes))) {
			void this.#owners.remove(before, pubkey.bytes);
		}
		if (account === null) {
			if (before !== null) void this.#accounts.remove(pubkey.bytes);
			return before === null ? 0 : -1;
		}
		if (before === null || !sameBytes(before, account.owner.bytes)) {
			void this.#owners.put(account.owner.bytes, pubkey.bytes);
		}
		void this.#accounts.put(pubkey.bytes, encode(account, slot));
		return before === null ? 1 : 0;
	}

	#ownerOf(pubkey: Pubkey): Uint8Array | null {
		return ownerIn(this.#accounts.getBinaryFast(pubkey.bytes));
	}

	#decode(bytes: Uint8Array): AccountSharedData {
		const account = readRecord(bytes, 0, bytes.length);
		if (account === null) throw corrupt(this.#environment.folder, 'a record is too short');
		return account;
	}
}

function corrupt(folder: string, what: string): StorageError {
	return new StorageError(
		'corrupt',
		`The ledger in ${folder} contradicts itself: ${what}. Restore it from a copy.`,
	);
}

/** The owner in a record, copied; `null` where there is no account. */
function ownerIn(record: Uint8Array | undefined): Uint8Array | null {
	return record === undefined || isTombstone(record, 0)
		? null
		: Uint8Array.prototype.slice.call(record, 0, 32);
}

function encode(account: AccountSharedData, slot: Slot): Uint8Array {
	const bytes = new Uint8Array(RECORD_OVERHEAD + account.data.length);
	writeRecord(bytes, 0, account, slot);
	return bytes;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
	for (let i = 0; i < 32; i++) if (a[i] !== b[i]) return false;
	return true;
}

function u64Pair(first: bigint, second: number): Uint8Array {
	const view = new DataView(new ArrayBuffer(16));
	view.setBigUint64(0, first, true);
	view.setBigUint64(8, BigInt(second), true);
	return new Uint8Array(view.buffer);
}

function readU64(bytes: Uint8Array, offset: number): bigint {
	return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset, true);
}
