/**
 * Owns the bounded cache of rooted accounts that were read or written lately, so that a state larger than memory
 * costs memory for its busy part only.
 *
 * Eviction is SIEVE: a hit marks an entry and moves nothing; a hand that walks from old to new drops the first
 * unmarked entry and unmarks the others it passes. One pass over a large set (a scan) so evicts what was read once,
 * not what is read all the time.
 */
import type { AccountSharedData } from '@parhelion/sdk';

/**
 * What an entry costs besides its data. Measured with 300,000 token accounts: 433 bytes of heap, and with the slack of
 * the allocator and the collector 750 that the process grows by.
 */
const ENTRY_OVERHEAD = 640;

class Entry {
	readonly key: string;
	account: AccountSharedData;
	visited = false;
	newer: Entry | null = null;
	older: Entry | null = null;

	constructor(key: string, account: AccountSharedData) {
		this.key = key;
		this.account = account;
	}
}

/** Accounts by `Pubkey.key`, at most so many bytes of them. */
export class ReadCache {
	/** The limit in bytes. */
	readonly capacity: number;
	/** How often {@link get} found something, and how often not. */
	hits = 0;
	misses = 0;
	readonly #entries: Map<string, Entry> = new Map();
	#bytes = 0;
	#newest: Entry | null = null;
	#oldest: Entry | null = null;
	#hand: Entry | null = null;

	/** RangeError for a capacity that is no number of bytes. */
	constructor(capacity: number) {
		if (!(capacity >= 0)) throw new RangeError(`a cache cannot hold ${capacity} bytes`);
		this.capacity = capacity;
	}

	/** Bytes held, estimated. */
	get bytes(): number {
		return this.#bytes;
	}

	get size(): number {
		return this.#entries.size;
	}

	get(key: string): AccountSharedData | undefined {
		const entry = this.#entries.get(key);
		if (entry === undefined) {
			this.misses++;
			return undefined;
		}
		this.hits++;
		entry.visited = true;
		return entry.account;
	}

	/** As {@link get}, without a trace: scans ask so. */
	peek(key: string): AccountSharedData | undefined {
		return this.#entries.get(key)?.account;
	}

	/** Keeps an account; one that is larger than a quarter of the cache is not kept. */
	set(key: string, account: AccountSharedData): void {
		const cost = account.data.length + ENTRY_OVERHEAD;
		const known = this.#entries.get(key);
		if (cost > this.capacity / 4) {
			if (known !== undefined) this.#drop(known);
			return;
		}
		if (known !== undefined) {
			this.#bytes += cost - (known.account.data.length + ENTRY_OVERHEAD);
			known.account = account;
			known.visited = true;
		} else {
			const entry = new Entry(key, account);
			entry.older = this.#newest;
			if (this.#newest !== null) this.#newest.newer = entry;
			this.#newest = entry;
			this.#oldest ??= entry;
			this.#entries.set(key, entry);
			this.#bytes += cost;
		}
		while (this.#bytes > this.capacity) this.#evict();
	}

	delete(key: string): void {
		const entry = this.#entries.get(key);
		if (entry !== undefined) this.#drop(entry);
	}

	clear(): void {
		this.#entries.clear();
		this.#bytes = 0;
		this.#newest = null;
		this.#oldest = null;
		this.#hand = null;
	}

	#evict(): void {
		let hand = this.#hand ?? this.#oldest;
		while (hand?.visited === true) {
			hand.visited = false;
			hand = hand.newer ?? this.#oldest;
		}
		if (hand === null) return;
		this.#hand = hand.newer;
		this.#drop(hand);
	}

	#drop(entry: Entry): void {
		if (this.#hand === entry) this.#hand = entry.newer;
		if (entry.newer !== null) entry.newer.older = entry.older;
		else this.#newest = entry.older;
		if (entry.older !== null) entry.older.newer = entry.newer;
		else this.#oldest = entry.newer;
		this.#entries.delete(entry.key);
		this.#bytes -= entry.account.data.length + ENTRY_OVERHEAD;
	}
}
