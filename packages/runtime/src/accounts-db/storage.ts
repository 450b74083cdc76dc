/**
 * The face of whatever keeps the rooted accounts: exactly one version of each, that of {@link AccountsStorage.root}.
 *
 * Owns the contract that every implementation keeps: a commit is one transaction. Whatever happens to the process,
 * the storage stands at some root, with all of its accounts and, where one was given, the checkpoint of that
 * very root.
 */
import type { AccountSharedData, Pubkey, Slot } from '@parhelion/sdk';

/** An account as of some slot; `null` says that it does not exist. */
export type AccountEntry = readonly [Pubkey, AccountSharedData | null];

/** What one transaction changes. */
export interface AccountsBatch {
	/** The root that the storage stands at afterwards; below the present one where a chain goes back to it. */
	readonly root: Slot;
	/** At most one entry for a key. */
	readonly entries: readonly AccountEntry[];
	/** The bank's own fields at `root`, opaque; `null` where the bank gave none, so that none is stored. */
	readonly checkpoint: Uint8Array | null;
	/** Writes of others into the same place, as part of the transaction; for {@link AccountsStorage.commit} alone. */
	readonly alongside?: () => void;
}

/** A bank's fields and the root that they and the accounts belong to. */
export interface Checkpoint {
	readonly slot: Slot;
	readonly fields: Uint8Array;
}

/** Rooted accounts in memory or on a disk. */
export interface AccountsStorage {
	/** The newest committed root; `null` before the first. */
	readonly root: Slot | null;
	/** How many accounts there are. */
	readonly accountCount: number;
	get(pubkey: Pubkey): AccountSharedData | null;
	/** Every account, as of the moment iteration begins or later; nobody commits meanwhile. */
	accounts(): Iterable<readonly [Pubkey, AccountSharedData]>;
	/** The accounts that `owner` owns; nobody commits meanwhile. */
	accountsOf(owner: Pubkey): Iterable<readonly [Pubkey, AccountSharedData]>;
	/** Writes a batch and returns when it is durable. StorageError where it cannot; then nothing has changed. */
	commit(batch: AccountsBatch): void;
	/**
	 * As {@link commit}, the wait for the disk off the main thread where the implementation can. Until it settles
	 * nobody else commits, and reads see the state before it.
	 */
	commitAsync(batch: AccountsBatch): Promise<void>;
	/** The checkpoint of {@link root}, if that root was committed with one. */
	checkpoint(): Checkpoint | null;
	/**
	 * Empties the storage for a load of many batches (a snapshot), which counts only once {@link endLoad} was
	 * reached: a storage found in between is empty when it is opened the next time.
	 */
	beginLoad(): void;
	/**
	 * Stores accounts of a load as `slot` left them. Slots come in any order; of a key the newest slot's version counts,
	 * of two in one slot the later.
	 */
	load(slot: Slot, entries: Iterable<AccountEntry>): void;
	/** Writes what a load holds back, so that {@link accounts} shows all of it; between the last load and its end. */
	settleLoad(): void;
	/** Ends a load: the storage stands at `root`. */
	endLoad(root: Slot, checkpoint: Uint8Array | null): void;
	/** Gives back the memory of dead versions where there is any; returns the bytes freed. */
	shrink(): number;
	/** Ends the use of it; nothing may be called afterwards. */
	close(): Promise<void>;
}
