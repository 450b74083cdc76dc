/**
 * Which messages were processed under each recent blockhash, over all forks: a bank asks with its ancestors and
 * hears only of its own fork.
 *
 * Source: solana-runtime 4.3.0 (status_cache.rs). Keys are whole here, upstream cuts 20 bytes out of them.
 */
import { type Hash, InvariantError, type Slot, type TransactionError } from '@parhelion/sdk';
import type { Ancestors } from '../accounts-db/ancestors.ts';
import { MAX_RECENT_BLOCKHASHES } from './blockhash-queue.ts';

/** How a message ended, and in which slot. */
export interface ProcessedStatus {
	readonly slot: Slot;
	readonly err: TransactionError | null;
}

interface BlockhashEntry {
	/** The newest slot that used the blockhash. */
	maxSlot: Slot;
	/** By message: once for each fork that processed it. */
	readonly statuses: Map<string, ProcessedStatus[]>;
}

/** The messages processed under the blockhashes that may still be named. */
export class StatusCache {
	readonly #cache: Map<string, BlockhashEntry> = new Map();
	/** What each slot put in that is not rooted: blockhash and message. */
	readonly #bySlot: Map<Slot, [blockhash: string, message: string][]> = new Map();
	/** Rooted slots, oldest first, as far as the oldest entry goes back. */
	readonly #roots: Set<Slot> = new Set();
	#newestRoot: Slot = -1n;

	/** How the message ended on the fork of `ancestors`; `undefined` if it was not processed there. */
	getStatus(messageHash: Hash, blockhash: Hash, ancestors: Ancestors): ProcessedStatus | undefined {
		const found = this.#cache.get(blockhash.key)?.statuses.get(messageHash.key);
		if (found === undefined) return undefined;
		for (const status of found) {
			if (ancestors.has(status.slot) || this.#roots.has(status.slot)) return status;
		}
		return undefined;
	}

	/** Remembers a message that `slot` processed. */
	insert(blockhash: Hash, messageHash: Hash, slot: Slot, err: TransactionError | null): void {
		let entry = this.#cache.get(blockhash.key);
		if (entry === undefined) {
			entry = { maxSlot: slot, statuses: new Map() };
			this.#cache.set(blockhash.key, entry);
		}
		if (slot > entry.maxSlot) entry.maxSlot = slot;
		const statuses = entry.statuses.get(messageHash.key);
		if (statuses === undefined) entry.statuses.set(messageHash.key, [{ slot, err }]);
		else statuses.push({ slot, err });
		const keys = this.#bySlot.get(slot);
		if (keys === undefined) this.#bySlot.set(slot, [[blockhash.key, messageHash.key]]);
		else keys.push([blockhash.key, messageHash.key]);
	}

	/** Makes a slot's statuses those of every fork; forgets blockhashes last used too long before. */
	addRoot(slot: Slot): void {
		if (slot <= this.#newestRoot)
			throw new InvariantError(`slot ${slot} is rooted after ${this.#newestRoot}`);
		this.#newestRoot = slot;
		this.#roots.add(slot);
		this.#bySlot.delete(slot);
		if (this.#roots.size <= MAX_RECENT_BLOCKHASHES) return;
		const [oldest] = this.#roots;
		this.#roots.delete(oldest!);
		for (const [key, entry] of this.#cache) if (entry.maxSlot <= oldest!) this.#cache.delete(key);
	}

	/** Forgets what a slot of a dropped fork put in. */
	clearSlot(slot: Slot): void {
		for (const [blockhash, message] of this.#bySlot.get(slot) ?? []) {
			const entry = this.#cache.get(blockhash);
			const statuses = entry?.statuses.get(message);
			if (entry === undefined || statuses === undefined) continue;
			const rest = statuses.filter((status) => status.slot !== slot);
			if (rest.length > 0) entry.statuses.set(message, rest);
			else entry.statuses.delete(message);
			if (entry.statuses.size === 0) this.#cache.delete(blockhash);
		}
		this.#bySlot.delete(slot);
	}

	/** Messages remembered. */
	get size(): number {
		let size = 0;
		for (const { statuses } of this.#cache.values()) size += statuses.size;
		return size;
	}
}
