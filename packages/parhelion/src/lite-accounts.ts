/**
 * The accounts of a `LiteSVM`: a map that can be forked in constant time.
 *
 * Owns: storing, deleting, listing, forking. What is written goes to a map of its own; a fork turns that map into
 * a layer which both sides share and neither writes to. As long as nothing was forked there is no layer, and an
 * account costs one lookup. A new layer swallows those below it that are not at least twice as large, so there
 * are never more layers than the logarithm of the number of accounts, and each written account is copied as many
 * times at most.
 *
 * Refuses: any rule on what may be stored.
 */
import { type AccountSharedData, Pubkey } from '@parhelion/sdk';

/** `null` marks an account that a layer below has and that was deleted since. */
type Entries = Map<string, AccountSharedData | null>;

/** Entries that nobody writes to any more, with an index by owner that is made at the first question. */
class Layer {
	readonly entries: Entries;
	#byOwner: Map<string, string[]> | null = null;

	constructor(entries: Entries) {
		this.entries = entries;
	}

	/** The keys of the accounts that `owner` owns here. */
	ownedBy(owner: string): readonly string[] {
		if (this.#byOwner === null) {
			const byOwner = new Map<string, string[]>();
			for (const [key, account] of this.entries) {
				if (account === null) continue;
				const keys = byOwner.get(account.owner.key);
				if (keys === undefined) byOwner.set(account.owner.key, [key]);
				else keys.push(key);
			}
			this.#byOwner = byOwner;
		}
		return this.#byOwner.get(owner) ?? [];
	}
}

const NO_LAYERS: readonly Layer[] = [];

/** `newer` over `older` as one layer; without the marks of deleted accounts where nothing is below. */
function merge(newer: Layer, older: Layer, isBottom: boolean): Layer {
	const entries: Entries = new Map(older.entries);
	for (const [key, account] of newer.entries) {
		if (account === null && isBottom) entries.delete(key);
		else entries.set(key, account);
	}
	return new Layer(entries);
}

/** The bytes of a 32-character key; the inverse of `Pubkey.key`. */
function pubkeyFromKey(key: string): Pubkey {
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++) bytes[i] = key.charCodeAt(i);
	return Pubkey.fromBytes(bytes);
}

/** Accounts by address. */
export class LiteAccounts {
	/** What was written since the last fork. */
	#top: Entries = new Map();
	/** Newest first. */
	#layers: readonly Layer[] = NO_LAYERS;
	#size = 0;
	/** Owner to the keys in `#top` it owns; made at the first question, kept up from then on. */
	#topByOwner: Map<string, Set<string>> | null = null;

	/** How many accounts there are. */
	get size(): number {
		return this.#size;
	}

	/** How many layers an account may have to be looked for in, besides the newest state. */
	get depth(): number {
		return this.#layers.length;
	}

	/** The same accounts once more; from here on the two go their own ways. */
	fork(): LiteAccounts {
		this.#freeze();
		const copy = new LiteAccounts();
		copy.#layers = this.#layers;
		copy.#size = this.#size;
		return copy;
	}

	get(pubkey: Pubkey): AccountSharedData | undefined {
		const { key } = pubkey;
		const account = this.#top.get(key);
		if (account !== undefined || this.#layers.length === 0) return account ?? undefined;
		return this.#below(key);
	}

	has(pubkey: Pubkey): boolean {
		return this.get(pubkey) !== undefined;
	}

	/** Stores an account as it is, also one without lamports. */
	store(pubkey: Pubkey, account: AccountSharedData): void {
		const { key } = pubkey;
		if (this.#topByOwner !== null) this.#reindex(key, account);
		const top = this.#top;
		const before = top.size;
		if (this.#layers.length === 0) {
			top.set(key, account);
			this.#size += top.size - before;
		} else {
			if (this.get(pubkey) === undefined) this.#size++;
			top.set(key, account);
		}
	}

	/** Forgets an account; says whether there was one. */
	delete(pubkey: Pubkey): boolean {
		const { key } = pubkey;
		if (this.get(pubkey) === undefined) return false;
		if (this.#topByOwner !== null) this.#reindex(key, null);
		this.#size--;
		if (this.#below(key) === undefined) this.#top.delete(key);
		else this.#top.set(key, null);
		return true;
	}

	/** The accounts that `program` owns, as they are at the moment each is reached. */
	*programAccounts(program: Pubkey): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		const owner = program.key;
		const layers = this.#layers;
		for (const key of [...(this.#owners().get(owner) ?? [])]) {
			const account = this.#top.get(key);
			if (account?.owner.key === owner) yield [pubkeyFromKey(key), account];
		}
		for (let i = 0; i < layers.length; i++) {
			for (const key of layers[i]!.ownedBy(owner)) {
				if (this.#top.has(key) || layers.slice(0, i).some((newer) => newer.entries.has(key))) continue;
				yield [pubkeyFromKey(key), layers[i]!.entries.get(key)!];
			}
		}
	}

	/** Every account. */
	*entries(): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		const all = this.#layers.length === 0 ? this.#top : this.#flat();
		for (const [key, account] of all) if (account !== null) yield [pubkeyFromKey(key), account];
	}

	#below(key: string): AccountSharedData | undefined {
		for (const { entries } of this.#layers) {
			const account = entries.get(key);
			if (account !== undefined) return account ?? undefined;
		}
		return undefined;
	}

	#flat(): Entries {
		let flat = new Layer(this.#top);
		this.#layers.forEach((layer, i) => {
			flat = merge(flat, layer, i === this.#layers.length - 1);
		});
		return flat.entries;
	}

	/** Makes a layer of what was written since the last one. */
	#freeze(): void {
		if (this.#top.size === 0) return;
		let newest = new Layer(this.#top);
		const layers = this.#layers.slice();
		while (layers.length > 0 && newest.entries.size * 2 > layers[0]!.entries.size) {
			newest = merge(newest, layers.shift()!, layers.length === 0);
		}
		// Where everything was deleted there is nothing to look through.
		this.#layers = newest.entries.size === 0 ? NO_LAYERS : [newest, ...layers];
		this.#top = new Map();
		this.#topByOwner = null;
	}

	#owners(): Map<string, Set<string>> {
		if (this.#topByOwner === null) {
			this.#topByOwner = new Map();
			for (const [key, account] of this.#top) if (account !== null) this.#index(key, account.owner.key);
		}
		return this.#topByOwner;
	}

	#index(key: string, owner: string): void {
		const keys = this.#topByOwner?.get(owner);
		if (keys === undefined) this.#topByOwner?.set(owner, new Set([key]));
		else keys.add(key);
	}

	#reindex(key: string, account: AccountSharedData | null): void {
		const before = this.#top.get(key);
		if (before) {
			if (before.owner.key === account?.owner.key) return;
			const keys = this.#topByOwner?.get(before.owner.key);
			keys?.delete(key);
			if (keys?.size === 0) this.#topByOwner?.delete(before.owner.key);
		}
		if (account !== null) this.#index(key, account.owner.key);
	}
}
