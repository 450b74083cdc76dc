/**
 * Owns the table of syscalls: name on chain, gate, function; and the loader environment made of it.
 *
 * The murmur3 key of a name is computed by the loader. Costs, errors and effects stand with each function.
 *
 * Source: solana-syscalls 4.3.0, lib.rs (`create_program_runtime_environment`).
 */

import {
	type BuiltinFunction,
	BuiltinProgram,
	type Config,
	defaultConfig,
	type MemoryOperation,
} from '@parhelion/sbpf';
import type { RuntimeFeatures } from '@parhelion/sdk';
import type { SVMTransactionExecutionBudget } from '../execution-budget.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { syscallAbort, syscallAllocFree, syscallPanic } from './abort.ts';
import { syscallAltBn128, syscallAltBn128Compression } from './alt-bn128.ts';
import { syscallBigModExp } from './big-mod-exp.ts';
import { syscallCurveDecompress, syscallCurvePairingMap } from './bls12-381.ts';
import { syscallInvokeSignedC, syscallInvokeSignedRust } from './cpi.ts';
import {
	syscallCurveGroupOps,
	syscallCurveMultiscalarMultiplication,
	syscallCurvePointValidation,
} from './curve25519.ts';
import { declareBuiltinFunction, type Syscall } from './declare.ts';
import { syscallBlake3, syscallKeccak256, syscallSha256, syscallSha512 } from './hash.ts';
import {
	syscallGetEpochStake,
	syscallGetProcessedSiblingInstruction,
	syscallGetStackHeight,
	syscallRemainingComputeUnits,
} from './introspection.ts';
import {
	syscallLog,
	syscallLogComputeUnits,
	syscallLogData,
	syscallLogPubkey,
	syscallLogU64,
} from './logging.ts';
import { syscallMemcmp, syscallMemcpy, syscallMemmove, syscallMemset } from './mem-ops.ts';
import { syscallCreateProgramAddress, syscallTryFindProgramAddress } from './pda.ts';
import { syscallPoseidon } from './poseidon.ts';
import { syscallGetReturnData, syscallSetReturnData } from './return-data.ts';
import { syscallSecp256k1Recover } from './secp256k1.ts';
import {
	syscallGetClockSysvar,
	syscallGetEpochRewardsSysvar,
	syscallGetEpochScheduleSysvar,
	syscallGetFeesSysvar,
	syscallGetLastRestartSlotSysvar,
	syscallGetRentSysvar,
	syscallGetSysvar,
} from './sysvar.ts';

/** What decides whether a syscall exists. */
interface GateInput {
	readonly features: RuntimeFeatures;
	/** Whether broken ELFs are rejected, as when a program is deployed. */
	readonly rejectDeploymentOfBrokenElfs: boolean;
}

/** A syscall a program may call. */
export interface SyscallRow {
	/** The name programs link against. */
	readonly name: string;
	/** Whether it exists; always, where this is `null`. */
	readonly gate: ((input: GateInput) => boolean) | null;
	readonly fn: BuiltinFunction<InvokeContext>;
}

function row(name: string, syscall: Syscall, gate: SyscallRow['gate'] = null): SyscallRow {
	return { name, gate, fn: declareBuiltinFunction(syscall) };
}

