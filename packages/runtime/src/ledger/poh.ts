/**
 * Owns proof of history as a pure state machine: hash, record, tick. No clock: who drives it decides when.
 *
 * Source: solana-entry poh.rs (`Poh`).
 */
import { sha256, sha256Chain } from '@parhelion/crypto';
import { Hash } from '@parhelion/sdk';

/** What upstream calls low power mode: every tick is one hash. */
const LOW_POWER_MODE = Number.POSITIVE_INFINITY;

/** A point in the chain that goes into the ledger. */
export interface PohEntry {
	/** Hashes since the point before it. */
	readonly numHashes: number;
	readonly hash: Hash;
}

/** The chain of hashes, and how far it is from the next tick. */
export class Poh {
	private bytes: Uint8Array;
	private numHashes = 0;
	private readonly perTick: number;
	private remaining: number;
	private ticks: number;

	/**
	 * Starts at `hash`. `hashesPerTick` of null is low power mode; `tickNumber` counts the ticks so far. RangeError for
	 * fewer than 2 hashes a tick.
	 */
	constructor(hash: Hash, hashesPerTick: number | null, tickNumber = 0) {
		if (hashesPerTick !== null && !(Number.isSafeInteger(hashesPerTick) && hashesPerTick > 1)) {
			throw new RangeError(`a tick takes at least 2 hashes, not ${hashesPerTick}`);
		}
		this.bytes = hash.bytes;
		this.perTick = hashesPerTick ?? LOW_POWER_MODE;
		this.remaining = this.perTick;
		this.ticks = tickNumber;
	}

	/** Where the chain is. */
	get hash(): Hash {
		return Hash.fromBytes(this.bytes);
	}

	/** Null in low power mode. */
	get hashesPerTick(): number | null {
		return this.perTick === LOW_POWER_MODE ? null : this.perTick;
	}

	/** Ticks so far. */
	get tickNumber(): number {
		return this.ticks;
	}

	/** Hashes to the next tick, that of the tick included; infinite in low power mode. */
	get remainingHashesUntilTick(): number {
		return this.remaining;
	}

	/**
	 * Hashes at most `maxNumHashes` times and never the last time before a tick. True if a {@link tick} is due (of
	 * upstream's `hash`).
	 */
	advance(maxNumHashes: number): boolean {
		const count = Math.min(this.remaining - 1, maxNumHashes);
		this.bytes = sha256Chain(this.bytes, count);
		this.numHashes += count;
		this.remaining -= count;
		return this.remaining === 1;
	}

	/** Mixes a hash in; null where a {@link tick} is due first. */
	record(mixin: Hash): PohEntry | null {
		if (this.remaining === 1) return null;
		this.bytes = sha256(joined(this.bytes, mixin.bytes));
		const numHashes = this.numHashes + 1;
		this.numHashes = 0;
		this.remaining -= 1;
		return { numHashes, hash: Hash.fromBytes(this.bytes) };
	}

	/** Hashes once; null unless that completes a tick (in low power mode it always does). */
	tick(): PohEntry | null {
		this.bytes = sha256Chain(this.bytes, 1);
		this.numHashes += 1;
		this.remaining -= 1;
		if (this.perTick !== LOW_POWER_MODE && this.remaining !== 0) return null;
		const { numHashes } = this;
		this.numHashes = 0;
		this.remaining = this.perTick;
		this.ticks += 1;
		return { numHashes, hash: Hash.fromBytes(this.bytes) };
	}

	/** Hashes to the end of the slot. RangeError where the ticks of a slot are no power of two. */
	remainingHashesInSlot(ticksPerSlot: number): number {
		if (!(ticksPerSlot > 0) || !Number.isInteger(Math.log2(ticksPerSlot))) {
			throw new RangeError(`the ticks of a slot are a power of two, not ${ticksPerSlot}`);
		}
		const left = ticksPerSlot - ((this.ticks % ticksPerSlot) + 1);
		return (left === 0 ? 0 : left * this.perTick) + this.remaining;
	}
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(a.length + b.length);
	bytes.set(a);
	bytes.set(b, a.length);
	return bytes;
}
