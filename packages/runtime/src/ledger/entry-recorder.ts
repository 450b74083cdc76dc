/**
 * Owns the making of a block's entries: transactions are recorded and ticks come until the slot has all of its own.
 * No clock and no thread: who drives it decides when to hash and when to tick.
 *
 * Source: solana-poh poh_recorder.rs (`record`, `tick`), as far as it is not threads and channels.
 */
import { err, type Hash, ok, type Result, type VersionedTransaction } from '@parhelion/sdk';
import { type Entry, hashTransactions } from './entry.ts';
import { Poh } from './poh.ts';

/** Why transactions could not be recorded. */
export type RecordError =
	/** The slot has all its ticks (upstream's `MaxHeightReached`). */
	| 'MaxHeightReached'
	/** There is nothing to record. */
	| 'EmptyRecord';

/** What a recorder begins with. */
export interface EntryRecorderOptions {
	/** The last hash of the parent's block. */
	readonly startHash: Hash;
	/** Null: each tick is one hash (low power mode). */
	readonly hashesPerTick: number | null;
	readonly ticksPerSlot: number;
}

/** Makes the entries of one slot, in order. */
export class EntryRecorder {
	private readonly poh: Poh;
	private readonly ticksPerSlot: number;

	/** RangeError for a slot without ticks, or ticks of fewer than two hashes. */
	constructor({ startHash, hashesPerTick, ticksPerSlot }: EntryRecorderOptions) {
		if (!Number.isSafeInteger(ticksPerSlot) || ticksPerSlot < 1) {
			throw new RangeError(`a slot has at least one tick, not ${ticksPerSlot}`);
		}
		this.poh = new Poh(startHash, hashesPerTick);
		this.ticksPerSlot = ticksPerSlot;
	}

	/** Where the chain is: the slot's blockhash once it {@link isComplete}. */
	get hash(): Hash {
		return this.poh.hash;
	}

	/** Ticks of the slot so far. */
	get ticks(): number {
		return this.poh.tickNumber;
	}

	/** Whether the slot has all its ticks. */
	get isComplete(): boolean {
		return this.poh.tickNumber >= this.ticksPerSlot;
	}

	/** Entries with transactions that the slot still has room for; infinite in low power mode. */
	get room(): number {
		if (this.isComplete) return 0;
		const { remainingHashesUntilTick: remaining, hashesPerTick } = this.poh;
		const later = this.ticksPerSlot - this.ticks - 1;
		// The last hash of each tick is the tick's own.
		return hashesPerTick === null ? remaining : remaining - 1 + later * (hashesPerTick - 1);
	}

	/** Hashes at most `maxNumHashes` times; true if a tick is due. Does nothing where the slot is complete. */
	advance(maxNumHashes: number): boolean {
		return this.isComplete ? false : this.poh.advance(maxNumHashes);
	}

	/** The next tick, with all hashes that lack before it; null where the slot is complete. */
	tick(): Entry | null {
		if (this.isComplete) return null;
		let tick = this.poh.hashesPerTick === null ? this.poh.tick() : null;
		if (tick === null) {
			this.poh.advance(this.poh.remainingHashesUntilTick);
			tick = this.poh.tick();
		}
		return { numHashes: BigInt(tick!.numHashes), hash: tick!.hash, transactions: [] };
	}

	/**
	 * The entries of these transactions: the tick that was due before them, if one was, and their own. Errors, in order:
	 * `EmptyRecord`, `MaxHeightReached` (the tick that completes the slot is due, or was made).
	 */
	record(transactions: readonly VersionedTransaction[]): Result<readonly Entry[], RecordError> {
		if (transactions.length === 0) return err('EmptyRecord');
		const isDue = this.poh.remainingHashesUntilTick === 1;
		if (this.ticks + (isDue ? 1 : 0) >= this.ticksPerSlot) return err('MaxHeightReached');
		const entries: Entry[] = [];
		if (isDue) entries.push(this.tick()!);
		const { numHashes, hash } = this.poh.record(hashTransactions(transactions))!;
		entries.push({ numHashes: BigInt(numHashes), hash, transactions });
		return ok(entries);
	}
}
