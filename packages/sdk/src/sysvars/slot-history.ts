/** Owns the SlotHistory sysvar: which of the last 1048576 slots exist. Source: crate `solana-slot-history`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import { type Slot, saturatingSub } from '../numbers.ts';
import { catchFault, Fault, type Result } from '../result.ts';

/** Slots remembered. */
export const SLOT_HISTORY_MAX_ENTRIES: number = 1024 * 1024;
/** Bytes of the account. */
export const SLOT_HISTORY_SIZE: number = 1 + 8 + SLOT_HISTORY_MAX_ENTRIES / 8 + 8 + 8;

const MAX_ENTRIES = BigInt(SLOT_HISTORY_MAX_ENTRIES);

/** What {@link SlotHistory.check} says of a slot. */
export type SlotHistoryCheck = 'Future' | 'TooOld' | 'Found' | 'NotFound';

/** A bit for each slot; immutable. */
export class SlotHistory {
	/** The bits, lowest first in each byte (the bytes of little-endian u64 blocks). */
	readonly bits: Uint8Array;
	readonly nextSlot: Slot;

	constructor(bits: Uint8Array, nextSlot: Slot) {
		this.bits = bits;
		this.nextSlot = nextSlot;
	}

	/** Slot 0 exists. */
	static default(): SlotHistory {
		const bits = new Uint8Array(SLOT_HISTORY_MAX_ENTRIES / 8);
		bits[0] = 1;
		return new SlotHistory(bits, 1n);
	}

	/** With `slot` existing and those skipped before it not. */
	add(slot: Slot): SlotHistory {
		const bits = this.bits.slice();
		if (slot > this.nextSlot && slot - this.nextSlot >= MAX_ENTRIES) {
			bits.fill(0);
		} else {
			for (let skipped = this.nextSlot; skipped < slot; skipped++) setBit(bits, skipped, false);
		}
		setBit(bits, slot, true);
		return new SlotHistory(bits, slot + 1n);
	}

	/** Whether a slot exists, as far as it is remembered. */
	check(slot: Slot): SlotHistoryCheck {
		if (slot > this.newest()) return 'Future';
		if (slot < this.oldest()) return 'TooOld';
		const index = Number(slot % MAX_ENTRIES);
		return ((this.bits[index >>> 3] ?? 0) >>> (index & 7)) & 1 ? 'Found' : 'NotFound';
	}

	oldest(): Slot {
		return saturatingSub(this.nextSlot, MAX_ENTRIES);
	}

	newest(): Slot {
		return this.nextSlot - 1n;
	}
}

function setBit(bits: Uint8Array, slot: Slot, value: boolean): void {
	const index = Number(slot % MAX_ENTRIES);
	const mask = 1 << (index & 7);
	if (value) bits[index >>> 3]! |= mask;
	else bits[index >>> 3]! &= ~mask;
}

/** The bincode bytes of a slot history. */
export function encodeSlotHistory(history: SlotHistory): Uint8Array {
	const { bits } = history;
	// An Option of a boxed slice of u64 blocks, then the length in bits.
	return new ByteWriter(bits.length + 25)
		.u8(1)
		.length64(bits.length / 8)
		.raw(bits)
		.length64(bits.length * 8)
		.u64(history.nextSlot)
		.finish();
}

/** Reads a slot history of the regular length; bytes after it are ignored. */
export function decodeSlotHistory(data: Uint8Array): Result<SlotHistory, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const bits = reader.option((r) => r.copy(r.length64() * 8));
		const length = reader.u64();
		if (bits?.length !== SLOT_HISTORY_MAX_ENTRIES / 8 || length !== MAX_ENTRIES) {
			throw new Fault<WireError>({ kind: 'Custom', message: 'Invalid BitVec' });
		}
		return new SlotHistory(bits, reader.u64());
	});
}
