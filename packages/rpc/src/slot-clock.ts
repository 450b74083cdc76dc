/**
 * Opens a new slot at a steady rate.
 */
import type { Chain } from '@parhelion/runtime';

/** Slots that may be made up for after the process was held up; more are left out. */
const MAX_SLOTS_BEHIND = 8;

/** Advances a chain by the wall clock. */
export class SlotClock {
	private readonly chain: Chain;
	private readonly slotMs: number;
	private timer: NodeJS.Timeout | null = null;
	private due = 0;

	/** `slotMs`: milliseconds a slot. What `advanceSlot` throws, which is a bug, leaves the event loop. */
	constructor(chain: Chain, slotMs: number) {
		if (!(slotMs > 0)) throw new RangeError(`a slot takes more than 0 milliseconds, not ${slotMs}`);
		this.chain = chain;
		this.slotMs = slotMs;
	}

	/** Begins: the next slot opens after one slot's time. */
	start(): void {
		this.due = performance.now() + this.slotMs;
		this.schedule();
	}

	/** Ends. */
	stop(): void {
		if (this.timer !== null) clearTimeout(this.timer);
		this.timer = null;
	}

	private schedule(): void {
		this.timer = setTimeout(() => this.tick(), Math.max(0, this.due - performance.now()));
	}

	private tick(): void {
		this.chain.advanceSlot();
		// Count from when the slot was due, so that the rate does not drift.
		this.due += this.slotMs;
		const now = performance.now();
		if (now - this.due > MAX_SLOTS_BEHIND * this.slotMs) this.due = now;
		// A subscriber of the chain's events may have stopped the clock.
		if (this.timer !== null) this.schedule();
	}
}
