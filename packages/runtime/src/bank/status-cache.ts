/**
 * Which messages were processed under each recent blockhash, over all forks: a bank asks with its ancestors and
 * hears only of its own fork.
 *
 * Source: solana-runtime 4.3.0 (status_cache.rs). Keys are whole here, upstream cuts 20 bytes out of them; what comes out
 * of a snapshot is known by those 20 bytes.
 */
import { Hash, InvariantError, type Slot, type TransactionError } from '@parhelion/sdk';
import { type Ancestors, slotNumber } from '../accounts-db/ancestors.ts';
import { MAX_RECENT_BLOCKHASHES } from './blockhash-queue.ts';
import { MessageStatuses, type ProcessedStatus } from './message-statuses.ts';

export { CACHED_KEY_SIZE, type ProcessedStatus } from './message-statuses.ts';

/** A message that was processed under a blockhash. */
export interface ProcessedMessage {
	readonly blockhash: Hash;
	readonly messageHash: Hash;
	readonly err: TransactionError | null;
}

/** What a slot put into the status cache, as snapshots have it (`BankSlotDelta`). */
export interface SlotDelta {
	readonly slot: Slot;
	readonly isRoot: boolean;
	readonly statuses: readonly BlockhashStatuses[];
}

/** The messages that named a blockhash. */
export interface BlockhashStatuses {
	readonly blockhash: Hash;
	/** Where in a message hash the 20 bytes begin. */
	readonly keyIndex: number;
	readonly messages: readonly (readonly [keySlice: Uint8Array, err: TransactionError | null])[];
}

/** What was rooted at some time, to go back to. */
export interface RootedStatuses {
	readonly entries: readonly MessageStatuses[];
	readonly roots: readonly number[];
	readonly appended: readonly SlotDelta[];
}

/** What a slot put in: messages under a blockhash whose numbers follow each other. */
interface Run {
	readonly entry: MessageStatuses;
	readonly first: number;
	/** The number after the last. */
	end: number;
}

/** The messages processed under the blockhashes that may still be named. */
export class StatusCache {
	readonly #cache: Map<string, MessageStatuses> = new Map();
	/** What each slot put in that is not rooted. */
	readonly #bySlot: Map<number, Run[]> = new Map();
	/** Rooted slots, oldest first, as far as the oldest entry goes back. */
	readonly #roots: Set<number> = new Set();
	#newestRoot = -1;
	/** What came out of a snapshot and still counts, by ascending slot. */
	#appended: SlotDelta[] = [];
	/** The slot that was inserted into last, as a number too, and what it put in: most often it is the next one's. */
	#lastSlot: Slot = -1n;
	#lastNumber = -1;
	#lastRuns: Run[] = [];
	#lastRun: Run | null = null;
	/** The blockhash that was asked for last, which most of the next ones name too, and its entry. */
	#lastBlockhash: Hash | null = null;
	#lastEntry: MessageStatuses | null = null;
	/** The entry that was made last: the next one may grow as large. */
	#lastMade: MessageStatuses | null = null;

	/** How the message ended on the fork of `ancestors`; `undefined` if it was not processed there. */
	getStatus(messageHash: Hash, blockhash: Hash, ancestors: Ancestors): ProcessedStatus | undefined {
		return this.#find(blockhash)?.find(messageHash, ancestors, this.#roots);
	}

	#find(blockhash: Hash): MessageStatuses | undefined {
		if (blockhash === this.#lastBlockhash) return this.#lastEntry!;
		const entry = this.#cache.get(blockhash.key);
		if (entry === undefined) return undefined;
		this.#lastBlockhash = blockhash;
		this.#lastEntry = entry;
		return entry;
	}

	/** The entry of a blockhash, made if there is none, used by `slot`. */
	#entryOf(blockhash: Hash, slot: number): MessageStatuses {
		let entry = this.#find(blockhash);
		if (entry === undefined) {
			entry = new MessageStatuses(blockhash.key, slot, this.#lastMade?.added ?? 0);
			this.#lastMade = entry;
			this.#cache.set(entry.key, entry);
		}
		if (slot > entry.maxSlot) entry.maxSlot = slot;
		return entry;
	}

