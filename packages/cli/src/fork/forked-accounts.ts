/**
 * The accounts of another cluster under a chain of ours: fetched when somebody first asks for them, kept by the chain from
 * then on.
 *
 * An address is asked for once. What the chain has done with it since, deleting it among that, is the chain's own.
 */
import type { AccountProvider, TokenAccountsFilter } from '@parhelion/rpc';
import { type Chain, isTokenAccountData, isTokenProgram } from '@parhelion/runtime';
import { type AccountSharedData, AddressLookupTable, Pubkey, type VersionedMessage } from '@parhelion/sdk';
import { inForceAt, programdataOf } from '../upstream/clone.ts';
import type { Cluster } from '../upstream/cluster.ts';
import type { ForkRecord } from './fork-record.ts';

/** Accounts lead to others: a table to its addresses, a program to its code. More steps than these lead nowhere. */
const MAX_STEPS = 4;
/** The mint of a token account, which tells its decimals; null for any other account. */
function mintOf({ owner, data }: AccountSharedData): Pubkey | null {
	return isTokenProgram(owner) && isTokenAccountData(data) ? Pubkey.fromBytes(data, 0) : null;
}

/** What must be there besides an account for it to be of use. */
function companions(account: AccountSharedData): Pubkey[] {
	return [programdataOf(account), mintOf(account)].filter((pubkey) => pubkey !== null);
}

/** An account of the other cluster; null where there is none. */
type FoundAccount = readonly [Pubkey, AccountSharedData | null];

/** Brings the accounts of `cluster` to `chain`. */
export class ForkedAccounts implements AccountProvider {
	private readonly chain: Chain;
	private readonly cluster: Cluster;
	/**
	 * By `Pubkey.key`: what need not be asked for, because it was, or because the chain has made it. And the searches that were
	 * made. Since which slot, for a chain that goes back.
	 */
	private readonly known = new Map<string, bigint>();
	/** The same: what is being asked for. */
	private readonly pending = new Map<string, Promise<void>>();
	private readonly stopListening: () => void;

	/** `record` is for a chain on a ledger. */
	constructor(chain: Chain, cluster: Cluster, record: ForkRecord | null = null) {
		this.chain = chain;
		this.cluster = cluster;
		for (const key of record?.deleted ?? []) this.know(key);
		const ends = [
			chain.events.on('account', ({ pubkey, account }) => {
				this.know(pubkey.key);
				if (account === null) record?.add(pubkey);
			}),
			chain.events.on('reverted', ({ slot }) => {
				for (const [key, since] of this.known) if (since > slot) this.known.delete(key);
			}),
		];
		this.stopListening = () => {
			for (const end of ends) end();
		};
	}

	private know(key: string): void {
		if (!this.known.has(key)) this.known.set(key, this.chain.slot);
	}

	/** Ends listening to the chain. */
	stop(): void {
		this.stopListening();
	}

	beforeRead(pubkeys: readonly Pubkey[]): Promise<void> | null {
		const missing = this.missing(pubkeys);
		return missing.length === 0 ? null : this.bring(missing);
	}

	beforeTransaction(message: VersionedMessage, reads: readonly Pubkey[]): Promise<void> | null {
		const lookups = message.version === 0 ? message.addressTableLookups : [];
		const tables = lookups.map(({ accountKey }) => accountKey);
		const named = [...message.accountKeys, ...tables, ...reads];
		if (lookups.length === 0) return this.beforeRead(named);
		return this.bringWithTables(named, lookups);
	}

	private async bringWithTables(
		named: readonly Pubkey[],
		lookups: readonly {
			readonly accountKey: Pubkey;
			readonly writableIndexes: Uint8Array;
			readonly readonlyIndexes: Uint8Array;
		}[],
	): Promise<void> {
		await this.beforeRead(named);
		const addresses: Pubkey[] = [];
		for (const { accountKey, writableIndexes, readonlyIndexes } of lookups) {
			const account = this.chain.getAccount(accountKey);
			const table = account === null ? null : AddressLookupTable.deserialize(account.data);
			// A table that is none is for the chain to complain about.
			if (table === null || !table.ok) continue;
			for (const index of [...writableIndexes, ...readonlyIndexes]) {
				if (index < table.value.length) addresses.push(table.value.addressAt(index));
			}
		}
		await this.beforeRead(addresses);
	}

