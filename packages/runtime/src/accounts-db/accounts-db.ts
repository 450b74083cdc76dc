/**
 * Accounts over forks: immutable versions by slot above one rooted state.
 *
 * Owns: which version of an account a bank sees; the write cache that holds every slot not yet flushed; the way
 * of a rooted slot into the storage, in order; the bounded cache of what was read from there. Refuses: any rule
 * on what may be stored, fees, hashes (the bank's).
 *
 * An account without lamports does not exist: it is stored as such, hides older versions and is never loaded.
 *
 * Source: solana-accounts-db accounts_db.rs, accounts_cache.rs, accounts_index.rs (`latest_slot`). Different on
 * purpose: the storage keeps one version of an account, that of the newest flushed root, under its key, so that it
 * needs no index in memory and no cleaning; what Agave's `clean` and `shrink` do happens at the flush.
 */
import type { AccountSharedData, Pubkey, Slot } from '@parhelion/sdk';
import { InvariantError } from '@parhelion/sdk';
import { type Ancestors, slotNumber } from './ancestors.ts';
import { ReadCache } from './read-cache.ts';
import type { AccountEntry, AccountsBatch, AccountsStorage, Checkpoint } from './storage.ts';
import { UndoLogs } from './undo-logs.ts';

/** What to make a database of. */
export interface AccountsDbOptions {
	readonly storage: AccountsStorage;
	/** Limit of the cache of rooted accounts in bytes; 256 MiB where left out. */
	readonly readCacheBytes?: number;
	/**
	 * Whether the block of this slot would survive a crash now. Where given, a slot whose block would not is never
	 * flushed: state without the block that made it could not be replayed or served.
	 */
	readonly isBlockDurable?: (slot: Slot) => boolean;
}

/** What a flush did. */
export interface FlushReport {
	/** The root that the storage now stands at; `null` before the first. */
	readonly root: Slot | null;
	/** The slots that this flush wrote, oldest first. */
	readonly slots: readonly Slot[];
	/** Accounts written or deleted; an account that several of the slots wrote counts once. */
	readonly accounts: number;
}

/** Hears of an account that is stored; `null`: it is deleted. */
export type StoreListener = (pubkey: Pubkey, account: AccountSharedData | null) => void;

/** What the database holds, for metrics. */
export interface AccountsDbStats {
	/** Versions of accounts in slots that are not flushed, and bytes of data in them. */
	readonly cachedVersions: number;
	readonly cachedBytes: number;
	readonly unflushedRoots: number;
	readonly readCacheBytes: number;
	readonly readCacheHits: number;
	readonly readCacheMisses: number;
	readonly storedAccounts: number;
}

const DEFAULT_READ_CACHE_BYTES = 256 * 1024 * 1024;

/** One account as one slot left it; the versions of a key are chained, newest slot first. */
class Version {
	readonly pubkey: Pubkey;
	readonly slot: number;
	/** `null`: the slot deleted it. */
	account: AccountSharedData | null;
	older: Version | null;

	constructor(pubkey: Pubkey, slot: number, account: AccountSharedData | null, older: Version | null) {
		this.pubkey = pubkey;
		this.slot = slot;
		this.account = account;
		this.older = older;
	}
}

/** The accounts of all forks. */
export class AccountsDb {
	readonly #storage: AccountsStorage;
	readonly #cache: ReadCache;
	readonly #isBlockDurable: (slot: Slot) => boolean;
	/** The newest version of each key that some slot not yet flushed has written. */
	readonly #newest: Map<string, Version> = new Map();
	/** The same versions by slot. */
	readonly #bySlot: Map<number, Version[]> = new Map();
	/** Rooted slots that are not flushed, oldest first, and the same as a set. */
	#roots: number[] = [];
	readonly #rooted: Set<number> = new Set();
	/** The newest root; -1 before the first. */
	#maxRoot: number;
	/** The slot that {@link storeOne} was given last, and as a number: most often it is the next one too. */
	#lastSlot: Slot = -1n;
	#lastNumber = -1;
	#versions = 0;
	#bytes = 0;
	/** Owner to keys of which some version had that owner; made at the first question. */
	#cachedOwners: Map<string, Set<string>> | null = null;
	readonly #undoLogs: UndoLogs = new UndoLogs();
	#flushing = false;
	readonly #onStore: StoreListener[] = [];
	/** Hears of every flush. */
	onFlush: ((report: FlushReport) => void) | null = null;

