/**
 * Owns the table of builtin programs.
 *
 * Source: solana-builtins 4.3.0, `BUILTINS`; solana-runtime 4.3.0, bank/builtins.
 */

import {
	type AccountSharedData,
	createAccount,
	ENABLE_LOADER_V4,
	type FeatureName,
	type FeatureSet,
	featureId,
	type Lamports,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import type { BuiltinEntrypoint } from '../program-cache-entry.ts';
import { bpfLoaderEntrypoint } from './bpf-loader.ts';
import { computeBudgetEntrypoint } from './compute-budget.ts';
import { loaderV4Entrypoint } from './loader-v4.ts';
import { systemEntrypoint } from './system-processor.ts';
import { voteEntrypoint } from './vote-processor.ts';
import { zkElgamalProofEntrypoint } from './zk-elgamal-proof.ts';
import { zkTokenProofEntrypoint } from './zk-token-proof.ts';

/** A program that is part of the validator. */
export interface BuiltinPrototype {
	readonly programId: Pubkey;
	/** What its account holds. */
	readonly name: string;
	/** The feature that brings it, by id where 4.3.0 has no such feature; `null` if it is always there. */
	readonly enableFeature: FeatureName | Pubkey | null;
	/** Charges its own CU. */
	readonly entrypoint: BuiltinEntrypoint;
}

/** Every builtin. */
export const BUILTINS: readonly BuiltinPrototype[] = [
	{
		programId: programIds.systemProgram,
		name: 'solana_system_program',
		enableFeature: null,
		entrypoint: systemEntrypoint,
	},
	{
		programId: programIds.vote,
		name: 'solana_vote_program',
		enableFeature: null,
		entrypoint: voteEntrypoint,
	},
	{
		programId: programIds.bpfLoaderDeprecated,
		name: 'solana_bpf_loader_program',
		enableFeature: null,
		entrypoint: bpfLoaderEntrypoint,
	},
	{
		programId: programIds.bpfLoader,
		name: 'solana_bpf_loader_program',
		enableFeature: null,
		entrypoint: bpfLoaderEntrypoint,
	},
	{
		programId: programIds.bpfLoaderUpgradeable,
		name: 'solana_bpf_loader_upgradeable_program',
		enableFeature: null,
		entrypoint: bpfLoaderEntrypoint,
	},
	{
		programId: programIds.computeBudget,
		name: 'compute_budget_program',
		enableFeature: null,
		entrypoint: computeBudgetEntrypoint,
	},
	{
		programId: programIds.loaderV4,
		name: 'loader_v4',
		enableFeature: ENABLE_LOADER_V4,
		entrypoint: loaderV4Entrypoint,
	},
	{
		programId: programIds.zkTokenProof,
		name: 'zk_token_proof_program',
		enableFeature: 'zk_token_sdk_enabled',
		entrypoint: zkTokenProofEntrypoint,
	},
	{
		programId: programIds.zkElgamalProof,
		name: 'zk_elgamal_proof_program',
		enableFeature: 'zk_elgamal_proof_program_enabled',
		entrypoint: zkElgamalProofEntrypoint,
	},
];

/** The builtins that are there with these features. */
export function enabledBuiltins(features: FeatureSet): readonly BuiltinPrototype[] {
	return BUILTINS.filter(({ enableFeature }) => {
		if (enableFeature === null) return true;
		return features.isActive(enableFeature instanceof Pubkey ? enableFeature : featureId(enableFeature));
	});
}

/**
 * The account of a builtin (upstream: `create_loadable_account_with_fields`). A bank keeps the lamports and the
 * rent epoch of what was there before.
 */
export function createBuiltinAccount(
	name: string,
	lamports: Lamports = 1n,
	rentEpoch = 0n,
): AccountSharedData {
	return createAccount({
		lamports,
		data: new TextEncoder().encode(name),
		owner: programIds.nativeLoader,
		executable: true,
		rentEpoch,
	});
}
