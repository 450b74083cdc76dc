/**
 * Which of the last 2^20 slots have a block, as the original's `SlotHistory`.
 *
 * Source: solana-slot-history; node-litesvm sysvar/slot_history.rs.
 */
import { debugTuple } from './rust-debug.ts';
import { toU64 } from './to-integer.ts';

/** Slots of the history. */
const MAX_ENTRIES = 1024n * 1024n;
const BLOCKS = Number(MAX_ENTRIES / 64n);

/** The answers of {@link SlotHistory.check}, by their numbers. */
export const SlotHistoryCheck: {
	readonly Future: 0;
	readonly TooOld: 1;
	readonly Found: 2;
	readonly NotFound: 3;
} = Object.freeze({ Future: 0, TooOld: 1, Found: 2, NotFound: 3 });
/** An answer of {@link SlotHistory.check}. */
export type SlotHistoryCheck = (typeof SlotHistoryCheck)[keyof typeof SlotHistoryCheck];

function checkedBits(bits: BigUint64Array): BigUint64Array {
	if (bits.length !== BLOCKS) throw new RangeError(`a slot history has ${BLOCKS} words, got ${bits.length}`);
	return bits.slice();
}

/** A bit for each of the last 2^20 slots. */
export class SlotHistory {
	#bits: BigUint64Array;
	#nextSlot: bigint;

	/** RangeError unless there are 16,384 words of bits. */
	constructor(bits: BigUint64Array, nextSlot: bigint) {
		this.#bits = checkedBits(bits);
		this.#nextSlot = toU64(nextSlot);
	}

	/** The history of a chain of which only slot 0 is known. */
	static default(): SlotHistory {
		const bits = new BigUint64Array(BLOCKS);
		bits[0] = 1n;
		return new SlotHistory(bits, 1n);
	}

	get bits(): BigUint64Array {
		return this.#bits.slice();
	}
	set bits(bits: BigUint64Array) {
		this.#bits = checkedBits(bits);
	}

	get nextSlot(): bigint {
		return this.#nextSlot;
	}
	set nextSlot(slot: bigint) {
		this.#nextSlot = toU64(slot);
	}

	/** Marks `slot`; the slots between the newest so far and it had no block. */
	add(slot: bigint): void {
		toU64(slot);
		if (slot > this.#nextSlot && slot - this.#nextSlot >= MAX_ENTRIES) {
			this.#bits.fill(0n);
		} else {
			for (let skipped = this.#nextSlot; skipped < slot; skipped++) this.#set(skipped, false);
		}
		this.#set(slot, true);
		this.#nextSlot = BigInt.asUintN(64, slot + 1n);
	}

	/** Whether `slot` has a block. */
	check(slot: bigint): SlotHistoryCheck {
		toU64(slot);
		if (slot > this.newest()) return SlotHistoryCheck.Future;
		if (slot < this.oldest()) return SlotHistoryCheck.TooOld;
		return this.#get(slot % MAX_ENTRIES) ? SlotHistoryCheck.Found : SlotHistoryCheck.NotFound;
	}

	/** The first slot of the history. */
	oldest(): bigint {
		return this.#nextSlot > MAX_ENTRIES ? this.#nextSlot - MAX_ENTRIES : 0n;
	}

	/** The last slot of the history. */
	newest(): bigint {
		return BigInt.asUintN(64, this.#nextSlot - 1n);
	}

	toString(): string {
		const digits: string[] = [];
		for (const word of this.#bits) {
			digits.push([...word.toString(2).padStart(64, '0')].reverse().join(''));
		}
		return debugTuple('SlotHistory', `SlotHistory { slot: ${this.#nextSlot} bits:${digits.join('')}`);
	}

	#get(index: bigint): boolean {
		return ((this.#bits[Number(index / 64n)] ?? 0n) >> (index % 64n)) % 2n === 1n;
	}

	#set(slot: bigint, value: boolean): void {
		const index = slot % MAX_ENTRIES;
		const word = Number(index / 64n);
		const bit = 1n << (index % 64n);
		const before = this.#bits[word] ?? 0n;
		this.#bits[word] = value ? before | bit : before & ~bit;
	}
}
