/**
 * Owns {@link FeatureSet} and its resolution into booleans. The data is `features-data.ts`.
 * Source: crate `agave-feature-set` (`FeatureSet`, `FeatureSnapshot`), crate `solana-svm-feature-set`, crate
 * `agave-reserved-account-keys`.
 */
import { ByteReader, ByteWriter, type WireError } from './bytes.ts';
import { FEATURES } from './features-data.ts';
import { programIds, sysvarIds } from './ids.ts';
import type { Slot } from './numbers.ts';
import { Pubkey } from './pubkey.ts';
import { catchFault, type Result } from './result.ts';

/** Upstream's module path of a feature. */
export type FeatureName = (typeof FEATURES)[number]['name'];

const idOf = new Map<string, Pubkey>();
const nameOf = new Map<string, FeatureName>();
for (const { name, id } of FEATURES) {
	const pubkey = Pubkey.fromBase58(id);
	idOf.set(name, pubkey);
	nameOf.set(pubkey.key, name);
}

/**
 * The feature that brings loader v4 (SIMD-0167), by its id in the last release that had that loader, 4.0.0. 4.3.0 gave
 * the row `enable_loader_v4` an id that nobody can sign for and dropped the program: activating that row does
 * nothing, and no ready-made set has this id.
 */
export const ENABLE_LOADER_V4: Pubkey = Pubkey.fromBase58('2aQJYqER2aKyb3cZw22v4SL2xMX7vwXBRWfvS4pTrtED');

/** The id of a feature. */
export function featureId(name: FeatureName): Pubkey {
	return idOf.get(name)!;
}

/** The upstream name of a feature id, or null where the runtime does not know it. */
export function featureName(id: Pubkey): FeatureName | null {
	return nameOf.get(id.key) ?? null;
}

interface ActiveFeature {
	readonly id: Pubkey;
	readonly slot: Slot;
}

/** Which features are active, and since which slot. */
export class FeatureSet {
	private readonly active = new Map<string, ActiveFeature>();
	private readonly inactive = new Map<string, Pubkey>();

	private constructor() {
		for (const id of idOf.values()) this.inactive.set(id.key, id);
	}

	/** No feature active. */
	static default(): FeatureSet {
		return new FeatureSet();
	}

	/** Every known feature active since slot 0. */
	static allEnabled(): FeatureSet {
		const set = new FeatureSet();
		for (const id of idOf.values()) set.activate(id, 0n);
		return set;
	}

	/** The state of mainnet-beta: every activation with its slot there. */
	static mainnet(): FeatureSet {
		const set = new FeatureSet();
		for (const { name, mainnetSlot } of FEATURES) {
			if (mainnetSlot !== null) set.activate(idOf.get(name)!, BigInt(mainnetSlot));
		}
		return set;
	}

	/** Whether the feature is active; the id need not be known. */
	isActive(id: Pubkey): boolean {
		return this.active.has(id.key);
	}

	/** Since which slot the feature is active, or null. */
	activatedSlot(id: Pubkey): Slot | null {
		return this.active.get(id.key)?.slot ?? null;
	}

	/** Makes a feature active since `slot`; unknown ids are taken. */
	activate(id: Pubkey, slot: Slot): void {
		this.inactive.delete(id.key);
		this.active.set(id.key, { id, slot });
	}

	/** Makes a feature inactive; unknown ids are taken. */
	deactivate(id: Pubkey): void {
		this.active.delete(id.key);
		this.inactive.set(id.key, id);
	}

	/** Ids and slots of the active features. */
	*activeFeatures(): Generator<[Pubkey, Slot]> {
		for (const { id, slot } of this.active.values()) yield [id, slot];
	}

	/** Ids of the inactive features. */
	inactiveFeatures(): IterableIterator<Pubkey> {
		return this.inactive.values();
	}

	get activeCount(): number {
		return this.active.size;
	}

	get inactiveCount(): number {
		return this.inactive.size;
	}

	/** An independent copy. */
	clone(): FeatureSet {
		const copy = new FeatureSet();
		copy.inactive.clear();
		for (const [key, entry] of this.active) copy.active.set(key, entry);
		for (const [key, id] of this.inactive) copy.inactive.set(key, id);
		return copy;
	}
}

