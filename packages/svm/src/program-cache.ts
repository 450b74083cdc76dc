/**
 * Owns the programs that transactions run: loaded and verified once, kept by program id, deployment slot
 * and runtime environment.
 *
 * `ProgramCache` belongs to a whole SVM instance and knows forks through a {@link ForkGraph};
 * `ProgramCacheForTxBatch` is what transactions of one slot see of it, plus what they changed.
 * Upstream evicts by random samples; this room has no randomness and evicts the least used.
 *
 * Source: solana-program-runtime 4.3.0, loaded_programs.rs.
 */

import type { Pubkey, Slot } from '@parhelion/sdk';
import type {
	ProgramCacheEntry,
	ProgramCacheEntryOwner,
	ProgramRuntimeEnvironment,
} from './program-cache-entry.ts';

/** Loaded programs kept. */
export const MAX_LOADED_ENTRY_COUNT = 1024;
/** Programs remembered, tombstones included, for each that may be loaded. */
const TOMBSTONES_PER_LOADED_ENTRY = 16;

/** The programs that the transactions of one slot see. */
export class ProgramCacheForTxBatch {
	private readonly entries = new Map<string, ProgramCacheEntry>();
	private modified = new Map<string, { readonly key: Pubkey; readonly entry: ProgramCacheEntry }>();
	readonly slot: Slot;

	constructor(slot: Slot) {
		this.slot = slot;
	}

	/** Adds or replaces an entry. */
	replenish(key: Pubkey, entry: ProgramCacheEntry): void {
		this.entries.set(key.key, entry);
	}

	/** Notes a program that the running transaction deployed, upgraded or closed. */
	storeModifiedEntry(key: Pubkey, entry: ProgramCacheEntry): void {
		this.modified.set(key.key, { key, entry });
	}

	/** Takes away the notes of {@link storeModifiedEntry}. */
	drainModifiedEntries(): ModifiedPrograms {
		if (this.modified.size === 0) return NO_MODIFIED_PROGRAMS;
		const modified = [...this.modified.values()];
		this.modified = new Map();
		return modified;
	}

	/** The entry of a program as this slot sees it: what the transaction changed comes first. */
	find(key: Pubkey): ProgramCacheEntry | null {
		const entry =
			(this.modified.size === 0 ? undefined : this.modified.get(key.key)?.entry) ?? this.entries.get(key.key);
		if (entry === undefined) return null;
		return entry.isImplicitDelayVisibilityTombstone(this.slot) ? entry.toDelayVisibilityTombstone() : entry;
	}

	/** Whether an entry exists, modified ones aside. */
	has(key: Pubkey): boolean {
		return this.entries.has(key.key);
	}

	/** Makes a committed transaction's changes visible to the next one. */
	merge(modified: ModifiedPrograms): void {
		for (const { key, entry } of modified) this.entries.set(key.key, entry);
	}

	/** Forgets a program, so that the next transaction loads it anew. */
	remove(key: Pubkey): void {
		this.entries.delete(key.key);
	}
}

/** Programs that a transaction changed. */
export type ModifiedPrograms = readonly { readonly key: Pubkey; readonly entry: ProgramCacheEntry }[];

const NO_MODIFIED_PROGRAMS: ModifiedPrograms = [];

/** How one slot stands to another. */
export type BlockRelation = 'Ancestor' | 'Equal' | 'Descendant' | 'Unrelated' | 'Unknown';

/** Tells how `a` stands to `b`. */
export interface ForkGraph {
	relationship(a: Slot, b: Slot): BlockRelation;
}

/** The graph of a chain that never forks. */
export const SINGLE_FORK: ForkGraph = {
	relationship(a: Slot, b: Slot): BlockRelation {
		return a === b ? 'Equal' : a < b ? 'Ancestor' : 'Descendant';
	},
};

