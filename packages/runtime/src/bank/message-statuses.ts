/**
 * The messages that named one blockhash, and how they ended: by the 32 bytes of a message hash in typed arrays, which the
 * garbage collector does not walk, and out of snapshots by 20 of them.
 */
import { Hash, type Slot, type TransactionError } from '@parhelion/sdk';
import type { Ancestors } from '../accounts-db/ancestors.ts';

/** How a message ended, and in which slot. */
export interface ProcessedStatus {
	readonly slot: Slot;
	readonly err: TransactionError | null;
}

/** Bytes kept of a message hash in a snapshot (`CACHED_KEY_SIZE`). */
export const CACHED_KEY_SIZE = 20;

const FIRST_CAPACITY = 64;
const NEVER = -1;
/** Seed of the places: whoever chooses messages does not know which of them would meet. */
const SEED = globalThis.crypto.getRandomValues(new Int32Array(1))[0]!;

/** The messages under a blockhash. Slots are numbers here. */
export class MessageStatuses {
	/** The blockhash's `key`. */
	readonly key: string;
	/** The newest slot that used the blockhash. */
	maxSlot: number;
	/**
	 * Two words a place: the number + 1 of the message there, 0 where there is none, and one word of the message, so that
	 * most questions end without a look at its bytes. At most half full, probed one by one.
	 */
	#places: Int32Array;
	/** By number: the eight words of the message. */
	#keys: Int32Array;
	/** By number: the slot that processed the message; {@link NEVER} once that is forgotten. */
	#slots: Float64Array;
	#end = 0;
	/** The message looked for last and its number, -1 where it was not there: whoever asks adds it next. */
	#sought: Hash | null = null;
	#soughtNumber = -1;
	#forgotten = 0;
	/** By number: how it ended, where that was badly. */
	readonly #errs: Map<number, TransactionError> = new Map();
	/** By number: what other forks did with the message. */
	readonly #others: Map<number, ProcessedStatus[]> = new Map();
	/** Out of snapshots: by where the 20 bytes begin, then by them. */
	readonly #slices: Map<number, Map<string, ProcessedStatus[]>> = new Map();

	/** `expected` is how many messages there may be: growing costs more than room that is not used. */
	constructor(key: string, slot: number, expected: number) {
		this.key = key;
		this.maxSlot = slot;
		let capacity = FIRST_CAPACITY;
		while (capacity < expected) capacity *= 2;
		this.#places = new Int32Array(capacity * 4);
		this.#keys = new Int32Array(capacity * 8);
		this.#slots = new Float64Array(capacity);
	}

	/** Messages that were added, forgotten ones with them; none out of snapshots. */
	get added(): number {
		return this.#end;
	}

