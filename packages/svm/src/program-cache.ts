/**
 * Owns the programs that transactions run: loaded and verified once, kept by program id, deployment slot
 * and runtime environment, with tombstones for what cannot run.
 *
 * `ProgramCache` belongs to a whole SVM instance and knows forks through a {@link ForkGraph};
 * `ProgramCacheForTxBatch` is what transactions of one slot see of it, plus what they changed.
 * Upstream evicts by random samples; this room has no randomness and evicts the least used.
 *
 * Source: solana-program-runtime 4.3.0, loaded_programs.rs and program_cache_entry.rs.
 */

import type { BuiltinProgram, EbpfError, ElfError } from '@parhelion/sbpf';
import { Executable } from '@parhelion/sbpf';
import { err, ok, type Pubkey, programIds, type Result, type Slot } from '@parhelion/sdk';
import type { InvokeContext } from './invoke-context.ts';

/** The loader and syscalls a program was verified against; compared by identity. */
export type ProgramRuntimeEnvironment = BuiltinProgram<InvokeContext>;

/** An entry point of a builtin program; throws `Fault<ProgramError>`. */
export type BuiltinEntrypoint = (invokeContext: InvokeContext) => void;

/** Slots between a deployment and the first slot that runs it. */
export const DELAY_VISIBILITY_SLOT_OFFSET = 1n;
/** Loaded programs kept. */
export const MAX_LOADED_ENTRY_COUNT = 1024;

/** The loader of a program; the order is upstream's. */
export type ProgramCacheEntryOwner = 'NativeLoader' | 'LoaderV1' | 'LoaderV2' | 'LoaderV3' | 'LoaderV4';

const OWNERS: readonly { readonly owner: ProgramCacheEntryOwner; readonly id: Pubkey }[] = [
	{ owner: 'NativeLoader', id: programIds.nativeLoader },
	{ owner: 'LoaderV1', id: programIds.bpfLoaderDeprecated },
	{ owner: 'LoaderV2', id: programIds.bpfLoader },
	{ owner: 'LoaderV3', id: programIds.bpfLoaderUpgradeable },
	{ owner: 'LoaderV4', id: programIds.loaderV4 },
];

/** The owner kind of a loader's address, or `null` if it is no loader. */
export function programCacheEntryOwner(loader: Pubkey): ProgramCacheEntryOwner | null {
	for (const row of OWNERS) if (row.id.equals(loader)) return row.owner;
	return null;
}

/** What a {@link ProgramCacheEntry} holds. */
export type ProgramCacheEntryType =
	/** Does not pass the verifier, but might if the feature set changed. */
	| { readonly kind: 'FailedVerification'; readonly environment: ProgramRuntimeEnvironment }
	/** Closed, never deployed, or an account of a loader that is no program. */
	| { readonly kind: 'Closed' }
	/** Modified in this slot; the new version is not visible yet. */
	| { readonly kind: 'DelayVisibility' }
	/** A valid program that is not loaded. */
	| { readonly kind: 'Unloaded'; readonly environment: ProgramRuntimeEnvironment }
	/** Verified and ready to run. */
	| { readonly kind: 'Loaded'; readonly executable: Executable<InvokeContext> }
	/** Part of the validator. */
	| { readonly kind: 'Builtin'; readonly name: string; readonly entrypoint: BuiltinEntrypoint };

const CLOSED: ProgramCacheEntryType = { kind: 'Closed' };
const DELAY_VISIBILITY: ProgramCacheEntryType = { kind: 'DelayVisibility' };

/** How often a program was used; shared by the entries of one program version. */
export class ProgramStatistics {
	uses = 0;
	latestAccessSlot: Slot = 0n;
}

/** A version of a program at an address. */
export class ProgramCacheEntry {
	readonly program: ProgramCacheEntryType;
	readonly accountOwner: ProgramCacheEntryOwner;
	/** Slot of the (re)deployment. */
	readonly deploymentSlot: Slot;
	readonly stats: ProgramStatistics;
	/** The tombstone shown while the deployment is not yet effective. */
	private delayVisibility: ProgramCacheEntry | null = null;

