/**
 * Programs in the form the interpreter runs: five words a slot, version differences resolved.
 *
 * Owns the interpreter's own operations ({@link OPS}) and the lowering of every instruction of every
 * version to one of them. A program is decoded once per executable. Refuses semantics: those are the
 * interpreter's.
 * Source: solana-sbpf `interpreter.rs` (`step`: which version runs which arm).
 *
 * One `Int32Array` holds the registers (pairs of words, lower first) and behind them the slots, so that an
 * operand is the index of a pair whether it is a register or an immediate: `add64 r1, r2` and
 * `add64 r1, 7` are one operation. A slot's words:
 *   0  operation | destination << 8 | displacement (of an address or a jump) << 16
 *   1  index of the operand: a register, or word 2 of this slot; of a call its target
 *   2  immediate, lower word
 *   3  immediate, upper word
 *   4  length of the run that starts here: instructions up to and including the next one that may go
 *      elsewhere. The meter is taken a run at a time.
 * Before the first slot and behind the last lies an OVERRUN each, where jumps out of the text arrive.
 */
import { InvariantError } from '@parhelion/sdk';
import type { Executable } from './executable.ts';
import { INSN_SIZE } from './isa/ebpf.ts';
import type { OperandShape, OpName } from './isa/instructions.ts';
import { instructionTable } from './isa/table.ts';
import {
	type BuiltinFunction,
	type ContextObject,
	callxUsesDstReg,
	callxUsesSrcReg,
	explicitSignExtensionOfResults,
	manualStackFrameBump,
	type SBPFVersion,
	stackFrameGaps,
	staticSyscalls,
	swapSubRegImmOperands,
} from './program.ts';

/** Words of a slot. */
export const SLOT_WORDS = 5;
/** Words of the registers, the unused pair of the program counter included. */
export const REGISTER_WORDS = 24;
/** Where the first slot begins. */
export const FIRST_SLOT: number = REGISTER_WORDS + SLOT_WORDS;

// biome-ignore format: grouped as the interpreter has them
/** The interpreter's operations; the index of each is the number it is known by there. */
export const OPS = [
	'STOP', 'OVERRUN', 'UNSUPPORTED', 'INVALID', 'NOP', 'LDDW', 'MOV64', 'MOV32', 'ADD64', 'SUB64',
	'MUL64', 'DIV64', 'MOD64', 'OR64', 'AND64', 'XOR64', 'LSH64_LOW', 'LSH64_HIGH', 'LSH64',
	'RSH64_LOW', 'RSH64_HIGH', 'RSH64', 'ARSH64_LOW', 'ARSH64_HIGH', 'ARSH64', 'NEG64', 'ADD32',
	'SUB32', 'MUL32', 'DIV32', 'MOD32', 'OR32', 'AND32', 'XOR32', 'LSH32', 'RSH32', 'ARSH32', 'NEG32',
	'SELDOM', 'LD8', 'LD16', 'LD32', 'LD64', 'ST8', 'ST16', 'ST32', 'ST64', 'JA', 'JEQ64', 'JNE64',
	'JSET64', 'JGT64', 'JSGT64', 'JGE64', 'JSGE64', 'JLT64', 'JSLT64', 'JLE64', 'JSLE64', 'JEQ32',
	'JNE32', 'JSET32', 'JGT32', 'JSGT32', 'JGE32', 'JSGE32', 'JLT32', 'JSLT32', 'JLE32', 'JSLE32',
	'CALL', 'SYSCALL', 'EXIT',
] as const;

/** An operation of the interpreter. */
export type Op = (typeof OPS)[number];

const NUMBER_OF: Readonly<Record<Op, number>> = Object.fromEntries(OPS.map((op, i) => [op, i])) as Record<
	Op,
	number
>;

/** Operations after which execution may go on elsewhere, or not at all: each ends a run. */
const ENDS_RUN: Uint8Array = Uint8Array.from(OPS, (op) =>
	/^(J|CALL|SYSCALL|EXIT|OVERRUN|UNSUPPORTED|INVALID)/.test(op) ? 1 : 0,
);