	/** Messages, those out of snapshots included. */
	get size(): number {
		let size = this.#end - this.#forgotten;
		for (const statuses of this.#slices.values()) size += statuses.size;
		return size;
	}

	/** How a message ended in a slot that is an ancestor or a root; `undefined` if in none. */
	find(message: Hash, ancestors: Ancestors, roots: ReadonlySet<number>): ProcessedStatus | undefined {
		const number = this.#numberOf(message);
		if (number < 0 && this.#slices.size === 0) return undefined;
		const isSeen = (slot: number): boolean => ancestors.hasNumber(slot) || roots.has(slot);
		if (number >= 0) {
			const slot = this.#slots[number]!;
			if (slot !== NEVER && isSeen(slot)) return { slot: BigInt(slot), err: this.#errs.get(number) ?? null };
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
		const { bytes } = message;
		let number = this.#numberOf(message);
		if (number < 0) number = this.#insert(bytes);
		else if (this.#slots[number] === NEVER) this.#forgotten--;
		else {
			const others = this.#others.get(number) ?? [];
			others.push({ slot: BigInt(slot), err });
			this.#others.set(number, others);
			return number;
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
		const bytes = new Uint8Array(32);
		for (let i = 0; i < 32; i++) bytes[i] = this.#keys[number * 8 + (i >> 2)]! >>> (8 * (i & 3));
		return Hash.fromBytes(bytes);
	}

	/** The number of a message, -1 where it is not there. */
	#numberOf(message: Hash): number {
		if (message !== this.#sought) {
			this.#sought = message;
			this.#soughtNumber = this.#search(message.bytes);
		}
		return this.#soughtNumber;
	}

	#search(bytes: Uint8Array): number {
		const places = this.#places;
		const last = places.length - 2;
		const print = word(bytes, 8);
		for (let at = placeOf(word(bytes, 0), word(bytes, 4)) & last; ; at = (at + 2) & last) {
			const entry = places[at]!;
			if (entry === 0) return -1;
			if (places[at + 1] === print && this.#isMessage(entry - 1, bytes)) return entry - 1;
		}
	}

	#isMessage(number: number, bytes: Uint8Array): boolean {
		for (let i = 0; i < 8; i++) if (this.#keys[number * 8 + i] !== word(bytes, i * 4)) return false;
		return true;
	}

	#insert(bytes: Uint8Array): number {
		const number = this.#end;
		if (number === this.#slots.length) this.#grow();
		for (let i = 0; i < 8; i++) this.#keys[number * 8 + i] = word(bytes, i * 4);
		this.#end++;
		this.#place(number);
		// The one that was not there may be this one.
		this.#sought = null;
		return number;
	}

	#place(number: number): void {
		const places = this.#places;
		const keys = this.#keys;
		const last = places.length - 2;
		let at = placeOf(keys[number * 8]!, keys[number * 8 + 1]!) & last;
		while (places[at] !== 0) at = (at + 2) & last;
		places[at] = number + 1;
		places[at + 1] = keys[number * 8 + 2]!;
	}

	#grow(): void {
		const keys = new Int32Array(this.#keys.length * 2);
		keys.set(this.#keys);
		this.#keys = keys;
		const slots = new Float64Array(this.#slots.length * 2);
		slots.set(this.#slots);
		this.#slots = slots;
		this.#places = new Int32Array(slots.length * 4);
		for (let number = 0; number < this.#end; number++) this.#place(number);
	}

	/** Forgets what a slot did with the message of a number. */
	remove(number: number, slot: number): void {
		const others = (this.#others.get(number) ?? []).filter((status) => Number(status.slot) !== slot);
		if (this.#slots[number] === slot) {
			this.#errs.delete(number);
			const next = others.shift();
			if (next === undefined) {
				this.#slots[number] = NEVER;
				this.#forgotten++;
			} else {
				this.#slots[number] = Number(next.slot);
				if (next.err !== null) this.#errs.set(number, next.err);
			}
		}
		if (others.length > 0) this.#others.set(number, others);
		else this.#others.delete(number);
	}

	/** Forgets what slots above `slot` did; messages that nobody knows of any more give their numbers back. */
	forgetAfter(slot: number): void {
		if (this.maxSlot <= slot) return;
		this.maxSlot = slot;
		for (let number = 0; number < this.#end; number++) {
			for (const other of this.#others.get(number) ?? []) {
				if (Number(other.slot) > slot) this.remove(number, Number(other.slot));
			}
			if (this.#slots[number]! > slot) this.remove(number, this.#slots[number]!);
		}
		while (this.#end > 0 && this.#slots[this.#end - 1] === NEVER) {
			this.#end--;
			this.#forgotten--;
		}
		this.#sought = null;
		this.#places.fill(0);
		for (let number = 0; number < this.#end; number++) this.#place(number);
	}
}

/** Four bytes as a number. */
function word(bytes: Uint8Array, at: number): number {
	return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Where to look first, in no range. */
function placeOf(first: number, second: number): number {
	const mixed = Math.imul(first ^ SEED, 0x9e37_79b1) ^ Math.imul(second + SEED, 0x85eb_ca6b);
	return mixed ^ (mixed >>> 15);
}
