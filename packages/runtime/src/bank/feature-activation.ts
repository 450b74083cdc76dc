/**
 * Which features are active on a chain, as the feature accounts say, and what a bank becomes by those that are new;
 * `core-programs/` has the programs that they replace.
 *
 * Source: solana-runtime 4.3.0 (bank.rs: `compute_active_feature_set`, `compute_and_apply_genesis_features`,
 * `compute_and_apply_new_feature_activations`, `add_builtin_account`, `add_precompiled_account_with_owner`).
 */
import {
	type AccountSharedData,
	decodeFeature,
	encodeFeature,
	type FeatureName,
	type FeatureSet,
	featureId,
	type Lamports,
	type Pubkey,
	programIds,
	Rent,
	type Slot,
	updatedAccount,
} from '@parhelion/sdk';
import { createBuiltinAccount, enabledBuiltins } from '@parhelion/svm';
import { precompileAccounts } from '../genesis/genesis-accounts.ts';
import type { Bank } from './bank.ts';
import { applyCoreProgramChanges } from './core-programs/core-programs.ts';
import { fullInflationFeatures } from './epoch-rewards/calculation.ts';
import { doubleDisinflation, fullInflation, type Inflation, picoInflation } from './inflation.ts';

/** The rate of rent that a feature sets, in the order in which upstream applies them (SIMD-0437, SIMD-0438). */
const LAMPORTS_PER_BYTE: readonly (readonly [FeatureName, Lamports])[] = [
	['set_lamports_per_byte_to_6333', 6_333n],
	['set_lamports_per_byte_to_5080', 5_080n],
	['set_lamports_per_byte_to_2575', 2_575n],
	['set_lamports_per_byte_to_1322', 1_322n],
	['set_lamports_per_byte_to_696', 696n],
	['set_lamports_per_byte_to_6960', 6_960n],
];

/** The features of a slot, and those that become active with it. */
export interface ActiveFeatures {
	readonly featureSet: FeatureSet;
	readonly activated: readonly Pubkey[];
}

/**
 * Reads the accounts of the features that `before` knows as inactive; with `includePending` those that wait for an epoch
 * become active at `slot`.
 */
export function activeFeatures(
	getAccount: (pubkey: Pubkey) => AccountSharedData | null,
	slot: Slot,
	includePending: boolean,
	before: FeatureSet,
): ActiveFeatures {
	const featureSet = before.clone();
	const activated: Pubkey[] = [];
	for (const id of before.inactiveFeatures()) {
		const account = getAccount(id);
		if (account === null || !account.owner.equals(programIds.feature)) continue;
		const decoded = decodeFeature(account.data);
		if (!decoded.ok) continue;
		if (decoded.value === null) {
			if (!includePending) continue;
			activated.push(id);
			featureSet.activate(id, slot);
		} else if (slot >= decoded.value) featureSet.activate(id, decoded.value);
	}
	return { featureSet, activated };
}

/**
 * The rents that one after the other come into force as these features become active, in the order of upstream's gates
 * (`compute_and_apply_new_feature_activations`): each is written, and no balance of a sysvar ever falls.
 */
export function rentSteps(before: Rent, activated: readonly Pubkey[]): Rent[] {
	const isNew = (name: FeatureName): boolean => activated.some((id) => id.equals(featureId(name)));
	const steps: Rent[] = [];
	let rent = before;
	if (isNew('deprecate_rent_exemption_threshold')) {
		const rate = Number(before.lamportsPerByte) * before.exemptionThreshold;
		rent = new Rent(BigInt(Math.trunc(rate)), 1, 50);
		steps.push(rent);
	}
	for (const [name, rate] of LAMPORTS_PER_BYTE) {
		if (!isNew(name)) continue;
		rent = new Rent(rate, rent.exemptionThreshold, rent.burnPercent);
		steps.push(rent);
	}
	return steps;
}

/** The rent after these features have become active. */
export function rentAfter(before: Rent, activated: readonly Pubkey[]): Rent {
	return rentSteps(before, activated).at(-1) ?? before;
}

/**
 * Inflation after these features have become active (`compute_and_apply_new_feature_activations`). `features` has them
 * already; `year` is that of inflation at the start of the epoch.
 */
export function inflationAfter(
	before: Inflation,
	activated: readonly Pubkey[],
	features: FeatureSet,
	year: () => number,
): Inflation {
	const isNew = (id: Pubkey): boolean => activated.some((other) => other.equals(id));
	let inflation = before;
	if (isNew(featureId('pico_inflation'))) inflation = picoInflation();
	if (fullInflationFeatures(features).some(isNew)) inflation = fullInflation();
	if (isNew(featureId('double_disinflation_rate'))) inflation = doubleDisinflation(inflation, year());
	return inflation;
}

/** What a genesis asks for, as the features that are active from slot 0 change it. */
export function genesisRentAndInflation(
	rent: Rent,
	inflation: Inflation,
	features: FeatureSet,
): readonly [Rent, Inflation] {
	const applied = (['deprecate_rent_exemption_threshold', 'double_disinflation_rate'] as const)
		.map(featureId)
		.filter((id) => features.isActive(id));
	return [rentAfter(rent, applied), inflationAfter(inflation, applied, features, () => 0)];
}

/** Gives a builtin its account; what somebody else has put there is burned. */
function addBuiltinAccount(bank: Bank, programId: Pubkey, name: string): void {
	if (bank.getAccount(programId)?.owner.equals(programIds.nativeLoader) === true) return;
	bank.overwrite(programId, createBuiltinAccount(name));
}

/** The accounts of builtins and precompiles that a genesis lacks (`add_builtin_program_accounts`). */
export function addProgramAccounts(bank: Bank): void {
	for (const { programId, name } of enabledBuiltins(bank.featureSet))
		addBuiltinAccount(bank, programId, name);
	for (const [programId, account] of precompileAccounts()) {
		if (bank.getAccount(programId)?.executable === true) continue;
		bank.overwrite(programId, account);
	}
}

/**
 * Writes the slot of activation into the feature accounts, adds the builtins that the features bring, and replaces the
 * programs that they replace.
 */
export function applyFeatures(bank: Bank, activated: readonly Pubkey[]): void {
	if (activated.length === 0) return;
	for (const id of activated) {
		const account = bank.getAccount(id);
		if (account === null) continue;
		const data = new Uint8Array(account.data);
		data.set(encodeFeature(bank.slot).subarray(0, data.length));
		bank.store(id, updatedAccount(account, { data }));
	}
	for (const { programId, name, entrypoint, enableFeature } of enabledBuiltins(bank.featureSet)) {
		if (enableFeature === null) continue;
		const id = typeof enableFeature === 'string' ? featureId(enableFeature) : enableFeature;
		if (!activated.some((feature) => feature.equals(id))) continue;
		addBuiltinAccount(bank, programId, name);
		bank.processor.addBuiltin(programId, name, entrypoint);
	}
	applyCoreProgramChanges(bank, activated);
}