	constructor(options: AccountsDbOptions) {
		this.#storage = options.storage;
		this.#cache = new ReadCache(options.readCacheBytes ?? DEFAULT_READ_CACHE_BYTES);
		this.#isBlockDurable = options.isBlockDurable ?? ((): boolean => true);
		this.#maxRoot = options.storage.root === null ? -1 : slotNumber(options.storage.root);
	}

	/** The newest root, flushed or not; `null` before the first. */
	get root(): Slot | null {
		return this.#maxRoot < 0 ? null : BigInt(this.#maxRoot);
	}

	/** The newest root that would survive a crash. */
	get flushedRoot(): Slot | null {
		return this.#storage.root;
	}

	/** The rooted slots that no flush has written, ascending. */
	get unflushedRoots(): readonly Slot[] {
		return this.#roots.map(BigInt);
	}

	/** The account as the bank with these ancestors sees it; `null` where it does not exist. */
	load(ancestors: Ancestors, pubkey: Pubkey): AccountSharedData | null {
		const { key } = pubkey;
		let version = this.#newest.get(key) ?? null;
		for (; version !== null; version = version.older) {
			if (ancestors.hasNumber(version.slot) || this.#rooted.has(version.slot)) return version.account;
		}
		const cached = this.#cache.get(key);
		if (cached !== undefined) return cached;
		const stored = this.#storage.get(pubkey);
		if (stored !== null) this.#cache.set(key, stored);
		return stored;
	}

	/**
	 * Stores accounts as `slot` leaves them; `null`, or no lamports, deletes. A second store of a key in a slot
	 * replaces the first. RangeError for a slot that is rooted or older than the newest root.
	 */
	store(slot: Slot, entries: Iterable<AccountEntry>): void {
		const number = slotNumber(slot);
		if (number <= this.#maxRoot) {
			throw new RangeError(`slot ${slot} cannot be written: the root is at ${this.#maxRoot}`);
		}
		for (const [pubkey, account] of entries) this.#store(number, pubkey, account);
	}

	/** As {@link store}, one account. */
	storeOne(slot: Slot, pubkey: Pubkey, account: AccountSharedData | null): void {
		if (slot !== this.#lastSlot) {
			this.#lastSlot = slot;
			this.#lastNumber = slotNumber(slot);
		}
		const number = this.#lastNumber;
		if (number <= this.#maxRoot) {
			throw new RangeError(`slot ${slot} cannot be written: the root is at ${this.#maxRoot}`);
		}
		this.#store(number, pubkey, account);
	}

	/** From now on `listener` hears of every account that is stored, on whatever fork; answers how to end that. */
	watchStores(listener: StoreListener): () => void {
		this.#onStore.push(listener);
		return () => {
			const at = this.#onStore.indexOf(listener);
			if (at >= 0) this.#onStore.splice(at, 1);
		};
	}

	#store(slot: number, pubkey: Pubkey, account: AccountSharedData | null): void {
		const kept = account === null || account.lamports === 0n ? null : account;
		for (let i = 0; i < this.#onStore.length; i++) this.#onStore[i]!(pubkey, kept);
		const { key } = pubkey;
		if (kept !== null && this.#cachedOwners !== null) remember(this.#cachedOwners, kept.owner.key, key);
		this.#bytes += kept === null ? 0 : kept.data.length;
		const newest = this.#newest.get(key) ?? null;
		let above: Version | null = null;
		let below = newest;
		while (below !== null && below.slot > slot) {
			above = below;
			below = below.older;
		}
		if (below !== null && below.slot === slot) {
			this.#bytes -= below.account === null ? 0 : below.account.data.length;
			below.account = kept;
			return;
		}
		const version = new Version(pubkey, slot, kept, below);
		if (above === null) this.#newest.set(key, version);
		else above.older = version;
		const versions = this.#bySlot.get(slot);
		if (versions === undefined) this.#bySlot.set(slot, [version]);
		else versions.push(version);
		this.#versions++;
	}

	/** What `slot` has written and nobody flushed: each key once, `null` where it was deleted. */
	*slotEntries(slot: Slot): IterableIterator<AccountEntry> {
		for (const { pubkey, account } of this.#bySlot.get(slotNumber(slot)) ?? []) yield [pubkey, account];
	}

	/** The accounts that `owner` owns as the bank with these ancestors sees them, each as it is when it is reached. */
	*scanByOwner(ancestors: Ancestors, owner: Pubkey): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		for (const entry of this.#storage.accountsOf(owner)) {
			if (this.#visible(ancestors, entry[0].key) === undefined) yield entry;
		}
		for (const key of [...(this.#owners().get(owner.key) ?? [])]) {
			const version = this.#visible(ancestors, key);
			const account = version?.account ?? null;
			if (version !== undefined && account?.owner.key === owner.key) yield [version.pubkey, account];
		}
	}

	/** Every account as the bank with these ancestors sees it; those not flushed last. */
	*accounts(ancestors: Ancestors): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		for (const entry of this.#storage.accounts()) {
			if (this.#visible(ancestors, entry[0].key) === undefined) yield entry;
		}
		for (const key of [...this.#newest.keys()]) {
			const version = this.#visible(ancestors, key);
			if (version !== undefined && version.account !== null) yield [version.pubkey, version.account];
		}
	}

	/** How many accounts the bank with these ancestors sees. Takes a look-up for each account not flushed. */
	accountCount(ancestors: Ancestors): number {
		let count = this.#storage.accountCount;
		for (const key of this.#newest.keys()) {
			const version = this.#visible(ancestors, key);
			if (version === undefined) continue;
			const before = this.#cache.peek(key) ?? this.#storage.get(version.pubkey);
			count += (version.account === null ? 0 : 1) - (before === null ? 0 : 1);
		}
		return count;
	}

	/**
	 * Roots a slot: from now on everybody sees it, and {@link flush} writes it. Forks that do not descend from it
	 * are the caller's to purge. RangeError for a slot that is not above the newest root.
	 */
	addRoot(slot: Slot): void {
		const number = slotNumber(slot);
		if (number <= this.#maxRoot) {
			throw new RangeError(`slot ${slot} cannot be rooted after slot ${this.#maxRoot}`);
		}
		this.#maxRoot = number;
		this.#roots.push(number);
		this.#rooted.add(number);
	}

	/** Forgets what a slot of a dropped fork has written. RangeError for a rooted slot. */
	purgeSlot(slot: Slot): void {
		const number = slotNumber(slot);
		if (this.#rooted.has(number)) throw new RangeError(`slot ${slot} is rooted and cannot be purged`);
		this.#forget(number);
	}

	/** Forgets every slot up to the newest root that is not rooted itself; returns them. */
	purgeUnrooted(): Slot[] {
		const purged = [...this.#bySlot.keys()].filter(
			(slot) => slot <= this.#maxRoot && !this.#rooted.has(slot),
		);
		for (const slot of purged) this.#forget(slot);
		return purged.map(BigInt);
	}

	/**
	 * Writes the rooted slots into the storage as one transaction, which is durable on return.
	 *
	 * `checkpoint` is the bank's own fields at the newest root; without them a restart finds accounts but no bank.
	 * `alongside` writes into the same place as part of the transaction; nothing to flush, nothing written.
	 * Errors: StorageError, and then nothing has changed: the slots stay in memory and the next flush tries again.
	 */
	flushSync(checkpoint: Uint8Array | null = null, alongside?: () => void): FlushReport {
		const gathered = this.#beginFlush(checkpoint);
		const batch = gathered === null || alongside === undefined ? gathered : { ...gathered, alongside };
		if (batch === null) return { root: this.#storage.root, slots: [], accounts: 0 };
		this.#flushing = true;
		try {
			this.#storage.commit(batch);
		} finally {
			this.#flushing = false;
		}
		return this.#endFlush(batch);
	}

	/** As {@link flushSync}, the wait for the disk off the main thread; stores and loads go on meanwhile. */
	async flush(checkpoint: Uint8Array | null = null): Promise<FlushReport> {
		const batch = this.#beginFlush(checkpoint);
		if (batch === null) return { root: this.#storage.root, slots: [], accounts: 0 };
		this.#flushing = true;
		try {
			await this.#storage.commitAsync(batch);
		} finally {
			this.#flushing = false;
		}
		return this.#endFlush(batch);
	}

	/**
	 * Flushes with the bank's fields at `slot`, which must be the newest root: a restart begins there.
	 * RangeError for another slot; else as {@link flushSync}.
	 */
	writeCheckpoint(slot: Slot, fields: Uint8Array, alongside?: () => void): FlushReport {
		if (slotNumber(slot) !== this.#maxRoot) {
			throw new RangeError(`a checkpoint of slot ${slot} cannot be written: the root is at ${this.#maxRoot}`);
		}
		return this.flushSync(fields, alongside);
	}

	/** The bank's fields at the root that the storage stands at; `null` where that root was flushed without. */
	loadCheckpoint(): Checkpoint | null {
		return this.#storage.checkpoint();
	}

	/**
	 * From now on {@link revertTo} can go back to the newest root, until {@link forgetRoot}. InvariantError where a rooted slot
	 * is not flushed.
	 */
	keepRoot(): void {
		if (this.#roots.length > 0 || this.root === null) throw new InvariantError('a root that is not flushed');
		this.#undoLogs.begin(this.root);
	}

	/** Nobody will go back to a root. InvariantError where it was not kept. */
	forgetRoot(root: Slot): void {
		this.#undoLogs.end(root);
	}

	/** The accounts that were written since a root that was kept. InvariantError where it was not. */
	writtenSince(root: Slot): Pubkey[] {
		const written = this.#undoLogs.writtenSince(root);
		for (const [key, { pubkey }] of this.#newest) written.set(key, pubkey);
		return [...written.values()];
	}

	/**
	 * Goes back to a root that was kept: what came after it is gone, and the later ones are not kept any more. InvariantError
	 * where it was not kept, StorageError as of {@link flushSync}.
	 */
	revertTo(root: Slot): void {
		const entries = this.#undoLogs.undo(root);
		this.#storage.commit({ root, entries, checkpoint: null });
		for (const [{ key }, account] of entries) {
			if (account === null) this.#cache.delete(key);
			else this.#cache.set(key, account);
		}
		this.#newest.clear();
		this.#bySlot.clear();
		this.#roots = [];
		this.#rooted.clear();
		this.#maxRoot = slotNumber(root);
		this.#versions = 0;
		this.#bytes = 0;
		this.#cachedOwners = null;
	}

	/** Gives back memory that dead versions in the storage hold; returns the bytes freed. */
	shrink(): number {
		return this.#storage.shrink();
	}

	stats(): AccountsDbStats {
		return {
			cachedVersions: this.#versions,
			cachedBytes: this.#bytes,
			unflushedRoots: this.#roots.length,
			readCacheBytes: this.#cache.bytes,
			readCacheHits: this.#cache.hits,
			readCacheMisses: this.#cache.misses,
			storedAccounts: this.#storage.accountCount,
		};
	}

	/** Closes the storage. What was not flushed is lost, as in a crash. */
	close(): Promise<void> {
		return this.#storage.close();
	}

	/** The version in the write cache that is seen with these ancestors; `undefined` where the storage's is. */
	#visible(ancestors: Ancestors, key: string): Version | undefined {
		let version = this.#newest.get(key);
		while (version !== undefined) {
			if (ancestors.hasNumber(version.slot) || this.#rooted.has(version.slot)) return version;
			version = version.older ?? undefined;
		}
		return undefined;
	}

	#owners(): Map<string, Set<string>> {
		if (this.#cachedOwners === null) {
			const owners = new Map<string, Set<string>>();
			for (const [key, newest] of this.#newest) {
				for (let version: Version | null = newest; version !== null; version = version.older) {
					if (version.account !== null) remember(owners, version.account.owner.key, key);
				}
			}
			this.#cachedOwners = owners;
		}
		return this.#cachedOwners;
	}

	/** The next transaction: every rooted slot, of each key the newest version. `null` if there is nothing to do. */
	#beginFlush(checkpoint: Uint8Array | null): AccountsBatch | null {
		if (this.#flushing) throw new InvariantError('a flush began before the one before it had ended');
		const last = this.#roots.at(-1);
		if (last === undefined && checkpoint === null) return null;
		const root = last === undefined ? this.#storage.root : BigInt(last);
		if (root === null) return null;
		for (const slot of this.#roots) {
			if (!this.#isBlockDurable(BigInt(slot))) {
				throw new InvariantError(`slot ${slot} is rooted before its block is durable`);
			}
		}
		const entries: AccountEntry[] = [];
		const seen = this.#roots.length > 1 ? new Set<string>() : null;
		for (let i = this.#roots.length - 1; i >= 0; i--) {
			for (const { pubkey, account } of this.#bySlot.get(this.#roots[i]!) ?? []) {
				if (seen !== null) {
					if (seen.has(pubkey.key)) continue;
					seen.add(pubkey.key);
				}
				entries.push([pubkey, account]);
			}
		}
		this.#undoLogs.note(entries, (pubkey) => this.#storage.get(pubkey));
		return { root, entries, checkpoint };
	}

	#endFlush(batch: AccountsBatch): FlushReport {
		const limit = slotNumber(batch.root);
		const flushed = this.#roots.filter((slot) => slot <= limit);
		this.#roots = this.#roots.filter((slot) => slot > limit);
		for (const [pubkey, account] of batch.entries) {
			if (account === null) this.#cache.delete(pubkey.key);
			else this.#cache.set(pubkey.key, account);
		}
		for (const slot of flushed) {
			this.#forget(slot);
			this.#rooted.delete(slot);
		}
		const report = { root: batch.root, slots: flushed.map(BigInt), accounts: batch.entries.length };
		this.onFlush?.(report);
		return report;
	}

	/** Takes the versions of a slot out of the write cache. */
	#forget(slot: number): void {
		const versions = this.#bySlot.get(slot);
		if (versions === undefined) return;
		this.#bySlot.delete(slot);
		for (const version of versions) {
			const { key } = version.pubkey;
			this.#versions--;
			this.#bytes -= version.account === null ? 0 : version.account.data.length;
			const newest = this.#newest.get(key);
			if (newest === version) {
				if (version.older !== null) this.#newest.set(key, version.older);
				else {
					this.#newest.delete(key);
					if (this.#cachedOwners !== null) this.#cachedOwners = null;
				}
				continue;
			}
			for (let above = newest ?? null; above !== null; above = above.older) {
				if (above.older !== version) continue;
				above.older = version.older;
				break;
			}
		}
	}
}

function remember(owners: Map<string, Set<string>>, owner: string, key: string): void {
	const keys = owners.get(owner);
	if (keys === undefined) owners.set(owner, new Set([key]));
	else keys.add(key);
}
