/**
 * `sol_poseidon`: the hash of circom over the scalar field of BN254.
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallPoseidon); solana-poseidon 4.0.0.
 */

import { type Endianness, poseidonHash } from '@parhelion/crypto';
import { poseidonCost } from '../execution-budget.ts';
import { translateMut, translateSlice } from '../memory.ts';
import { poseidonFault, syscallFault } from '../program-error.ts';
import { argU64, readU64 } from '../u64.ts';
import type { Syscall } from './declare.ts';

/** BN254 with the S-box x⁵, the only choice. */
const PARAMETERS_BN254_X5 = 0;
/** By argument. */
const ENDIANNESS: readonly Endianness[] = ['BE', 'LE'];
const MAX_INPUTS = 12;
const HASH_SIZE = 32;
const SLICE_SIZE = 16;

/**
 * `sol_poseidon(r1 parameters, r2 byte order, r3 slices, r4 count, r5 result)`: r0 is 1 where there is no input, or one
 * has not 32 bytes or is not below the order of the field. Gate: enable_poseidon_syscall.
 *
 * Cost: 542 + 61 count². Errors: InvalidParameters, InvalidEndianness, InvalidLength (logged) above 12,
 * ComputationalBudgetExceeded, AccessViolation of the result, of the list, of a slice, UnalignedPointer.
 */
export const syscallPoseidon: Syscall = (invokeContext, vm) => {
	if (argU64(vm, 1) !== PARAMETERS_BN254_X5) throw poseidonFault('InvalidParameters');
	const endianness = ENDIANNESS[Number(argU64(vm, 2))];
	if (endianness === undefined) throw poseidonFault('InvalidEndianness');
	const count = argU64(vm, 4);
	if (typeof count === 'bigint' || count > MAX_INPUTS) {
		invokeContext.icMsg(`Poseidon hashing ${count} sequences is not supported`);
		throw syscallFault({ kind: 'InvalidLength' });
	}
	const cost = poseidonCost(invokeContext.getExecutionCost(), BigInt(count));
	// Twelve inputs cannot overflow a u64.
	if (cost !== null) invokeContext.computeMeter.consumeChecked(cost);
	const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
	const { arena } = invokeContext;
	translateMut(memoryMapping, argU64(vm, 5), HASH_SIZE, 1);
	const slices = translateSlice(memoryMapping, argU64(vm, 3), count, SLICE_SIZE, checkAligned ? 8 : 1);
	const inputs: Uint8Array[] = [];
	for (let i = 0; i < count; i++) {
		const at = slices + SLICE_SIZE * i;
		const length = readU64(arena.view, at + 8);
		const host = translateSlice(memoryMapping, readU64(arena.view, at), length, 1, 1);
		inputs.push(arena.u8.subarray(host, host + Number(length)));
	}
	const hash = poseidonHash(inputs, endianness);
	if (hash === null) return 1;
	arena.u8.set(hash, translateMut(memoryMapping, argU64(vm, 5), HASH_SIZE, 1));
	return 0;
};
