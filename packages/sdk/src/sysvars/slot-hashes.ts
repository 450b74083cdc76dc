/** Owns the SlotHashes sysvar: the bank hashes of recent slots. Source: crate `solana-slot-hashes`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import type { Hash } from '../hash.ts';
import type { Slot } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** The most entries. */
export const SLOT_HASHES_MAX_ENTRIES = 512;
/** Bytes of the account: room for all entries, the rest zero. */
export const SLOT_HASHES_SIZE: number = 8 + SLOT_HASHES_MAX_ENTRIES * 40;

/** A slot and its bank hash. */
export type SlotHash = readonly [slot: Slot, hash: Hash];

/** Entries from the latest slot down; immutable. */
export class SlotHashes {
	readonly entries: readonly SlotHash[];

	/** Takes entries that are already in descending order. */
	constructor(entries: readonly SlotHash[]) {
		this.entries = entries;
	}

	/** Sorts the entries. */
	static from(entries: readonly SlotHash[]): SlotHashes {
		return new SlotHashes(entries.toSorted(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0)));
	}

	/** Where `slot` stands, or would be inserted. */
	private search(slot: Slot): { found: boolean; index: number } {
		let low = 0;
		let high = this.entries.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			const probe = this.entries[middle]![0];
			if (probe === slot) return { found: true, index: middle };
			if (probe > slot) low = middle + 1;
			else high = middle;
		}
		return { found: false, index: low };
	}

	/** With the slot added or replaced, cut to 512 entries. */
	add(slot: Slot, hash: Hash): SlotHashes {
		const { found, index } = this.search(slot);
		const entries = this.entries.toSpliced(index, found ? 1 : 0, [slot, hash]);
		return new SlotHashes(entries.slice(0, SLOT_HASHES_MAX_ENTRIES));
	}

	/** The index of a slot, or null. */
	position(slot: Slot): number | null {
		const { found, index } = this.search(slot);
		return found ? index : null;
	}

	/** The hash of a slot, or null. */
	get(slot: Slot): Hash | null {
		const index = this.position(slot);
		return index === null ? null : this.entries[index]![1];
	}
}

/** The bincode bytes: as long as the entries need. The account is padded to {@link SLOT_HASHES_SIZE}. */
export function encodeSlotHashes(slotHashes: SlotHashes): Uint8Array {
	const { entries } = slotHashes;
	const writer = new ByteWriter(8 + entries.length * 40).length64(entries.length);
	for (const [slot, hash] of entries) writer.u64(slot).raw(hash.bytes);
	return writer.finish();
}

/** Reads slot hashes; bytes after them are ignored. */
export function decodeSlotHashes(data: Uint8Array): Result<SlotHashes, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const count = reader.length64();
		const entries: SlotHash[] = [];
		for (let i = 0; i < count; i++) entries.push([reader.u64(), reader.hash()]);
		return new SlotHashes(entries);
	});
}
