/**
 * Which registers an instruction reads and writes, as bit sets of r0 to r9; r10 is not tracked.
 *
 * Calls, exits and syscalls are left to whoever knows what they lead to.
 */
import type { Instruction, InstructionTable } from '../isa/table.ts';

/** A set of registers: bit `i` is register `i`. */
export type RegisterSet = number;

/** r0 to r9. */
export const ALL_REGISTERS: RegisterSet = 0x3ff;
/** r0. */
export const RESULT: RegisterSet = 1;
/** r1 to r5. */
export const ARGUMENTS: RegisterSet = 0x3e;
/** r6 to r9, which a call preserves. */
export const PRESERVED: RegisterSet = 0x3c0;

const READS_DST = 1;
const READS_SRC = 2;
const WRITES_DST = 4;

/** By opcode: a sum of the three codes above. */
export function effectTable(table: InstructionTable): Uint8Array {
	return Uint8Array.from({ length: 256 }, (_, opcode) => {
		const row = table.rows[opcode];
		return row === undefined ? 0 : effectsOf(row);
	});
}

function effectsOf(row: Instruction): number {
	switch (row.shape) {
		case 'lddw':
			return WRITES_DST;
		case 'load':
			return READS_SRC | WRITES_DST;
		case 'storeImm':
			return READS_DST;
		case 'storeReg':
			return READS_DST | READS_SRC;
		case 'aluImm':
			return row.name.startsWith('MOV') ? WRITES_DST : READS_DST | WRITES_DST;
		case 'aluReg':
			return (row.name.startsWith('MOV') ? 0 : READS_DST) | READS_SRC | WRITES_DST;
		case 'aluUnary':
		case 'endian':
			return READS_DST | WRITES_DST;
		case 'jumpImm':
			return READS_DST;
		case 'jumpReg':
			return READS_DST | READS_SRC;
		default:
			return 0;
	}
}

/** The registers alive before an instruction with `effects`, given those alive after it. */
export function liveBefore(effects: number, dst: number, src: number, liveAfter: RegisterSet): RegisterSet {
	let live = liveAfter;
	if ((effects & WRITES_DST) !== 0) live &= ~(1 << dst);
	if ((effects & READS_DST) !== 0) live |= 1 << dst;
	if ((effects & READS_SRC) !== 0) live |= 1 << src;
	return live & ALL_REGISTERS;
}

/** The registers an instruction with `effects` writes. */
export function written(effects: number, dst: number): RegisterSet {
	return (effects & WRITES_DST) === 0 ? 0 : (1 << dst) & ALL_REGISTERS;
}
