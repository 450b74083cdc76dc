/**
 * `sol_sha256`, `sol_keccak256`, `sol_blake3`, `sol_sha512`: hashes over a list of slices.
 *
 * Source: solana-syscalls 4.3.0, lib.rs (SyscallHash, HasherImpl).
 */

import { blake3, keccak256, sha256, sha512 } from '@parhelion/crypto';
import { translateMut, translateSlice } from '../memory.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, readU64, unitsPer } from '../u64.ts';
import type { Syscall } from './declare.ts';

/**
 * `sol_<hash>(r1 slices, r2 count, r3 result)`: the hash of the slices after one another, 32 bytes, of sha512 64.
 *
 * Cost: 85, then for each slice the greater of 10 and half its bytes. Errors: TooManySlices (logged) above
 * 20,000, ComputationalBudgetExceeded, AccessViolation of the result, of the list, of a slice,
 * UnalignedPointer.
 */
function syscallHash(name: string, hash: (bytes: Uint8Array) => Uint8Array, outputLen: number): Syscall {
	return (invokeContext, vm) => {
		const { computeMeter, arena } = invokeContext;
		const count = argU64(vm, 2);
		const maxSlices = invokeContext.getComputeBudget().sha256_max_slices;
		if (count > maxSlices) {
			invokeContext.icMsg(`${name} Hashing ${count} sequences in one syscall is over the limit ${maxSlices}`);
			throw syscallFault({ kind: 'TooManySlices' });
		}
		const { sha256_base_cost, sha256_byte_cost, mem_op_base_cost } = invokeContext.getExecutionCost();
		computeMeter.consumeChecked(sha256_base_cost);
		const { memoryMapping, checkAligned } = invokeContext.memoryContexts.memoryContextAbiV1();
		translateMut(memoryMapping, argU64(vm, 3), outputLen, 1);
		const slices = translateSlice(memoryMapping, argU64(vm, 1), count, 16, checkAligned ? 8 : 1);
		const parts: Uint8Array[] = [];
		let total = 0;
		for (let i = 0; i < Number(count); i++) {
			const len = readU64(arena.view, slices + 16 * i + 8);
			const at = translateSlice(memoryMapping, readU64(arena.view, slices + 16 * i), len, 1, 1);
			computeMeter.consumeChecked(Math.max(mem_op_base_cost, sha256_byte_cost * unitsPer(len, 2)));
			// The meter has paid for these bytes: their sum stays small.
			parts.push(arena.u8.subarray(at, at + Number(len)));
			total += Number(len);
		}
		const digest = hash(join(parts, total));
		arena.u8.set(digest, translateMut(memoryMapping, argU64(vm, 3), outputLen, 1));
		return 0;
	};
}

function join(parts: readonly Uint8Array[], total: number): Uint8Array {
	if (parts.length === 1) return parts[0]!;
	const joined = new Uint8Array(total);
	let at = 0;
	for (const part of parts) {
		joined.set(part, at);
		at += part.length;
	}
	return joined;
}

export const syscallSha256: Syscall = syscallHash('Sha256', sha256, 32);
export const syscallKeccak256: Syscall = syscallHash('Keccak256', keccak256, 32);
export const syscallBlake3: Syscall = syscallHash('Blake3', blake3, 32);
export const syscallSha512: Syscall = syscallHash('Sha512', sha512, 64);