	constructor(
		program: ProgramCacheEntryType,
		accountOwner: ProgramCacheEntryOwner,
		deploymentSlot: Slot,
		stats: ProgramStatistics = new ProgramStatistics(),
	) {
		this.program = program;
		this.accountOwner = accountOwner;
		this.deploymentSlot = deploymentSlot;
		this.stats = stats;
	}

	/** Loads and verifies an ELF. Fails with an `ElfError` or the verifier's `EbpfError`. */
	static load(
		owner: ProgramCacheEntryOwner,
		environment: ProgramRuntimeEnvironment,
		deploymentSlot: Slot,
		elf: Uint8Array,
	): Result<ProgramCacheEntry, ElfError | EbpfError> {
		const loaded = Executable.load<InvokeContext>(elf, environment);
		if (!loaded.ok) return err(loaded.error);
		const verified = loaded.value.verify();
		if (!verified.ok) return err(verified.error);
		return ok(new ProgramCacheEntry({ kind: 'Loaded', executable: loaded.value }, owner, deploymentSlot));
	}

	static newBuiltin(deploymentSlot: Slot, name: string, entrypoint: BuiltinEntrypoint): ProgramCacheEntry {
		return new ProgramCacheEntry({ kind: 'Builtin', name, entrypoint }, 'NativeLoader', deploymentSlot);
	}

	static newUnloaded(
		deploymentSlot: Slot,
		owner: ProgramCacheEntryOwner,
		environment: ProgramRuntimeEnvironment,
	): ProgramCacheEntry {
		return new ProgramCacheEntry({ kind: 'Unloaded', environment }, owner, deploymentSlot);
	}

	static newFailedVerificationTombstone(
		deploymentSlot: Slot,
		owner: ProgramCacheEntryOwner,
		environment: ProgramRuntimeEnvironment,
	): ProgramCacheEntry {
		return new ProgramCacheEntry({ kind: 'FailedVerification', environment }, owner, deploymentSlot);
	}

	static newClosedTombstone(deploymentSlot: Slot, owner: ProgramCacheEntryOwner): ProgramCacheEntry {
		return new ProgramCacheEntry(CLOSED, owner, deploymentSlot);
	}

	/** The same version without its executable, or `null` where there is nothing to unload. */
	toUnloaded(): ProgramCacheEntry | null {
		const environment = this.environment();
		if (environment === null) return null;
		return new ProgramCacheEntry(
			{ kind: 'Unloaded', environment },
			this.accountOwner,
			this.deploymentSlot,
			this.stats,
		);
	}

	/** The environment it was verified against, or `null` for what has none. */
	environment(): ProgramRuntimeEnvironment | null {
		const program = this.program;
		switch (program.kind) {
			case 'Loaded':
				return program.executable.loader;
			case 'FailedVerification':
			case 'Unloaded':
				return program.environment;
			default:
				return null;
		}
	}

	/** Whether it stands for a program that cannot run. */
	isTombstone(): boolean {
		const kind = this.program.kind;
		return kind === 'FailedVerification' || kind === 'Closed' || kind === 'DelayVisibility';
	}

	/** The first slot that sees it. */
	effectiveSlot(): Slot {
		const kind = this.program.kind;
		return kind === 'Unloaded' || kind === 'Loaded'
			? this.deploymentSlot + DELAY_VISIBILITY_SLOT_OFFSET
			: this.deploymentSlot;
	}

	/** Whether `slot` sees that there is a new version but may not run it yet. */
	isImplicitDelayVisibilityTombstone(slot: Slot): boolean {
		const kind = this.program.kind;
		return (kind === 'Unloaded' || kind === 'Loaded') && slot === this.deploymentSlot;
	}

	/** The entry to show for an {@link isImplicitDelayVisibilityTombstone}. */
	toDelayVisibilityTombstone(): ProgramCacheEntry {
		this.delayVisibility ??= new ProgramCacheEntry(
			DELAY_VISIBILITY,
			this.accountOwner,
			this.deploymentSlot,
			this.stats,
		);
		return this.delayVisibility;
	}
}

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
	/** Entries kept before {@link evict} removes some. */
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

	/** Unloads the least used programs until a tenth of the room is free; does nothing while there is room. */
	evict(): void {
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