	beforeTokenAccounts(owner: Pubkey, filter: TokenAccountsFilter): Promise<void> | null {
		const key = `${filter.kind}${filter.address.key}${owner.key}`;
		if (this.known.has(key)) return null;
		const pending = this.pending.get(key) ?? this.bringTokenAccounts(key, owner, filter);
		this.pending.set(key, pending);
		return pending;
	}

	private async bringTokenAccounts(key: string, owner: Pubkey, filter: TokenAccountsFilter): Promise<void> {
		try {
			const found = await this.cluster.getTokenAccountsByOwner(owner, filter);
			const isNew = new Set(this.missing(found.map(([pubkey]) => pubkey)).map((pubkey) => pubkey.key));
			await this.adopt(found.filter(([pubkey]) => isNew.has(pubkey.key)));
			// The mint is looked at to tell whether there is one.
			if (filter.kind === 'mint') await this.beforeRead([filter.address]);
			this.know(key);
		} finally {
			this.pending.delete(key);
		}
	}

	private missing(pubkeys: readonly Pubkey[]): Pubkey[] {
		const missing = new Map<string, Pubkey>();
		for (const pubkey of pubkeys) {
			if (this.known.has(pubkey.key)) continue;
			if (this.chain.getAccount(pubkey) === null) missing.set(pubkey.key, pubkey);
			else this.know(pubkey.key);
		}
		return [...missing.values()];
	}

	/** Waits for what others have asked for, and asks for the rest. */
	private async bring(pubkeys: readonly Pubkey[]): Promise<void> {
		const own = pubkeys.filter(({ key }) => !this.pending.has(key));
		const waits = pubkeys.map(({ key }) => this.pending.get(key)).filter((wait) => wait !== undefined);
		if (own.length > 0) {
			const fetch = this.fetch(own).finally(() => {
				for (const { key } of own) this.pending.delete(key);
			});
			for (const { key } of own) this.pending.set(key, fetch);
			waits.push(fetch);
		}
		await Promise.all(waits);
	}

	private async fetch(pubkeys: readonly Pubkey[]): Promise<void> {
		const accounts = await this.cluster.getAccounts(pubkeys);
		await this.adopt(pubkeys.map((pubkey) => [pubkey, accounts.get(pubkey.key) ?? null]));
	}

	/** Takes accounts over with their companions, all at once: nobody must find a program without its code. */
	private async adopt(accounts: readonly FoundAccount[]): Promise<void> {
		const found = new Map(accounts.map((one) => [one[0].key, one]));
		let newest = accounts;
		for (let step = 0; step < MAX_STEPS && newest.length > 0; step++) {
			const next = newest.flatMap(([, account]) => (account === null ? [] : companions(account)));
			const wanted = this.missing(next).filter(({ key }) => !found.has(key));
			const fetched = await this.cluster.getAccounts(wanted);
			newest = wanted.map((pubkey) => [pubkey, fetched.get(pubkey.key) ?? null]);
			for (const one of newest) found.set(one[0].key, one);
		}
		// Between this wait and the writes nobody else begins.
		while (this.chain.isBusy) await this.chain.idle();
		for (const [pubkey, account] of found.values()) {
			// Whatever the chain did with the address in the meantime stands.
			if (this.known.has(pubkey.key)) continue;
			// What is newer than the open slot's parent would not be in force yet.
			if (account !== null) this.chain.setAccount(pubkey, inForceAt(account, this.chain.slot - 1n));
			this.know(pubkey.key);
		}
	}
}
