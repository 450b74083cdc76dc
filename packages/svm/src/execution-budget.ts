/**
 * Owns the limits and the prices of execution: {@link SVMTransactionExecutionBudget} and
 * {@link SVMTransactionExecutionCost}, one row a fact, under upstream's field names.
 *
 * Source: solana-program-runtime 4.3.0, execution_budget.rs; solana-transaction-context lib.rs.
 */

/** Highest instruction stack (top level included) before SIMD-0268. */
export const MAX_INSTRUCTION_STACK_DEPTH = 5;
/** Highest instruction stack with SIMD-0268 (eight nested CPIs). */
export const MAX_INSTRUCTION_STACK_DEPTH_SIMD_0268 = 9;
/** Default CPI invocation cost in CU. */
export const DEFAULT_INVOCATION_COST = 946;
/** Highest nesting of sBPF to sBPF calls inside one program. */
export const MAX_CALL_DEPTH = 64;
/** Highest compute unit limit of a transaction. */
export const MAX_COMPUTE_UNIT_LIMIT = 1_400_000;
/** CU per 32 KiB page of heap above the first. */
export const DEFAULT_HEAP_COST = 8;
/** CU granted by default to an instruction of a non-builtin program. */
export const DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT = 200_000;
/** CU granted by default to an instruction of a builtin program that was not migrated (SIMD-0170). */
export const MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT = 3_000;
/** Largest heap frame in bytes. */
export const MAX_HEAP_FRAME_BYTES: number = 256 * 1024;
/** Smallest (and default) heap frame in bytes. */
export const MIN_HEAP_FRAME_BYTES: number = 32 * 1024;
/** Most account data a transaction may load, in bytes. */
export const MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES: number = 64 * 1024 * 1024;

/** Most accounts of an instruction; the index above is the "no duplicate" marker of ABI v0 and v1. */
export const MAX_ACCOUNTS_PER_INSTRUCTION = 255;
/** Longest instruction data of a CPI in bytes. */
export const MAX_INSTRUCTION_DATA_LEN: number = 10 * 1024;
/** Longest account data in bytes. */
export const MAX_ACCOUNT_DATA_LEN: number = 10 * 1024 * 1024;
/** Most bytes by which the accounts of one transaction may grow together. */
export const MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION: number = MAX_ACCOUNT_DATA_LEN * 2;
/** Most bytes by which an account may grow in one instruction. */
export const MAX_ACCOUNT_DATA_GROWTH_PER_INSTRUCTION: number = 10 * 1024;
/** Most instructions, top level and CPI, of one transaction. */
export const MAX_INSTRUCTION_TRACE_LENGTH = 64;

/** What a transaction may use. */
export interface SVMTransactionExecutionBudget {
	/** CU the transaction may consume. */
	readonly compute_unit_limit: number;
	/** Highest instruction stack; a top-level instruction is at height 1. */
	readonly max_instruction_stack_depth: number;
	/** Most instructions, top level and CPI. */
	readonly max_instruction_trace_length: number;
	/** Most slices of one hashing syscall. */
	readonly sha256_max_slices: number;
	/** Highest sBPF to sBPF call depth. */
	readonly max_call_depth: number;
	/** Bytes of an sBPF stack frame. */
	readonly stack_frame_size: number;
	/** Bytes of the program heap. */
	readonly heap_size: number;
}

/** The budget of a transaction that asks for nothing, with the largest CU limit. */
export function newBudgetWithDefaults(simd0268Active: boolean): SVMTransactionExecutionBudget {
	return {
		compute_unit_limit: MAX_COMPUTE_UNIT_LIMIT,
		max_instruction_stack_depth: simd0268Active
			? MAX_INSTRUCTION_STACK_DEPTH_SIMD_0268
			: MAX_INSTRUCTION_STACK_DEPTH,
		max_instruction_trace_length: MAX_INSTRUCTION_TRACE_LENGTH,
		sha256_max_slices: 20_000,
		max_call_depth: MAX_CALL_DEPTH,
		stack_frame_size: 4096,
		heap_size: MIN_HEAP_FRAME_BYTES,
	};
}

