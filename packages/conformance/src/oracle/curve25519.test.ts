/**
 * The curve syscalls with points of all kinds (of prime order, small order, not canonical, none at all), on
 * the SVM and on the oracle.
 */
import { expect, it } from 'vitest';
import { curve25519 } from '../generators/targets/syscall-curve25519.ts';
import { programFile } from './elf.ts';
import { address, Pair } from './harness.ts';
import { Random } from './random.ts';
import { callingProgram, Rodata, times } from './syscall-calls.ts';

const PROGRAMS = Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 40);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

it('the curve syscalls agree with the oracle', () => {
	const random = new Random(SEED);
	const pair = new Pair();
	const programId = address('program');
	for (let i = 0; i < PROGRAMS; i++) {
		const rodata = new Rodata();
		const source = callingProgram(
			times(6, () => curve25519(random, rodata)),
			rodata,
		);
		pair.addProgram(programId, programFile(source, Uint8Array.from(rodata.bytes)));
		const { ours, compiled, oracle } = pair.run([{ programId, accounts: [], data: new Uint8Array(0) }]);
		expect(ours, `seed ${SEED}, program ${i}:\n${source}`).toEqual(oracle);
		expect(compiled, `seed ${SEED}, program ${i}:\n${source}`).toEqual(oracle);
	}
});
