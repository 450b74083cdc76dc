/**
 * `sol_big_mod_exp`: modular exponentiation of integers of up to 512 bytes.
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallBigModExp, big_mod_exp_operation_cost); solana-big-mod-exp 4.0.0.
 */

import { bigModExp } from '@parhelion/crypto';
import { translateMut, translateSlice, translateType } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, readU64 } from '../u64.ts';
import type { Syscall } from './declare.ts';

/** Longest integer in bytes. */
const MAX_SIZE = 512;
/** Bytes of `BigModExpParams`: address and length of base, exponent and modulus. */
const PARAMS_SIZE = 48;
/** An exponent counts as no fewer bits. */
const MIN_EXPONENT_BITS = 75;
/** What the exponent one counts as: one reduction. */
const REDUCTION_FACTOR = 15;
/** An exponent's leading bits are looked at in no more bytes. */
const LEADING_BYTES = 32;

/** The complexity of a multiplication of integers of `length` bytes (EIP-198's formula). */
function multiplicationComplexity(length: number): number {
	const square = length * length;
	if (length <= 64) return square;
	// Longer integers than 512 bytes are refused, so the third part of the formula is never reached.
	return Math.floor(square / 4) + 96 * length - 3072;
}

/** The index of the highest set bit in little-endian bytes; 0 where there is none. */
function highestSetBit(bytes: Uint8Array): number {
	for (let i = bytes.length - 1; i >= 0; i--) {
		const byte = bytes[i]!;
		if (byte !== 0) return 8 * i + 31 - Math.clz32(byte);
	}
	return 0;
}

/** The bits of an exponent that count; of a long one the leading 32 bytes decide. */
function exponentBits(exponent: Uint8Array): number {
	const trailing = Math.max(0, exponent.length - LEADING_BYTES);
	return 8 * trailing + highestSetBit(exponent.subarray(trailing));
}

function isOne(bytes: Uint8Array): boolean {
	return bytes[0] === 1 && bytes.subarray(1).every((byte) => byte === 0);
}

/** What is charged besides the base, in CU: at most 512 bytes and 4,096 bits, so all is exact. */
function operationCost(length: number, exponent: Uint8Array, divisor: number): number {
	const factor = isOne(exponent) ? REDUCTION_FACTOR : Math.max(exponentBits(exponent), MIN_EXPONENT_BITS);
	return Math.ceil((multiplicationComplexity(length) * factor) / divisor);
}

/**
 * `sol_big_mod_exp(r1 params[48], r2 result)`: params are address and length of base, exponent and modulus, little
 * endian; the result has the modulus's length. Gate: enable_big_mod_exp_syscall.
 *
 * Cost: 422, then complexity times bits of the exponent by 189, rounded up. Errors: ComputationalBudgetExceeded,
 * AccessViolation of params, UnalignedPointer, InvalidLength above 512 bytes, AccessViolation of the exponent,
 * ComputationalBudgetExceeded, AccessViolation of base, modulus, InvalidAttribute for a modulus that is empty, zero,
 * one or even, AccessViolation of the result.
 */
export const syscallBigModExp: Syscall = (invokeContext, vm) => {
	const costs = invokeContext.getExecutionCost();
	invokeContext.computeMeter.consumeChecked(costs.big_modular_exponentiation_base_cost);
	const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	const { arena } = invokeContext;
	const params = translateType(memoryMapping, argU64(vm, 1), PARAMS_SIZE, checkAligned ? 8 : 1);
	const word = (index: number): number | bigint => readU64(arena.view, params + 8 * index);
	const length = (index: number): number => {
		const value = word(index);
		if (typeof value === 'bigint' || value > MAX_SIZE) throw syscallFault({ kind: 'InvalidLength' });
		return value;
	};
	const baseLength = length(1);
	const exponentLength = length(3);
	const modulusLength = length(5);
	const bytes = (index: number, size: number): Uint8Array => {
		const host = translateSlice(memoryMapping, word(index), size, 1, 1);
		return arena.u8.subarray(host, host + size);
	};
	const exponent = bytes(2, exponentLength);
	invokeContext.computeMeter.consumeChecked(
		operationCost(
			Math.max(baseLength, modulusLength),
			exponent,
			costs.big_modular_exponentiation_cost_divisor,
		),
	);
	const base = bytes(0, baseLength);
	const modulus = bytes(4, modulusLength);
	const result = bigModExp(base, exponent, modulus);
	if (result === null) throw syscallFault({ kind: 'InvalidAttribute' });
	// Another view: mapping the result may have moved the memory.
	const host = translateMut(memoryMapping, argU64(vm, 2), modulusLength, 1);
	arena.u8.set(result, host);
	return 0;
};
