/**
 * The recent blockhashes and their ages.
 *
 * Source: solana-accounts-db blockhash_queue.rs; ages from solana-clock.
 */
import { type Hash, InvariantError, type Lamports } from '@parhelion/sdk';

/** How many blockhashes are remembered. */
export const MAX_RECENT_BLOCKHASHES = 300;
/** The age in blocks up to which a transaction may name a blockhash. */
export const MAX_PROCESSING_AGE = 150;
/** Blocks a transaction may wait between validators; a simulation sets them aside. */
export const MAX_TRANSACTION_FORWARDING_DELAY = 6;

/** What is remembered of a blockhash. */
export interface HashInfo {
	readonly hash: Hash;
	readonly lamportsPerSignature: Lamports;
	/** Its number in the order of registration; 0 is genesis. */
	readonly hashIndex: number;
}

/** The last {@link MAX_RECENT_BLOCKHASHES} blockhashes. */
export class BlockhashQueue {
	readonly #hashes: Map<string, HashInfo> = new Map();
	#lastHashIndex = 0;
	#lastHash: Hash | null = null;
	/** The hash that was found last, which most of the next transactions name too. */
	#found: Hash | null = null;
	#foundInfo: HashInfo | null = null;

	/** A queue of these, oldest first. */
	static of(infos: Iterable<HashInfo>): BlockhashQueue {
		const queue = new BlockhashQueue();
		for (const info of infos) {
			queue.#hashes.set(info.hash.key, info);
			queue.#lastHashIndex = info.hashIndex;
			queue.#lastHash = info.hash;
		}
		return queue;
	}

	/** An independent copy. */
	clone(): BlockhashQueue {
		const copy = new BlockhashQueue();
		for (const [key, info] of this.#hashes) copy.#hashes.set(key, info);
		copy.#lastHashIndex = this.#lastHashIndex;
		copy.#lastHash = this.#lastHash;
		return copy;
	}

	/** The newest hash. An error before any was registered. */
	lastHash(): Hash {
		if (this.#lastHash === null) throw new InvariantError('no blockhash has been registered');
		return this.#lastHash;
	}

	/** What is known of the newest hash. An error before any was registered. */
	lastHashInfo(): HashInfo {
		return this.#hashes.get(this.lastHash().key)!;
	}

	/** What is known of `hash`, however old. */
	get(hash: Hash): HashInfo | undefined {
		return this.#hashes.get(hash.key);
	}

	/** The age of `hash` in blocks, or `null` if it is unknown. */
	hashAge(hash: Hash): number | null {
		if (hash === this.#found) return this.#lastHashIndex - this.#foundInfo!.hashIndex;
		const info = this.#hashes.get(hash.key);
		if (info === undefined) return null;
		this.#found = hash;
		this.#foundInfo = info;
		return this.#lastHashIndex - info.hashIndex;
	}

	/** Whether `hash` is known and at most `maxAge` blocks old. */
	isHashValidForAge(hash: Hash, maxAge: number): boolean {
		const age = this.hashAge(hash);
		return age !== null && age <= maxAge;
	}

	/** Sets the first hash of a chain. */
	genesisHash(hash: Hash, lamportsPerSignature: Lamports): void {
		this.#hashes.set(hash.key, { hash, lamportsPerSignature, hashIndex: 0 });
		this.#lastHash = hash;
	}

	/** Adds the hash of a new block and drops those that have grown too old. */
	registerHash(hash: Hash, lamportsPerSignature: Lamports): void {
		this.#lastHashIndex += 1;
		this.#found = null;
		if (this.#hashes.size >= MAX_RECENT_BLOCKHASHES) {
			// Registration order is age order, so the first that is young enough ends the search.
			for (const [key, info] of this.#hashes) {
				if (this.#lastHashIndex - info.hashIndex <= MAX_RECENT_BLOCKHASHES) break;
				this.#hashes.delete(key);
			}
		}
		// A hash that comes again becomes young again, also in this map's order.
		this.#hashes.delete(hash.key);
		this.#hashes.set(hash.key, { hash, lamportsPerSignature, hashIndex: this.#lastHashIndex });
		this.#lastHash = hash;
	}

	/** The remembered hashes, oldest first. */
	entries(): IterableIterator<HashInfo> {
		return this.#hashes.values();
	}
}
