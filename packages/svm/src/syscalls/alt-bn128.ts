/**
 * `sol_alt_bn128_group_op` and `sol_alt_bn128_compression`: BN254 as EIP-196 and EIP-197 have it (big endian), and
 * as arkworks has it (little endian: the operation's bit 7).
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallAltBn128, SyscallAltBn128Compression); solana-bn254 3.2.1.
 */

import {
	bn254G1Add,
	bn254G1Compress,
	bn254G1Decompress,
	bn254G1Multiply,
	bn254G2Add,
	bn254G2Compress,
	bn254G2Decompress,
	bn254G2Multiply,
	bn254Pairing,
	type Endianness,
} from '@parhelion/crypto';
import type { RuntimeFeatures } from '@parhelion/sdk';
import type { SVMTransactionExecutionCost } from '../execution-budget.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { translateMut, translateSlice } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, toUnits, type U64 } from '../u64.ts';
import type { Syscall, SyscallVm } from './declare.ts';

/** The bit of an operation that says its operands are little endian. */
const LITTLE_ENDIAN = 0x80;
const PAIR_SIZE = 192;

/** One operation. */
interface OperationRow {
	/** Null where the bytes are no valid input. */
	readonly run: (input: Uint8Array, endianness: Endianness) => Uint8Array | null;
	/** In CU, for so many bytes of input. */
	readonly cost: (costs: SVMTransactionExecutionCost, inputSize: number) => number;
	/** Bytes of the result. */
	readonly output: number;
	/** Whether the feature of the operation itself, besides that of its byte order, is on. */
	readonly gate: (features: RuntimeFeatures, endianness: Endianness) => boolean;
}

/** Little endian operations are behind SIMD-0284. */
const inItsByteOrder = (features: RuntimeFeatures, endianness: Endianness): boolean =>
	endianness === 'BE' || features.altBn128LittleEndian;
/** Operations on G2 are behind SIMD-0302 in both byte orders. */
const onG2 = (features: RuntimeFeatures): boolean => features.enableAltBn128G2Syscalls;

const GROUP_OPERATIONS: ReadonlyMap<number, OperationRow> = new Map<number, OperationRow>([
	[
		0,
		{ run: bn254G1Add, cost: (costs) => costs.alt_bn128_g1_addition_cost, output: 64, gate: inItsByteOrder },
	],
	[
		2,
		{
			run: bn254G1Multiply,
			cost: (costs) => costs.alt_bn128_g1_multiplication_cost,
			output: 64,
			gate: inItsByteOrder,
		},
	],
	[3, { run: bn254Pairing, cost: pairingCost, output: 32, gate: inItsByteOrder }],
	[4, { run: bn254G2Add, cost: (costs) => costs.alt_bn128_g2_addition_cost, output: 128, gate: onG2 }],
	[
		6,
		{
			run: bn254G2Multiply,
			cost: (costs) => costs.alt_bn128_g2_multiplication_cost,
			output: 128,
			gate: onG2,
		},
	],
]);

const COMPRESSIONS: ReadonlyMap<number, OperationRow> = new Map<number, OperationRow>([
	[
		0,
		{
			run: bn254G1Compress,
			cost: (costs) => costs.syscall_base_cost + costs.alt_bn128_g1_compress,
			output: 32,
			gate: inItsByteOrder,
		},
	],
	[
		1,
		{
			run: bn254G1Decompress,
			cost: (costs) => costs.syscall_base_cost + costs.alt_bn128_g1_decompress,
			output: 64,
			gate: inItsByteOrder,
		},
	],
	[
		2,
		{
			run: bn254G2Compress,
			cost: (costs) => costs.syscall_base_cost + costs.alt_bn128_g2_compress,
			output: 64,
			gate: inItsByteOrder,
		},
	],
	[
		3,
		{
			run: bn254G2Decompress,
			cost: (costs) => costs.syscall_base_cost + costs.alt_bn128_g2_decompress,
			output: 128,
			gate: inItsByteOrder,
		},
	],
]);

/** Beyond 2^53 the sum is no longer exact and exceeds every meter all the same. */
function pairingCost(costs: SVMTransactionExecutionCost, inputSize: number): number {
	const others = Math.max(0, Math.floor(inputSize / PAIR_SIZE) - 1);
	return (
		costs.alt_bn128_pairing_one_pair_cost_first +
		costs.alt_bn128_pairing_one_pair_cost_other * others +
		costs.sha256_base_cost +
		inputSize +
		32
	);
}

/** Both syscalls: look the operation up, charge, translate the result and the input, run. */
function runOperation(
	operations: ReadonlyMap<number, OperationRow>,
	invokeContext: InvokeContext,
	vm: SyscallVm,
): U64 {
	const operation = argU64(vm, 1);
	if (typeof operation === 'bigint' || operation > 0xff) throw syscallFault({ kind: 'InvalidAttribute' });
	const endianness: Endianness = (operation & LITTLE_ENDIAN) === 0 ? 'BE' : 'LE';
	const row = operations.get(operation & ~LITTLE_ENDIAN);
	if (row === undefined || !row.gate(invokeContext.getFeatureSet(), endianness)) {
		throw syscallFault({ kind: 'InvalidAttribute' });
	}
	const inputSize = argU64(vm, 3);
	invokeContext.computeMeter.consumeChecked(row.cost(invokeContext.getExecutionCost(), toUnits(inputSize)));
	const mapping = invokeContext.memoryContexts.memoryMapping();
	translateMut(mapping, argU64(vm, 4), row.output, 1);
	const input = translateSlice(mapping, argU64(vm, 2), inputSize, 1, 1);
	const { u8 } = invokeContext.arena;
	const result = row.run(u8.subarray(input, input + Number(inputSize)), endianness);
	if (result === null) return 1;
	u8.set(result, translateMut(mapping, argU64(vm, 4), row.output, 1));
	return 0;
}

/**
 * `sol_alt_bn128_group_op(r1 operation, r2 input, r3 input size, r4 result)`: 0 adds two points of G1, 2 multiplies
 * one, 3 checks pairings, 4 adds two points of G2, 6 multiplies one; with 0x80 little endian. r0 is 1 where the input
 * is not valid. Gate: enable_alt_bn128_syscall; inside it alt_bn128_little_endian, enable_alt_bn128_g2_syscalls.
 *
 * Cost: 334, 3,840, 36,364 and 12,121 for each pair but the first and 117 and the input size, 535, 15,670. Errors:
 * InvalidAttribute for an operation that is not there, ComputationalBudgetExceeded, AccessViolation of the result,
 * of the input.
 */
export const syscallAltBn128: Syscall = (invokeContext, vm) =>
	runOperation(GROUP_OPERATIONS, invokeContext, vm);

/**
 * `sol_alt_bn128_compression(r1 operation, r2 input, r3 input size, r4 result)`: 0 compresses a point of G1, 1
 * decompresses it, 2 and 3 those of G2; with 0x80 little endian. r0 is 1 where the input is not valid. Gate:
 * enable_alt_bn128_compression_syscall; inside it alt_bn128_little_endian.
 *
 * Cost: 130, 498, 186, 13,710. Errors: as {@link syscallAltBn128}.
 */
export const syscallAltBn128Compression: Syscall = (invokeContext, vm) =>
	runOperation(COMPRESSIONS, invokeContext, vm);
