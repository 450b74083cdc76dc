/**
 * The state of a `LiteSVM`: accounts, and what is derived from them (programs, sysvars).
 *
 * Refuses an account that would make the derived state wrong: a sysvar that does not decode, an executable
 * account that holds no program.
 *
 * Source: litesvm accounts_db.rs.
 */

import { AccountsDb, type KeyedAccount } from '@parhelion/runtime';
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
	decodeRecentBlockhashes,
	decodeRent,
	decodeSlotHashes,
	decodeStakeHistory,
	decodeUpgradeableLoaderState,
	err,
	InstructionError,
	instructionErrorText,
	ok,
	Pubkey,
	programIds,
	Rent,
	type Result,
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
	SysvarCache,
} from '@parhelion/svm';
import { loadExecutable } from './executable-cache.ts';

/** Why an account was refused, in the original's words. */
export type AccountError = string;

/** Bytes before the ELF in a program of loader v4. */
const LOADER_V4_METADATA = 48;

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

/** Accounts with the programs and sysvars they hold. */
export class LiteBank {
	readonly accounts: AccountsDb;
	readonly sysvarCache: SysvarCache = new SysvarCache();
	/** The loader and syscalls for programs added from now on. */
	environment: ProgramRuntimeEnvironment;
	readonly #programs: Map<string, readonly [Pubkey, ProgramCacheEntry]>;
	#batch: ProgramCacheForTxBatch;

	/** An empty bank, or one that starts from the state of `source` and shares what is immutable. */
	constructor(source?: LiteBank) {
		if (source === undefined) {
			this.accounts = new AccountsDb();
			this.#programs = new Map();
			this.environment = NO_ENVIRONMENT;
		} else {
			this.accounts = new AccountsDb(source.accounts);
			this.#programs = new Map(source.#programs);
			this.environment = source.environment;
			this.sysvarCache.fillMissingEntries((id) => this.accounts.get(id)?.data ?? null);
		}
		this.#batch = this.#makeBatch(this.slot);
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

	/** Loads an ELF as deployed before this slot, so that it can run at once. */
	loadElf(loader: Pubkey, elf: Uint8Array): Result<ProgramCacheEntry, ElfError | EbpfError> {
		const owner = programCacheEntryOwner(loader);
		if (owner === null || this.environment === NO_ENVIRONMENT) {
			throw new TypeError('programs can be added only after withBuiltins(): there is no loader yet');
		}
		return loadExecutable(owner, this.environment, deploymentSlot(this.slot), elf);
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
			elf = tail(account.data, LOADER_V4_METADATA);
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

function tail(data: Uint8Array, offset: number): Uint8Array | null {
	return data.length < offset ? null : data.subarray(offset);
}
