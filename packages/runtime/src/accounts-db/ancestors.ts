/**
 * Owns the set of slots whose writes a bank sees before they are rooted: its own and those of its ancestors.
 *
 * Source: solana-accounts-db ancestors.rs.
 */
import type { Slot } from '@parhelion/sdk';

/** A slot as a number: slots are counted, and 2^53 of them take longer than the sun lasts. RangeError beyond. */
export function slotNumber(slot: Slot): number {
	if (slot < 0n || slot > 0x1f_ffff_ffff_ffffn) throw new RangeError(`no slot has the number ${slot}`);
	return Number(slot);
}

/** Slots along one fork. Immutable. */
export class Ancestors {
	/** No slot: sees what is rooted and nothing else. */
	static readonly none: Ancestors = new Ancestors(new Set());

	readonly #slots: ReadonlySet<number>;
	/** The one asked for most. */
	readonly #newest: number;

	private constructor(slots: ReadonlySet<number>) {
		this.#slots = slots;
		let newest = -1;
		for (const slot of slots) if (slot > newest) newest = slot;
		this.#newest = newest;
	}

	/** A set of these slots. */
	static of(slots: Iterable<Slot>): Ancestors {
		const numbers = new Set<number>();
		for (const slot of slots) numbers.add(slotNumber(slot));
		return new Ancestors(numbers);
	}

	/** These slots and `slot`, a child's; without those up to `root`, which everybody sees. */
	with(slot: Slot, root: Slot | null = null): Ancestors {
		const limit = root === null ? -1 : slotNumber(root);
		const numbers = new Set<number>();
		for (const known of this.#slots) if (known > limit) numbers.add(known);
		numbers.add(slotNumber(slot));
		return new Ancestors(numbers);
	}

	get size(): number {
		return this.#slots.size;
	}

	has(slot: Slot): boolean {
		return this.#slots.has(Number(slot));
	}

	/** As {@link has}, for a slot that is a number already. */
	hasNumber(slot: number): boolean {
		return slot === this.#newest || this.#slots.has(slot);
	}

	/** The slots, in no order. */
	*slots(): IterableIterator<Slot> {
		for (const slot of this.#slots) yield BigInt(slot);
	}
}
