/** How the slots of a chain are connected: what the program cache asks. Source: solana-runtime 4.3.0 (bank_forks.rs). */
import type { Slot } from '@parhelion/sdk';
import type { BlockRelation, ForkGraph } from '@parhelion/svm';
import type { Ancestors } from '../accounts-db/ancestors.ts';

/** The slots whose banks live, and the root. */
export class SlotTree implements ForkGraph {
	readonly #ancestors: Map<Slot, Ancestors> = new Map();
	/** Every slot on every fork descends from it. */
	root: Slot = 0n;

	/** Adds a slot; `ancestors` as its bank has them. */
	add(slot: Slot, ancestors: Ancestors): void {
		this.#ancestors.set(slot, ancestors);
	}

	/** Whether the slot has a bank. */
	has(slot: Slot): boolean {
		return this.#ancestors.has(slot);
	}

	/** Slots that have banks. */
	get size(): number {
		return this.#ancestors.size;
	}

	remove(slot: Slot): void {
		this.#ancestors.delete(slot);
	}

	/** Goes back to a root; no other slot has a bank any more. */
	revertTo(root: Slot, ancestors: Ancestors): void {
		this.#ancestors.clear();
		this.root = root;
		this.add(root, ancestors);
	}

	/** How `a` stands to `b`; a slot up to the root that is not known any more counts as everybody's ancestor. */
	relationship(a: Slot, b: Slot): BlockRelation {
		if (a === b) return 'Equal';
		const [ofA, ofB] = [this.#ancestors.get(a), this.#ancestors.get(b)];
		if (ofB?.has(a) === true) return 'Ancestor';
		if (ofA?.has(b) === true) return 'Descendant';
		if (ofA === undefined && a <= this.root && b > a) return 'Ancestor';
		return ofA === undefined || ofB === undefined ? 'Unknown' : 'Unrelated';
	}
}
