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
/** A power of two. */
const FILTER_BITS = 16;
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
	 * Bits, {@link FILTER_BITS} for each message that there is room for: where that of a message is not set it was never
	 * added. So most questions end here, in memory small enough for the processor to have it near.
	 */
	#filter: Int32Array;
	/**
	 * The number + 1 of the message at a place, 0 where there is none. At most half full, probed one by one; filled when the
	 * filter cannot answer, for many messages at once: the processor then waits for their places at the same time.
	 */
	#places: Int32Array;
	/** Messages that have a place. */
	#placed = 0;
	/** By number: the eight words of the message. */
	#keys: Int32Array;
	/** By number: the slot that processed the message; {@link NEVER} once that is forgotten. */
	#slots: Float64Array;
	#end = 0;
	#forgotten = 0;
	/** The message that was asked for last, if it is not here: whoever adds one has just asked for it. */
	#missing: Hash | null = null;
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
		this.#filter = newFilter(capacity);
		this.#places = newPlaces(capacity);
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
		const number = this.#numberOf(message.bytes);
		if (number < 0) this.#missing = message;
		return number < 0 && this.#slices.size === 0
			? undefined
			: this.#statusOf(message, number, ancestors, roots);
	}

	/** As {@link find}, of a message whose number is known; apart, because a closure makes the whole function slower. */
	#statusOf(
		message: Hash,
		number: number,
		ancestors: Ancestors,
		roots: ReadonlySet<number>,
	): ProcessedStatus | undefined {
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
		let number = message === this.#missing ? -1 : this.#numberOf(bytes);
		this.#missing = null;
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
	#numberOf(bytes: Uint8Array): number {
		const filter = this.#filter;
		const mixed = mix(word(bytes, 0), word(bytes, 4));
		if ((filter[(mixed >>> 5) & (filter.length - 1)]! & (1 << mixed)) === 0) return -1;
		while (this.#placed < this.#end) this.#place(this.#placed++);
		const places = this.#places;
		const last = places.length - 1;
		for (let at = mixed & last; ; at = (at + 1) & last) {
			const entry = places[at]!;
			if (entry === 0) return -1;
			if (this.#isMessage(entry - 1, bytes)) return entry - 1;
		}
	}

	#isMessage(number: number, bytes: Uint8Array): boolean {
		for (let i = 0; i < 8; i++) if (this.#keys[number * 8 + i] !== word(bytes, i * 4)) return false;
		return true;
	}

	#insert(bytes: Uint8Array): number {
		const number = this.#end;
		if (number === this.#slots.length) this.#grow();
		const keys = this.#keys;
		const at = number * 8;
		for (let i = 0; i < 8; i++) keys[at + i] = word(bytes, i * 4);
		this.#end++;
		this.#note(keys[at]!, keys[at + 1]!);
		return number;
	}

	/** Puts a message into the filter, by its first two words. */
	#note(first: number, second: number): void {
		const filter = this.#filter;
		const mixed = mix(first, second);
		filter[(mixed >>> 5) & (filter.length - 1)]! |= 1 << mixed;
	}

	#place(number: number): void {
		const places = this.#places;
		const last = places.length - 1;
		let at = mix(this.#keys[number * 8]!, this.#keys[number * 8 + 1]!) & last;
		while (places[at] !== 0) at = (at + 1) & last;
		places[at] = number + 1;
	}

	/** Begins the filter and the places anew, for so many messages as there is room for. */
	#index(): void {
		const capacity = this.#slots.length;
		this.#filter = newFilter(capacity);
		this.#places = newPlaces(capacity);
		this.#placed = 0;
		for (let at = 0; at < this.#end * 8; at += 8) this.#note(this.#keys[at]!, this.#keys[at + 1]!);
	}

	#grow(): void {
		const keys = new Int32Array(this.#keys.length * 2);
		keys.set(this.#keys);
		this.#keys = keys;
		const slots = new Float64Array(this.#slots.length * 2);
		slots.set(this.#slots);
		this.#slots = slots;
		this.#index();
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
		this.#index();
	}
}

/** Four bytes as a number. */
function word(bytes: Uint8Array, at: number): number {
	return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

const newFilter = (capacity: number): Int32Array => new Int32Array((capacity * FILTER_BITS) / 32);
const newPlaces = (capacity: number): Int32Array => new Int32Array(capacity * 2);

/** Of two words of a message a number that tells its bit in the filter and where to look first. */
function mix(first: number, second: number): number {
	const mixed = Math.imul(first ^ SEED, 0x9e37_79b1) ^ Math.imul(second + SEED, 0x85eb_ca6b);
	return mixed ^ (mixed >>> 15);
}
