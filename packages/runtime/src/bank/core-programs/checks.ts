/**
 * What must be true of a program and of the buffer that is to replace it. All throw a Fault of
 * {@link CoreBpfMigrationError}; nothing here changes the bank.
 *
 * Source: solana-runtime 4.3.0 (bank/builtins/core_bpf_migration: source_buffer.rs, target_builtin.rs, target_bpf_v2.rs,
 * target_core_bpf.rs).
 */
import { sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	decodeUpgradeableLoaderState,
	Fault,
	Hash,
	type Pubkey,
	programIds,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import { programdataAddressOf } from '../../genesis/genesis-accounts.ts';
import type { CoreBpfMigrationError } from './core-program-error.ts';

/** Looks up an account; `null` where it does not exist. */
export type GetAccount = (pubkey: Pubkey) => AccountSharedData | null;

/** A buffer that may be deployed. */
export interface SourceBuffer {
	readonly authority: Pubkey | null;
	readonly elf: Uint8Array;
}

function fail(error: CoreBpfMigrationError): never {
	throw new Fault<CoreBpfMigrationError>(error);
}

function existing(getAccount: GetAccount, pubkey: Pubkey): AccountSharedData {
	return getAccount(pubkey) ?? fail({ kind: 'AccountNotFound', pubkey });
}

function requireOwner(account: AccountSharedData, pubkey: Pubkey, owner: Pubkey): void {
	if (!account.owner.equals(owner)) fail({ kind: 'IncorrectOwner', pubkey });
}

/** The state in `bytes`, which may not reach beyond them. */
function loaderState(bytes: Uint8Array): UpgradeableLoaderState {
	const state = decodeUpgradeableLoaderState(bytes);
	return state.ok ? state.value : fail({ kind: 'BincodeError', error: state.error });
}

/**
 * The buffer at an address; where `verifiedBuildHash` is given, its ELF without the zeros behind it must hash to that.
 *
 * Errors in order: `AccountNotFound`, `IncorrectOwner`, `BincodeError`, `InvalidBufferAccount`, `BuildHashMismatch`.
 */
export function sourceBuffer(
	getAccount: GetAccount,
	pubkey: Pubkey,
	verifiedBuildHash: Hash | null,
): SourceBuffer {
	const account = existing(getAccount, pubkey);
	requireOwner(account, pubkey, programIds.bpfLoaderUpgradeable);
	const { data } = account;
	const metadata = UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA;
	if (data.length < metadata) fail({ kind: 'InvalidBufferAccount', pubkey });
	const state = loaderState(data.subarray(0, metadata));
	if (state.kind !== 'Buffer') return fail({ kind: 'InvalidBufferAccount', pubkey });
	const elf = data.subarray(metadata);
	if (verifiedBuildHash !== null) {
		const actual = Hash.fromBytes(sha256(elf.subarray(0, elf.findLastIndex((byte) => byte !== 0) + 1)));
		if (!actual.equals(verifiedBuildHash)) {
			fail({ kind: 'BuildHashMismatch', expected: verifiedBuildHash, actual });
		}
	}
	return { authority: state.authorityAddress, elf };
}

/**
 * Where the program data of a program will lie, which must not exist; with `allowPrefunded` an account of the System
 * program is no hindrance. Errors: `ProgramHasDataAccount`.
 */
function freeProgramdata(getAccount: GetAccount, program: Pubkey, allowPrefunded: boolean): Pubkey {
	const address = programdataAddressOf(program);
	const account = getAccount(address);
	if (account !== null && !(allowPrefunded && account.owner.equals(programIds.systemProgram))) {
		fail({ kind: 'ProgramHasDataAccount', pubkey: program });
	}
	return address;
}

/**
 * Checks a builtin, or with `isStateless` one without an account. Answers the address of its program data.
 *
 * Errors in order: `AccountExists` (stateless), `AccountNotFound`, `IncorrectOwner`, `ProgramHasDataAccount`.
 */
export function targetBuiltin(
	getAccount: GetAccount,
	pubkey: Pubkey,
	isStateless: boolean,
	allowPrefunded: boolean,
): Pubkey {
	if (isStateless) {
		if (getAccount(pubkey) !== null) fail({ kind: 'AccountExists', pubkey });
	} else requireOwner(existing(getAccount, pubkey), pubkey, programIds.nativeLoader);
	return freeProgramdata(getAccount, pubkey, allowPrefunded);
}

/**
 * Checks a program of loader v2. Answers the address of its program data.
 *
 * Errors in order: `AccountNotFound`, `IncorrectOwner`, `ProgramAccountNotExecutable`, `ProgramHasDataAccount`.
 */
export function targetBpfV2(getAccount: GetAccount, pubkey: Pubkey, allowPrefunded: boolean): Pubkey {
	const account = existing(getAccount, pubkey);
	requireOwner(account, pubkey, programIds.bpfLoader);
	if (!account.executable) fail({ kind: 'ProgramAccountNotExecutable', pubkey });
	return freeProgramdata(getAccount, pubkey, allowPrefunded);
}

/**
 * Checks a program of loader v3. Answers the address of its program data, and who may upgrade it.
 *
 * Errors in order: `AccountNotFound`, `IncorrectOwner`, `ProgramAccountNotExecutable`, `BincodeError`,
 * `InvalidProgramAccount`, `ProgramHasNoDataAccount`, `IncorrectOwner` (of the data), `InvalidProgramDataAccount`,
 * `BincodeError`, `InvalidProgramDataAccount`.
 */
export function targetCoreBpf(
	getAccount: GetAccount,
	pubkey: Pubkey,
): { readonly programdata: Pubkey; readonly authority: Pubkey | null } {
	const address = programdataAddressOf(pubkey);
	const account = existing(getAccount, pubkey);
	requireOwner(account, pubkey, programIds.bpfLoaderUpgradeable);
	if (!account.executable) fail({ kind: 'ProgramAccountNotExecutable', pubkey });
	const state = loaderState(account.data);
	if (state.kind !== 'Program' || !state.programdataAddress.equals(address)) {
		fail({ kind: 'InvalidProgramAccount', pubkey });
	}
	const programdata = getAccount(address) ?? fail({ kind: 'ProgramHasNoDataAccount', pubkey });
	requireOwner(programdata, address, programIds.bpfLoaderUpgradeable);
	const metadata = UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;
	const invalid: CoreBpfMigrationError = { kind: 'InvalidProgramDataAccount', pubkey: address };
	if (programdata.data.length < metadata) fail(invalid);
	const dataState = loaderState(programdata.data.subarray(0, metadata));
	if (dataState.kind !== 'ProgramData') return fail(invalid);
	return { programdata: address, authority: dataState.upgradeAuthorityAddress };
}