/** All programs of an SVM instance. */
export class ProgramCache {
	/** Versions by program, sorted by deployment slot, then owner. */
	private readonly index = new Map<string, ProgramCacheEntry[]>();
	private readonly forkGraph: ForkGraph;
	latestRootSlot: Slot;
	private loadedCount = 0;
	/** Loaded programs kept before {@link evict} unloads some. */
	private readonly maxLoaded: number;

	constructor(
		rootSlot: Slot = 0n,
		forkGraph: ForkGraph = SINGLE_FORK,
		maxLoaded: number = MAX_LOADED_ENTRY_COUNT,
	) {
		this.latestRootSlot = rootSlot;
		this.forkGraph = forkGraph;
		this.maxLoaded = maxLoaded;
	}

	/** Adds a version, replacing what stands in its place (upstream: `assign_program`). */
	assignProgram(environment: ProgramRuntimeEnvironment | null, key: Pubkey, entry: ProgramCacheEntry): void {
		let versions = this.index.get(key.key);
		if (versions === undefined) {
			versions = [];
			this.index.set(key.key, versions);
		}
		const entryEnvironment = entry.environment();
		// One version a slot and environment: an entry of the same slot gives way unless it belongs to another.
		for (let i = versions.length - 1; i >= 0; i--) {
			const existing = versions[i]!;
			if (existing.deploymentSlot !== entry.deploymentSlot) continue;
			const existingEnvironment = existing.environment();
			if (
				existingEnvironment !== null &&
				entryEnvironment !== null &&
				existingEnvironment !== entryEnvironment
			) {
				continue;
			}
			entry.stats.uses += existing.stats.uses;
			this.forgetCount(existing);
			versions.splice(i, 1);
		}
		const rank = (at: ProgramCacheEntry): number => {
			const env = at.environment();
			return env === null || environment === null || env === environment ? 1 : 0;
		};
		let at = versions.length;
		while (at > 0) {
			const before = versions[at - 1]!;
			if (before.deploymentSlot < entry.deploymentSlot) break;
			if (before.deploymentSlot === entry.deploymentSlot && rank(before) <= rank(entry)) break;
			at -= 1;
		}
		versions.splice(at, 0, entry);
		if (entry.program.kind === 'Loaded') this.loadedCount += 1;
	}

	private forgetCount(entry: ProgramCacheEntry): void {
		if (entry.program.kind === 'Loaded') this.loadedCount -= 1;
	}

	/**
	 * The version of a program that `slot` sees in `environment`, or `null` where it has to be loaded
	 * (upstream: the body of `extract`).
	 */
	find(
		key: Pubkey,
		owner: ProgramCacheEntryOwner,
		slot: Slot,
		environment: ProgramRuntimeEnvironment,
	): ProgramCacheEntry | null {
		const versions = this.index.get(key.key);
		if (versions === undefined) return null;
		let onlyDeploymentSlot: Slot | null = null;
		for (let i = versions.length - 1; i >= 0; i--) {
			const entry = versions[i]!;
			if (onlyDeploymentSlot !== null && entry.deploymentSlot !== onlyDeploymentSlot) continue;
			if (entry.accountOwner !== owner) continue;
			if (entry.deploymentSlot > this.latestRootSlot) {
				const relation = this.forkGraph.relationship(entry.deploymentSlot, slot);
				if (relation !== 'Equal' && relation !== 'Ancestor') continue;
			}
			if (slot >= entry.effectiveSlot()) {
				const entryEnvironment = entry.environment();
				if (entryEnvironment !== null && entryEnvironment !== environment) {
					onlyDeploymentSlot ??= entry.deploymentSlot;
					continue;
				}
				if (entry.program.kind === 'Unloaded') return null;
				entry.stats.uses += 1;
				entry.stats.latestAccessSlot = slot;
				return entry;
			}
			if (entry.isImplicitDelayVisibilityTombstone(slot)) return entry.toDelayVisibilityTombstone();
		}
		return null;
	}