/** A program as the interpreter runs it. */
export interface DecodedProgram<C extends ContextObject> {
	/** Registers and slots; see the module's header. */
	readonly memory: Int32Array;
	/** Slots of the program. */
	readonly slots: number;
	/** The functions its syscalls mean. */
	readonly syscalls: readonly BuiltinFunction<C>[];
	/** Bytes the frame pointer moves by at a call. */
	readonly frameBump: number;
	/** Address of slot 0, lower and upper word. */
	readonly textLo: number;
	readonly textHi: number;
	/** The word that holds STOP in place of {@link patched}, where the meter ends inside a run; -1 for none. */
	patchedAt: number;
	patched: number;
	/** Counts entries of the interpreter: tells a caller that its registers were used by another. */
	entries: number;
}

/** What a lowering may read of an instruction, and where it puts the words. */
interface Slot {
	pc: number;
	dst: number;
	src: number;
	off: number;
	imm: number;
	lo: number;
	hi: number;
	/** Word 1: the operand, or the target of a call. */
	target: number;
}

/** What a lowering may know of the program. */
interface Lowering {
	/** Two words a slot: opcode, registers and displacement; immediate. */
	readonly text: Int32Array;
	readonly slots: number;
	/** 32-bit results are zero-extended (V2). */
	readonly zeroExtends: boolean;
	/** `sub reg, imm` is `imm - reg` (V2). */
	readonly swapsSub: boolean;
	/** A syscall where the loader has it, else a function: relative from V3 on, by key before. */
	lowerCall(slot: Slot): Op;
	/** Puts the register of a `callx` into `dst`. */
	lowerCallx(slot: Slot): Op;
}

/** Lowers one instruction: writes the words of `slot` and names the operation. */
type Lower = Op | ((slot: Slot, program: Lowering) => Op);

/** An immediate that is zero-extended, where most are sign-extended. */
const unsigned =
	(op: Op): Lower =>
	(slot) => {
		slot.hi = 0;
		return op;
	};
/** A shift of 64 bits by a constant: by nothing, by less than a word, by a word or more. */
const shift64 =
	(low: Op, high: Op): Lower =>
	(slot) => {
		slot.lo = slot.imm & 63;
		if (slot.lo === 0) return 'NOP';
		return slot.lo < 32 ? low : high;
	};
/** Operations without an arm of their own in the interpreter's switch; see `seldom` in `arithmetic.ts`. */
const seldom =
	(kind: number): Lower =>
	(slot) => {
		slot.off = kind;
		return 'SELDOM';
	};
/** One operation where 32-bit results are sign-extended, a seldom one where they are zero-extended. */
const extended =
	(signed: Op, zero: number): Lower =>
	(slot, program) => {
		if (!program.zeroExtends) return signed;
		slot.off = zero;
		return 'SELDOM';
	};

/** The kinds of SELDOM. */
export const UHMUL64 = 0;
export const SHMUL64 = 1;
export const SDIV32 = 2;
export const SDIV64 = 3;
export const SREM32 = 4;
export const SREM64 = 5;
export const ADD32_ZERO = 6;
export const SUB32_ZERO = 7;
export const RSUB32_ZERO = 8;
export const MUL32_ZERO = 9;
export const MOV32_SIGN = 10;
export const RSUB64 = 11;
export const BE16 = 12;
export const BE32 = 13;
export const BE64 = 14;

