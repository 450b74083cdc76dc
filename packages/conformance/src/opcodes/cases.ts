/**
 * Every instruction in every version that has it, on values at the edges.
 *
 * Programs are text, results come from `reference.ts`; a register keeps its value over a faulting
 * instruction, which is why faults are compared by their name alone. Operands come from the input where they
 * can, so that neighbouring cases are one program, which is compiled once.
 */
import {
	ALL_INSTRUCTIONS,
	type Instruction,
	isAvailable,
	SBPF_VERSIONS,
	type SBPFVersion,
} from '@parhelion/sbpf';
import type { ExpectedCase } from '../provider.ts';
import type { JsonObject } from '../row.ts';
import { alu, byteOrder, type Outcome, taken } from './reference.ts';

const REGISTERS: readonly bigint[] = [
	0n,
	1n,
	0x1fn,
	0x40n,
	0x7fff_ffffn,
	0x8000_0000n,
	0xffff_ffffn,
	0x1_0000_0000n,
	0x0123_4567_89ab_cdefn,
	0x7fff_ffff_ffff_ffffn,
	0x8000_0000_0000_0000n,
	0xffff_ffff_8000_0000n,
	0xffff_ffff_ffff_ffffn,
];
const IMMEDIATES: readonly number[] = [0, 1, 7, 31, 0x7fff_ffff, -1, -7, -0x8000_0000];
const SHIFTS: readonly number[] = [0, 1, 31];
const INPUT = '0123456789abcdef8899aabbccddeeff';

/** All cases of suite `vm`; every available instruction occurs in at least one. */
export function opcodeCases(): ExpectedCase[] {
	return SBPF_VERSIONS.flatMap((version) =>
		ALL_INSTRUCTIONS.filter((row) => isAvailable(row, version)).flatMap((row) =>
			programsOf(row, version).map(({ asm, input, expected }, i) => ({
				id: `V${version}/${row.name}#${i + 1}`,
				row: {
					sbpf_version: `V${version}`,
					asm,
					input: input ?? INPUT,
					input_writable: true,
					budget: 1000,
					syscalls: SYSCALLS,
				},
				expected,
			})),
		),
	);
}

const SYSCALLS = [{ name: 'gather', impl: 'SyscallGatherBytes' }];

interface Program {
	readonly asm: string;
	readonly input?: string;
	readonly expected: JsonObject;
}

function programsOf(row: Instruction, version: SBPFVersion): Program[] {
	const bits = row.width === 32 ? 32 : 64;
	const word = row.mnemonic.replace(/(32|64)$/, '');
	switch (row.shape) {
		case 'aluReg':
			return REGISTERS.flatMap((a) =>
				REGISTERS.map((b) =>
					program(
						['ldxdw r0, [r1+0]', 'ldxdw r7, [r1+8]', `${row.mnemonic} r0, r7`],
						alu(word, bits, version, a, b, false),
						[a, b],
					),
				),
			);
		case 'aluImm':
			return immediatesOf(row).flatMap((b) =>
				REGISTERS.map((a) =>
					program(
						['ldxdw r0, [r1+0]', `${row.mnemonic} r0, ${b}`],
						alu(word, bits, version, a, BigInt(b), true),
						[a],
					),
				),
			);
		case 'aluUnary':
			return REGISTERS.map((a) =>
				program(['ldxdw r0, [r1+0]', `${row.mnemonic} r0`], alu(word, bits, version, a, 0n, false), [a]),
			);
		case 'endian':
			return [16, 32, 64].flatMap((size) =>
				REGISTERS.map((a) =>
					program(
						['ldxdw r0, [r1+0]', `${row.mnemonic}${size} r0`],
						byteOrder(word === 'le' ? 'le' : 'be', size, a),
						[a],
					),
				),
			);
		case 'lddw':
			return REGISTERS.map((a) => program([`lddw r0, 0x${a.toString(16)}`], a));
		case 'load':
			return [0, 7, 8].map((off) =>
				program(
					[`${row.mnemonic} r0, [r1+${off}]`],
					off * 8 + row.width > 128 ? null : littleEndian(off, row.width),
				),
			);
		case 'storeImm':
			return [0, 5].map((off) =>
				store(row, off, -0x1234_5678n, [`${row.mnemonic} [r1+${off}], -0x12345678`]),
			);
		case 'storeReg':
			return [0, 5].map((off) => {
				const value = 0xfedc_ba98_7654_3210n;
				return store(row, off, value, [load(7, value, version), `${row.mnemonic} [r1+${off}], r7`]);
			});
		case 'jump':
			return [program(['mov r0, 1', 'ja +1', 'mov r0, 2'], 1n), program(['ja -1'], null)];
		case 'jumpReg':
			return REGISTERS.flatMap((a) =>
				REGISTERS.map((b) => branch(taken(word, bits, a, b), `${row.mnemonic} r6, r7`, [a, b])),
			);
		case 'jumpImm':
			return IMMEDIATES.flatMap((b) =>
				REGISTERS.map((a) => branch(taken(word, bits, a, BigInt(b)), `${row.mnemonic} r6, ${b}`, [a, 0n])),
			);
		case 'callImm':
			return [
				program(
					['mov r6, 5', 'call function_f', 'add r0, r6', 'exit', 'function_f:', 'mov r6, 9', 'mov r0, 2'],
					7n,
				),
				program(
					['mov r1, 1', 'mov r2, 2', 'mov r3, 3', 'mov r4, 4', 'mov r5, 5', 'syscall gather'],
					0x1_0203_0405n,
				),
				{ asm: 'syscall nowhere\nexit', expected: { err: 'UnsupportedInstruction' } },
				{ asm: 'entrypoint:\ncall entrypoint\nexit', expected: { err: 'CallDepthExceeded', count: 64 } },
			];
		case 'callReg':
			return [
				callReg(version, 0x1_0000_0000n + 8n * CALLED_SLOT, { ok: '0x9' }),
				callReg(version, 0x1_0000_0000n + 0x1000n, { err: 'CallOutsideTextSegment' }),
				callReg(version, 8n, { err: 'CallOutsideTextSegment' }),
			];
		case 'exit':
			return [
				program(['mov r0, 3', 'exit', 'mov r0, 4'], 3n),
				{ asm: 'mov r0, 1', expected: { err: 'ExecutionOverrun' } },
			];
	}
}

