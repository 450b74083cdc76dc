/**
 * How far a Rust `IndexMap` of signatures would have grown.
 *
 * The original's transaction history holds as many transactions as its map has capacity, which is what the
 * allocator rounded to and not what was asked for: asking for 40 leaves 32, asking for 100 gives 112, asking
 * for 10 on a fresh instance switches history off. Tests written against it see that, so it is kept.
 *
 * Sources: indexmap `IndexMap::{reserve, shrink_to_fit, capacity}`, hashbrown `capacity_to_buckets`.
 */

/** Slots of a hash table with `buckets` buckets that may be used. */
function bucketsToCapacity(buckets: number): number {
	return buckets < 8 ? Math.max(0, buckets - 1) : (buckets / 8) * 7;
}

/** Usable slots of the smallest hash table that holds `capacity` entries. */
function tableCapacity(capacity: number): number {
	if (capacity === 0) return 0;
	if (capacity < 15) return bucketsToCapacity(capacity < 4 ? 4 : capacity < 8 ? 8 : 16);
	return bucketsToCapacity(2 ** Math.ceil(Math.log2(Math.floor((capacity * 8) / 7))));
}

/** The capacity of an index map as it is reserved and shrunk. */
export class RustMapCapacity {
	#indices: number;
	#entries: number;

	/** As after `with_capacity(capacity)`. */
	constructor(capacity: number) {
		this.#indices = tableCapacity(capacity);
		this.#entries = capacity;
	}

	/** The same capacity, grown and shrunk on its own. */
	clone(): RustMapCapacity {
		return RustMapCapacity.fromParts(this.parts);
	}

	/** What {@link fromParts} makes the same capacity of. */
	get parts(): readonly [number, number] {
		return [this.#indices, this.#entries];
	}

	static fromParts([indices, entries]: readonly [number, number]): RustMapCapacity {
		const capacity = new RustMapCapacity(0);
		capacity.#indices = indices;
		capacity.#entries = entries;
		return capacity;
	}

	/** As `capacity()`. */
	get value(): number {
		return Math.min(this.#indices, this.#entries);
	}

	/** As `reserve(additional)` on a map of `length` entries. */
	reserve(length: number, additional: number): void {
		if (additional > this.#indices - length) {
			this.#indices = tableCapacity(Math.max(length + additional, this.#indices + 1));
		}
		if (additional > this.#entries - length) this.#entries = this.#indices;
	}

	/** As `shrink_to_fit()` on a map of `length` entries. */
	shrinkToFit(length: number): void {
		this.#indices = Math.min(this.#indices, tableCapacity(length));
		this.#entries = length;
	}
}
