/**
 * `sol_create_program_address`, `sol_try_find_program_address`.
 *
 * Source: solana-syscalls 4.3.0, lib.rs; solana-address 2.9, `create_program_address`.
 */

import type { InvokeContext } from '../invoke-context.ts';
import { translateMut, translateMutAll, translateSlice, translateType } from '../memory.ts';
import type { MemoryContext } from '../memory-context.ts';
import { deriveProgramAddress, MAX_SEED_LEN, MAX_SEEDS, seedBytes } from '../pda.ts';
import { syscallFault } from '../program-error.ts';
import { argU64, readU64 } from '../u64.ts';
import type { Syscall, SyscallVm } from './declare.ts';

/** What an address is made of, the seeds' bytes aside. */
interface Derivation {
	/** Offset behind the seeds: the bump's, where there is one. */
	readonly seedsEnd: number;
	readonly numSeeds: number;
	/** Arena offset of the program id. */
	readonly programId: number;
}

/**
 * Copies the seeds to {@link seedBytes}.
 *
 * Errors: AccessViolation, UnalignedPointer, BadSeeds(MaxSeedLengthExceeded) for too many or too long ones.
 */
function translateSeeds(invokeContext: InvokeContext, memory: MemoryContext, vm: SyscallVm): Derivation {
	const { arena } = invokeContext;
	const mapping = memory.memoryMapping;
	const count = argU64(vm, 2);
	const host = translateSlice(mapping, argU64(vm, 1), count, 16, memory.checkAligned ? 8 : 1);
	if (count > MAX_SEEDS) throw syscallFault({ kind: 'BadSeeds', error: 'MaxSeedLengthExceeded' });
	const numSeeds = Number(count);
	let end = 0;
	for (let i = 0; i < numSeeds; i++) {
		const len = readU64(arena.view, host + 16 * i + 8);
		if (len > MAX_SEED_LEN) throw syscallFault({ kind: 'BadSeeds', error: 'MaxSeedLengthExceeded' });
		const seed = translateSlice(mapping, readU64(arena.view, host + 16 * i), len, 1, 1);
		for (let k = 0; k < Number(len); k++) seedBytes[end++] = arena.u8[seed + k]!;
	}
	return { seedsEnd: end, numSeeds, programId: translateType(mapping, argU64(vm, 3), 32, 1) };
}

/**
 * `sol_create_program_address(r1 seeds, r2 count, r3 program id, r4 address)`: r0 is 1 where the address
 * would lie on the curve.
 *
 * Cost: 1500. Errors: ComputationalBudgetExceeded, AccessViolation, UnalignedPointer, BadSeeds.
 */
export const syscallCreateProgramAddress: Syscall = (invokeContext, vm) => {
	const cost = invokeContext.getExecutionCost().create_program_address_units;
	invokeContext.computeMeter.consumeChecked(cost);
	const memory = invokeContext.memoryContexts.memoryContextAbiV1();
	const { seedsEnd, programId } = translateSeeds(invokeContext, memory, vm);
	const address = deriveProgramAddress(seedsEnd, invokeContext.arena.u8, programId);
	if (address === null) return 1;
	const host = translateMut(memory.memoryMapping, argU64(vm, 4), 32, 1);
	invokeContext.arena.u8.set(address, host);
	return 0;
};

/**
 * `sol_try_find_program_address(r1 seeds, r2 count, r3 program id, r4 address, r5 bump)`: tries the bumps
 * 255 to 1; r0 is 1 where none works.
 *
 * Cost: 1500, and as much for each bump that failed. Errors: ComputationalBudgetExceeded, AccessViolation,
 * UnalignedPointer, BadSeeds, CopyOverlapping.
 */
export const syscallTryFindProgramAddress: Syscall = (invokeContext, vm) => {
	const { computeMeter } = invokeContext;
	const cost = invokeContext.getExecutionCost().create_program_address_units;
	computeMeter.consumeChecked(cost);
	const memory = invokeContext.memoryContexts.memoryContextAbiV1();
	const { seedsEnd, numSeeds, programId } = translateSeeds(invokeContext, memory, vm);
	for (let bump = 255; bump > 0; bump--) {
		let address: Uint8Array | null = null;
		// The bump is a seed too: with 16 others there is one too many, whatever its value.
		if (numSeeds < MAX_SEEDS) {
			seedBytes[seedsEnd] = bump;
			address = deriveProgramAddress(seedsEnd + 1, invokeContext.arena.u8, programId);
		}
		if (address !== null) {
			const [bumpHost, addressHost] = translateMutAll(memory.memoryMapping, [
				{ addr: argU64(vm, 5), len: 1, align: 1 },
				{ addr: argU64(vm, 4), len: 32, align: 1 },
			]);
			invokeContext.arena.u8[bumpHost!] = bump;
			invokeContext.arena.u8.set(address, addressHost!);
			return 0;
		}
		computeMeter.consumeChecked(cost);
	}
	return 1;
};
