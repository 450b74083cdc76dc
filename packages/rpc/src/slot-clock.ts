/**
 * Opens a new slot at a steady rate.
 */
import type { Chain } from '@parhelion/runtime';

/** Milliseconds a slot. */
export const DEFAULT_SLOT_MS = 400;
/** Slots that may be made up for after the process was held up; more are left out. */
const MAX_SLOTS_BEHIND = 8;

/** Advances a chain by the wall clock. */
export class SlotClock {
	private readonly chain: Chain;
	private readonly slotMs: number;
	private timer: NodeJS.Timeout | null = null;
	private readonly onError: (error: unknown) => void;
	private due = 0;

	/**
	 * `slotMs`: milliseconds a slot. What `advanceSlot` throws ends the clock and goes to `onError`, by default out of the
	 * event loop.
	 */
	constructor(chain: Chain, slotMs: number, onError: (error: unknown) => void = rethrow) {
		if (!(slotMs > 0)) throw new RangeError(`a slot takes more than 0 milliseconds, not ${slotMs}`);
		this.chain = chain;
		this.slotMs = slotMs;
		this.onError = onError;
	}

	/** Begins: the next slot opens after one slot's time. */
	start(): void {
		this.due = performance.now() + this.slotMs;
		this.schedule();
	}

	/** Begins again after it was ended; nothing where it runs. */
	resume(): void {
		if (this.timer === null) this.start();
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
		const { timer } = this;
		if (this.chain.isBusy) {
			// A batch of transactions ends in the slot in which it has begun.
			void this.chain.idle().then(() => {
				if (this.timer === timer) this.tick();
			});
			return;
		}
		try {
			this.chain.advanceSlot();
		} catch (error) {
			this.stop();
			this.onError(error);
			return;
		}
		// Count from when the slot was due, so that the rate does not drift.
		this.due += this.slotMs;
		const now = performance.now();
		if (now - this.due > MAX_SLOTS_BEHIND * this.slotMs) this.due = now;
		// A subscriber of the chain's events may have stopped the clock.
		if (this.timer !== null) this.schedule();
	}
}

function rethrow(error: unknown): never {
	throw error;
}