/** Field of {@link RuntimeFeatures} and the feature it tells of: the fields of upstream's `FeatureSnapshot`. */
const RUNTIME_FEATURES = {
	blake3SyscallEnabled: 'blake3_syscall_enabled',
	disableFeesSysvar: 'disable_fees_sysvar',
	curve25519SyscallEnabled: 'curve25519_syscall_enabled',
	stakeRaiseMinimumDelegationTo1Sol: 'stake_raise_minimum_delegation_to_1_sol',
	disableDeployOfAllocFreeSyscall: 'disable_deploy_of_alloc_free_syscall',
	increaseTxAccountLockLimit: 'increase_tx_account_lock_limit',
	enableBpfLoaderSetAuthorityCheckedIx: 'enable_bpf_loader_set_authority_checked_ix',
	enableAltBn128Syscall: 'enable_alt_bn128_syscall',
	simplifyAltBn128SyscallErrorCodes: 'simplify_alt_bn128_syscall_error_codes',
	enableBigModExpSyscall: 'enable_big_mod_exp_syscall',
	removeBpfLoaderIncorrectProgramId: 'remove_bpf_loader_incorrect_program_id',
	syscallParameterAddressRestrictions: 'syscall_parameter_address_restrictions',
	virtualAddressSpaceAdjustments: 'virtual_address_space_adjustments',
	accountDataDirectMapping: 'account_data_direct_mapping',
	lastRestartSlotSysvar: 'last_restart_slot_sysvar',
	enablePoseidonSyscall: 'enable_poseidon_syscall',
	remainingComputeUnitsSyscallEnabled: 'remaining_compute_units_syscall_enabled',
	enableAltBn128CompressionSyscall: 'enable_alt_bn128_compression_syscall',
	abortOnInvalidCurve: 'abort_on_invalid_curve',
	getSysvarSyscallEnabled: 'get_sysvar_syscall_enabled',
	enableGetEpochStakeSyscall: 'enable_get_epoch_stake_syscall',
	moveStakeAndMoveLamportsIxs: 'move_stake_and_move_lamports_ixs',
	movePrecompileVerificationToSvm: 'move_precompile_verification_to_svm',
	deprecateLegacyVoteIxs: 'deprecate_legacy_vote_ixs',
	disableSbpfV0Execution: 'disable_sbpf_v0_execution',
	reenableSbpfV0Execution: 'reenable_sbpf_v0_execution',
	disableSbpfV0V1V2Deployment: 'disable_sbpf_v0_v1_v2_deployment',
	depleteCuMeterOnVmFailure: 'deplete_cu_meter_on_vm_failure',
	fixAltBn128MultiplicationInputLength: 'fix_alt_bn128_multiplication_input_length',
	formalizeLoadedTransactionDataSize: 'formalize_loaded_transaction_data_size',
	alpenglow: 'alpenglow',
	alpenglowFastLeaderHandover: 'alpenglow_fast_leader_handover',
	disableZkElgamalProofProgram: 'disable_zk_elgamal_proof_program',
	reenableZkElgamalProofProgram: 'reenable_zk_elgamal_proof_program',
	raiseBlockLimitsTo100m: 'raise_block_limits_to_100m',
	raiseCpiNestingLimitTo8: 'raise_cpi_nesting_limit_to_8',
	provideInstructionDataOffsetInVmR2: 'provide_instruction_data_offset_in_vm_r2',
	createAccountAllowPrefund: 'create_account_allow_prefund',
	delayCommissionUpdates: 'delay_commission_updates',
	increaseCpiAccountInfoLimit: 'increase_cpi_account_info_limit',
	deprecateRentExemptionThreshold: 'deprecate_rent_exemption_threshold',
	poseidonEnforcePadding: 'poseidon_enforce_padding',
	fixAltBn128PairingLengthCheck: 'fix_alt_bn128_pairing_length_check',
	altBn128LittleEndian: 'alt_bn128_little_endian',
	blsPubkeyManagementInVoteAccount: 'bls_pubkey_management_in_vote_account',
	relaxProgramdataAccountCheckMigration: 'relax_programdata_account_check_migration',
	enableAltBn128G2Syscalls: 'enable_alt_bn128_g2_syscalls',
	commissionRateInBasisPoints: 'commission_rate_in_basis_points',
	customCommissionCollector: 'custom_commission_collector',
	enableBls12381Syscall: 'enable_bls12_381_syscall',
	setLamportsPerByteTo6333: 'set_lamports_per_byte_to_6333',
	setLamportsPerByteTo5080: 'set_lamports_per_byte_to_5080',
	setLamportsPerByteTo2575: 'set_lamports_per_byte_to_2575',
	setLamportsPerByteTo1322: 'set_lamports_per_byte_to_1322',
	blockRevenueSharing: 'block_revenue_sharing',
	voteAccountInitializeV2: 'vote_account_initialize_v2',
	directAccountPointersInProgramInput: 'direct_account_pointers_in_program_input',
	upgradeBpfStakeProgramToV5: 'upgrade_bpf_stake_program_to_v5',
	loaderV3MinimumExtendProgramSize: 'loader_v3_minimum_extend_program_size',
	enableSha512Syscall: 'enable_sha512_syscall',
	relaxPostExecMinBalanceCheck: 'relax_post_exec_min_balance_check',
	enableTxV1: 'enable_tx_v1',
	defineLtdsFeeOnlySemantics: 'define_ltds_fee_only_semantics',
	upgradeBpfStakeProgramToV51: 'upgrade_bpf_stake_program_to_v5_1',
	relaxFeePayerConstraint: 'relax_fee_payer_constraint',
} as const;

