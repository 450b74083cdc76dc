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
	/** Number + 1 of the message at each place; 0 where there is none. At most half full, probed one by one. */
	#places: Uint32Array = new Uint32Array(FIRST_CAPACITY * 4);
	/** By number: the eight words of the message. */
	#keys: Int32Array = new Int32Array(FIRST_CAPACITY * 8);
	/** By number: the slot that processed the message; {@link NEVER} once that is forgotten. */
	#slots: Float64Array = new Float64Array(FIRST_CAPACITY);
	#end = 0;
	#forgotten = 0;
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
		let size = this.#end - this.#forgotten;
		for (const statuses of this.#slices.values()) size += statuses.size;
		return size;
	}

	/** How a message ended in a slot that is an ancestor or a root; `undefined` if in none. */
	find(message: Hash, ancestors: Ancestors, roots: ReadonlySet<number>): ProcessedStatus | undefined {
		const number = this.#numberOf(message.bytes);
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
		let number = this.#numberOf(bytes);
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
		const places = this.#places;
		const keys = this.#keys;
		const mask = places.length - 1;
		for (let at = placeOf(word(bytes, 0), word(bytes, 4)) & mask; ; at = (at + 1) & mask) {
			const entry = places[at]!;
			if (entry === 0) return -1;
			const first = (entry - 1) * 8;
			let i = 0;
			while (i < 8 && keys[first + i] === word(bytes, i * 4)) i++;
			if (i === 8) return entry - 1;
		}
	}

	#insert(bytes: Uint8Array): number {
		const number = this.#end;
		if (number === this.#slots.length) this.#grow();
		for (let i = 0; i < 8; i++) this.#keys[number * 8 + i] = word(bytes, i * 4);
		this.#end++;
		this.#place(number);
		return number;
	}

	#place(number: number): void {
		const places = this.#places;
		const mask = places.length - 1;
		let at = placeOf(this.#keys[number * 8]!, this.#keys[number * 8 + 1]!) & mask;
		while (places[at] !== 0) at = (at + 1) & mask;
		places[at] = number + 1;
	}

	/** Twice the room; the places are four times as many as messages at first, and twice when they grow again. */
	#grow(): void {
		const keys = new Int32Array(this.#keys.length * 2);
		keys.set(this.#keys);
		this.#keys = keys;
		const slots = new Float64Array(this.#slots.length * 2);
		slots.set(this.#slots);
		this.#slots = slots;
		if (this.#places.length >= slots.length * 2) return;
		this.#places = new Uint32Array(slots.length * 4);
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
}

/** Four bytes as a number. */
function word(bytes: Uint8Array, at: number): number {
	return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function placeOf(first: number, second: number): number {
	const mixed = Math.imul(first ^ SEED, 0x9e37_79b1) ^ Math.imul(second + SEED, 0x85eb_ca6b);
	return mixed ^ (mixed >>> 15);
}
