/**
 * Programs that a bank replaces by others when a feature becomes active: a builtin by a program on chain, a program of
 * loader v2 or v3 by the contents of a buffer.
 *
 * The new program comes out of a buffer account, which is closed; its accounts hold what rent asks for and not a lamport
 * more, and the supply follows. It can be invoked from the next slot on. Where anything is not as it should be the bank
 * stays as it was, and the feature is active nevertheless.
 *
 * Source: solana-runtime 4.3.0 (bank/builtins/core_bpf_migration/mod.rs; bank.rs,
 * `compute_and_apply_new_feature_activations`).
 */
import {
	type AccountSharedData,
	catchFault,
	createAccount,
	encodeUpgradeableLoaderState,
	Fault,
	type FeatureName,
	featureId,
	type Hash,
	InstructionError,
	Pubkey,
	programIds,
	type Result,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import type { Bank } from '../bank.ts';
import {
	type GetAccount,
	type SourceBuffer,
	sourceBuffer,
	targetBpfV2,
	targetBuiltin,
	targetCoreBpf,
} from './checks.ts';
import type { CoreBpfMigrationError } from './core-program-error.ts';

/** How a program is replaced. */
export type CoreProgramChange =
	| {
			readonly kind: 'migrateBuiltin';
			readonly feature: FeatureName;
			readonly program: Pubkey;
			readonly migration: CoreBpfMigrationConfig;
	  }
	| {
			readonly kind: 'upgradeLoaderV2' | 'upgradeCoreBpf';
			readonly feature: FeatureName;
			readonly program: Pubkey;
			readonly buffer: Pubkey;
	  };

/** How a builtin becomes a program (upstream's struct of that name, without the feature). */
export interface CoreBpfMigrationConfig {
	readonly buffer: Pubkey;
	/** Who may upgrade the program: the buffer's authority too, or `null`: nobody, whatever the buffer says. */
	readonly upgradeAuthority: Pubkey | null;
	/** The program never had an account. */
	readonly isStateless: boolean;
	/** SHA-256 of the ELF without the zeros behind it; `null`: any. */
	readonly verifiedBuildHash: Hash | null;
}

/** What each feature replaces, in the order in which a bank does it. No builtin of 4.3.0 is to be migrated. */
export const CORE_PROGRAM_CHANGES: readonly CoreProgramChange[] = [
	{
		kind: 'upgradeLoaderV2',
		feature: 'replace_spl_token_with_p_token',
		program: programIds.splToken,
		buffer: Pubkey.fromBase58('ptok6rngomXrDbWf5v5Mkmu5CEbB51hzSCPDoj9DrvF'),
	},
	{
		kind: 'upgradeCoreBpf',
		feature: 'upgrade_bpf_stake_program_to_v5',
		program: programIds.stake,
		buffer: Pubkey.fromBase58('4EBQBjw1kqF1dqUBb6fc5Ji4tCEQgNf9ESGGX3smwXwh'),
	},
	{
		kind: 'upgradeCoreBpf',
		feature: 'upgrade_bpf_stake_program_to_v5_1',
		program: programIds.stake,
		buffer: Pubkey.fromBase58('p51x11QCYMHwuVS1MBcLHKb3MezWyqGS5BEB41CA1dk'),
	},
];

/** Replaces what the features replace that have become active. */
export function applyCoreProgramChanges(bank: Bank, activated: readonly Pubkey[]): void {
	for (const change of CORE_PROGRAM_CHANGES) {
		const id = featureId(change.feature);
		if (!activated.some((feature) => feature.equals(id))) continue;
		const result = applyChange(bank, change);
		const { events } = bank.shared;
		if (!events.has('programReplaced')) continue;
		const error = result.ok ? null : result.error;
		events.emit('programReplaced', { slot: bank.slot, programId: change.program, feature: id, error });
	}
}

function applyChange(bank: Bank, change: CoreProgramChange): Result<void, CoreBpfMigrationError> {
	const allowPrefunded = bank.features.relaxProgramdataAccountCheckMigration;
	switch (change.kind) {
		case 'migrateBuiltin':
			return migrateBuiltinToCoreBpf(bank, change.program, change.migration, allowPrefunded);
		case 'upgradeLoaderV2':
			return upgradeLoaderV2Program(bank, change.program, change.buffer, allowPrefunded);
		case 'upgradeCoreBpf':
			return upgradeCoreBpfProgram(bank, change.program, change.buffer);
	}
}

/**
 * Makes a builtin a program of loader v3 (`migrate_builtin_to_core_bpf`).
 *
 * Errors in order: those of `targetBuiltin`, of `sourceBuffer`, `UpgradeAuthorityMismatch`, `InstructionError` for an ELF
 * that may not be deployed.
 */
export function migrateBuiltinToCoreBpf(
	bank: Bank,
	program: Pubkey,
	config: CoreBpfMigrationConfig,
	allowPrefunded: boolean,
): Result<void, CoreBpfMigrationError> {
	return catchFault((): void => {
		const getAccount = accountsOf(bank);
		const programdata = targetBuiltin(getAccount, program, config.isStateless, allowPrefunded);
		const source = sourceBuffer(getAccount, config.buffer, config.verifiedBuildHash);
		const data = programdataAccount(bank, source, config.upgradeAuthority);
		deploy(bank, program, source);
		bank.storeAndCount(program, programAccount(bank, programdata));
		bank.storeAndCount(programdata, data);
		bank.storeAndCount(config.buffer, createAccount({}));
		bank.processor.removeBuiltin(program);
	});
}

/**
 * Replaces a program of loader v2 by one of loader v3 that nobody may upgrade
 * (`upgrade_loader_v2_program_with_loader_v3_program`).
 *
 * Errors in order: those of `targetBpfV2`, of `sourceBuffer`, `InstructionError`.
 */
export function upgradeLoaderV2Program(
	bank: Bank,
	program: Pubkey,
	buffer: Pubkey,
	allowPrefunded: boolean,
): Result<void, CoreBpfMigrationError> {
	return catchFault((): void => {
		const getAccount = accountsOf(bank);
		const programdata = targetBpfV2(getAccount, program, allowPrefunded);
		const source = sourceBuffer(getAccount, buffer, null);
		const data = programdataAccount(bank, source, null);
		deploy(bank, program, source);
		bank.storeAndCount(program, programAccount(bank, programdata));
		bank.storeAndCount(programdata, data);
		bank.storeAndCount(buffer, createAccount({}));
	});
}

/**
 * Replaces the code of a program of loader v3, whose upgrade authority must be the buffer's
 * (`upgrade_core_bpf_program`).
 *
 * Errors in order: those of `targetCoreBpf`, of `sourceBuffer`, `UpgradeAuthorityMismatch`, `InstructionError`.
 */
export function upgradeCoreBpfProgram(
	bank: Bank,
	program: Pubkey,
	buffer: Pubkey,
): Result<void, CoreBpfMigrationError> {
	return catchFault((): void => {
		const getAccount = accountsOf(bank);
		const { programdata, authority } = targetCoreBpf(getAccount, program);
		const source = sourceBuffer(getAccount, buffer, null);
		const data = programdataAccount(bank, source, authority);
		deploy(bank, program, source);
		bank.storeAndCount(programdata, data);
		bank.storeAndCount(buffer, createAccount({}));
	});
}

function accountsOf(bank: Bank): GetAccount {
	return (pubkey) => bank.getAccount(pubkey);
}

function programAccount(bank: Bank, programdataAddress: Pubkey): AccountSharedData {
	const data = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress });
	return createAccount({
		lamports: bank.minimumBalanceForRentExemption(data.length),
		data,
		owner: programIds.bpfLoaderUpgradeable,
		executable: true,
	});
}

/** Throws `UpgradeAuthorityMismatch` where the program is to have an authority and the buffer has another. */
function programdataAccount(bank: Bank, source: SourceBuffer, authority: Pubkey | null): AccountSharedData {
	if (authority !== null && source.authority?.equals(authority) !== true) {
		throw new Fault<CoreBpfMigrationError>({
			kind: 'UpgradeAuthorityMismatch',
			expected: authority,
			actual: source.authority,
		});
	}
	const data = new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA + source.elf.length);
	data.set(
		encodeUpgradeableLoaderState({
			kind: 'ProgramData',
			slot: bank.slot,
			upgradeAuthorityAddress: authority,
		}),
	);
	data.set(source.elf, UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA);
	return createAccount({
		lamports: bank.minimumBalanceForRentExemption(data.length),
		data,
		owner: programIds.bpfLoaderUpgradeable,
	});
}

function deploy(bank: Bank, program: Pubkey, { elf }: SourceBuffer): void {
	const failure = bank.processor.deployCoreProgram(program, elf, bank.features);
	if (failure === null) return;
	const error = InstructionError.InvalidAccountData;
	throw new Fault<CoreBpfMigrationError>({ kind: 'InstructionError', error, message: failure });
}
