/**
 * What a transaction may use and what it costs, as the original's `ComputeBudget`.
 *
 * Source: solana-compute-budget compute_budget.rs; node-litesvm compute_budget.rs.
 */
import {
	DEFAULT_EXECUTION_COST,
	newBudgetWithDefaults,
	type SVMTransactionExecutionBudget,
	type SVMTransactionExecutionCost,
} from '@parhelion/svm';
import { toU64 } from './to-integer.ts';

type BudgetField = keyof SVMTransactionExecutionBudget;
type CostField = keyof SVMTransactionExecutionCost;

/** The original's property and upstream's field, for the limits. */
const BUDGET_FIELDS = {
	computeUnitLimit: 'compute_unit_limit',
	maxInstructionStackDepth: 'max_instruction_stack_depth',
	maxInstructionTraceLength: 'max_instruction_trace_length',
	sha256MaxSlices: 'sha256_max_slices',
	maxCallDepth: 'max_call_depth',
	stackFrameSize: 'stack_frame_size',
} as const satisfies Record<string, BudgetField>;

/** The original's property and upstream's field, for the prices. */
const COST_FIELDS = {
	log64Units: 'log_64_units',
	createProgramAddressUnits: 'create_program_address_units',
	invokeUnits: 'invoke_units',
	sha256BaseCost: 'sha256_base_cost',
	sha256ByteCost: 'sha256_byte_cost',
	logPubkeyUnits: 'log_pubkey_units',
	cpiBytesPerUnit: 'cpi_bytes_per_unit',
	sysvarBaseCost: 'sysvar_base_cost',
	secp256K1RecoverCost: 'secp256k1_recover_cost',
	syscallBaseCost: 'syscall_base_cost',
	curve25519EdwardsValidatePointCost: 'curve25519_edwards_validate_point_cost',
	curve25519EdwardsAddCost: 'curve25519_edwards_add_cost',
	curve25519EdwardsSubtractCost: 'curve25519_edwards_subtract_cost',
	curve25519EdwardsMultiplyCost: 'curve25519_edwards_multiply_cost',
	curve25519EdwardsMsmBaseCost: 'curve25519_edwards_msm_base_cost',
	curve25519EdwardsMsmIncrementalCost: 'curve25519_edwards_msm_incremental_cost',
	curve25519RistrettoValidatePointCost: 'curve25519_ristretto_validate_point_cost',
	curve25519RistrettoAddCost: 'curve25519_ristretto_add_cost',
	curve25519RistrettoSubtractCost: 'curve25519_ristretto_subtract_cost',
	curve25519RistrettoMultiplyCost: 'curve25519_ristretto_multiply_cost',
	curve25519RistrettoMsmBaseCost: 'curve25519_ristretto_msm_base_cost',
	curve25519RistrettoMsmIncrementalCost: 'curve25519_ristretto_msm_incremental_cost',
	heapCost: 'heap_cost',
	memOpBaseCost: 'mem_op_base_cost',
	altBn128AdditionCost: 'alt_bn128_g1_addition_cost',
	altBn128MultiplicationCost: 'alt_bn128_g1_multiplication_cost',
	altBn128PairingOnePairCostFirst: 'alt_bn128_pairing_one_pair_cost_first',
	altBn128PairingOnePairCostOther: 'alt_bn128_pairing_one_pair_cost_other',
	poseidonCostCoefficientA: 'poseidon_cost_coefficient_a',
	poseidonCostCoefficientC: 'poseidon_cost_coefficient_c',
	getRemainingComputeUnitsCost: 'get_remaining_compute_units_cost',
	altBn128G1Compress: 'alt_bn128_g1_compress',
	altBn128G1Decompress: 'alt_bn128_g1_decompress',
	altBn128G2Compress: 'alt_bn128_g2_compress',
	altBn128G2Decompress: 'alt_bn128_g2_decompress',
} as const satisfies Record<string, CostField>;

