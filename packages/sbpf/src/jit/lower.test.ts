import { describe, expect, it } from 'vitest';
import { runAtEveryBudget } from '../../test/both-engines.ts';
import { encode, executableOf, machineFor } from '../../test/machine-harness.ts';
import { ALL_INSTRUCTIONS, type Instruction, isAvailable } from '../isa/table.ts';
import { SBPF_VERSIONS, type SBPFVersion } from '../program.ts';
import { WasmProgram } from './compiled-program.ts';

const versions = SBPF_VERSIONS.map((version) => ({ version, name: `V${version}` }));
const VALUES: readonly bigint[] = [
	...[0n, 1n, 2n, 7n, 31n, 32n, 33n, 63n, 64n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n],
	...[
		0x0123_4567_89ab_cdefn,
		2n ** 63n - 1n,
		2n ** 63n,
		2n ** 64n - 0x8000_0000n,
		2n ** 64n - 2n,
		2n ** 64n - 1n,
	],
];
const IMMEDIATES: readonly number[] = [
	0, 1, 16, 31, 32, 63, 64, -1, -2, 0x7fff_ffff, -0x8000_0000, 0x0123_4567,
];
const IS_COMPUTED = /^(alu|endian|jumpImm|jumpReg)/;

/** Immediates the verifier lets pass; one where there is none. */
function immediatesOf(row: Instruction): readonly number[] {
	if (row.shape === 'endian') return [16, 32, 64];
	if (row.shape === 'aluReg' || row.shape === 'aluUnary' || row.shape === 'jumpReg') return [0];
	return IMMEDIATES.filter((imm) => {
		if (row.check === 'nonzero') return imm !== 0;
		if (row.check === 'shift32') return imm >= 0 && imm < 32;
		return row.check === 'shift64' ? imm >= 0 && imm < 64 : true;
	});
}

/** r0 becomes 2 where a jump is taken, else 1; for arithmetic it is the result. */
function textOf(row: Instruction, dst: number, src: number, imm: number): Uint8Array {
	const isJump = row.shape.startsWith('jump');
	return Uint8Array.from([
		...(isJump ? encode(0xb7, 0, 0, 0, 2) : []),
		...encode(row.opcode, dst, src, isJump ? 1 : 0, imm),
		...(isJump ? encode(0xb7, 0, 0, 0, 1) : encode(0xbf, 0, dst)),
		...encode(0x95),
	]);
}

function compare(row: Instruction, version: SBPFVersion, dst: number, src: number, imm: number): void {
	const config = { maxCallDepth: 1, stackFrameSize: 64 };
	const executable = executableOf(textOf(row, dst, src, imm), { version, config });
	executable.compiled = WasmProgram.compile(executable);
	const takesSource = row.shape === 'aluReg' || row.shape === 'jumpReg';
	for (const a of VALUES) {
		for (const b of takesSource && dst !== src ? VALUES : [0n]) {
			const registers = new Array<bigint>(10).fill(0n);
			registers[src] = b;
			registers[dst] = a;
			const [interpreted, compiled] = (['interpreted', 'jit'] as const).map((mode) => {
				const tested = machineFor(executable, { registers });
				const { result, instructionCount } = tested.vm.executeProgram(executable, mode);
				tested.dispose();
				return { result, instructionCount };
			});
			expect(compiled, `${row.name} ${a}, ${b}, ${imm}`).toEqual(interpreted);
		}
	}
}

describe.each(versions)('$name, compiled as interpreted', ({ version }) => {
	const rows = ALL_INSTRUCTIONS.filter((row) => isAvailable(row, version) && IS_COMPUTED.test(row.shape));

	it.each(rows)('$name', (row) => {
		for (const imm of immediatesOf(row)) compare(row, version, 6, 7, imm);
		if (row.shape === 'aluReg' || row.shape === 'jumpReg') compare(row, version, 6, 6, 0);
	});
});

describe('errors of arithmetic', () => {
	it('come at their instruction, with what was computed before', () => {
		for (const [version, divide] of [
			[0, 'div64'],
			[0, 'mod32'],
			[2, 'sdiv64'],
			[2, 'srem32'],
			[2, 'urem64'],
			[3, 'mod64'],
		] as const) {
			const source = `mov64 r2, 8\nstxdw [r10-8], r2\n${divide} r2, r3\nmov64 r2, 1\nexit`;
			expect(runAtEveryBudget(source, { version }).outcome).toBe('DivideByZero at 2');
		}
	});

	it('include quotients that do not fit', () => {
		const smallest64 = 'mov64 r2, 1\nlsh64 r2, 63\nmov64 r3, -1';
		const smallest32 = 'mov64 r2, 1\nlsh64 r2, 31\nmov64 r3, -1';
		for (const operation of ['sdiv', 'srem']) {
			const wide = `${smallest64}\n${operation}64 r2, r3\nexit`;
			expect(runAtEveryBudget(wide, { version: 2 }).outcome).toBe('DivideOverflow at 3');
			const narrow = `${smallest32}\n${operation}32 r2, r3\nexit`;
			expect(runAtEveryBudget(narrow, { version: 2 }).outcome).toBe('DivideOverflow at 3');
			const constant = `${smallest64}\n${operation}64 r2, -1\nexit`;
			expect(runAtEveryBudget(constant, { version: 2 }).outcome).toBe('DivideOverflow at 3');
		}
	});
});
