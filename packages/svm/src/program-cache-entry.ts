/**
 * Owns what the program cache holds: a version of a program at an address, loaded and verified, or a
 * tombstone for what cannot run.
 *
 * Source: solana-program-runtime 4.3.0, program_cache_entry.rs.
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
	private held: ProgramCacheEntryType | null;
	/** Gives the program the first time it is asked for. */
	private deferred: (() => ProgramCacheEntryType) | null = null;
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
		this.held = program;
		this.accountOwner = accountOwner;
		this.deploymentSlot = deploymentSlot;
		this.stats = stats;
	}

	/** What it holds; a deferred entry loads it now. */
	get program(): ProgramCacheEntryType {
		return this.held ?? this.resolve();
	}

	private resolve(): ProgramCacheEntryType {
		const program = this.deferred!();
		this.held = program;
		this.deferred = null;
		return program;
	}

	/** An entry whose program is loaded when it is first asked for: for programs known to load. Not in upstream. */
	static newDeferred(
		owner: ProgramCacheEntryOwner,
		deploymentSlot: Slot,
		load: () => ProgramCacheEntryType,
	): ProgramCacheEntry {
		const entry = new ProgramCacheEntry(CLOSED, owner, deploymentSlot);
		entry.held = null;
		entry.deferred = load;
		return entry;
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
