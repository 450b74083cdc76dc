/**
 * Mollusk's fixtures of one instruction: the shape of the `.fix` files.
 *
 * Source: crate `mollusk-svm-fuzz-fixture`, `proto/{invoke,sysvars,compute_budget}.proto`.
 */
import type { JsonObject } from '../row.ts';
import { decodeMessage, type Field, type FieldType, type MessageSchema } from './protobuf.ts';

/** Rows `[number, name, type]`; a list where a fourth entry stands. */
function schema(
	...rows: readonly (readonly [number, string, FieldType, 'repeated'?])[]
): ReadonlyMap<number, Field> {
	return new Map(
		rows.map(([number, name, type, repeated]) => [number, { name, type, repeated: repeated === 'repeated' }]),
	);
}

/**
 * Field names of `ComputeBudget` by number, `-` where upstream reserves one. They are the runtime's own names.
 * Fixtures older than Agave 2.3 have one more in the thirteenth place.
 */
const COMPUTE_BUDGET: readonly string[] =
	`compute_unit_limit log_64_units create_program_address_units invoke_units
	max_instruction_stack_depth max_instruction_trace_length sha256_base_cost sha256_byte_cost sha256_max_slices
	max_call_depth stack_frame_size log_pubkey_units cpi_bytes_per_unit sysvar_base_cost secp256k1_recover_cost
	syscall_base_cost curve25519_edwards_validate_point_cost curve25519_edwards_add_cost
	curve25519_edwards_subtract_cost curve25519_edwards_multiply_cost curve25519_edwards_msm_base_cost
	curve25519_edwards_msm_incremental_cost curve25519_ristretto_validate_point_cost
	curve25519_ristretto_add_cost curve25519_ristretto_subtract_cost curve25519_ristretto_multiply_cost
	curve25519_ristretto_msm_base_cost curve25519_ristretto_msm_incremental_cost heap_size heap_cost
	mem_op_base_cost - - alt_bn128_pairing_one_pair_cost_first alt_bn128_pairing_one_pair_cost_other - -
	poseidon_cost_coefficient_a poseidon_cost_coefficient_c get_remaining_compute_units_cost
	alt_bn128_g1_compress alt_bn128_g1_decompress alt_bn128_g2_compress alt_bn128_g2_decompress
	alt_bn128_g1_addition_cost alt_bn128_g2_addition_cost alt_bn128_g1_multiplication_cost
	alt_bn128_g2_multiplication_cost bls12_381_g1_add_cost bls12_381_g2_add_cost bls12_381_g1_subtract_cost
	bls12_381_g2_subtract_cost bls12_381_g1_multiply_cost bls12_381_g2_multiply_cost
	bls12_381_g1_decompress_cost bls12_381_g2_decompress_cost bls12_381_g1_validate_cost
	bls12_381_g2_validate_cost bls12_381_one_pair_cost bls12_381_additional_pair_cost`.split(/\s+/);

const OLD_COMPUTE_BUDGET: readonly string[] = COMPUTE_BUDGET.slice(0, 44).toSpliced(
	12,
	0,
	'max_cpi_instruction_size',
);

function computeBudget(names: readonly string[]): MessageSchema {
	return schema(...names.map((name, i): [number, string, FieldType] => [i + 1, name, 'integer']));
}

const clock = schema(
	[1, 'slot', 'integer'],
	[2, 'epoch_start_timestamp', 'integer'],
	[3, 'epoch', 'integer'],
	[4, 'leader_schedule_epoch', 'integer'],
	[5, 'unix_timestamp', 'integer'],
);

const epochRewards = schema(
	[1, 'distribution_starting_block_height', 'integer'],
	[2, 'num_partitions', 'integer'],
	[3, 'parent_blockhash', 'bytes'],
	[4, 'total_points', 'bytes'],
	[5, 'total_rewards', 'integer'],
	[6, 'distributed_rewards', 'integer'],
	[7, 'active', 'bool'],
);

const epochSchedule = schema(
	[1, 'slots_per_epoch', 'integer'],
	[2, 'leader_schedule_slot_offset', 'integer'],
	[3, 'warmup', 'bool'],
	[4, 'first_normal_epoch', 'integer'],
	[5, 'first_normal_slot', 'integer'],
);

const rent = schema(
	[1, 'lamports_per_byte_year', 'integer'],
	[2, 'exemption_threshold', 'double'],
	[3, 'burn_percent', 'integer'],
);

const slotHashes = schema([
	1,
	'slot_hashes',
	schema([1, 'slot', 'integer'], [2, 'hash', 'bytes']),
	'repeated',
]);

const stakeHistory = schema([
	1,
	'stake_history',
	schema(
		[1, 'epoch', 'integer'],
		[2, 'effective', 'integer'],
		[3, 'activating', 'integer'],
		[4, 'deactivating', 'integer'],
	),
	'repeated',
]);

const recentBlockhashes = schema([
	1,
	'entries',
	schema([1, 'blockhash', 'bytes'], [2, 'lamports_per_signature', 'integer']),
	'repeated',
]);

const sysvars = schema(
	[1, 'clock', clock],
	[2, 'epoch_rewards', epochRewards],
	[3, 'epoch_schedule', epochSchedule],
	[4, 'rent', rent],
	[5, 'slot_hashes', slotHashes],
	[6, 'stake_history', stakeHistory],
	[7, 'recent_blockhashes', recentBlockhashes],
);

const account = schema(
	[1, 'address', 'bytes'],
	[2, 'lamports', 'integer'],
	[3, 'data', 'bytes'],
	[4, 'executable', 'bool'],
	[5, 'rent_epoch', 'integer'],
	[6, 'owner', 'bytes'],
);

const instructionContext = (budget: MessageSchema): MessageSchema =>
	schema(
		[1, 'compute_budget', budget],
		[2, 'feature_set', schema([1, 'features', 'fixed64', 'repeated'])],
		[3, 'sysvars', sysvars],
		[4, 'program_id', 'bytes'],
		[
			5,
			'instr_accounts',
			schema([1, 'index', 'integer'], [2, 'is_signer', 'bool'], [3, 'is_writable', 'bool']),
			'repeated',
		],
		[6, 'data', 'bytes'],
		[7, 'accounts', account, 'repeated'],
	);

const instructionEffects = schema(
	[1, 'compute_units_consumed', 'integer'],
	[2, 'execution_time', 'integer'],
	[3, 'program_result', 'integer'],
	[4, 'return_data', 'bytes'],
	[5, 'resulting_accounts', account, 'repeated'],
);

const fixture = (budget: readonly string[]): MessageSchema =>
	schema([1, 'input', instructionContext(computeBudget(budget))], [2, 'output', instructionEffects]);

const FIXTURE = fixture(COMPUTE_BUDGET);
const OLD_FIXTURE = fixture(OLD_COMPUTE_BUDGET);

/**
 * Reads a `.fix` file: its `input` and `output` under upstream's names.
 *
 * @param isOld whether it is of the layout before Agave 2.3; nothing in the file says so.
 * @throws RowError where the bytes are no fixture.
 */
export function decodeFixture(bytes: Uint8Array, isOld = false): JsonObject {
	return decodeMessage(bytes, isOld ? OLD_FIXTURE : FIXTURE);
}
