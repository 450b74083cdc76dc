/**
 * The banks of all forks above the root.
 *
 * Owns: which slots have banks, the root, and what falls away with a new one. Refuses: to choose between forks
 * (consensus does).
 *
 * Source: solana-runtime 4.3.0 (bank_forks.rs).
 */
import type { Slot } from '@parhelion/sdk';
import type { Bank } from './bank.ts';
import { discardSlot } from './bank-squash.ts';

/** The banks above the root, and the root's. */
export class BankForks {
	readonly #banks: Map<Slot, Bank> = new Map();
	#root: Bank;
	/** Rooted slots that nobody was told of. */
	#untold: Slot[] = [];

	/** Forks that begin at `root`. */
	constructor(root: Bank) {
		this.#root = root;
		this.#banks.set(root.slot, root);
	}

	get root(): Slot {
		return this.#root.slot;
	}

	get rootBank(): Bank {
		return this.#root;
	}

	/** The bank of the highest slot. */
	get workingBank(): Bank {
		let highest = this.#root;
		for (const bank of this.#banks.values()) if (bank.slot > highest.slot) highest = bank;
		return highest;
	}

	/** The bank of a slot, or `null` where there is none above the root. */
	get(slot: Slot): Bank | null {
		return this.#banks.get(slot) ?? null;
	}

	/** The banks by ascending slot. */
	banks(): Bank[] {
		return [...this.#banks.values()].sort((a, b) => (a.slot < b.slot ? -1 : 1));
	}

	/** Adds the bank of a new slot. RangeError where the slot has one or its parent is not here. */
	insert(bank: Bank): Bank {
		if (this.#banks.has(bank.slot)) throw new RangeError(`slot ${bank.slot} has a bank already`);
		if (!this.#banks.has(bank.parentSlot)) {
			throw new RangeError(`slot ${bank.slot}: its parent ${bank.parentSlot} is not among the forks`);
		}
		this.#banks.set(bank.slot, bank);
		return bank;
	}

	/** The slots that descend from `slot`, ascending. */
	descendants(slot: Slot): Slot[] {
		return this.banks()
			.filter((bank) => bank.slot !== slot && bank.ancestors.has(slot))
			.map((bank) => bank.slot);
	}

	/**
	 * Makes a slot the root: it and the slots before it can no longer be undone, and the forks that do not descend from
	 * it are gone. Answers the slots rooted by this, ascending. RangeError for a slot that does not descend from the root.
	 *
	 * With `tells` false nobody hears of it before {@link tellRooted}.
	 */
	setRoot(slot: Slot, tells: boolean = true): Slot[] {
		const root = this.#banks.get(slot);
		if (root === undefined) throw new RangeError(`slot ${slot} has no bank`);
		if (root === this.#root) return [];
		const rooted = root.squash();
		const dropped: Slot[] = [];
		for (const bank of this.banks()) {
			if (bank === root || bank.ancestors.has(slot)) continue;
			this.#banks.delete(bank.slot);
			if (rooted.includes(bank.slot) || bank === this.#root) continue;
			discardSlot(bank);
			dropped.push(bank.slot);
		}
		this.#root = root;
		this.#untold.push(...rooted);
		if (tells) this.tellRooted();
		// Listeners find the forks as they are now.
		const { events } = root.shared;
		for (const gone of dropped) if (events.has('slotDropped')) events.emit('slotDropped', { slot: gone });
		return rooted;
	}

	/** Tells of the slots that were rooted and not told of. */
	tellRooted(): void {
		const slots = this.#untold;
		if (slots.length === 0) return;
		this.#untold = [];
		const { events } = this.#root.shared;
		if (events.has('slotsRooted')) events.emit('slotsRooted', { root: this.root, slots });
	}

	/** Begins again at `root`, a root of before; no other bank is left. */
	revertTo(root: Bank): void {
		this.#banks.clear();
		this.#banks.set(root.slot, root);
		this.#root = root;
		this.#untold = [];
	}

	/** Takes out a bank that no other descends from. RangeError for the root or one with descendants. */
	remove(slot: Slot): void {
		const bank = this.#banks.get(slot);
		if (bank === undefined) throw new RangeError(`slot ${slot} has no bank`);
		if (bank === this.#root) throw new RangeError(`slot ${slot} is the root`);
		if (this.descendants(slot).length > 0) throw new RangeError(`other slots descend from slot ${slot}`);
		this.#banks.delete(slot);
		discardSlot(bank);
		const { events } = bank.shared;
		if (events.has('slotDropped')) events.emit('slotDropped', { slot });
	}
}