/**
 * The features the runtime asks for, resolved once. All of `SVMFeatureSet` and of `FeatureSnapshot`, in camelCase.
 */
export type RuntimeFeatures = { readonly [K in keyof typeof RUNTIME_FEATURES]: boolean };

/** Resolves a feature set into frozen booleans; do it once a bank, not in a loop. */
export function resolveRuntimeFeatures(features: FeatureSet): RuntimeFeatures {
	const resolved = Object.entries(RUNTIME_FEATURES).map(
		([field, name]) => [field, features.isActive(featureId(name))] as const,
	);
	// Not field by field: V8 makes a hash table of an object that gets so many, and each look at one then takes 10 ns.
	return Object.freeze(Object.fromEntries(resolved)) as RuntimeFeatures;
}

/** The size of a feature account's data. */
export const FEATURE_ACCOUNT_SIZE = 9;

/** The data of a feature account: `Option<u64>`, the slot of activation; always 9 bytes. */
export function encodeFeature(activatedAt: Slot | null): Uint8Array {
	const writer = new ByteWriter(FEATURE_ACCOUNT_SIZE).option(activatedAt, (w, slot) => w.u64(slot));
	return writer.zeroes(FEATURE_ACCOUNT_SIZE - writer.length).finish();
}

/** The slot of activation in a feature account's data, null where it is pending. */
export function decodeFeature(data: Uint8Array): Result<Slot | null, WireError> {
	return catchFault(() => new ByteReader(data).option((reader) => reader.u64()));
}

/** The accounts no transaction may write-lock, as `pubkey.key`. Each could be gated by a feature; none is today. */
const RESERVED_ACCOUNT_KEYS: ReadonlySet<string> = new Set(
	[
		programIds.addressLookupTable,
		programIds.bpfLoader,
		programIds.bpfLoaderDeprecated,
		programIds.bpfLoaderUpgradeable,
		programIds.computeBudget,
		programIds.config,
		programIds.ed25519Program,
		programIds.feature,
		programIds.loaderV4,
		programIds.secp256k1Program,
		programIds.secp256r1Program,
		programIds.stakeConfig,
		programIds.stake,
		programIds.systemProgram,
		programIds.vote,
		programIds.zkElgamalProof,
		programIds.zkTokenProof,
		programIds.nativeLoader,
		...Object.values(sysvarIds),
	].map((id) => id.key),
);

/** The keys (`pubkey.key`) that no transaction may write-lock with these features. */
export function reservedAccountKeys(_features: FeatureSet): ReadonlySet<string> {
	return RESERVED_ACCOUNT_KEYS;
}