const LOWERINGS: Readonly<Record<OpName, Lower>> = {
	LD_DW_IMM: (slot, program) => {
		// Upstream reads past the end here; the verifier excludes it.
		if (slot.pc + 1 >= program.slots) return 'UNSUPPORTED';
		slot.hi = program.text[slot.pc * 2 + 3]!;
		return 'LDDW';
	},
	LD_B_REG: 'LD8',
	LD_H_REG: 'LD16',
	LD_W_REG: 'LD32',
	LD_DW_REG: 'LD64',
	LD_1B_REG: 'LD8',
	LD_2B_REG: 'LD16',
	LD_4B_REG: 'LD32',
	LD_8B_REG: 'LD64',
	ST_B_IMM: 'ST8',
	ST_H_IMM: 'ST16',
	ST_W_IMM: 'ST32',
	ST_DW_IMM: 'ST64',
	ST_1B_IMM: 'ST8',
	ST_2B_IMM: 'ST16',
	ST_4B_IMM: 'ST32',
	ST_8B_IMM: 'ST64',
	ST_B_REG: 'ST8',
	ST_H_REG: 'ST16',
	ST_W_REG: 'ST32',
	ST_DW_REG: 'ST64',
	ST_1B_REG: 'ST8',
	ST_2B_REG: 'ST16',
	ST_4B_REG: 'ST32',
	ST_8B_REG: 'ST64',

	ADD32_IMM: extended('ADD32', ADD32_ZERO),
	ADD32_REG: extended('ADD32', ADD32_ZERO),
	SUB32_IMM: (slot, program) => {
		if (program.zeroExtends) slot.off = program.swapsSub ? RSUB32_ZERO : SUB32_ZERO;
		return program.zeroExtends ? 'SELDOM' : 'SUB32';
	},
	SUB32_REG: extended('SUB32', SUB32_ZERO),
	MUL32_IMM: extended('MUL32', MUL32_ZERO),
	MUL32_REG: extended('MUL32', MUL32_ZERO),
	DIV32_IMM: 'DIV32',
	DIV32_REG: 'DIV32',
	MOD32_IMM: 'MOD32',
	MOD32_REG: 'MOD32',
	OR32_IMM: 'OR32',
	OR32_REG: 'OR32',
	AND32_IMM: 'AND32',
	AND32_REG: 'AND32',
	XOR32_IMM: 'XOR32',
	XOR32_REG: 'XOR32',
	LSH32_IMM: 'LSH32',
	LSH32_REG: 'LSH32',
	RSH32_IMM: 'RSH32',
	RSH32_REG: 'RSH32',
	ARSH32_IMM: 'ARSH32',
	ARSH32_REG: 'ARSH32',
	NEG32: 'NEG32',
	MOV32_IMM: unsigned('MOV64'),
	MOV32_REG: extended('MOV32', MOV32_SIGN),
	LE: (slot) => {
		const bits = slot.imm;
		slot.lo = bits === 16 ? 0xffff : -1;
		slot.hi = 0;
		if (bits === 64) return 'NOP';
		return bits === 16 || bits === 32 ? 'AND64' : 'INVALID';
	},
	BE: (slot) => {
		if (slot.imm !== 16 && slot.imm !== 32 && slot.imm !== 64) return 'INVALID';
		slot.off = slot.imm === 16 ? BE16 : slot.imm === 32 ? BE32 : BE64;
		return 'SELDOM';
	},

	SUB64_IMM: (slot, program) => {
		if (!program.swapsSub) return 'SUB64';
		slot.off = RSUB64;
		return 'SELDOM';
	},
	SUB64_REG: 'SUB64',
	ADD64_IMM: 'ADD64',
	ADD64_REG: 'ADD64',
	MUL64_IMM: 'MUL64',
	MUL64_REG: 'MUL64',
	DIV64_IMM: 'DIV64',
	DIV64_REG: 'DIV64',
	MOD64_IMM: 'MOD64',
	MOD64_REG: 'MOD64',
	OR64_IMM: 'OR64',
	OR64_REG: 'OR64',
	AND64_IMM: 'AND64',
	AND64_REG: 'AND64',
	XOR64_IMM: 'XOR64',
	XOR64_REG: 'XOR64',
	MOV64_IMM: 'MOV64',
	MOV64_REG: 'MOV64',
	LSH64_IMM: shift64('LSH64_LOW', 'LSH64_HIGH'),
	LSH64_REG: 'LSH64',
	RSH64_IMM: shift64('RSH64_LOW', 'RSH64_HIGH'),
	RSH64_REG: 'RSH64',
	ARSH64_IMM: shift64('ARSH64_LOW', 'ARSH64_HIGH'),
	ARSH64_REG: 'ARSH64',
	NEG64: 'NEG64',
	HOR64_IMM: (slot) => {
		slot.lo = 0;
		slot.hi = slot.imm;
		return 'OR64';
	},

	LMUL32_IMM: seldom(MUL32_ZERO),
	LMUL32_REG: seldom(MUL32_ZERO),
	LMUL64_IMM: 'MUL64',
	LMUL64_REG: 'MUL64',
	UHMUL64_IMM: (slot) => {
		// Zero-extended, where SHMUL64_IMM's is sign-extended: upstream has it so.
		slot.hi = 0;
		slot.off = UHMUL64;
		return 'SELDOM';
	},
	UHMUL64_REG: seldom(UHMUL64),
	SHMUL64_IMM: seldom(SHMUL64),
	SHMUL64_REG: seldom(SHMUL64),
	UDIV32_IMM: 'DIV32',
	UDIV32_REG: 'DIV32',
	UDIV64_IMM: unsigned('DIV64'),
	UDIV64_REG: 'DIV64',
	UREM32_IMM: 'MOD32',
	UREM32_REG: 'MOD32',
	UREM64_IMM: unsigned('MOD64'),
	UREM64_REG: 'MOD64',
	SDIV32_IMM: seldom(SDIV32),
	SDIV32_REG: seldom(SDIV32),
	SDIV64_IMM: seldom(SDIV64),
	SDIV64_REG: seldom(SDIV64),
	SREM32_IMM: seldom(SREM32),
	SREM32_REG: seldom(SREM32),
	SREM64_IMM: seldom(SREM64),
	SREM64_REG: seldom(SREM64),

	JA: 'JA',
	JEQ32_IMM: 'JEQ32',
	JEQ32_REG: 'JEQ32',
	JGT32_IMM: 'JGT32',
	JGT32_REG: 'JGT32',
	JGE32_IMM: 'JGE32',
	JGE32_REG: 'JGE32',
	JLT32_IMM: 'JLT32',
	JLT32_REG: 'JLT32',
	JLE32_IMM: 'JLE32',
	JLE32_REG: 'JLE32',
	JSET32_IMM: 'JSET32',
	JSET32_REG: 'JSET32',
	JNE32_IMM: 'JNE32',
	JNE32_REG: 'JNE32',
	JSGT32_IMM: 'JSGT32',
	JSGT32_REG: 'JSGT32',
	JSGE32_IMM: 'JSGE32',
	JSGE32_REG: 'JSGE32',
	JSLT32_IMM: 'JSLT32',
	JSLT32_REG: 'JSLT32',
	JSLE32_IMM: 'JSLE32',
	JSLE32_REG: 'JSLE32',
	JEQ64_IMM: 'JEQ64',
	JEQ64_REG: 'JEQ64',
	JGT64_IMM: 'JGT64',
	JGT64_REG: 'JGT64',
	JGE64_IMM: 'JGE64',
	JGE64_REG: 'JGE64',
	JLT64_IMM: 'JLT64',
	JLT64_REG: 'JLT64',
	JLE64_IMM: 'JLE64',
	JLE64_REG: 'JLE64',
	JSET64_IMM: 'JSET64',
	JSET64_REG: 'JSET64',
	JNE64_IMM: 'JNE64',
	JNE64_REG: 'JNE64',
	JSGT64_IMM: 'JSGT64',
	JSGT64_REG: 'JSGT64',
	JSGE64_IMM: 'JSGE64',
	JSGE64_REG: 'JSGE64',
	JSLT64_IMM: 'JSLT64',
	JSLT64_REG: 'JSLT64',
	JSLE64_IMM: 'JSLE64',
	JSLE64_REG: 'JSLE64',
	CALL_IMM: (slot, program) => program.lowerCall(slot),
	CALL_REG: (slot, program) => program.lowerCallx(slot),
	EXIT: 'EXIT',
};