/** Limits and prices; every property is a bigint but `heapSize`. The setters throw RangeError beyond u64. */
export class ComputeBudget {
	declare computeUnitLimit: bigint;
	declare log64Units: bigint;
	declare createProgramAddressUnits: bigint;
	declare invokeUnits: bigint;
	declare maxInstructionStackDepth: bigint;
	declare maxInstructionTraceLength: bigint;
	declare sha256BaseCost: bigint;
	declare sha256ByteCost: bigint;
	declare sha256MaxSlices: bigint;
	declare maxCallDepth: bigint;
	declare stackFrameSize: bigint;
	declare logPubkeyUnits: bigint;
	declare cpiBytesPerUnit: bigint;
	declare sysvarBaseCost: bigint;
	declare secp256K1RecoverCost: bigint;
	declare syscallBaseCost: bigint;
	declare curve25519EdwardsValidatePointCost: bigint;
	declare curve25519EdwardsAddCost: bigint;
	declare curve25519EdwardsSubtractCost: bigint;
	declare curve25519EdwardsMultiplyCost: bigint;
	declare curve25519EdwardsMsmBaseCost: bigint;
	declare curve25519EdwardsMsmIncrementalCost: bigint;
	declare curve25519RistrettoValidatePointCost: bigint;
	declare curve25519RistrettoAddCost: bigint;
	declare curve25519RistrettoSubtractCost: bigint;
	declare curve25519RistrettoMultiplyCost: bigint;
	declare curve25519RistrettoMsmBaseCost: bigint;
	declare curve25519RistrettoMsmIncrementalCost: bigint;
	declare heapCost: bigint;
	declare memOpBaseCost: bigint;
	declare altBn128AdditionCost: bigint;
	declare altBn128MultiplicationCost: bigint;
	declare altBn128PairingOnePairCostFirst: bigint;
	declare altBn128PairingOnePairCostOther: bigint;
	declare poseidonCostCoefficientA: bigint;
	declare poseidonCostCoefficientC: bigint;
	declare getRemainingComputeUnitsCost: bigint;
	declare altBn128G1Compress: bigint;
	declare altBn128G1Decompress: bigint;
	declare altBn128G2Compress: bigint;
	declare altBn128G2Decompress: bigint;

	readonly #budget: { -readonly [Field in BudgetField]: number };
	readonly #cost: { -readonly [Field in CostField]: number };

	/** The defaults: 1,400,000 CU, four nested invocations. */
	constructor() {
		this.#budget = { ...newBudgetWithDefaults(false) };
		this.#cost = { ...DEFAULT_EXECUTION_COST };
	}

	/**
	 * The budget of what {@link toBudget} and {@link toCost} gave; a field that is not there keeps its default. Not
	 * in the original. RangeError for a field that is no integer of 0 or more.
	 */
	static fromParts(budget: unknown, cost: unknown): ComputeBudget {
		const made = new ComputeBudget();
		assignCounts(made.#budget, budget);
		assignCounts(made.#cost, cost);
		return made;
	}

	/** Bytes of the program heap. */
	get heapSize(): number {
		return this.#budget.heap_size;
	}
	set heapSize(value: number) {
		this.#budget.heap_size = value >>> 0;
	}

	/** A copy that later changes leave alone. Not in the original. */
	clone(): ComputeBudget {
		const copy = new ComputeBudget();
		Object.assign(copy.#budget, this.#budget);
		Object.assign(copy.#cost, this.#cost);
		return copy;
	}

	/** The limits as the runtime takes them. Not in the original. */
	toBudget(): SVMTransactionExecutionBudget {
		return { ...this.#budget };
	}

	/** The prices as the runtime takes them. Not in the original. */
	toCost(): SVMTransactionExecutionCost {
		return { ...this.#cost };
	}

	static {
		for (const [property, field] of Object.entries(BUDGET_FIELDS)) {
			Object.defineProperty(ComputeBudget.prototype, property, {
				configurable: true,
				get(this: ComputeBudget): bigint {
					return BigInt(this.#budget[field]);
				},
				set(this: ComputeBudget, value: bigint) {
					this.#budget[field] = toCount(value);
				},
			});
		}
		for (const [property, field] of Object.entries(COST_FIELDS)) {
			Object.defineProperty(ComputeBudget.prototype, property, {
				configurable: true,
				get(this: ComputeBudget): bigint {
					return BigInt(this.#cost[field]);
				},
				set(this: ComputeBudget, value: bigint) {
					this.#cost[field] = toCount(value);
				},
			});
		}
	}
}

/** A u64 as a number: what is beyond 2^53 counts as that, more than any transaction can use. */
function toCount(value: bigint): number {
	return Math.min(Number(toU64(value)), Number.MAX_SAFE_INTEGER);
}

/** Copies the fields that `target` has. */
function assignCounts<Field extends string>(target: Record<Field, number>, source: unknown): void {
	if (typeof source !== 'object' || source === null) throw new RangeError('a compute budget is an object');
	for (const [name, value] of Object.entries(source)) {
		if (!Object.hasOwn(target, name)) continue;
		if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name}: ${value} is no count`);
		target[name as Field] = value;
	}
}