/** CU prices; every value is a number of compute units unless its name says otherwise. */
export interface SVMTransactionExecutionCost {
	readonly log_64_units: number;
	readonly create_program_address_units: number;
	readonly invoke_units: number;
	readonly sha256_base_cost: number;
	readonly sha256_byte_cost: number;
	readonly log_pubkey_units: number;
	readonly cpi_bytes_per_unit: number;
	readonly sysvar_base_cost: number;
	readonly secp256k1_recover_cost: number;
	readonly syscall_base_cost: number;
	readonly curve25519_edwards_validate_point_cost: number;
	readonly curve25519_edwards_add_cost: number;
	readonly curve25519_edwards_subtract_cost: number;
	readonly curve25519_edwards_multiply_cost: number;
	readonly curve25519_edwards_msm_base_cost: number;
	readonly curve25519_edwards_msm_incremental_cost: number;
	readonly curve25519_ristretto_validate_point_cost: number;
	readonly curve25519_ristretto_add_cost: number;
	readonly curve25519_ristretto_subtract_cost: number;
	readonly curve25519_ristretto_multiply_cost: number;
	readonly curve25519_ristretto_msm_base_cost: number;
	readonly curve25519_ristretto_msm_incremental_cost: number;
	readonly heap_cost: number;
	readonly mem_op_base_cost: number;
	readonly alt_bn128_g1_addition_cost: number;
	readonly alt_bn128_g2_addition_cost: number;
	readonly alt_bn128_g1_multiplication_cost: number;
	readonly alt_bn128_g2_multiplication_cost: number;
	readonly alt_bn128_pairing_one_pair_cost_first: number;
	readonly alt_bn128_pairing_one_pair_cost_other: number;
	readonly big_modular_exponentiation_base_cost: number;
	readonly big_modular_exponentiation_cost_divisor: number;
	readonly poseidon_cost_coefficient_a: number;
	readonly poseidon_cost_coefficient_c: number;
	readonly get_remaining_compute_units_cost: number;
	readonly alt_bn128_g1_compress: number;
	readonly alt_bn128_g1_decompress: number;
	readonly alt_bn128_g2_compress: number;
	readonly alt_bn128_g2_decompress: number;
	readonly bls12_381_g1_add_cost: number;
	readonly bls12_381_g2_add_cost: number;
	readonly bls12_381_g1_subtract_cost: number;
	readonly bls12_381_g2_subtract_cost: number;
	readonly bls12_381_g1_multiply_cost: number;
	readonly bls12_381_g2_multiply_cost: number;
	readonly bls12_381_g1_decompress_cost: number;
	readonly bls12_381_g2_decompress_cost: number;
	readonly bls12_381_g1_validate_cost: number;
	readonly bls12_381_g2_validate_cost: number;
	readonly bls12_381_one_pair_cost: number;
	readonly bls12_381_additional_pair_cost: number;
}

/** The prices of Agave 4.3.0. */
export const DEFAULT_EXECUTION_COST: SVMTransactionExecutionCost = Object.freeze({
	log_64_units: 100,
	create_program_address_units: 1500,
	invoke_units: DEFAULT_INVOCATION_COST,
	sha256_base_cost: 85,
	sha256_byte_cost: 1,
	log_pubkey_units: 100,
	cpi_bytes_per_unit: 250,
	sysvar_base_cost: 100,
	secp256k1_recover_cost: 25_000,
	syscall_base_cost: 100,
	curve25519_edwards_validate_point_cost: 159,
	curve25519_edwards_add_cost: 473,
	curve25519_edwards_subtract_cost: 475,
	curve25519_edwards_multiply_cost: 2_177,
	curve25519_edwards_msm_base_cost: 2_273,
	curve25519_edwards_msm_incremental_cost: 758,
	curve25519_ristretto_validate_point_cost: 169,
	curve25519_ristretto_add_cost: 521,
	curve25519_ristretto_subtract_cost: 519,
	curve25519_ristretto_multiply_cost: 2_208,
	curve25519_ristretto_msm_base_cost: 2303,
	curve25519_ristretto_msm_incremental_cost: 788,
	heap_cost: DEFAULT_HEAP_COST,
	mem_op_base_cost: 10,
	alt_bn128_g1_addition_cost: 334,
	alt_bn128_g2_addition_cost: 535,
	alt_bn128_g1_multiplication_cost: 3_840,
	alt_bn128_g2_multiplication_cost: 15_670,
	alt_bn128_pairing_one_pair_cost_first: 36_364,
	alt_bn128_pairing_one_pair_cost_other: 12_121,
	big_modular_exponentiation_base_cost: 422,
	big_modular_exponentiation_cost_divisor: 189,
	poseidon_cost_coefficient_a: 61,
	poseidon_cost_coefficient_c: 542,
	get_remaining_compute_units_cost: 100,
	alt_bn128_g1_compress: 30,
	alt_bn128_g1_decompress: 398,
	alt_bn128_g2_compress: 86,
	alt_bn128_g2_decompress: 13610,
	bls12_381_g1_add_cost: 128,
	bls12_381_g2_add_cost: 203,
	bls12_381_g1_subtract_cost: 129,
	bls12_381_g2_subtract_cost: 204,
	bls12_381_g1_multiply_cost: 4_627,
	bls12_381_g2_multiply_cost: 8_255,
	bls12_381_g1_decompress_cost: 2_100,
	bls12_381_g2_decompress_cost: 3_050,
	bls12_381_g1_validate_cost: 1_565,
	bls12_381_g2_validate_cost: 1_968,
	bls12_381_one_pair_cost: 25_445,
	bls12_381_additional_pair_cost: 13_023,
});

/**
 * CU of a Poseidon hash over `nrInputs` inputs: `a * n^2 + c`. `null` where upstream's u64 overflows.
 */
export function poseidonCost(cost: SVMTransactionExecutionCost, nrInputs: bigint): number | null {
	const total =
		BigInt(cost.poseidon_cost_coefficient_a) * nrInputs * nrInputs + BigInt(cost.poseidon_cost_coefficient_c);
	return total > 0xffff_ffff_ffff_ffffn ? null : Number(total);
}
