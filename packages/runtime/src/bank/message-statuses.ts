/**
 * The messages that named one blockhash, and how they ended: by the 32 bytes of a message hash in typed arrays, which the
 * garbage collector does not walk, and out of snapshots by 20 of them.
 */
import { Hash, type Slot, type TransactionError } from '@parhelion/sdk';
import type { Ancestors } from '../accounts-db/ancestors.ts';
import { KeyTable } from '../accounts-db/key-table.ts';

/** How a message ended, and in which slot. */
export interface ProcessedStatus {
	readonly slot: Slot;
	readonly err: TransactionError | null;
}

/** Bytes kept of a message hash in a snapshot (`CACHED_KEY_SIZE`). */
export const CACHED_KEY_SIZE = 20;

const FIRST_CAPACITY = 16;
/** The seed of all tables: nobody outside knows it, and one is as good as many. */
const SEED = globalThis.crypto.getRandomValues(new Int32Array(1))[0]!;

/** Where the words of a hash lie while they are looked up: an array for each would cost more than the look-up. */
const WORDS = new Int32Array(8);

function wordsOf({ bytes }: Hash): Int32Array {
	for (let i = 0, at = 0; i < 8; i++, at += 4) {
		WORDS[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
	}
	return WORDS;
}

/** The messages under a blockhash. Slots are numbers here. */
export class MessageStatuses {
	/** The blockhash's `key`. */
	readonly key: string;
	/** The newest slot that used the blockhash. */
	maxSlot: number;
	readonly #table: KeyTable = new KeyTable(SEED, FIRST_CAPACITY);
	/** By number in the table: the slot that processed the message. */
	#slots: Float64Array = new Float64Array(FIRST_CAPACITY);
	/** By number: how it ended, where that was badly. */
	readonly #errs: Map<number, TransactionError> = new Map();
	/** By number: what other forks did with the message. */
	readonly #others: Map<number, ProcessedStatus[]> = new Map();
	/** Out of snapshots: by where the 20 bytes begin, then by them. */
	readonly #slices: Map<number, Map<string, ProcessedStatus[]>> = new Map();

	constructor(key: string, slot: number) {
		this.key = key;
		this.maxSlot = slot;
	}

	/** Messages, those out of snapshots included. */
	get size(): number {
		let size = this.#table.size;
		for (const statuses of this.#slices.values()) size += statuses.size;
		return size;
	}

	/** How a message ended in a slot that is an ancestor or a root; `undefined` if in none. */
	find(message: Hash, ancestors: Ancestors, roots: ReadonlySet<number>): ProcessedStatus | undefined {
		const number = this.#table.find(wordsOf(message));
		if (number < 0 && this.#slices.size === 0) return undefined;
		const isSeen = (slot: number): boolean => ancestors.hasNumber(slot) || roots.has(slot);
		if (number >= 0) {
			const slot = this.#slots[number]!;
			if (isSeen(slot)) return { slot: BigInt(slot), err: this.#errs.get(number) ?? null };
			const other = this.#others.get(number)?.find((status) => isSeen(Number(status.slot)));
			if (other !== undefined) return other;
		}
		for (const [keyIndex, statuses] of this.#slices) {
			const slice = message.key.slice(keyIndex, keyIndex + CACHED_KEY_SIZE);
			const status = statuses.get(slice)?.find((one) => isSeen(Number(one.slot)));
			if (status !== undefined) return status;
		}
		return undefined;
	}

	/** Adds what a slot did with a message; answers the message's number. */
	add(message: Hash, slot: number, err: TransactionError | null): number {
		const before = this.#table.size;
		const number = this.#table.insert(wordsOf(message));
		if (this.#table.size === before) {
			const others = this.#others.get(number) ?? [];
			others.push({ slot: BigInt(slot), err });
			this.#others.set(number, others);
			return number;
		}
		if (number >= this.#slots.length) {
			const grown = new Float64Array(this.#slots.length * 2);
			grown.set(this.#slots);
			this.#slots = grown;
		}
		this.#slots[number] = slot;
		if (err !== null) this.#errs.set(number, err);
		return number;
	}

	/** Adds what a snapshot tells of a message. */
	addSlice(keyIndex: number, keySlice: Uint8Array, status: ProcessedStatus): void {
		let statuses = this.#slices.get(keyIndex);
		if (statuses === undefined) {
			statuses = new Map();
			this.#slices.set(keyIndex, statuses);
		}
		const key = String.fromCharCode(...keySlice);
		const known = statuses.get(key);
		if (known === undefined) statuses.set(key, [status]);
		else known.push(status);
	}

	/** How the message of a number ended in a slot; `undefined` if not in that one. */
	errIn(number: number, slot: number): TransactionError | null | undefined {
		if (this.#slots[number] === slot) return this.#errs.get(number) ?? null;
		return this.#others.get(number)?.find((status) => Number(status.slot) === slot)?.err;
	}

	/** The message of a number. */
	messageOf(number: number): Hash {
		this.#table.copyKey(number, WORDS);
		const bytes = new Uint8Array(32);
		for (let i = 0; i < 32; i++) bytes[i] = WORDS[i >> 2]! >>> (8 * (i & 3));
		return Hash.fromBytes(bytes);
	}

	/** Forgets what a slot did with the message of a number. */
	remove(number: number, slot: number): void {
		const others = (this.#others.get(number) ?? []).filter((status) => Number(status.slot) !== slot);
		if (this.#slots[number] === slot) {
			this.#errs.delete(number);
			const next = others.shift();
			if (next === undefined) {
				this.#table.copyKey(number, WORDS);
				this.#table.remove(WORDS);
				this.#slots[number] = -1;
			} else {
				this.#slots[number] = Number(next.slot);
				if (next.err !== null) this.#errs.set(number, next.err);
			}
		}
		if (others.length > 0) this.#others.set(number, others);
		else this.#others.delete(number);
	}
}
