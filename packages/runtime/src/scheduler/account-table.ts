/**
 * The accounts that the transactions of an executor's blocks name: whoever waits for whom, the newest version, and what
 * each worker has of it. A transaction finds each of its accounts here once.
 *
 * The newest version is looked up in the bank anew where anybody else has stored the account since, and all of them where
 * the bank does not follow the one before it. A worker's version is told from others by the identity of
 * the stored object: on whatever fork, and whoever wrote it.
 */
import type { AccountSharedData, Pubkey } from '@parhelion/sdk';
import { programIds } from '@parhelion/sdk';
import { programdataAddress } from '@parhelion/svm';
import type { Bank } from '../bank/bank.ts';
import { type GraphNode, LockedAccount } from './conflict-graph.ts';

/** Accounts, and bytes of their data, after which all are forgotten when nothing is on its way. */
const MAX_ACCOUNTS = 200_000;
const MAX_BYTES = 256 * 1024 * 1024;

/** Whoever names one of these may change programs. */
const LOADERS: ReadonlySet<string> = new Set(
	[
		programIds.bpfLoaderDeprecated,
		programIds.bpfLoader,
		programIds.bpfLoaderUpgradeable,
		programIds.loaderV4,
	].map(({ key }) => key),
);

/** In the place of a version: to be looked up. */
const STALE = -1;

/** A worker's version of an account. */
export interface Resident {
	account: AccountSharedData | null;
	/** The number of the last transaction on its way there that writes the account. */
	writer: number | null;
}

/** An account. */
export class AccountSlot<N extends GraphNode<N>> extends LockedAccount<N> {
	readonly pubkey: Pubkey;
	readonly isLoader: boolean;
	/** By worker; `undefined` where it has none. */
	readonly residents: (Resident | undefined)[] = [];
	/** The newest version, committed or not. */
	newest: AccountSharedData | null = null;
	/** Transactions not committed that write it. */
	writes = 0;
	/** As of when {@link newest} is. */
	version: number = STALE;
	/** The data that {@link programdata} follows from. */
	#programData: Uint8Array | null = null;
	#programdata: AccountSlot<N> | null = null;

	constructor(pubkey: Pubkey) {
		super();
		this.pubkey = pubkey;
		this.isLoader = LOADERS.has(pubkey.key);
	}

	/** The account with the code, where this one is a program of the upgradeable loader. */
	programdata(table: AccountTable<N>): AccountSlot<N> | null {
		if (this.newest?.owner.key !== programIds.bpfLoaderUpgradeable.key) return null;
		const { data } = this.newest;
		if (data !== this.#programData) {
			const address = programdataAddress(data);
			this.#programdata = address === null ? null : table.get(address);
			this.#programData = data;
		}
		return this.#programdata === null ? null : table.refresh(this.#programdata);
	}
}

/** See the file. */
export class AccountTable<N extends GraphNode<N>> {
	readonly #slots: Map<string, AccountSlot<N>> = new Map();
	#bank: Bank | null = null;
	#version = 0;
	#unwatch: (() => void) | null = null;
	/** Bytes of account data that went to workers, or came back. */
	bytes = 0;

	/** The account, up to date. */
	get(pubkey: Pubkey): AccountSlot<N> {
		let slot = this.#slots.get(pubkey.key);
		if (slot === undefined) {
			slot = new AccountSlot(pubkey);
			this.#slots.set(pubkey.key, slot);
		}
		return this.refresh(slot);
	}

	/** The same account with its newest version looked up, if it may have been written past the table. */
	refresh(slot: AccountSlot<N>): AccountSlot<N> {
		if (slot.version !== this.#version) {
			slot.version = this.#version;
			slot.newest = this.#bank!.getAccount(slot.pubkey);
			slot.isReserved = this.#bank!.reservedKeys.has(slot.pubkey.key);
		}
		return slot;
	}

	/** Whether a transaction that is not committed writes the account. */
	isChanging(pubkey: Pubkey): boolean {
		return (this.#slots.get(pubkey.key)?.writes ?? 0) > 0;
	}

	/** From now on the versions are those of this bank. Nothing may be on its way. */
	enter(bank: Bank): void {
		const last = this.#bank;
		const { accountsDb } = bank.shared;
		if (last?.shared.accountsDb !== accountsDb) {
			this.leave();
			this.#unwatch = accountsDb.watchStores((pubkey, account) => this.#noteStore(pubkey, account));
		}
		const isNext = last !== null && (bank === last || bank.parent === last);
		if (!isNext || bank.reservedKeys !== last.reservedKeys) this.#version++;
		this.#bank = bank;
	}

	/** Hears no more of what others store. */
	leave(): void {
		this.#unwatch?.();
		this.#unwatch = null;
		this.#bank = null;
	}

	/**
	 * Whoever stores past the table makes its version an old one. Not while transactions that write the account are not
	 * committed: then the table is ahead of the bank, and who stores does so on another fork.
	 */
	#noteStore({ key }: Pubkey, account: AccountSharedData | null): void {
		const slot = this.#slots.get(key);
		if (slot === undefined || slot.writes > 0 || slot.newest === account) return;
		slot.version = STALE;
	}

	/** Whether so much is known that it should be forgotten. */
	get isFull(): boolean {
		return this.#slots.size > MAX_ACCOUNTS || this.bytes > MAX_BYTES;
	}

	/** Forgets everything; the workers must too. */
	clear(): void {
		this.#slots.clear();
		this.bytes = 0;
	}
}
