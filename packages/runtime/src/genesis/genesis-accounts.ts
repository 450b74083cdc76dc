/**
 * The accounts a chain has before its first transaction: features, builtins, precompiles, programs.
 *
 * Shared by the bank's genesis and by the in-process API. Sources: solana-feature-gate-interface
 * (`create_account`), solana-runtime bank.rs (`add_builtin_account`, `add_precompiled_account`), litesvm lib.rs
 * (`add_program_internal`).
 */
import {
	type AccountSharedData,
	createAccount,
	encodeFeature,
	encodeUpgradeableLoaderState,
	FEATURE_ACCOUNT_SIZE,
	type FeatureSet,
	InvariantError,
	type Lamports,
	type Pubkey,
	programIds,
	type Slot,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import { createBuiltinAccount, enabledBuiltins, findProgramAddress, PRECOMPILES } from '@parhelion/svm';

/** An account and where it lies. */
export type KeyedAccount = readonly [Pubkey, AccountSharedData];

/** The lamports an account of so many bytes needs. */
export type MinimumBalance = (dataLength: number) => Lamports;

/** The account of each active feature, saying since when. */
export function featureAccounts(features: FeatureSet, minimumBalance: MinimumBalance): KeyedAccount[] {
	const lamports = minimumBalance(FEATURE_ACCOUNT_SIZE);
	return Array.from(features.activeFeatures(), ([id, slot]) => [
		id,
		createAccount({ lamports, data: encodeFeature(slot), owner: programIds.feature }),
	]);
}

/** The accounts of the builtin programs that these features enable. */
export function builtinAccounts(features: FeatureSet): KeyedAccount[] {
	return enabledBuiltins(features).map(({ programId, name }) => [programId, createBuiltinAccount(name)]);
}

/** The accounts of the precompiles: empty and executable. */
export function precompileAccounts(): KeyedAccount[] {
	return PRECOMPILES.map(({ programId }) => [
		programId,
		createAccount({ lamports: 1n, owner: programIds.nativeLoader, executable: true }),
	]);
}

/** An ELF to be had under an address. */
export interface ProgramToAdd {
	readonly programId: Pubkey;
	/** `bpfLoaderDeprecated`, `bpfLoader` or `bpfLoaderUpgradeable`. */
	readonly loader: Pubkey;
	readonly elf: Uint8Array;
	/** The slot its programdata shows. */
	readonly slot: Slot;
	readonly upgradeAuthority: Pubkey | null;
}

/** Where the code of an upgradeable program lies. */
export function programdataAddressOf(programId: Pubkey): Pubkey {
	const found = findProgramAddress([programId.bytes], programIds.bpfLoaderUpgradeable);
	if (found === null) throw new InvariantError(`no programdata address for ${programId}`);
	return found.address;
}

/**
 * The accounts of a deployed program, programdata first; `null` for a loader that is none of the three.
 *
 * The ELF is copied: the accounts must not change with the caller's bytes.
 */
export function programAccounts(
	program: ProgramToAdd,
	minimumBalance: MinimumBalance,
): KeyedAccount[] | null {
	const { programId, loader, elf } = program;
	if (loader.equals(programIds.bpfLoader) || loader.equals(programIds.bpfLoaderDeprecated)) {
		const lamports = minimumBalance(elf.length);
		return [
			[programId, createAccount({ lamports, data: new Uint8Array(elf), owner: loader, executable: true })],
		];
	}
	if (!loader.equals(programIds.bpfLoaderUpgradeable)) return null;
	const programdataAddress = programdataAddressOf(programId);
	const programdata = new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA + elf.length);
	programdata.set(
		encodeUpgradeableLoaderState({
			kind: 'ProgramData',
			slot: program.slot,
			upgradeAuthorityAddress: program.upgradeAuthority,
		}),
	);
	programdata.set(elf, UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA);
	const data = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress });
	return [
		[
			programdataAddress,
			createAccount({ lamports: minimumBalance(programdata.length), data: programdata, owner: loader }),
		],
		[
			programId,
			createAccount({ lamports: minimumBalance(data.length), data, owner: loader, executable: true }),
		],
	];
}