/** Flags of an opcode: its operand is the immediate; it jumps; it has a lowering of its own. */
const HAS_IMMEDIATE = 1;
const IS_JUMP = 2;
const IS_SPECIAL = 4;

const IMMEDIATE_SHAPES: ReadonlySet<OperandShape> = new Set([
	'lddw',
	'storeImm',
	'aluImm',
	'endian',
	'jumpImm',
]);
const JUMP_SHAPES: ReadonlySet<OperandShape> = new Set(['jump', 'jumpImm', 'jumpReg']);

/** The lowerings of one version by opcode byte, dense: decoding asks nothing by name. */
interface LoweringTable {
	readonly op: Uint8Array;
	readonly flags: Uint8Array;
	readonly special: readonly (Exclude<Lower, Op> | undefined)[];
}

const tables: (LoweringTable | undefined)[] = [];

function loweringTable(version: SBPFVersion): LoweringTable {
	tables[version] ??= compileTable(version);
	return tables[version];
}

function compileTable(version: SBPFVersion): LoweringTable {
	const op = new Uint8Array(256).fill(NUMBER_OF.UNSUPPORTED);
	const flags = new Uint8Array(256);
	const special: (Exclude<Lower, Op> | undefined)[] = new Array(256).fill(undefined);
	for (const row of instructionTable(version).rows) {
		if (row === undefined) continue;
		const lower = LOWERINGS[row.name];
		if (typeof lower === 'string') op[row.opcode] = NUMBER_OF[lower];
		else special[row.opcode] = lower;
		flags[row.opcode] =
			(IMMEDIATE_SHAPES.has(row.shape) ? HAS_IMMEDIATE : 0) |
			(JUMP_SHAPES.has(row.shape) ? IS_JUMP : 0) |
			(typeof lower === 'string' ? 0 : IS_SPECIAL);
	}
	return { op, flags, special };
}

