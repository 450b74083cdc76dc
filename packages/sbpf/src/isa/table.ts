/**
 * The instruction table compiled per version into dense typed arrays, indexed by the opcode byte.
 *
 * Owns the small codes that stand for the table's words in loops. Nothing here is written twice: every
 * array is computed from `instructions.ts`, once per version.
 */
import { InvariantError } from '@parhelion/sdk';
import {
	disableLddw,
	disableLe,
	disableNeg,
	enableJmp32,
	enablePqr,
	moveMemoryInstructionClasses,
	type SBPFVersion,
} from '../program.ts';
import {
	type Availability,
	INSTRUCTIONS,
	type InstructionFacts,
	OP_NAMES,
	type OperandShape,
	type OpName,
	type VerifierCheck,
} from './instructions.ts';

/** A row under its name. */
export interface Instruction extends InstructionFacts {
	readonly name: OpName;
}

const AVAILABLE: Readonly<Record<Availability, (version: SBPFVersion) => boolean>> = {
	all: () => true,
	lddw: (v) => !disableLddw(v),
	hor64: disableLddw,
	neg: (v) => !disableNeg(v),
	le: (v) => !disableLe(v),
	pqr: enablePqr,
	noPqr: (v) => !enablePqr(v),
	classicMemory: (v) => !moveMemoryInstructionClasses(v),
	movedMemory: moveMemoryInstructionClasses,
	jmp32: enableJmp32,
};

/** A check of the verifier as a number; 0 says that the byte is no instruction. */
export const CHECK_UNKNOWN = 0;
export const CHECK_NONE = 1;
export const CHECK_NONZERO = 2;
export const CHECK_SHIFT32 = 3;
export const CHECK_SHIFT64 = 4;
export const CHECK_ENDIAN = 5;
export const CHECK_LDDW = 6;
export const CHECK_FRAME_BUMP = 7;
export const CHECK_JUMP = 8;
export const CHECK_CALLX = 9;

const CHECK_CODES: Readonly<Record<VerifierCheck, number>> = {
	none: CHECK_NONE,
	nonzero: CHECK_NONZERO,
	shift32: CHECK_SHIFT32,
	shift64: CHECK_SHIFT64,
	endian: CHECK_ENDIAN,
	lddw: CHECK_LDDW,
	frameBump: CHECK_FRAME_BUMP,
	jump: CHECK_JUMP,
	callx: CHECK_CALLX,
};

/** The instructions of one version. */
export interface InstructionTable {
	readonly version: SBPFVersion;
	/** The row of each byte, or `undefined`. */
	readonly rows: readonly (Instruction | undefined)[];
	/** The verifier's check of each byte, one of the `CHECK_` codes. */
	readonly check: Uint8Array;
	/** 1 where the destination register is an address and may be r10. */
	readonly store: Uint8Array;
}

/** Every row under its name, in the order of the table. */
export const ALL_INSTRUCTIONS: readonly Instruction[] = OP_NAMES.map((name) => ({
	name,
	...INSTRUCTIONS[name],
}));

/** Whether an instruction exists in `version`. */
export function isAvailable(instruction: InstructionFacts, version: SBPFVersion): boolean {
	return AVAILABLE[instruction.versions](version);
}

/** Whether the operands name memory. */
export function accessesMemory(shape: OperandShape): boolean {
	return shape === 'load' || isStore(shape);
}

function isStore(shape: OperandShape): boolean {
	return shape === 'storeImm' || shape === 'storeReg';
}

const compiled: (InstructionTable | undefined)[] = [];

/** The table of `version`, compiled on first use. */
export function instructionTable(version: SBPFVersion): InstructionTable {
	compiled[version] ??= compile(version);
	return compiled[version];
}

function compile(version: SBPFVersion): InstructionTable {
	const rows: (Instruction | undefined)[] = new Array(256).fill(undefined);
	const check = new Uint8Array(256);
	const store = new Uint8Array(256);
	for (const row of ALL_INSTRUCTIONS) {
		if (!isAvailable(row, version)) continue;
		const held = rows[row.opcode];
		if (held !== undefined) throw new InvariantError(`${held.name} and ${row.name} share a byte`);
		rows[row.opcode] = row;
		check[row.opcode] = CHECK_CODES[row.check];
		store[row.opcode] = isStore(row.shape) ? 1 : 0;
	}
	return { version, rows, check, store };
}
