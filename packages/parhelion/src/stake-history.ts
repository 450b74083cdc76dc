/**
 * Stake by epoch, as the original's classes.
 *
 * Source: solana-stake-history; node-litesvm sysvar/stake_history.rs.
 */
import { debugStruct, debugTuple } from './rust-debug.ts';
import { toU64 } from './to-integer.ts';

/** Epochs of the history. */
const MAX_ENTRIES = 512;

/** The cluster's stake at the end of an epoch, in lamports. */
export class StakeHistoryEntry {
	#effective: bigint;
	readonly #activating: bigint;
	readonly #deactivating: bigint;

	/** RangeError for a number out of range. */
	constructor(effective: bigint, activating: bigint, deactivating: bigint) {
		this.#effective = toU64(effective);
		this.#activating = toU64(activating);
		this.#deactivating = toU64(deactivating);
	}

	get effective(): bigint {
		return this.#effective;
	}
	set effective(value: bigint) {
		this.#effective = toU64(value);
	}

	/** Not fully warmed up yet. Setting it sets `effective`, as the original does. */
	get activating(): bigint {
		return this.#activating;
	}
	set activating(value: bigint) {
		this.#effective = toU64(value);
	}

	/** Not fully cooled down yet. Setting it sets `effective`, as the original does. */
	get deactivating(): bigint {
		return this.#deactivating;
	}
	set deactivating(value: bigint) {
		this.#effective = toU64(value);
	}

	toString(): string {
		return debugTuple(
			'StakeHistoryEntry',
			debugStruct('StakeHistoryEntry', {
				effective: this.#effective,
				activating: this.#activating,
				deactivating: this.#deactivating,
			}),
		);
	}
}

/** The entries of the last 512 epochs. */
export class StakeHistory {
	/** Newest epoch first. */
	#entries: (readonly [bigint, StakeHistoryEntry])[] = [];

	/** The entry as many places behind the newest as `epoch` is behind its epoch, or `null`: upstream counts
	 * on a history without gaps. */
	get(epoch: bigint): StakeHistoryEntry | null {
		toU64(epoch);
		const latest = this.#entries[0]?.[0];
		if (latest === undefined || latest < epoch) return null;
		const entry = this.#entries[Number(latest - epoch)]?.[1];
		return entry === undefined ? null : copyOf(entry);
	}

	/** Adds or replaces the entry of `epoch`; the oldest above 512 goes. */
	add(epoch: bigint, entry: StakeHistoryEntry): void {
		toU64(epoch);
		const at = this.#entries.findIndex(([other]) => other <= epoch);
		const row = [epoch, copyOf(entry)] as const;
		if (at < 0) this.#entries.push(row);
		else this.#entries.splice(at, this.#entries[at]?.[0] === epoch ? 1 : 0, row);
		this.#entries.length = Math.min(this.#entries.length, MAX_ENTRIES);
	}

	/** Epochs and entries, newest first. Not in the original. */
	entries(): readonly (readonly [bigint, StakeHistoryEntry])[] {
		return this.#entries.map(([epoch, entry]) => [epoch, copyOf(entry)] as const);
	}
}

function copyOf(entry: StakeHistoryEntry): StakeHistoryEntry {
	return new StakeHistoryEntry(entry.effective, entry.activating, entry.deactivating);
}
