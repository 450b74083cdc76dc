/**
 * Accounts in memory, by address, with an index by owner program.
 *
 * Owns: storing, deleting, listing. Refuses: any rule on what may be stored (that is the bank's or the
 * caller's). Accounts are immutable, so a copy of the database shares them all and costs one copy of a map.
 *
 * Source: solana-accounts-db `AccountsDb` (behaviour only; slots, forks and disk come with a later part).
 */
import { type AccountSharedData, Pubkey } from '@parhelion/sdk';

/** The bytes of a 32-character key; the inverse of `Pubkey.key`. */
function pubkeyFromKey(key: string): Pubkey {
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++) bytes[i] = key.charCodeAt(i);
	return Pubkey.fromBytes(bytes);
}

/** The accounts of one state of the chain. */
export class AccountsDb {
	readonly #accounts: Map<string, AccountSharedData>;
	/** Owner to the addresses it owns; made at the first question, kept up from then on. */
	#byOwner: Map<string, Set<string>> | null = null;

	/** An empty database, or one that starts from the accounts of `source` (shared, not copied). */
	constructor(source?: AccountsDb) {
		this.#accounts = source === undefined ? new Map() : new Map(source.#accounts);
	}

	/** How many accounts there are. */
	get size(): number {
		return this.#accounts.size;
	}

	get(pubkey: Pubkey): AccountSharedData | undefined {
		return this.#accounts.get(pubkey.key);
	}

	has(pubkey: Pubkey): boolean {
		return this.#accounts.has(pubkey.key);
	}

	/** Stores an account as it is, also one without lamports. */
	store(pubkey: Pubkey, account: AccountSharedData): void {
		const key = pubkey.key;
		if (this.#byOwner !== null) {
			const before = this.#accounts.get(key);
			if (before === undefined || before.owner.key !== account.owner.key) {
				if (before !== undefined) this.#unindex(key, before.owner.key);
				this.#index(this.#byOwner, key, account.owner.key);
			}
		}
		this.#accounts.set(key, account);
	}

	/** Forgets an account; says whether there was one. */
	delete(pubkey: Pubkey): boolean {
		const key = pubkey.key;
		if (this.#byOwner !== null) {
			const before = this.#accounts.get(key);
			if (before !== undefined) this.#unindex(key, before.owner.key);
		}
		return this.#accounts.delete(key);
	}

	/** The accounts that `program` owns, as they are at the moment each is reached. */
	*programAccounts(program: Pubkey): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		const keys = this.#owners().get(program.key);
		if (keys === undefined) return;
		for (const key of [...keys]) {
			const account = this.#accounts.get(key);
			if (account !== undefined && account.owner.key === program.key) yield [pubkeyFromKey(key), account];
		}
	}

	/** Every account, in order of first storage. */
	*entries(): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		for (const [key, account] of this.#accounts) yield [pubkeyFromKey(key), account];
	}

	#owners(): Map<string, Set<string>> {
		if (this.#byOwner === null) {
			const byOwner = new Map<string, Set<string>>();
			for (const [key, account] of this.#accounts) this.#index(byOwner, key, account.owner.key);
			this.#byOwner = byOwner;
		}
		return this.#byOwner;
	}

	#index(byOwner: Map<string, Set<string>>, key: string, owner: string): void {
		const keys = byOwner.get(owner);
		if (keys === undefined) byOwner.set(owner, new Set([key]));
		else keys.add(key);
	}

	#unindex(key: string, owner: string): void {
		const keys = this.#byOwner?.get(owner);
		if (keys === undefined) return;
		keys.delete(key);
		if (keys.size === 0) this.#byOwner?.delete(owner);
	}
}
