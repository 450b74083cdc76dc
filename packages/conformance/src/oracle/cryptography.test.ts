/**
 * BN254, BLS12-381, Poseidon and modular exponentiation with operands of all kinds (right ones, points outside the
 * group, every spoiled encoding, odd lengths, bad addresses), on the SVM and on the oracle.
 */
import { type FeatureName, programIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	bigModExp,
	bls12381Op,
	bls12381Pairing,
	bn254Compression,
	bn254GroupOp,
	type CallGenerator,
	poseidon,
} from '../generators/targets/syscall-operands.ts';
import { programFile } from './elf.ts';
import { address, Pair } from './harness.ts';
import { Random } from './random.ts';
import { callingProgram, Rodata, times } from './syscall-calls.ts';

const PROGRAMS = Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 16);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);
const CALLS = 4;

/** Runs programs that call what the generators make. */
function fuzz(
	seed: number,
	generators: readonly CallGenerator[],
	toggles: Partial<Record<FeatureName, boolean>> = {},
): void {
	const random = new Random(seed);
	const pair = new Pair(toggles);
	const programId = address('program');
	for (let i = 0; i < PROGRAMS; i++) {
		const rodata = new Rodata();
		const calls = times(CALLS, () => random.pick(generators)(random, rodata));
		const source = callingProgram(calls, rodata);
		// The deprecated loader does not ask for alignment.
		const loader = random.oneIn(6) ? programIds.bpfLoaderDeprecated : programIds.bpfLoader;
		pair.addProgram(programId, programFile(source, Uint8Array.from(rodata.bytes)), loader);
		const { ours, compiled, oracle } = pair.run([{ programId, accounts: [], data: new Uint8Array(0) }]);
		const label = `seed ${seed}, program ${i}:\n${source}`;
		expect(ours, label).toEqual(oracle);
		expect(compiled, label).toEqual(oracle);
	}
}

describe('the syscalls of pairing-friendly curves agree with the oracle', () => {
	it('alt_bn128 group operations', () => fuzz(SEED, [bn254GroupOp]));
	it('alt_bn128 compression', () => fuzz(SEED + 1, [bn254Compression]));
	it('BLS12-381 points', () => fuzz(SEED + 2, [bls12381Op]));
	it('BLS12-381 pairings', () => fuzz(SEED + 3, [bls12381Pairing]));
	it('before their features', () => {
		fuzz(SEED + 4, [bn254GroupOp, bn254Compression], {
			alt_bn128_little_endian: false,
			enable_alt_bn128_g2_syscalls: false,
		});
		fuzz(SEED + 5, [bls12381Op], { enable_bls12_381_syscall: false, abort_on_invalid_curve: false });
	});
});

describe('the syscalls of prime fields agree with the oracle', () => {
	it('Poseidon', () => fuzz(SEED + 6, [poseidon]));
	it('modular exponentiation', () => fuzz(SEED + 7, [bigModExp], { enable_big_mod_exp_syscall: true }));
	it('both, with regions for account data', () =>
		fuzz(SEED + 8, [poseidon, bigModExp, bn254Compression], {
			enable_big_mod_exp_syscall: true,
			virtual_address_space_adjustments: true,
		}));
});
