/**
 * The BLS12-381 side of the curve syscalls: `sol_curve_decompress`, `sol_curve_pairing_map`, and the curve ids 5 and 6
 * (G1 and G2; with 0x80 big endian) of `sol_curve_validate_point` and `sol_curve_group_op`. Gate:
 * enable_bls12_381_syscall (SIMD-0388).
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallCurvePointValidation, SyscallCurveGroupOps, SyscallCurveDecompress,
 * SyscallCurvePairingMap); solana-define-syscall (`curve_constants`).
 */

import {
	type Bls12381Group,
	bls12381G1,
	bls12381G2,
	bls12381PairingMap,
	type Endianness,
} from '@parhelion/crypto';
import type { SVMTransactionExecutionCost } from '../execution-budget.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { translateMut, translateSlice, translateType } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, toUnits, type U64 } from '../u64.ts';
import type { Syscall, SyscallVm } from './declare.ts';

/** The bit of a curve id that says its operands are big endian. */
const BIG_ENDIAN = 0x80;
const CURVE_PAIRING = 4;
const CURVE_G1 = 5;
const CURVE_G2 = 6;

const GROUP_OP_MUL = 2;
const SCALAR_SIZE = 32;

type CostName = keyof SVMTransactionExecutionCost;

/** A group with its prices, in one byte order. */
export interface Bls12381Curve {
	readonly group: Bls12381Group;
	readonly endianness: Endianness;
	readonly validate: CostName;
	readonly decompress: CostName;
	/** By group operation: add, subtract, multiply. */
	readonly operations: readonly CostName[];
}

function rows(id: number, row: Omit<Bls12381Curve, 'endianness'>): [number, Bls12381Curve][] {
	return [
		[id, { ...row, endianness: 'LE' }],
		[id | BIG_ENDIAN, { ...row, endianness: 'BE' }],
	];
}

/** By curve id. */
const CURVES: ReadonlyMap<U64, Bls12381Curve> = new Map([
	...rows(CURVE_G1, {
		group: bls12381G1,
		validate: 'bls12_381_g1_validate_cost',
		decompress: 'bls12_381_g1_decompress_cost',
		operations: ['bls12_381_g1_add_cost', 'bls12_381_g1_subtract_cost', 'bls12_381_g1_multiply_cost'],
	}),
	...rows(CURVE_G2, {
		group: bls12381G2,
		validate: 'bls12_381_g2_validate_cost',
		decompress: 'bls12_381_g2_decompress_cost',
		operations: ['bls12_381_g2_add_cost', 'bls12_381_g2_subtract_cost', 'bls12_381_g2_multiply_cost'],
	}),
]);

/** The group behind a curve id, or null for other curves. Fails with `InvalidAttribute` before its feature. */
export function bls12381Curve(invokeContext: InvokeContext, curveId: U64): Bls12381Curve | null {
	const curve = CURVES.get(curveId);
	if (curve === undefined) return null;
	if (!invokeContext.getFeatureSet().enableBls12381Syscall) throw syscallFault({ kind: 'InvalidAttribute' });
	return curve;
}

function charge(invokeContext: InvokeContext, cost: CostName): void {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost()[cost]);
}

/** The `size` bytes at an address. Fails with `AccessViolation`. */
function operand(invokeContext: InvokeContext, addr: U64, size: number): Uint8Array {
	const host = translateType(invokeContext.memoryContexts.memoryMapping(), addr, size, 1);
	return invokeContext.arena.u8.subarray(host, host + size);
}

/** The `count` operands at an address. Fails as {@link translateSlice}. */
function operands(invokeContext: InvokeContext, addr: U64, count: U64, size: number): Uint8Array {
	const host = translateSlice(invokeContext.memoryContexts.memoryMapping(), addr, count, size, 1);
	// What was mapped is no longer than the arena, hence a number.
	return invokeContext.arena.u8.subarray(host, host + Number(count) * size);
}

/** Writes a result; answers 0, or 1 where there is none. Fails with `AccessViolation`. */
function answer(invokeContext: InvokeContext, addr: U64, result: Uint8Array | null): U64 {
	if (result === null) return 1;
	const host = translateMut(invokeContext.memoryContexts.memoryMapping(), addr, result.length, 1);
	invokeContext.arena.u8.set(result, host);
	return 0;
}

