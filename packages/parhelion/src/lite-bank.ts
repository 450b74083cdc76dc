/**
 * The state of a `LiteSVM`: accounts, and what is derived from them (programs, sysvars).
 *
 * Refuses an account that would make the derived state wrong: a sysvar that does not decode, an executable
 * account that holds no program.
 *
 * Source: litesvm accounts_db.rs.
 */

import type { KeyedAccount } from '@parhelion/runtime';
import {
	Arena,
	BuiltinProgram,
	type EbpfError,
	type ElfError,
	ebpfErrorText,
	elfErrorText,
} from '@parhelion/sbpf';
import {
	type AccountSharedData,
	catchFault,
	decodeClock,
	decodeEpochRewards,
	decodeEpochSchedule,
	decodeFees,
	decodeLastRestartSlot,
	decodeLoaderV4State,
	decodeRecentBlockhashes,
	decodeRent,
	decodeSlotHashes,
	decodeStakeHistory,
	decodeUpgradeableLoaderState,
	err,
	type FeatureSet,
	InstructionError,
	InvariantError,
	instructionErrorText,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	ok,
	Pubkey,
	programIds,
	Rent,
	type Result,
	type RuntimeFeatures,
	type Slot,
	type SlotHashes,
	sysvarIds,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import {
	ProgramCacheEntry,
	ProgramCacheForTxBatch,
	type ProgramRuntimeEnvironment,
	programCacheEntryOwner,
	type SVMTransactionExecutionBudget,
	SysvarCache,
} from '@parhelion/svm';
import type { CustomSyscall } from './custom-syscall.ts';
import { loadExecutable } from './executable-cache.ts';
import { LiteAccounts } from './lite-accounts.ts';

/** Why an account was refused, in the original's words. */
export type AccountError = string;

/** The sysvars that are checked when written: address, name in the message, decoder. */
const CHECKED_SYSVARS: readonly (readonly [
	Pubkey,
	string,
	(data: Uint8Array) => Result<unknown, unknown>,
])[] = [
	[sysvarIds.clock, 'Clock', decodeClock],
	[sysvarIds.epochRewards, 'EpochRewards', decodeEpochRewards],
	[sysvarIds.epochSchedule, 'EpochSchedule', decodeEpochSchedule],
	[sysvarIds.fees, 'Fees', decodeFees],
	[sysvarIds.lastRestartSlot, 'LastRestartSlot', decodeLastRestartSlot],
	[sysvarIds.recentBlockhashes, 'RecentBlockhashes', decodeRecentBlockhashes],
	[sysvarIds.rent, 'Rent', decodeRent],
	[sysvarIds.slotHashes, 'SlotHashes', decodeSlotHashes],
	[sysvarIds.stakeHistory, 'StakeHistory', decodeStakeHistory],
];
const SYSVAR_ROWS = new Map(CHECKED_SYSVARS.map((row) => [row[0].key, row]));

/** The environment before the builtins are set: no syscall, and no loader to run anything. */
const NO_ENVIRONMENT: ProgramRuntimeEnvironment = BuiltinProgram.newMock();

let sharedArena: Arena | null = null;

/** Memory of the virtual machines. One for all instances: transactions run one at a time. */
export function arena(): Arena {
	sharedArena ??= new Arena();
	return sharedArena;
}

/** Upstream's Display text of why a program does not load. */
export function loadErrorText(error: ElfError | EbpfError): string {
	return isElfError(error) ? elfErrorText(error) : ebpfErrorText(error);
}

function isElfError(error: ElfError | EbpfError): error is ElfError {
	return !EBPF_ONLY.has(error.kind);
}

/** What verification fails with; everything else on this way is the ELF's. */
const EBPF_ONLY: ReadonlySet<string> = new Set(['VerifierError', 'ElfError']);

/** What the environment and the builtins of a bank were made for. */
export interface BuiltinsInput {
	readonly featureSet: FeatureSet;
	readonly features: RuntimeFeatures;
	/** Replaces the limits that programs are loaded under. */
	readonly budget: SVMTransactionExecutionBudget | null;
}

/** Accounts with the programs and sysvars they hold. */
export class LiteBank {
	readonly accounts: LiteAccounts;
	/** The sysvars as transactions see them. */
	sysvarCache: SysvarCache;
	/** The loader and syscalls for programs added from now on. */
	environment: ProgramRuntimeEnvironment;
	/** What {@link environment} was made for; `null` before there is any. */
	builtinsInput: BuiltinsInput | null;
	/** Syscalls beside the runtime's own. */
	customSyscalls: readonly CustomSyscall[];
	#programs: Map<string, readonly [Pubkey, ProgramCacheEntry]>;
	#batch: ProgramCacheForTxBatch;
	/** Whether a fork uses the same objects, so that they are copied before they are written to. */
	#sharesPrograms: boolean;
	#sharesSysvars: boolean;

	/** An empty bank; or a fork of `origin`, which shares its objects until one of the two writes to them. */
	constructor(origin?: LiteBank) {
		this.environment = origin?.environment ?? NO_ENVIRONMENT;
		this.builtinsInput = origin?.builtinsInput ?? null;
		this.customSyscalls = origin?.customSyscalls ?? [];
		this.accounts = origin?.accounts.fork() ?? new LiteAccounts();
		this.sysvarCache = origin?.sysvarCache ?? new SysvarCache();
		this.#programs = origin === undefined ? new Map() : origin.#programs;
		this.#batch = origin === undefined ? new ProgramCacheForTxBatch(0n) : origin.#batch;
		this.#sharesPrograms = origin !== undefined;
		this.#sharesSysvars = origin !== undefined;
		if (origin !== undefined) {
			origin.#sharesPrograms = true;
			origin.#sharesSysvars = true;
		}
	}

	/** The same state once more, in constant time; what either changes from now on is its own. */
	fork(): LiteBank {
		return new LiteBank(this);
	}

	#readSysvars(): SysvarCache {
		const cache = new SysvarCache();
		cache.fillMissingEntries((id) => this.accounts.get(id)?.data ?? null);
		return cache;
	}

	#ownPrograms(): void {
		if (!this.#sharesPrograms) return;
		this.#programs = new Map(this.#programs);
		this.#batch = this.#makeBatch(this.#batch.slot);
		this.#sharesPrograms = false;
	}

	#ownSysvars(): void {
		if (!this.#sharesSysvars) return;
		this.sysvarCache = this.#readSysvars();
		this.#sharesSysvars = false;
	}

	/** The slot of the clock sysvar; 0 without one. */
	get slot(): Slot {
		const clock = this.accounts.get(sysvarIds.clock);
		const decoded = clock === undefined ? null : decodeClock(clock.data);
		return decoded?.ok === true ? decoded.value.slot : 0n;
	}

	/** The rent sysvar; upstream's default without one. */
	get rent(): Rent {
		const rent = catchFault(() => this.sysvarCache.getRent());
		return rent.ok ? rent.value : Rent.default();
	}

	/** The slot hashes sysvar; `null` without one. */
	get slotHashes(): SlotHashes | null {
		const slotHashes = catchFault(() => this.sysvarCache.getSlotHashes());
		return slotHashes.ok ? slotHashes.value : null;
	}

	/** The programs as the next transaction sees them. */
	get programCache(): ProgramCacheForTxBatch {
		return this.#batch;
	}

	/** Adds or replaces a program. */
	replenish(programId: Pubkey, entry: ProgramCacheEntry): void {
		this.#ownPrograms();
		this.#programs.set(programId.key, [programId, entry]);
		this.#batch.replenish(programId, entry);
	}

	/** Stores accounts that hold neither a sysvar nor a program to be loaded. */
	addAccountsNoChecks(accounts: Iterable<KeyedAccount>): void {
		for (const [pubkey, account] of accounts) this.accounts.store(pubkey, account);
	}

	/**
	 * Stores an account, or deletes it if it has no lamports; loads the program or the sysvar it holds.
	 *
	 * Nothing is changed by an account that is refused.
	 */
	addAccount(pubkey: Pubkey, account: AccountSharedData): Result<void, AccountError> {
		if (
			account.executable &&
			!pubkey.equals(Pubkey.default) &&
			!account.owner.equals(programIds.nativeLoader)
		) {
			const loaded = this.#loadProgram(account);
			if (!loaded.ok) return err(instructionErrorText(loaded.error));
			this.replenish(pubkey, loaded.value);
		} else {
			const sysvar = SYSVAR_ROWS.get(pubkey.key);
			if (sysvar !== undefined) {
				const [, name, decode] = sysvar;
				if (!decode(account.data).ok) return err(`Invalid ${name} sysvar data.`);
				this.#ownSysvars();
				this.sysvarCache.setSysvar(pubkey, account.data);
			}
		}
		if (account.lamports === 0n) this.accounts.delete(pubkey);
		else this.accounts.store(pubkey, account);
		if (pubkey.equals(sysvarIds.clock)) this.#batch = this.#makeBatch(this.slot);
		return ok(undefined);
	}

	/** Stores what a transaction wrote: programdata first, since the programs are loaded from it. */
	syncAccounts(accounts: readonly KeyedAccount[]): void {
		for (const isFirstPass of [true, false]) {
			for (const [pubkey, account] of accounts) {
				if (isProgramdata(account) !== isFirstPass) continue;
				const stored = this.addAccount(pubkey, account);
				if (stored.ok) continue;
				// A program that does not load is stored all the same: the original would end the process here.
				this.accounts.store(pubkey, account);
				const owner = programCacheEntryOwner(account.owner);
				if (owner === null) continue;
				const slot = deploymentSlot(this.slot);
				this.replenish(
					pubkey,
					ProgramCacheEntry.newFailedVerificationTombstone(slot, owner, this.environment),
				);
			}
		}
	}

	/** Loads the programs anew, from their accounts, where they were loaded before there were any syscalls. */
	setEnvironment(environment: ProgramRuntimeEnvironment): void {
		const isFirst = this.environment === NO_ENVIRONMENT;
		this.environment = environment;
		if (!isFirst) return;
		const isProgram = ([, { executable, owner }]: KeyedAccount): boolean =>
			executable && programCacheEntryOwner(owner) !== null;
		this.syncAccounts([...this.accounts.entries()].filter(isProgram));
	}

	/** Loads an ELF as deployed before this slot, so that it can run at once. */
	loadElf(loader: Pubkey, elf: Uint8Array): Result<ProgramCacheEntry, ElfError | EbpfError> {
		const owner = programCacheEntryOwner(loader);
		if (owner === null) throw new InvariantError(`${loader} is no loader`);
		return loadExecutable(owner, this.environment, deploymentSlot(this.slot), elf);
	}

	/** Adds a program that is loaded when it is first invoked; one that does not load then is not deployed. */
	replenishDeferred(programId: Pubkey, loader: Pubkey, elf: Uint8Array): void {
		const owner = programCacheEntryOwner(loader);
		if (owner === null) throw new InvariantError(`${loader} is no loader`);
		const { environment } = this;
		const slot = deploymentSlot(this.slot);
		this.replenish(
			programId,
			ProgramCacheEntry.newDeferred(owner, slot, () => {
				const loaded = loadExecutable(owner, environment, slot, elf);
				return loaded.ok ? loaded.value.program : { kind: 'FailedVerification', environment };
			}),
		);
	}

	#makeBatch(slot: Slot): ProgramCacheForTxBatch {
		const batch = new ProgramCacheForTxBatch(slot);
		for (const [programId, entry] of this.#programs.values()) batch.replenish(programId, entry);
		return batch;
	}

	/** Errors in order: `IncorrectProgramId` (no loader owns it), `InvalidAccountData`. */
	#loadProgram(account: AccountSharedData): Result<ProgramCacheEntry, InstructionError> {
		const owner = programCacheEntryOwner(account.owner);
		let elf: Uint8Array | null = null;
		if (owner === 'LoaderV1' || owner === 'LoaderV2') {
			elf = account.data;
		} else if (owner === 'LoaderV3') {
			const state = decodeUpgradeableLoaderState(account.data);
			if (!state.ok || state.value.kind !== 'Program') return err(InstructionError.InvalidAccountData);
			const programdata = this.accounts.get(state.value.programdataAddress);
			if (programdata === undefined) {
				return ok(ProgramCacheEntry.newClosedTombstone(this.slot, 'LoaderV3'));
			}
			elf = tail(programdata.data, UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA);
		} else if (owner === 'LoaderV4') {
			// The original cannot run these programs and does not look at their status.
			if (this.#programs.has(programIds.loaderV4.key) && !isDeployed(account.data)) {
				return ok(ProgramCacheEntry.newClosedTombstone(this.slot, 'LoaderV4'));
			}
			elf = tail(account.data, LOADER_V4_PROGRAM_DATA_OFFSET);
		} else {
			return err(InstructionError.IncorrectProgramId);
		}
		if (elf === null) return err(InstructionError.InvalidAccountData);
		const loaded = loadExecutable(owner, this.environment, deploymentSlot(this.slot), elf);
		return loaded.ok ? loaded : err(InstructionError.InvalidAccountData);
	}
}

/** The slot before: a program deployed in the running slot could not be invoked yet. */
function deploymentSlot(slot: Slot): Slot {
	return slot - 1n;
}

function isProgramdata(account: AccountSharedData): boolean {
	return account.owner.equals(programIds.bpfLoaderUpgradeable) && account.data[0] === 3;
}

/** Whether a program of loader v4 may run. */
function isDeployed(data: Uint8Array): boolean {
	const state = decodeLoaderV4State(data);
	return state !== null && state.status !== LoaderV4Status.Retracted;
}

function tail(data: Uint8Array, offset: number): Uint8Array | null {
	return data.length < offset ? null : data.subarray(offset);
}