	/** Takes over what a committed transaction changed. */
	merge(environment: ProgramRuntimeEnvironment | null, modified: ModifiedPrograms): void {
		for (const { key, entry } of modified) this.assignProgram(environment, key, entry);
	}

	/** Forgets every version of a program. */
	removeProgram(key: Pubkey): void {
		for (const entry of this.index.get(key.key) ?? []) this.forgetCount(entry);
		this.index.delete(key.key);
	}

	/** Removes the versions deployed in `slot` (a slot that was dumped). */
	pruneByDeploymentSlot(slot: Slot): void {
		this.retain((entry) => entry.deploymentSlot !== slot);
	}

	/** Removes what a new root makes unreachable, and what belongs to another environment. */
	prune(newRootSlot: Slot, newEnvironment: ProgramRuntimeEnvironment | null): void {
		for (const [key, versions] of this.index) {
			const kept: ProgramCacheEntry[] = [];
			let firstAncestor: ProgramCacheEntry | null = null;
			for (let i = versions.length - 1; i >= 0; i--) {
				const entry = versions[i]!;
				const relation = this.forkGraph.relationship(entry.deploymentSlot, newRootSlot);
				let keep = false;
				if (entry.deploymentSlot >= newRootSlot) {
					keep = relation === 'Equal' || relation === 'Descendant';
				} else if (relation === 'Ancestor' || entry.deploymentSlot <= this.latestRootSlot) {
					if (firstAncestor === null) {
						firstAncestor = entry;
						keep = true;
					} else {
						const env = entry.environment();
						const first = firstAncestor.environment();
						keep = env !== null && first !== null && env !== first;
					}
				}
				const env = entry.environment();
				if (newEnvironment !== null && env !== null && env !== newEnvironment) keep = false;
				if (keep) kept.push(entry);
				else this.forgetCount(entry);
			}
			if (kept.length === 0) this.index.delete(key);
			else this.index.set(key, kept.reverse());
		}
		this.latestRootSlot = newRootSlot;
	}

	private retain(keep: (entry: ProgramCacheEntry) => boolean): void {
		for (const [key, versions] of this.index) {
			const kept = versions.filter((entry) => {
				const stays = keep(entry);
				if (!stays) this.forgetCount(entry);
				return stays;
			});
			if (kept.length === 0) this.index.delete(key);
			else this.index.set(key, kept);
		}
	}

	/** Loaded programs now in the cache. */
	get loaded(): number {
		return this.loadedCount;
	}

	/**
	 * Makes room: unloads the least used programs down to nine tenths of what may be loaded, and forgets tombstones
	 * of slots before `currentSlot`, which the accounts tell again. Does nothing while there is room.
	 */
	evict(currentSlot: Slot): void {
		if (this.index.size > this.maxLoaded * TOMBSTONES_PER_LOADED_ENTRY) {
			this.retain((entry) => !entry.isTombstone() || entry.deploymentSlot >= currentSlot);
		}
		if (this.loadedCount <= this.maxLoaded) return;
		const candidates: { versions: ProgramCacheEntry[]; entry: ProgramCacheEntry }[] = [];
		for (const versions of this.index.values()) {
			for (const entry of versions) if (entry.program.kind === 'Loaded') candidates.push({ versions, entry });
		}
		candidates.sort((a, b) => a.entry.stats.uses - b.entry.stats.uses);
		const excess = candidates.length - Math.floor(this.maxLoaded * 0.9);
		for (const { versions, entry } of candidates.slice(0, excess)) {
			const unloaded = entry.toUnloaded();
			if (unloaded === null) continue;
			versions[versions.indexOf(entry)] = unloaded;
			this.forgetCount(entry);
		}
	}

	/** Every entry, for inspection. */
	*flattened(): IterableIterator<ProgramCacheEntry> {
		for (const versions of this.index.values()) yield* versions;
	}
}