/**
 * `sol_curve_validate_point` on BLS12-381: 96 bytes (G1) or 192 (G2), which must be in the group of prime order.
 *
 * Cost: 1,565 (G1), 1,968 (G2). Errors: ComputationalBudgetExceeded, AccessViolation.
 */
export function bls12381Validate(invokeContext: InvokeContext, vm: SyscallVm, curve: Bls12381Curve): U64 {
	const { group, endianness } = curve;
	charge(invokeContext, curve.validate);
	return group.validate(operand(invokeContext, argU64(vm, 2), group.size), endianness) ? 0 : 1;
}

/**
 * `sol_curve_group_op` on BLS12-381. Sums and differences take points of whatever order, multiples only elements of the
 * group, by a scalar below its order.
 *
 * Cost: 128, 129, 4,627 (G1), 203, 204, 8,255 (G2). Errors: InvalidAttribute for an operation that is not there,
 * ComputationalBudgetExceeded, AccessViolation of left, right, result.
 */
export function bls12381GroupOp(invokeContext: InvokeContext, vm: SyscallVm, curve: Bls12381Curve): U64 {
	const { group, endianness } = curve;
	const operation = Number(argU64(vm, 2));
	const cost = curve.operations[operation];
	if (cost === undefined) throw syscallFault({ kind: 'InvalidAttribute' });
	charge(invokeContext, cost);
	const leftSize = operation === GROUP_OP_MUL ? SCALAR_SIZE : group.size;
	const left = operand(invokeContext, argU64(vm, 3), leftSize);
	const right = operand(invokeContext, argU64(vm, 4), group.size);
	const result =
		operation === 0
			? group.add(left, right, endianness)
			: operation === 1
				? group.subtract(left, right, endianness)
				: group.multiply(left, right, endianness);
	return answer(invokeContext, argU64(vm, 5), result);
}

/**
 * `sol_curve_decompress(r1 curve, r2 compressed, r3 result)`: 48 bytes to 96 (G1), 96 to 192 (G2); r0 is 1 where they
 * are no element of the group.
 *
 * Cost: 2,100 (G1), 3,050 (G2). Errors: InvalidAttribute for another curve, ComputationalBudgetExceeded, AccessViolation
 * of compressed, result.
 */
export const syscallCurveDecompress: Syscall = (invokeContext, vm) => {
	const curve = CURVES.get(argU64(vm, 1));
	if (curve === undefined) throw syscallFault({ kind: 'InvalidAttribute' });
	const { group, endianness } = curve;
	charge(invokeContext, curve.decompress);
	const compressed = operand(invokeContext, argU64(vm, 2), group.compressedSize);
	return answer(invokeContext, argU64(vm, 3), group.decompress(compressed, endianness));
};

/**
 * `sol_curve_pairing_map(r1 curve, r2 count, r3 points of G1, r4 points of G2, r5 result[576])`: the product of the
 * pairings; r0 is 1 above eight pairs or where a point is no element of its group. Curve: 4, or 4 | 0x80.
 *
 * Cost: 25,445 and 13,023 for each pair but the first. Errors: InvalidAttribute for another curve,
 * ComputationalBudgetExceeded, InvalidLength and AccessViolation of the points of G1, of those of G2, AccessViolation of
 * the result.
 */
export const syscallCurvePairingMap: Syscall = (invokeContext, vm) => {
	const curveId = argU64(vm, 1);
	if (curveId !== CURVE_PAIRING && curveId !== (CURVE_PAIRING | BIG_ENDIAN)) {
		throw syscallFault({ kind: 'InvalidAttribute' });
	}
	const count = argU64(vm, 2);
	const costs = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(
		costs.bls12_381_one_pair_cost + costs.bls12_381_additional_pair_cost * Math.max(0, toUnits(count) - 1),
	);
	const g1Points = operands(invokeContext, argU64(vm, 3), count, bls12381G1.size);
	const g2Points = operands(invokeContext, argU64(vm, 4), count, bls12381G2.size);
	const endianness: Endianness = curveId === CURVE_PAIRING ? 'LE' : 'BE';
	return answer(invokeContext, argU64(vm, 5), bls12381PairingMap(g1Points, g2Points, endianness));
};
