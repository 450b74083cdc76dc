/**
 * Owns finding the programs among a transaction's accounts and loading those not yet in the cache.
 *
 * Source: solana-svm 4.3.0, program_loader.rs.
 */

import {
	type AccountSharedData,
	decodeLoaderV4State,
	decodeUpgradeableLoaderState,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	type Pubkey,
	programIds,
	type Slot,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAM,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import {
	ProgramCacheEntry,
	type ProgramCacheEntryOwner,
	type ProgramRuntimeEnvironment,
	programCacheEntryOwner,
} from './program-cache-entry.ts';

/** Where to look up accounts; `null` for one that is not there. */
export type GetAccount = (pubkey: Pubkey) => AccountSharedData | null;

/** A program account resolved to its code. */
interface ProgramAccount {
	readonly owner: ProgramCacheEntryOwner;
	readonly deploymentSlot: Slot;
	/** `null` where the account holds no program. */
	readonly elf: Uint8Array | null;
}

/** Slot and ELF of a loader v4 program; `null` if retracted or malformed. */
function loaderV4Program(data: Uint8Array): ProgramAccount | null {
	const state = decodeLoaderV4State(data);
	if (state === null || state.status === LoaderV4Status.Retracted) return null;
	return {
		owner: 'LoaderV4',
		deploymentSlot: state.slot,
		elf: data.subarray(LOADER_V4_PROGRAM_DATA_OFFSET),
	};
}

/** Slot and ELF of a loader v3 program; `null` if it or its programdata is not what it should be. */
function loaderV3Program(data: Uint8Array, getAccount: GetAccount): ProgramAccount | null {
	const programdata = programdataOf(data, getAccount);
	if (programdata === null) return null;
	const state = decodeUpgradeableLoaderState(programdata.data);
	if (!state.ok || state.value.kind !== 'ProgramData') return null;
	const hasElf = programdata.data.length >= UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;
	return {
		owner: 'LoaderV3',
		deploymentSlot: state.value.slot,
		elf: hasElf ? programdata.data.subarray(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA) : null,
	};
}

function programdataOf(data: Uint8Array, getAccount: GetAccount): AccountSharedData | null {
	const address = programdataAddress(data);
	if (address === null) return null;
	const programdata = getAccount(address);
	return programdata?.owner.equals(programIds.bpfLoaderUpgradeable) === true ? programdata : null;
}

/** By the data of a program account (which is never written in place), what {@link programdataAddress} found. */
const programdataAddresses = new WeakMap<Uint8Array, Pubkey>();

/** The programdata address in the data of a loader v3 account; `null` if it is no program. */
export function programdataAddress(data: Uint8Array): Pubkey | null {
	// Asked for every program of every transaction; most other accounts of this owner are programdata.
	if (data.length < UPGRADEABLE_LOADER_SIZE_OF_PROGRAM || data[0] !== 2) return null;
	const known = programdataAddresses.get(data);
	if (known !== undefined) return known;
	const state = decodeUpgradeableLoaderState(data);
	if (!state.ok || state.value.kind !== 'Program') return null;
	programdataAddresses.set(data, state.value.programdataAddress);
	return state.value.programdataAddress;
}

/**
 * The loader of an account that may hold a program, or `null` if there is nothing to load from it
 * (upstream: one step of `filter_executable_program_accounts`).
 */
export function executableProgramOwner(
	account: AccountSharedData,
	getAccount: GetAccount,
): ProgramCacheEntryOwner | null {
	const owner = programCacheEntryOwner(account.owner);
	switch (owner) {
		case 'LoaderV1':
		case 'LoaderV2':
			return account.data.length === 0 ? null : owner;
		case 'LoaderV3':
			return loaderV3Program(account.data, getAccount) === null ? null : owner;
		case 'LoaderV4':
			return account.data.length < LOADER_V4_PROGRAM_DATA_OFFSET ? null : owner;
		default:
			return null;
	}
}

/**
 * Loads and verifies the program in `account` (upstream: `load_program_with_pubkey`).
 *
 * Returns a `Closed` tombstone where there is no program, one of `FailedVerification` where it does not
 * load, `null` where the account belongs to no loader.
 */
export function loadProgram(
	account: AccountSharedData,
	getAccount: GetAccount,
	environment: ProgramRuntimeEnvironment,
	currentSlot: Slot,
): ProgramCacheEntry | null {
	const owner = programCacheEntryOwner(account.owner);
	if (owner === null || owner === 'NativeLoader') return null;
	const program = resolve(owner, account, getAccount);
	if (program === null) return ProgramCacheEntry.newClosedTombstone(currentSlot, owner);
	if (program.elf !== null) {
		const loaded = ProgramCacheEntry.load(owner, environment, program.deploymentSlot, program.elf);
		if (loaded.ok) return loaded.value;
	}
	return ProgramCacheEntry.newFailedVerificationTombstone(program.deploymentSlot, owner, environment);
}

function resolve(
	owner: ProgramCacheEntryOwner,
	account: AccountSharedData,
	getAccount: GetAccount,
): ProgramAccount | null {
	if (owner === 'LoaderV4') return loaderV4Program(account.data);
	if (owner === 'LoaderV3') return loaderV3Program(account.data, getAccount);
	// Loaders v1 and v2 keep no slot.
	return { owner, deploymentSlot: 0n, elf: account.data };
}
