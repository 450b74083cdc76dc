/**
 * The hard forks of a chain: slots at which its validators agreed to start again. Each leaves a mark in the bank hash of
 * the first slot that reaches it, and programs read of the newest in the sysvar of the last restart.
 *
 * Source: crate `solana-hard-forks`; solana-runtime 4.3.0 (bank.rs, `register_hard_fork`, `update_last_restart_slot`).
 */
import { ByteWriter, type Slot } from '@parhelion/sdk';
import type { HardForks } from '../genesis/genesis-config.ts';

/** The hard forks that all banks of a chain know of, those to come included. */
export class HardForkRegister {
	#forks: HardForks;

	constructor(forks: HardForks = []) {
		this.#forks = forks;
	}

	/** By ascending slot. */
	get forks(): HardForks {
		return this.#forks;
	}

	/** One more hard fork at a slot. */
	register(slot: Slot): void {
		this.#forks = registerHardFork(this.#forks, slot);
	}

	/** The newest hard fork that `slot` has reached; 0 where there was none. */
	lastRestartSlot(slot: Slot): Slot {
		let last = 0n;
		for (const [forkSlot] of this.#forks) if (forkSlot <= slot) last = forkSlot;
		return last;
	}
}

/** How many hard forks lie behind the parent and not behind `slot`, as eight bytes; null where there are none. */
export function hardForkHashData(hardForks: HardForks, slot: Slot, parentSlot: Slot): Uint8Array | null {
	let count = 0n;
	for (const [forkSlot, forkCount] of hardForks) {
		if (parentSlot < forkSlot && slot >= forkSlot) count += forkCount;
	}
	return count === 0n ? null : new ByteWriter(8).u64(count).finish();
}

/** `HardForks::register`: one more hard fork at a slot. */
export function registerHardFork(hardForks: HardForks, slot: Slot): HardForks {
	const counts = new Map<bigint, bigint>(hardForks);
	counts.set(slot, (counts.get(slot) ?? 0n) + 1n);
	return [...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
