/**
 * `sol_secp256k1_recover`: the public key behind an Ethereum-style signature.
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallSecp256k1Recover).
 */

import { secp256k1Recover } from '@parhelion/crypto';
import { translateMut, translateSlice } from '../memory.ts';
import { argU64 } from '../u64.ts';
import type { Syscall } from './declare.ts';

/** What r0 becomes (`Secp256k1RecoverError`). */
const CODES = { InvalidHash: 1, InvalidRecoveryId: 2, InvalidSignature: 3 } as const;

/**
 * `sol_secp256k1_recover(r1 hash[32], r2 recovery id, r3 signature[64], r4 result[64])`: r0 is 0, or 1 to 3
 * for a bad hash, recovery id, signature.
 *
 * Cost: 25,000. Errors: ComputationalBudgetExceeded, AccessViolation of the result, the hash, the signature.
 */
export const syscallSecp256k1Recover: Syscall = (invokeContext, vm) => {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().secp256k1_recover_cost);
	const { memoryMapping } = invokeContext.memoryContexts.memoryContextAbiV1();
	translateMut(memoryMapping, argU64(vm, 4), 64, 1);
	const hash = translateSlice(memoryMapping, argU64(vm, 1), 32, 1, 1);
	const signature = translateSlice(memoryMapping, argU64(vm, 3), 64, 1, 1);
	const { u8 } = invokeContext.arena;
	const recovered = secp256k1Recover(
		u8.subarray(hash, hash + 32),
		Number(argU64(vm, 2)),
		u8.subarray(signature, signature + 64),
	);
	if (!recovered.ok) return CODES[recovered.error];
	u8.set(recovered.value, translateMut(memoryMapping, argU64(vm, 4), 64, 1));
	return 0;
};