/** Immediates that the verifier lets pass. */
function immediatesOf(row: Instruction): readonly number[] {
	if (row.check === 'shift32') return SHIFTS;
	if (row.check === 'shift64') return [...SHIFTS, 63];
	return row.check === 'nonzero' ? IMMEDIATES.filter((value) => value !== 0) : IMMEDIATES;
}

/**
 * A program that ends with r0 or in an error. `null`: it ends in some error of memory or budget. `words` are its
 * input, where it has one of its own.
 */
function program(lines: readonly string[], outcome: Outcome | null, words?: readonly bigint[]): Program {
	const asm = [...lines, 'exit'].join('\n');
	const expected = expectation(outcome);
	return words === undefined
		? { asm, expected }
		: { asm, expected, input: words.map(littleEndianHex).join('') };
}

function littleEndianHex(word: bigint): string {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(word);
	return bytes.toString('hex');
}

function expectation(outcome: Outcome | null): JsonObject {
	if (outcome === null) return { ok: undefined };
	return typeof outcome === 'bigint' ? { ok: `0x${outcome.toString(16)}` } : { err: outcome };
}

function branch(isTaken: boolean, jump: string, words: readonly bigint[]): Program {
	const setup = ['ldxdw r6, [r1+0]', 'ldxdw r7, [r1+8]'];
	return program([...setup, 'mov r0, 1', `${jump}, +1`, 'mov r0, 2'], isTaken ? 1n : 2n, words);
}

/** Where {@link callReg} puts the function: two slots load the address, then come `callx` and two `exit`. */
const CALLED_SLOT = 5n;

function callReg(version: SBPFVersion, target: bigint, expected: JsonObject): Program {
	return { asm: `${load(8, target, version)}\ncallx r8\nexit\nexit\nmov r0, 9\nexit`, expected };
}

/** Puts 64 bits into a register. */
function load(register: number, value: bigint, version: SBPFVersion): string {
	if (version !== 2) return `lddw r${register}, 0x${value.toString(16)}`;
	const lower = BigInt.asIntN(32, value);
	// `mov32` leaves the upper half zero, `hor64` fills it.
	return `mov32 r${register}, ${lower}\nhor64 r${register}, ${BigInt.asIntN(32, value >> 32n)}`;
}

function littleEndian(off: number, bits: number): bigint {
	const bytes = Buffer.from(INPUT, 'hex').subarray(off, off + bits / 8);
	return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function store(row: Instruction, off: number, value: bigint, lines: readonly string[]): Program {
	const input = Buffer.from(INPUT, 'hex');
	for (let i = 0; i < row.width / 8; i++) input[off + i] = Number((value >> BigInt(8 * i)) & 0xffn);
	return { asm: [...lines, 'exit'].join('\n'), expected: { ok: '0x0', input_after: input.toString('hex') } };
}