/** Word 1 of a call through a register, and of one that leads out of the text. */
const TARGET_IN_REGISTER = 0;
const TARGET_OUTSIDE = -1;
/** Registers a program may name; others only stand in text that no verifier saw. */
const LAST_REGISTER = 10;

/** The decoding of one executable. */
class Decoder<C extends ContextObject> implements Lowering {
	readonly text: Int32Array;
	readonly slots: number;
	readonly zeroExtends: boolean;
	readonly swapsSub: boolean;
	readonly syscalls: BuiltinFunction<C>[] = [];
	readonly #executable: Executable<C>;
	readonly #syscallIndices: Map<number, number> = new Map();

	constructor(executable: Executable<C>) {
		const { textBytes, sbpfVersion } = executable;
		this.slots = Math.floor(textBytes.length / INSN_SIZE);
		// A copy begins at a word's border, as the text need not.
		this.text = new Int32Array(textBytes.slice(0, this.slots * INSN_SIZE).buffer);
		this.zeroExtends = explicitSignExtensionOfResults(sbpfVersion);
		this.swapsSub = swapSubRegImmOperands(sbpfVersion);
		this.#executable = executable;
	}

	lowerCallx(slot: Slot): Op {
		const { sbpfVersion } = this.#executable;
		if (callxUsesSrcReg(sbpfVersion)) slot.dst = slot.src;
		else if (!callxUsesDstReg(sbpfVersion)) slot.dst = slot.imm >>> 0;
		slot.target = TARGET_IN_REGISTER;
		return slot.dst <= LAST_REGISTER ? 'CALL' : 'UNSUPPORTED';
	}

	lowerCall(slot: Slot): Op {
		const { loader, functionRegistry, sbpfVersion } = this.#executable;
		const isStatic = staticSyscalls(sbpfVersion);
		const key = slot.imm >>> 0;
		if (!isStatic || slot.src === 0) {
			const entry = loader.functions.lookupByKey(key);
			if (entry !== undefined) {
				slot.target = this.#syscallIndex(key, entry.value);
				return 'SYSCALL';
			}
		}
		let pc: number | undefined;
		if (!isStatic) pc = functionRegistry.lookupByKey(key)?.value;
		else if (slot.src === 1) pc = slot.pc + 1 + slot.imm;
		if (pc === undefined) return 'UNSUPPORTED';
		const isInside = pc >= 0 && pc < this.slots;
		if (isStatic && !isInside) return 'UNSUPPORTED';
		slot.target = isInside ? FIRST_SLOT + pc * SLOT_WORDS : TARGET_OUTSIDE;
		return 'CALL';
	}

