/**
 * The hard forks of a chain: slots at which its validators agreed to start again. Each leaves a mark in the bank hash of
 * the first slot that reaches it, and programs read of the newest in the sysvar of the last restart.
 *
 * Source: crate `solana-hard-forks`; solana-runtime 4.3.0 (bank.rs, `register_hard_fork`, `update_last_restart_slot`).
 */
import { type ByteReader, ByteWriter, type Slot } from '@parhelion/sdk';
import type { HardForks } from '../genesis/genesis-config.ts';

/** The hard forks that all banks of a chain know of, those to come included. */
export class HardForkRegister {
	/** By ascending slot; replaced as a whole, and therefore safe to keep. */
	forks: HardForks;

	constructor(forks: HardForks = []) {
		this.forks = forks;
	}

	/** One more hard fork at a slot. */
	register(slot: Slot): void {
		this.forks = registerHardFork(this.forks, slot);
	}
}

/** The newest hard fork that `slot` has reached; 0 where there was none. */
export function lastRestartSlot(forks: HardForks, slot: Slot): Slot {
	let last = 0n;
	for (const [forkSlot] of forks) if (forkSlot <= slot) last = forkSlot;
	return last;
}

/** Writes hard forks. */
export function writeHardForks(writer: ByteWriter, forks: HardForks): void {
	writer.length64(forks.length);
	for (const [slot, count] of forks) writer.u64(slot).u64(count);
}

/** The inverse of {@link writeHardForks}. Throws what the reader throws. */
export function readHardForks(reader: ByteReader): HardForks {
	const forks: [slot: Slot, count: bigint][] = [];
	// One by one: a count that is wrong ends at the end of the bytes.
	for (let left = reader.length64(); left > 0; left--) forks.push([reader.u64(), reader.u64()]);
	return forks;
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
