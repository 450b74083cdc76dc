/**
 * `docs/opcodes.md`: every row of the instruction table of `packages/sbpf`.
 */
import {
	ALL_INSTRUCTIONS,
	type Instruction,
	isAvailable,
	manualStackFrameBump,
	type OperandShape,
	SBPF_VERSIONS,
	type SBPFVersion,
	type VerifierCheck,
} from '@parhelion/sbpf';

function versionNames(has: (version: SBPFVersion) => boolean): string {
	return SBPF_VERSIONS.filter(has)
		.map((version) => `V${version}`)
		.join(', ');
}

const INTRO = `# Instructions

Written by \`npm run docs\` from the instruction table of \`packages/sbpf\`; do not edit.

An instruction is eight bytes: the opcode, a byte with the destination register in its low and the source register in its high
half, an offset of 16 bits and an immediate of 32, both signed and little endian. \`lddw\` alone takes two of these slots.
Registers are \`r0\` to \`r9\` and the frame pointer \`r10\`, all of 64 bits.

Arithmetic wraps. Immediates are sign-extended to the width of the operation, results of 32 bits zero-extended, where a row
does not say otherwise. A jump goes \`off\` slots on from the next instruction. Every instruction costs one compute unit.

The **verifier** refuses a program before it runs: a length that is no multiple of eight (*ProgramLengthNotMultiple*),
no instruction (*NoProgram*), a byte that the version does not have (*UnknownOpCode*), what the last column says, a source
register above \`r10\` (*InvalidSourceRegister*), a destination above \`r10\` (*InvalidDestinationRegister*) or one that is
\`r10\` (*CannotWriteR10*), which only stores, as their address, and \`add64\` in ${versionNames(manualStackFrameBump)} may name.

While running, an address outside memory is an *AccessViolation* (in the stack's gaps a *StackAccessViolation*), division by a
zero register *DivideByZero*, the signed minimum by -1 *DivideOverflow*, calls nested too deeply *CallDepthExceeded*, a call of what is no
instruction *CallOutsideTextSegment*, more instructions than compute units *ExceededMaxInstructions*.`;

/** The operands as the assembler takes them. */
const OPERANDS: Readonly<Record<OperandShape, string>> = {
	lddw: ' dst, imm64',
	load: ' dst, [src+off]',
	storeImm: ' [dst+off], imm',
	storeReg: ' [dst+off], src',
	aluImm: ' dst, imm',
	aluReg: ' dst, src',
	aluUnary: ' dst',
	endian: '{16,32,64} dst',
	jump: ' off',
	jumpImm: ' dst, imm, off',
	jumpReg: ' dst, src, off',
	callImm: ' imm',
	callReg: ' reg',
	exit: '',
};

const CHECKS: Readonly<Record<VerifierCheck, string>> = {
	none: '',
	nonzero: 'imm ≠ 0 (*DivisionByZero*)',
	shift32: '0 ≤ imm < 32 (*ShiftWithOverflow*)',
	shift64: '0 ≤ imm < 64 (*ShiftWithOverflow*)',
	endian: 'imm is 16, 32 or 64 (*UnsupportedLEBEArgument*)',
	lddw: 'a second slot (*LDDWCannotBeLast*) with opcode 0 (*IncompleteLDDW*)',
	frameBump: 'where dst is `r10`, imm is a multiple of 64 (*UnalignedImmediate*)',
	jump: 'the target is in the program (*JumpOutOfCode*), not the second slot of `lddw` (*JumpToMiddleOfLDDW*)',
	callx: 'the register is below `r10` (*InvalidRegister*)',
};

const isJump = ({ shape }: Instruction): boolean => shape.startsWith('jump');
const isMemory = ({ shape }: Instruction): boolean => /^(load|store)/.test(shape);

/** Each row belongs to the first group that takes it. */
const GROUPS: readonly (readonly [title: string, takes: (row: Instruction) => boolean])[] = [
	['Constants', (row) => row.shape === 'lddw' || row.versions === 'hor64'],
	['Loads and stores', (row) => isMemory(row) && row.versions === 'classicMemory'],
	['Loads and stores of V2', isMemory],
	['Calls', ({ shape }) => shape === 'callImm' || shape === 'callReg' || shape === 'exit'],
	['Jumps that compare 32 bits', (row) => isJump(row) && row.width === 32],
	['Jumps', isJump],
	['Byte order', ({ shape }) => shape === 'endian'],
	['Product, quotient and remainder of V2', ({ versions }) => versions === 'pqr'],
	['Arithmetic on 32 bits', ({ width }) => width === 32],
	['Arithmetic on 64 bits', () => true],
];

/** The versions that have an instruction, in words. */
export function versionsOf(row: Instruction): string {
	const there = SBPF_VERSIONS.filter((version) => isAvailable(row, version));
	const missing = SBPF_VERSIONS.filter((version) => !there.includes(version));
	if (missing.length === 0) return 'all';
	if (missing.length === 1) return `all but V${missing[0]}`;
	return versionNames((version) => isAvailable(row, version));
}

function hexByte(opcode: number): string {
	return `0x${opcode.toString(16).padStart(2, '0')}`;
}

/** A vertical bar would end the cell, a star begin emphasis. */
function cell(text: string): string {
	return text.replace(/[|*]/g, '\\$&');
}

/** Why bytes appear twice, told by the table itself. */
function sharedBytes(): string {
	const seen = new Set<number>();
	const twice = new Set<number>();
	for (const { opcode } of ALL_INSTRUCTIONS) (seen.has(opcode) ? twice : seen).add(opcode);
	return `${ALL_INSTRUCTIONS.length} instructions on ${seen.size} bytes: ${twice.size} bytes mean something else in V2.`;
}

/** The document. */
export function opcodesDocument(): string {
	const lines = [INTRO, '', sharedBytes()];
	const left = new Set(ALL_INSTRUCTIONS);
	for (const [title, takes] of GROUPS) {
		const rows = [...left].filter(takes);
		if (rows.length === 0) continue;
		lines.push(
			'',
			`## ${title}`,
			'',
			'| Byte | Name | Assembly | Versions | Does | Verifier |',
			'|---|---|---|---|---|---|',
		);
		for (const row of rows) {
			left.delete(row);
			const assembly = `\`${row.mnemonic}${OPERANDS[row.shape]}\``;
			lines.push(
				`| \`${hexByte(row.opcode)}\` | ${row.name} | ${assembly} | ${versionsOf(row)} | ${cell(row.doc)} | ${CHECKS[row.check]} |`,
			);
		}
	}
	return `${lines.join('\n')}\n`;
}