	#syscallIndex(key: number, fn: BuiltinFunction<C>): number {
		const known = this.#syscallIndices.get(key);
		if (known !== undefined) return known;
		this.#syscallIndices.set(key, this.syscalls.length);
		return this.syscalls.push(fn) - 1;
	}

	/** Registers, all slots of the program, OVERRUN before and behind them. */
	decode(): Int32Array {
		const { slots, text } = this;
		const table = loweringTable(this.#executable.sbpfVersion);
		const memory = new Int32Array(FIRST_SLOT + (slots + 1) * SLOT_WORDS);
		const slot: Slot = { pc: 0, dst: 0, src: 0, off: 0, imm: 0, lo: 0, hi: 0, target: 0 };
		for (let pc = 0; pc < slots; pc++) {
			const word = text[pc * 2]!;
			const imm = text[pc * 2 + 1]!;
			const opcode = word & 0xff;
			const dst = (word >> 8) & 0x0f;
			const src = (word >> 12) & 0x0f;
			const off = word >> 16;
			const flags = table.flags[opcode]!;
			const at = FIRST_SLOT + pc * SLOT_WORDS;
			const operand = (flags & HAS_IMMEDIATE) !== 0 ? at + 2 : src * 2;
			if (dst > LAST_REGISTER || src > LAST_REGISTER) {
				memory[at] = NUMBER_OF.UNSUPPORTED;
			} else if ((flags & IS_SPECIAL) === 0) {
				const distance = (flags & IS_JUMP) !== 0 ? this.#inside(pc, off) : off;
				memory[at] = table.op[opcode]! | (dst << 9) | (distance << 16);
				memory[at + 1] = operand;
				memory[at + 2] = imm;
				memory[at + 3] = imm >> 31;
			} else {
				slot.pc = pc;
				slot.dst = dst;
				slot.src = src;
				slot.off = off;
				slot.imm = imm;
				slot.lo = imm;
				slot.hi = imm >> 31;
				slot.target = operand;
				const op = NUMBER_OF[table.special[opcode]!(slot, this)];
				memory[at] = op | (slot.dst << 9) | (slot.off << 16);
				memory[at + 1] = slot.target;
				memory[at + 2] = slot.lo;
				memory[at + 3] = slot.hi;
			}
		}
		for (const at of [REGISTER_WORDS, FIRST_SLOT + slots * SLOT_WORDS]) {
			memory[at] = NUMBER_OF.OVERRUN;
			memory[at + 4] = 1;
		}
		measureRuns(memory, slots);
		return memory;
	}

	/** A jump's displacement, cut short where it leads out of the text: to one of the two OVERRUNs. */
	#inside(pc: number, off: number): number {
		return Math.max(-1, Math.min(this.slots, pc + 1 + off)) - pc - 1;
	}
}

/** Writes the lengths of all runs, from the end: a run goes on until an operation that ends it. */
function measureRuns(memory: Int32Array, slots: number): void {
	for (let pc = slots - 1; pc >= 0; pc--) {
		const at = FIRST_SLOT + pc * SLOT_WORDS;
		const op = memory[at]! & 0xff;
		const next = op === NUMBER_OF.LDDW ? at + 2 * SLOT_WORDS : at + SLOT_WORDS;
		memory[at + 4] = 1 + (ENDS_RUN[op] === 1 ? 0 : memory[next + 4]!);
	}
}

const decoded: WeakMap<object, unknown> = new WeakMap();

/** The decoded form of `executable`, made on first use and kept as long as the executable. */
export function decodeProgram<C extends ContextObject>(executable: Executable<C>): DecodedProgram<C> {
	const known = decoded.get(executable);
	if (known !== undefined) return known as DecodedProgram<C>;
	const program = decode(executable);
	decoded.set(executable, program);
	return program;
}

function decode<C extends ContextObject>(executable: Executable<C>): DecodedProgram<C> {
	const { config, sbpfVersion, textSectionVaddr } = executable;
	if (OPS.length > 256) throw new InvariantError('an operation is a byte');
	const decoder = new Decoder(executable);
	const memory = decoder.decode();
	const gapped = stackFrameGaps(sbpfVersion) && config.enableStackFrameGaps;
	return {
		memory,
		slots: decoder.slots,
		syscalls: decoder.syscalls,
		frameBump: manualStackFrameBump(sbpfVersion) ? 0 : config.stackFrameSize * (gapped ? 2 : 1),
		textLo: textSectionVaddr | 0,
		textHi: Math.floor(textSectionVaddr / 0x1_0000_0000) | 0,
		patchedAt: -1,
		patched: 0,
		entries: 0,
	};
}