	/** Remembers a message that `slot` processed. */
	insert(blockhash: Hash, messageHash: Hash, slot: Slot, err: TransactionError | null): void {
		if (slot !== this.#lastSlot) this.#moveTo(slot);
		const entry = this.#entryOf(blockhash, this.#lastNumber);
		const number = entry.add(messageHash, this.#lastNumber, err);
		const run = this.#lastRun;
		if (run !== null && run.entry === entry && run.end === number) {
			run.end++;
			return;
		}
		this.#lastRun = { entry, first: number, end: number + 1 };
		this.#lastRuns.push(this.#lastRun);
	}

	#moveTo(slot: Slot): void {
		const number = slotNumber(slot);
		let runs = this.#bySlot.get(number);
		if (runs === undefined) {
			runs = [];
			this.#bySlot.set(number, runs);
		}
		this.#lastSlot = slot;
		this.#lastNumber = number;
		this.#lastRuns = runs;
		this.#lastRun = null;
	}

	/** Takes over what a snapshot knows, by ascending slot. InvariantError for a root that is not above the newest. */
	append(deltas: Iterable<SlotDelta>): void {
		for (const delta of deltas) {
			const { slot, isRoot, statuses } = delta;
			for (const { blockhash, keyIndex, messages } of statuses) {
				const entry = this.#entryOf(blockhash, slotNumber(slot));
				for (const [keySlice, err] of messages) entry.addSlice(keyIndex, keySlice, { slot, err });
			}
			if (!isRoot) continue;
			this.#appended.push(delta);
			this.addRoot(slot);
		}
	}

	/** The rooted slots that were appended and still count: no block here tells of them. */
	get appended(): readonly SlotDelta[] {
		return this.#appended;
	}

	/** Makes a slot's statuses those of every fork; forgets blockhashes last used too long before. */
	addRoot(slot: Slot): void {
		const number = slotNumber(slot);
		if (number <= this.#newestRoot) {
			throw new InvariantError(`slot ${slot} is rooted after ${this.#newestRoot}`);
		}
		this.#newestRoot = number;
		this.#roots.add(number);
		this.#take(number);
		if (this.#roots.size <= MAX_RECENT_BLOCKHASHES) return;
		const [oldest] = this.#roots;
		this.#roots.delete(oldest!);
		if (this.#appended[0]?.slot === BigInt(oldest!)) this.#appended.shift();
		for (const [key, entry] of this.#cache) if (entry.maxSlot <= oldest!) this.#cache.delete(key);
	}

	/** Forgets what a slot of a dropped fork put in. */
	clearSlot(slot: Slot): void {
		const number = slotNumber(slot);
		for (const { entry, first, end } of this.#take(number)) {
			for (let message = first; message < end; message++) entry.remove(message, number);
			if (entry.size === 0) this.#cache.delete(entry.key);
		}
	}

	/** What is rooted now. Later slots may add to the entries. */
	rooted(): RootedStatuses {
		const [entries, roots] = [[...this.#cache.values()], [...this.#roots]];
		return { entries, roots, appended: [...this.#appended] };
	}

	/** Goes back to what was rooted then, and forgets for good what came after it. */
	revertTo({ entries, roots, appended }: RootedStatuses): void {
		const newest = roots.at(-1) ?? -1;
		this.#cache.clear();
		for (const entry of entries) {
			entry.forgetAfter(newest);
			this.#cache.set(entry.key, entry);
		}
		this.#bySlot.clear();
		this.#roots.clear();
		for (const root of roots) this.#roots.add(root);
		this.#newestRoot = newest;
		this.#appended = [...appended];
		this.#lastSlot = -1n;
		this.#lastBlockhash = null;
	}

	/** What a slot put in, which from now on is nobody's to clear. */
	#take(slot: number): readonly Run[] {
		const runs = this.#bySlot.get(slot) ?? [];
		this.#bySlot.delete(slot);
		this.#lastSlot = -1n;
		this.#lastBlockhash = null;
		return runs;
	}

	/** What a slot put in, as long as it is not rooted. */
	*processedIn(slot: Slot): IterableIterator<ProcessedMessage> {
		const number = slotNumber(slot);
		for (const { entry, first, end } of this.#bySlot.get(number) ?? []) {
			for (let message = first; message < end; message++) {
				const err = entry.errIn(message, number);
				if (err === undefined) continue;
				yield { blockhash: hashOfKey(entry.key), messageHash: entry.messageOf(message), err };
			}
		}
	}

	/** Messages remembered; of a snapshot's each twice, under its hash and its signature. */
	get size(): number {
		let size = 0;
		for (const entry of this.#cache.values()) size += entry.size;
		return size;
	}
}

/** The inverse of `Hash.key`. */
function hashOfKey(key: string): Hash {
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++) bytes[i] = key.charCodeAt(i);
	return Hash.fromBytes(bytes);
}
