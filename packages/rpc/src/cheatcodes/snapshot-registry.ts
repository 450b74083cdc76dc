/** The snapshots of a node's chain by id. They live as long as the process. */
import type { ChainSnapshot } from '@parhelion/runtime';
import type { Cheatcodes, CheatState } from './cheatcodes.ts';

/** Snapshots kept at a time. */
export const MAX_SNAPSHOTS = 64;

/** A snapshot, and what the cheatcodes had changed by then. */
export interface KeptSnapshot {
	/** Never given twice. */
	readonly id: number;
	readonly chain: ChainSnapshot;
	readonly cheats: CheatState;
	/** When it was taken, in milliseconds since 1970. */
	readonly takenAt: number;
}

/** The snapshots, oldest first. */
export class SnapshotRegistry {
	private readonly cheats: Cheatcodes;
	private readonly byId = new Map<number, KeptSnapshot>();
	private lastId = 0;

	constructor(cheats: Cheatcodes) {
		this.cheats = cheats;
	}

	get size(): number {
		return this.byId.size;
	}

	/** Null where there is none (any more). */
	get(id: bigint): KeptSnapshot | null {
		return this.byId.get(Number(id)) ?? null;
	}

	all(): KeptSnapshot[] {
		return [...this.byId.values()];
	}

	/** Takes one of the chain as it is, which completes the open slot. */
	take(): KeptSnapshot {
		const { chain, state } = this.cheats;
		const kept = { id: ++this.lastId, chain: chain.snapshot(), cheats: state, takenAt: Date.now() };
		this.byId.set(kept.id, kept);
		return kept;
	}

	/** Goes back to a snapshot, which stays; later ones go. */
	revert({ id, chain, cheats }: KeptSnapshot): void {
		for (const other of this.byId.keys()) if (other > id) this.byId.delete(other);
		this.cheats.restore(cheats);
		this.cheats.chain.revertTo(chain);
	}

	delete({ id, chain }: KeptSnapshot): void {
		this.byId.delete(id);
		this.cheats.chain.forgetSnapshot(chain);
	}
}
