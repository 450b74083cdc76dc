/**
 * What the storage held before it was written over, so that it can go back to a root: one log for each root that somebody
 * may go back to, each with what was overwritten since its root and before the next one's.
 */
import { InvariantError, type Pubkey, type Slot } from '@parhelion/sdk';
import type { AccountEntry } from './storage.ts';

interface UndoLog {
	readonly root: Slot;
	/** By `pubkey.key`, as it was at the root. */
	readonly before: Map<string, AccountEntry>;
}

/** The logs by ascending root. */
export class UndoLogs {
	readonly #logs: UndoLog[] = [];

	/** Notes what stands at `root`, where the storage is now. */
	begin(root: Slot): void {
		this.#logs.push({ root, before: new Map() });
	}

	/** Notes accounts that are about to be written; `read` gives what is there. */
	note(entries: readonly AccountEntry[], read: (pubkey: Pubkey) => AccountEntry[1]): void {
		const before = this.#logs.at(-1)?.before;
		if (before === undefined) return;
		for (const [pubkey] of entries) {
			if (!before.has(pubkey.key)) before.set(pubkey.key, [pubkey, read(pubkey)]);
		}
	}

	/** The accounts that were overwritten since `root`, by `pubkey.key`. */
	writtenSince(root: Slot): Map<string, Pubkey> {
		const written = new Map<string, Pubkey>();
		for (const { before } of this.#logs.slice(this.#indexOf(root))) {
			for (const [key, [pubkey]] of before) written.set(key, pubkey);
		}
		return written;
	}

	/** What has to be written to stand at `root` again, which stays noted; later ones do not. */
	undo(root: Slot): AccountEntry[] {
		const undone = this.#logs.splice(this.#indexOf(root));
		const before = new Map<string, AccountEntry>();
		for (const log of undone) addMissing(before, log.before);
		this.begin(root);
		return [...before.values()];
	}

	/** Nobody will go back to `root`. */
	end(root: Slot): void {
		const at = this.#indexOf(root);
		const [{ before }] = this.#logs.splice(at, 1) as [UndoLog];
		const older = this.#logs[at - 1];
		if (older !== undefined) addMissing(older.before, before);
	}

	#indexOf(root: Slot): number {
		const at = this.#logs.findIndex((log) => log.root === root);
		if (at < 0) throw new InvariantError(`nothing is noted since slot ${root}`);
		return at;
	}
}

/** An older log's entries stand: they were overwritten first. */
function addMissing(older: Map<string, AccountEntry>, newer: ReadonlyMap<string, AccountEntry>): void {
	for (const [key, entry] of newer) if (!older.has(key)) older.set(key, entry);
}