/** Every syscall, in upstream's order of registration. */
export const SYSCALLS: readonly SyscallRow[] = [
	row('abort', syscallAbort),
	row('sol_panic_', syscallPanic),
	row('sol_log_', syscallLog),
	row('sol_log_64_', syscallLogU64),
	row('sol_log_pubkey', syscallLogPubkey),
	row('sol_log_compute_units_', syscallLogComputeUnits),
	row('sol_create_program_address', syscallCreateProgramAddress),
	row('sol_try_find_program_address', syscallTryFindProgramAddress),
	row('sol_sha256', syscallSha256),
	row('sol_keccak256', syscallKeccak256),
	row('sol_secp256k1_recover', syscallSecp256k1Recover),
	row('sol_blake3', syscallBlake3, ({ features }) => features.blake3SyscallEnabled),
	row('sol_sha512', syscallSha512, ({ features }) => features.enableSha512Syscall),
	row(
		'sol_curve_validate_point',
		syscallCurvePointValidation,
		({ features }) => features.curve25519SyscallEnabled,
	),
	row('sol_curve_group_op', syscallCurveGroupOps, ({ features }) => features.curve25519SyscallEnabled),
	row(
		'sol_curve_multiscalar_mul',
		syscallCurveMultiscalarMultiplication,
		({ features }) => features.curve25519SyscallEnabled,
	),
	row('sol_curve_decompress', syscallCurveDecompress, ({ features }) => features.enableBls12381Syscall),
	row('sol_curve_pairing_map', syscallCurvePairingMap, ({ features }) => features.enableBls12381Syscall),
	row('sol_get_clock_sysvar', syscallGetClockSysvar),
	row('sol_get_epoch_schedule_sysvar', syscallGetEpochScheduleSysvar),
	row('sol_get_fees_sysvar', syscallGetFeesSysvar, ({ features }) => !features.disableFeesSysvar),
	row('sol_get_rent_sysvar', syscallGetRentSysvar),
	row(
		'sol_get_last_restart_slot',
		syscallGetLastRestartSlotSysvar,
		({ features }) => features.lastRestartSlotSysvar,
	),
	row('sol_get_epoch_rewards_sysvar', syscallGetEpochRewardsSysvar),
	row('sol_memcpy_', syscallMemcpy),
	row('sol_memmove_', syscallMemmove),
	row('sol_memset_', syscallMemset),
	row('sol_memcmp_', syscallMemcmp),
	row('sol_get_processed_sibling_instruction', syscallGetProcessedSiblingInstruction),
	row('sol_get_stack_height', syscallGetStackHeight),
	row('sol_set_return_data', syscallSetReturnData),
	row('sol_get_return_data', syscallGetReturnData),
	row('sol_invoke_signed_c', syscallInvokeSignedC),
	row('sol_invoke_signed_rust', syscallInvokeSignedRust),
	row(
		'sol_alloc_free_',
		syscallAllocFree,
		({ rejectDeploymentOfBrokenElfs }) => !rejectDeploymentOfBrokenElfs,
	),
	row('sol_alt_bn128_group_op', syscallAltBn128, ({ features }) => features.enableAltBn128Syscall),
	row('sol_big_mod_exp', syscallBigModExp, ({ features }) => features.enableBigModExpSyscall),
	row('sol_poseidon', syscallPoseidon, ({ features }) => features.enablePoseidonSyscall),
	row(
		'sol_remaining_compute_units',
		syscallRemainingComputeUnits,
		({ features }) => features.remainingComputeUnitsSyscallEnabled,
	),
	row(
		'sol_alt_bn128_compression',
		syscallAltBn128Compression,
		({ features }) => features.enableAltBn128CompressionSyscall,
	),
	row('sol_get_sysvar', syscallGetSysvar, ({ features }) => features.getSysvarSyscallEnabled),
	row('sol_get_epoch_stake', syscallGetEpochStake, ({ features }) => features.enableGetEpochStakeSyscall),
	row('sol_log_data', syscallLogData),
];

/** The syscalls that compiled code may do itself. */
const MEMORY_OPERATIONS: readonly (readonly [string, MemoryOperation])[] = [
	['sol_memcpy_', 'copy'],
	['sol_memmove_', 'move'],
	['sol_memset_', 'set'],
	['sol_memcmp_', 'compare'],
];

/** The settings programs are loaded and run with. */
function runtimeConfig(
	features: RuntimeFeatures,
	budget: SVMTransactionExecutionBudget,
	rejectDeploymentOfBrokenElfs: boolean,
	debuggingFeatures: boolean,
): Config {
	const runsV0 = !features.disableSbpfV0Execution || features.reenableSbpfV0Execution;
	return defaultConfig({
		maxCallDepth: budget.max_call_depth,
		stackFrameSize: budget.stack_frame_size,
		enableAddressTranslation: true,
		enableStackFrameGaps: !features.virtualAddressSpaceAdjustments,
		instructionMeterCheckpointDistance: 10_000,
		enableInstructionMeter: true,
		enableRegisterTracing: debuggingFeatures,
		enableSymbolAndSectionLabels: debuggingFeatures,
		rejectBrokenElfs: rejectDeploymentOfBrokenElfs,
		enabledSbpfVersions: { min: runsV0 ? 0 : 3, max: 3 },
		optimizeRodata: false,
		alignedMemoryMapping: !features.virtualAddressSpaceAdjustments,
	});
}

/**
 * The loader that programs are verified against and run in.
 *
 * @param rejectDeploymentOfBrokenElfs the stricter form that deployment uses.
 * @param debuggingFeatures keeps names and records registers.
 */
export function createProgramRuntimeEnvironment(
	features: RuntimeFeatures,
	budget: SVMTransactionExecutionBudget,
	rejectDeploymentOfBrokenElfs: boolean,
	debuggingFeatures: boolean,
): BuiltinProgram<InvokeContext> {
	const environment = BuiltinProgram.newLoader<InvokeContext>(
		runtimeConfig(features, budget, rejectDeploymentOfBrokenElfs, debuggingFeatures),
	);
	for (const { name, gate, fn } of SYSCALLS) {
		if (gate === null || gate({ features, rejectDeploymentOfBrokenElfs })) {
			environment.registerFunction(name, fn);
		}
	}
	for (const [name, operation] of MEMORY_OPERATIONS) environment.declareMemoryOperation(name, operation);
	return environment;
}
