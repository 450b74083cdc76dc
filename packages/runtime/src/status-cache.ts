/**
 * Which messages were processed, so that none is processed twice, and how it ended.
 *
 * An entry lives as long as its blockhash can be used. The whole key is kept (upstream keeps 20 bytes of it
 * to save memory, which a test of 2^80 messages would show).
 *
 * Source: solana-runtime status_cache.rs.
 */
import type { Hash, Slot, TransactionError } from '@parhelion/sdk';
import { MAX_RECENT_BLOCKHASHES } from './blockhash-queue.ts';

/** The slot a message was processed in, and its error if it had one. */
export interface ProcessedStatus {
	readonly slot: Slot;
	readonly err: TransactionError | null;
}

interface BlockhashEntry {
	maxSlot: Slot;
	readonly statuses: Map<string, ProcessedStatus>;
}

/** The messages processed under each recent blockhash. */
export class StatusCache {
	readonly #cache: Map<string, BlockhashEntry> = new Map();

	/** How the message with `messageHash` under `blockhash` ended, if it was processed. */
	getStatus(messageHash: Hash, blockhash: Hash): ProcessedStatus | undefined {
		return this.#cache.get(blockhash.key)?.statuses.get(messageHash.key);
	}

	/** Remembers a processed message; the first status of a message stays. */
	insert(blockhash: Hash, messageHash: Hash, slot: Slot, err: TransactionError | null): void {
		let entry = this.#cache.get(blockhash.key);
		if (entry === undefined) {
			entry = { maxSlot: slot, statuses: new Map() };
			this.#cache.set(blockhash.key, entry);
		}
		if (slot > entry.maxSlot) entry.maxSlot = slot;
		if (!entry.statuses.has(messageHash.key)) entry.statuses.set(messageHash.key, { slot, err });
	}

	/** Forgets the blockhashes last used {@link MAX_RECENT_BLOCKHASHES} slots or more before `root`. */
	purge(root: Slot): void {
		const cutoff = root - BigInt(MAX_RECENT_BLOCKHASHES);
		for (const [key, entry] of this.#cache) if (entry.maxSlot <= cutoff) this.#cache.delete(key);
	}
}
