/**
 * `sol_curve_validate_point`, `sol_curve_group_op`, `sol_curve_multiscalar_mul` on edwards25519 (curve 0) and
 * ristretto255 (curve 1); the first two hand the ids of BLS12-381 on. Gate: curve25519_syscall_enabled.
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallCurvePointValidation, SyscallCurveGroupOps,
 * SyscallCurveMultiscalarMultiplication); solana-define-syscall (`curve_constants`).
 */

import { type Curve25519Group, edwards25519Group, ristretto255Group } from '@parhelion/crypto';
import type { SVMTransactionExecutionCost } from '../execution-budget.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { translateMut, translateSlice, translateType } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, type U64 } from '../u64.ts';
import { bls12381Curve, bls12381GroupOp, bls12381Validate } from './bls12-381.ts';
import type { Syscall } from './declare.ts';

/** A curve with its prices. */
interface CurveRow {
	readonly group: Curve25519Group;
	readonly validate: keyof SVMTransactionExecutionCost;
	/** By group operation: add, subtract, multiply. */
	readonly operations: readonly (keyof SVMTransactionExecutionCost)[];
	readonly msmBase: keyof SVMTransactionExecutionCost;
	readonly msmIncremental: keyof SVMTransactionExecutionCost;
}

/** By curve id. */
const CURVES: readonly CurveRow[] = [
	{
		group: edwards25519Group,
		validate: 'curve25519_edwards_validate_point_cost',
		operations: [
			'curve25519_edwards_add_cost',
			'curve25519_edwards_subtract_cost',
			'curve25519_edwards_multiply_cost',
		],
		msmBase: 'curve25519_edwards_msm_base_cost',
		msmIncremental: 'curve25519_edwards_msm_incremental_cost',
	},
	{
		group: ristretto255Group,
		validate: 'curve25519_ristretto_validate_point_cost',
		operations: [
			'curve25519_ristretto_add_cost',
			'curve25519_ristretto_subtract_cost',
			'curve25519_ristretto_multiply_cost',
		],
		msmBase: 'curve25519_ristretto_msm_base_cost',
		msmIncremental: 'curve25519_ristretto_msm_incremental_cost',
	},
];

/** Most points of a multiscalar multiplication. */
const MAX_POINTS = 512;

/** Answers 1 for a curve or an operation that is not there; fails with `InvalidAttribute` if it must abort. */
function invalidAttribute(invokeContext: InvokeContext): U64 {
	if (invokeContext.getFeatureSet().abortOnInvalidCurve) throw syscallFault({ kind: 'InvalidAttribute' });
	return 1;
}

/** The 32 bytes at an address. Fails with `AccessViolation`. */
function operand(invokeContext: InvokeContext, addr: U64): Uint8Array {
	const host = translateType(invokeContext.memoryContexts.memoryMapping(), addr, 32, 1);
	return invokeContext.arena.u8.subarray(host, host + 32);
}

/** Writes a point; answers 0, or 1 where there is none. Fails with `AccessViolation`. */
function answer(invokeContext: InvokeContext, addr: U64, point: Uint8Array | null): U64 {
	if (point === null) return 1;
	const host = translateMut(invokeContext.memoryContexts.memoryMapping(), addr, 32, 1);
	invokeContext.arena.u8.set(point, host);
	return 0;
}

/**
 * `sol_curve_validate_point(r1 curve, r2 point)`: r0 is 0 where the 32 bytes are a point, else 1.
 *
 * Cost: 159 (edwards), 169 (ristretto); 1,565 and 1,968 (G1 and G2 of BLS12-381). Errors: InvalidAttribute,
 * ComputationalBudgetExceeded, AccessViolation.
 */
export const syscallCurvePointValidation: Syscall = (invokeContext, vm) => {
	const curveId = argU64(vm, 1);
	const bls = bls12381Curve(invokeContext, curveId);
	if (bls !== null) return bls12381Validate(invokeContext, vm, bls);
	const curve = CURVES[Number(curveId)];
	if (curve === undefined) return invalidAttribute(invokeContext);
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost()[curve.validate]);
	return curve.group.validate(operand(invokeContext, argU64(vm, 2))) ? 0 : 1;
};

/**
 * `sol_curve_group_op(r1 curve, r2 operation, r3 left, r4 right, r5 result)`: adds (0), subtracts (1), or
 * multiplies the point `right` by the scalar `left` (2); r0 is 1 where an operand is not valid.
 *
 * Cost: 473, 475, 2177 (edwards), 521, 519, 2208 (ristretto); 128, 129, 4,627 and 203, 204, 8,255 (G1 and G2 of
 * BLS12-381). Errors: InvalidAttribute,
 * ComputationalBudgetExceeded, AccessViolation of left, right, result.
 */
export const syscallCurveGroupOps: Syscall = (invokeContext, vm) => {
	const curveId = argU64(vm, 1);
	const bls = bls12381Curve(invokeContext, curveId);
	if (bls !== null) return bls12381GroupOp(invokeContext, vm, bls);
	const curve = CURVES[Number(curveId)];
	const operation = Number(argU64(vm, 2));
	const cost = curve?.operations[operation];
	if (curve === undefined || cost === undefined) return invalidAttribute(invokeContext);
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost()[cost]);
	const left = operand(invokeContext, argU64(vm, 3));
	const right = operand(invokeContext, argU64(vm, 4));
	const { group } = curve;
	const result =
		operation === 0
			? group.add(left, right)
			: operation === 1
				? group.subtract(left, right)
				: group.multiply(left, right);
	return answer(invokeContext, argU64(vm, 5), result);
};

/**
 * `sol_curve_multiscalar_mul(r1 curve, r2 scalars, r3 points, r4 count, r5 result)`: r0 is 1 where an operand
 * is not valid.
 *
 * Cost: 2273 and 758 for each point but the first (edwards), 2303 and 788 (ristretto). Errors: InvalidLength
 * above 512 points, InvalidAttribute, ComputationalBudgetExceeded, AccessViolation of scalars, points, result.
 */
export const syscallCurveMultiscalarMultiplication: Syscall = (invokeContext, vm) => {
	const count = argU64(vm, 4);
	if (typeof count === 'bigint' || count > MAX_POINTS) throw syscallFault({ kind: 'InvalidLength' });
	const curve = CURVES[Number(argU64(vm, 1))];
	if (curve === undefined) return invalidAttribute(invokeContext);
	const costs = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(
		costs[curve.msmBase] + costs[curve.msmIncremental] * Math.max(0, count - 1),
	);
	const mapping = invokeContext.memoryContexts.memoryMapping();
	const scalars = translateSlice(mapping, argU64(vm, 2), count, 32, 1);
	const points = translateSlice(mapping, argU64(vm, 3), count, 32, 1);
	const { u8 } = invokeContext.arena;
	const result = curve.group.multiscalarMultiply(
		u8.subarray(scalars, scalars + 32 * count),
		u8.subarray(points, points + 32 * count),
	);
	return answer(invokeContext, argU64(vm, 5), result);
};
