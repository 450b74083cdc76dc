/** Owns the StakeHistory sysvar. Source: crate `solana-stake-history`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import type { Epoch, Lamports } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** The most entries. */
export const STAKE_HISTORY_MAX_ENTRIES = 512;
/** Bytes of the account: room for all entries, the rest zero. */
export const STAKE_HISTORY_SIZE: number = 8 + STAKE_HISTORY_MAX_ENTRIES * 32;

/** The stake of the whole cluster in an epoch. */
export interface StakeHistoryEntry {
	readonly effective: Lamports;
	/** Not fully warmed up. */
	readonly activating: Lamports;
	/** Not fully cooled down. */
	readonly deactivating: Lamports;
}

/** Entries from the latest epoch down; immutable. */
export class StakeHistory {
	readonly entries: readonly (readonly [epoch: Epoch, entry: StakeHistoryEntry])[];

	/** Takes entries that are already in descending order. */
	constructor(entries: readonly (readonly [epoch: Epoch, entry: StakeHistoryEntry])[]) {
		this.entries = entries;
	}

	/** The entry of an epoch, or null. As upstream, taken by its distance from the latest epoch. */
	get(epoch: Epoch): StakeHistoryEntry | null {
		const latest = this.entries[0]?.[0];
		if (latest === undefined || epoch > latest) return null;
		return this.entries[Number(latest - epoch)]?.[1] ?? null;
	}

	/** With the epoch added or replaced, cut to 512 entries. */
	add(epoch: Epoch, entry: StakeHistoryEntry): StakeHistory {
		const at = this.entries.findIndex(([probe]) => probe <= epoch);
		const index = at === -1 ? this.entries.length : at;
		const replaces = this.entries[index]?.[0] === epoch ? 1 : 0;
		const entries = this.entries.toSpliced(index, replaces, [epoch, entry]);
		return new StakeHistory(entries.slice(0, STAKE_HISTORY_MAX_ENTRIES));
	}
}

/** The bincode bytes: as long as the entries need. Agave pads the account to {@link STAKE_HISTORY_SIZE}. */
export function encodeStakeHistory(history: StakeHistory): Uint8Array {
	const { entries } = history;
	const writer = new ByteWriter(8 + entries.length * 32).length64(entries.length);
	for (const [epoch, entry] of entries) {
		writer.u64(epoch).u64(entry.effective).u64(entry.activating).u64(entry.deactivating);
	}
	return writer.finish();
}

/** Reads a stake history; bytes after it are ignored. */
export function decodeStakeHistory(data: Uint8Array): Result<StakeHistory, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const count = reader.length64();
		const entries: [Epoch, StakeHistoryEntry][] = [];
		for (let i = 0; i < count; i++) {
			const epoch = reader.u64();
			entries.push([
				epoch,
				{ effective: reader.u64(), activating: reader.u64(), deactivating: reader.u64() },
			]);
		}
		return new StakeHistory(entries);
	});
}
