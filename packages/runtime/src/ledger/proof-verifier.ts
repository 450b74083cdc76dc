/**
 * The face of what checks a block's proof of history, and the plain way to do it: in this thread.
 *
 * Each entry is checked against the hash of the one before it, so a block is cut into ranges that know nothing of each
 * other. Owns what a range is as plain data, which goes to a thread.
 */
import { Hash } from '@parhelion/sdk';
import type { Entry } from './entry.ts';
import {
	type EntryVerificationData,
	entryVerificationData,
	type VerificationRange,
	verifyEntries,
	verifyEntryHashes,
} from './entry-verification.ts';

/** Checks the proof of history of blocks. */
export interface ProofVerifier {
	/**
	 * Whether each entry's hash follows from the one before it; the first follows `startHash`. An entry of more than
	 * `maxNumHashes` counts as wrong.
	 */
	verify(entries: readonly Entry[], startHash: Hash, maxNumHashes: bigint): Promise<boolean>;
	/** Ends the threads. The next block starts new ones. */
	close(): Promise<void>;
}

/** Checks in this thread. */
export class SerialProofVerifier implements ProofVerifier {
	async verify(entries: readonly Entry[], startHash: Hash, maxNumHashes: bigint): Promise<boolean> {
		return verifyEntries(entries, startHash, maxNumHashes);
	}

	async close(): Promise<void> {}
}

/** A range for a thread: its hashes in a row, each as 32 bytes, those that are no mixin zeros. */
export interface RangeTask {
	readonly startHash: Uint8Array;
	readonly maxNumHashes: bigint;
	readonly numHashes: BigUint64Array;
	readonly hashes: Uint8Array;
	readonly mixins: Uint8Array;
	/** 1 for each entry with a mixin. */
	readonly isMixed: Uint8Array;
}

/** What a thread is sent of a range. */
export function rangeTask(
	entries: readonly Entry[],
	{ start, end, startHash }: VerificationRange,
	maxNumHashes: bigint,
): RangeTask {
	const data = entryVerificationData(entries.slice(start, end));
	const task: RangeTask = {
		startHash: startHash.bytes.slice(),
		maxNumHashes,
		numHashes: BigUint64Array.from(data, ({ numHashes }) => numHashes),
		hashes: new Uint8Array(data.length * 32),
		mixins: new Uint8Array(data.length * 32),
		isMixed: Uint8Array.from(data, ({ mixin }) => (mixin === null ? 0 : 1)),
	};
	for (const [i, { hash, mixin }] of data.entries()) {
		task.hashes.set(hash.bytes, i * 32);
		if (mixin !== null) task.mixins.set(mixin.bytes, i * 32);
	}
	return task;
}

/** What a thread does with it. */
export function verifyRangeTask(task: RangeTask): boolean {
	const { startHash, maxNumHashes, numHashes, hashes, mixins, isMixed } = task;
	const data = Array.from(
		numHashes,
		(count, i): EntryVerificationData => ({
			numHashes: count,
			hash: Hash.fromBytes(hashes, i * 32),
			mixin: isMixed[i] === 1 ? Hash.fromBytes(mixins, i * 32) : null,
		}),
	);
	return verifyEntryHashes(data, Hash.fromBytes(startHash), maxNumHashes);
}
