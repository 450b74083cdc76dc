/**
 * Programs in the form the interpreter runs: four words a slot, version differences resolved.
 *
 * Owns the interpreter's own operations ({@link OPS}) and the lowering of every instruction of every
 * version to one of them. A program is decoded once per executable. Refuses semantics: those are the
 * interpreter's.
 * Source: solana-sbpf `interpreter.rs` (`step`: which version runs which arm).
 *
 * A slot's words:
 *   0  operation | destination << 8 | source << 16, registers as indices of their lower word
 *   1  immediate (lower word); displacement of a load or store
 *   2  immediate (upper word); immediate of a store; target of a jump or call as a word index
 *   3  length of the run that starts here: instructions up to and including the next one that may go
 *      elsewhere. The meter is taken a run at a time.
 * One slot more than the program has holds OVERRUN, where execution past the end arrives.
 */
import { InvariantError } from '@parhelion/sdk';
import type { Executable } from './executable.ts';
import { INSN_SIZE } from './isa/ebpf.ts';
import type { OpName } from './isa/instructions.ts';
import { instructionTable } from './isa/table.ts';
import {
	type BuiltinFunction,
	type ContextObject,
	callxUsesDstReg,
	callxUsesSrcReg,
	explicitSignExtensionOfResults,
	manualStackFrameBump,
	stackFrameGaps,
	staticSyscalls,
	swapSubRegImmOperands,
} from './program.ts';

/** Words of a slot. */
export const SLOT_WORDS = 4;

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
	/** {@link SLOT_WORDS} words a slot. */
	readonly code: Int32Array;
	/** Slots of the program. */
	readonly slots: number;
	/** The functions its syscalls mean. */
	readonly syscalls: readonly BuiltinFunction<C>[];
	/** Bytes the frame pointer moves by at a call. */
	readonly frameBump: number;
	/** Address of slot 0, lower and upper word. */
	readonly textLo: number;
	readonly textHi: number;
	/** Where the meter ends inside a run: the word index that holds STOP in place of {@link patched}; -1 for nowhere. */
	patchedAt: number;
	patched: number;
}

/** What a lowering may read of an instruction, and where it puts the words. */
interface Slot {
	pc: number;
	dst: number;
	src: number;
	off: number;
	imm: number;
	word1: number;
	word2: number;
}

/** What a lowering may know of the program. */
interface Lowering {
	readonly view: DataView;
	readonly slots: number;
	/** 32-bit results are zero-extended (V2). */
	readonly zeroExtends: boolean;
	/** `sub reg, imm` is `imm - reg` (V2). */
	readonly swapsSub: boolean;
	/** The word index of slot `pc`; past the end (or before the beginning) that of OVERRUN. */
	targetWord(pc: number): number;
	/** The register a `callx` names. */
	callxRegister(slot: Slot): number;
	/** A syscall where the loader has it, else a function: relative from V3 on, by key before. */
	lowerCall(slot: Slot): Op;
}

/** Lowers one instruction: writes the words of `slot` and names the operation. */
type Lower = Op | ((slot: Slot, program: Lowering) => Op);

/** An immediate that is sign-extended. */
const imm64 =
	(op: Op): Lower =>
	(slot) => {
		slot.word2 = slot.imm >> 31;
		return op;
	};
/** An immediate that is zero-extended. */
const immU32 =
	(op: Op): Lower =>
	(slot) => {
		slot.word2 = 0;
		return op;
	};
/** A displacement, and for a store the immediate. */
const memory =
	(op: Op): Lower =>
	(slot) => {
		slot.word1 = slot.off;
		slot.word2 = slot.imm;
		return op;
	};
const jump =
	(op: Op): Lower =>
	(slot, program) => {
		slot.word2 = program.targetWord(slot.pc + 1 + slot.off);
		return op;
	};
/** A shift of 64 bits by a constant: by nothing, by less than a word, by a word or more. */
const shift64 =
	(low: Op, high: Op): Lower =>
	(slot) => {
		slot.word1 = slot.imm & 63;
		if (slot.word1 === 0) return 'NOP';
		return slot.word1 < 32 ? low : high;
	};
/** One operation where 32-bit results are sign-extended, another where they are zero-extended. */
const extended =
	(signed: Op, zero: Op): Lower =>
	(_slot, program) =>
		program.zeroExtends ? zero : signed;
/** A product, quotient or remainder of V2 that has no fast path. */
const pqr =
	(kind: number): Lower =>
	(slot) => {
		slot.word2 = kind;
		return 'PQR';
	};

/** {@link pqr}'s kinds: the operation, plus 1 for a register operand. */
export const PQR_UHMUL64 = 0;
export const PQR_SHMUL64 = 2;
export const PQR_SDIV32 = 4;
export const PQR_SDIV64 = 6;
export const PQR_SREM32 = 8;
export const PQR_SREM64 = 10;

const LOWERINGS: Readonly<Record<OpName, Lower>> = {
	LD_DW_IMM: (slot, program) => {
		// Upstream reads past the end here; the verifier excludes it.
		if (slot.pc + 1 >= program.slots) return 'UNSUPPORTED';
		slot.word2 = program.view.getInt32((slot.pc + 1) * INSN_SIZE + 4, true);
		return 'LDDW';
	},
	LD_B_REG: memory('LD8'),
	LD_H_REG: memory('LD16'),
	LD_W_REG: memory('LD32'),
	LD_DW_REG: memory('LD64'),
	ST_B_IMM: memory('ST8_IMM'),
	ST_H_IMM: memory('ST16_IMM'),
	ST_W_IMM: memory('ST32_IMM'),
	ST_DW_IMM: memory('ST64_IMM'),
	ST_B_REG: memory('ST8_REG'),
	ST_H_REG: memory('ST16_REG'),
	ST_W_REG: memory('ST32_REG'),
	ST_DW_REG: memory('ST64_REG'),
	LD_1B_REG: memory('LD8'),
	LD_2B_REG: memory('LD16'),
	LD_4B_REG: memory('LD32'),
	LD_8B_REG: memory('LD64'),
	ST_1B_IMM: memory('ST8_IMM'),
	ST_2B_IMM: memory('ST16_IMM'),
	ST_4B_IMM: memory('ST32_IMM'),
	ST_8B_IMM: memory('ST64_IMM'),
	ST_1B_REG: memory('ST8_REG'),
	ST_2B_REG: memory('ST16_REG'),
	ST_4B_REG: memory('ST32_REG'),
	ST_8B_REG: memory('ST64_REG'),

	ADD32_IMM: extended('ADD32_IMM', 'ADD32Z_IMM'),
	ADD32_REG: extended('ADD32_REG', 'ADD32Z_REG'),
	SUB32_IMM: (slot, program) => {
		if (program.swapsSub) return program.zeroExtends ? 'RSUB32Z_IMM' : 'UNSUPPORTED';
		slot.word1 = -slot.imm | 0;
		return program.zeroExtends ? 'ADD32Z_IMM' : 'ADD32_IMM';
	},
	SUB32_REG: extended('SUB32_REG', 'SUB32Z_REG'),
	MUL32_IMM: extended('MUL32_IMM', 'MUL32Z_IMM'),
	MUL32_REG: extended('MUL32_REG', 'MUL32Z_REG'),
	DIV32_IMM: 'DIV32_IMM',
	DIV32_REG: 'DIV32_REG',
	OR32_IMM: 'OR32_IMM',
	OR32_REG: 'OR32_REG',
	AND32_IMM: immU32('AND64_IMM'),
	AND32_REG: 'AND32_REG',
	LSH32_IMM: 'LSH32_IMM',
	LSH32_REG: 'LSH32_REG',
	RSH32_IMM: 'RSH32_IMM',
	RSH32_REG: 'RSH32_REG',
	NEG32: 'NEG32',
	MOD32_IMM: 'MOD32_IMM',
	MOD32_REG: 'MOD32_REG',
	XOR32_IMM: 'XOR32_IMM',
	XOR32_REG: 'XOR32_REG',
	MOV32_IMM: immU32('MOV64_IMM'),
	MOV32_REG: extended('MOV32_REG', 'MOV32S_REG'),
	ARSH32_IMM: 'ARSH32_IMM',
	ARSH32_REG: 'ARSH32_REG',
	LE: (slot) => {
		const bits = slot.imm;
		slot.word1 = bits === 16 ? 0xffff : -1;
		slot.word2 = 0;
		if (bits === 64) return 'NOP';
		return bits === 16 || bits === 32 ? 'AND64_IMM' : 'INVALID';
	},
	BE: (slot) => {
		if (slot.imm === 16) return 'BE16';
		if (slot.imm === 32) return 'BE32';
		return slot.imm === 64 ? 'BE64' : 'INVALID';
	},

	ADD64_IMM: imm64('ADD64_IMM'),
	ADD64_REG: 'ADD64_REG',
	SUB64_IMM: (slot, program) => {
		slot.word2 = slot.imm >> 31;
		if (program.swapsSub) return 'RSUB64_IMM';
		slot.word1 = -slot.imm | 0;
		slot.word2 = slot.imm > 0 ? -1 : 0;
		return 'ADD64_IMM';
	},
	SUB64_REG: 'SUB64_REG',
	MUL64_IMM: imm64('MUL64_IMM'),
	MUL64_REG: 'MUL64_REG',
	DIV64_IMM: imm64('DIV64_IMM'),
	DIV64_REG: 'DIV64_REG',
	OR64_IMM: imm64('OR64_IMM'),
	OR64_REG: 'OR64_REG',
	AND64_IMM: imm64('AND64_IMM'),
	AND64_REG: 'AND64_REG',
	LSH64_IMM: shift64('LSH64_LOW', 'LSH64_HIGH'),
	LSH64_REG: 'LSH64_REG',
	RSH64_IMM: shift64('RSH64_LOW', 'RSH64_HIGH'),
	RSH64_REG: 'RSH64_REG',
	NEG64: 'NEG64',
	MOD64_IMM: imm64('MOD64_IMM'),
	MOD64_REG: 'MOD64_REG',
	XOR64_IMM: imm64('XOR64_IMM'),
	XOR64_REG: 'XOR64_REG',
	MOV64_IMM: imm64('MOV64_IMM'),
	MOV64_REG: 'MOV64_REG',
	ARSH64_IMM: shift64('ARSH64_LOW', 'ARSH64_HIGH'),
	ARSH64_REG: 'ARSH64_REG',
	HOR64_IMM: (slot) => {
		slot.word1 = 0;
		slot.word2 = slot.imm;
		return 'OR64_IMM';
	},

	LMUL32_IMM: 'MUL32Z_IMM',
	LMUL32_REG: 'MUL32Z_REG',
	LMUL64_IMM: imm64('MUL64_IMM'),
	LMUL64_REG: 'MUL64_REG',
	UHMUL64_IMM: pqr(PQR_UHMUL64),
	UHMUL64_REG: pqr(PQR_UHMUL64 + 1),
	SHMUL64_IMM: pqr(PQR_SHMUL64),
	SHMUL64_REG: pqr(PQR_SHMUL64 + 1),
	UDIV32_IMM: 'DIV32_IMM',
	UDIV32_REG: 'DIV32_REG',
	UDIV64_IMM: immU32('DIV64_IMM'),
	UDIV64_REG: 'DIV64_REG',
	UREM32_IMM: 'MOD32_IMM',
	UREM32_REG: 'MOD32_REG',
	UREM64_IMM: immU32('MOD64_IMM'),
	UREM64_REG: 'MOD64_REG',
	SDIV32_IMM: pqr(PQR_SDIV32),
	SDIV32_REG: pqr(PQR_SDIV32 + 1),
	SDIV64_IMM: pqr(PQR_SDIV64),
	SDIV64_REG: pqr(PQR_SDIV64 + 1),
	SREM32_IMM: pqr(PQR_SREM32),
	SREM32_REG: pqr(PQR_SREM32 + 1),
	SREM64_IMM: pqr(PQR_SREM64),
	SREM64_REG: pqr(PQR_SREM64 + 1),

	JEQ32_IMM: jump('JEQ32_IMM'),
	JEQ32_REG: jump('JEQ32_REG'),
	JGT32_IMM: jump('JGT32_IMM'),
	JGT32_REG: jump('JGT32_REG'),
	JGE32_IMM: jump('JGE32_IMM'),
	JGE32_REG: jump('JGE32_REG'),
	JLT32_IMM: jump('JLT32_IMM'),
	JLT32_REG: jump('JLT32_REG'),
	JLE32_IMM: jump('JLE32_IMM'),
	JLE32_REG: jump('JLE32_REG'),
	JSET32_IMM: jump('JSET32_IMM'),
	JSET32_REG: jump('JSET32_REG'),
	JNE32_IMM: jump('JNE32_IMM'),
	JNE32_REG: jump('JNE32_REG'),
	JSGT32_IMM: jump('JSGT32_IMM'),
	JSGT32_REG: jump('JSGT32_REG'),
	JSGE32_IMM: jump('JSGE32_IMM'),
	JSGE32_REG: jump('JSGE32_REG'),
	JSLT32_IMM: jump('JSLT32_IMM'),
	JSLT32_REG: jump('JSLT32_REG'),
	JSLE32_IMM: jump('JSLE32_IMM'),
	JSLE32_REG: jump('JSLE32_REG'),

	JA: jump('JA'),
	JEQ64_IMM: jump('JEQ64_IMM'),
	JEQ64_REG: jump('JEQ64_REG'),
	JGT64_IMM: jump('JGT64_IMM'),
	JGT64_REG: jump('JGT64_REG'),
	JGE64_IMM: jump('JGE64_IMM'),
	JGE64_REG: jump('JGE64_REG'),
	JLT64_IMM: jump('JLT64_IMM'),
	JLT64_REG: jump('JLT64_REG'),
	JLE64_IMM: jump('JLE64_IMM'),
	JLE64_REG: jump('JLE64_REG'),
	JSET64_IMM: jump('JSET64_IMM'),
	JSET64_REG: jump('JSET64_REG'),
	JNE64_IMM: jump('JNE64_IMM'),
	JNE64_REG: jump('JNE64_REG'),
	JSGT64_IMM: jump('JSGT64_IMM'),
	JSGT64_REG: jump('JSGT64_REG'),
	JSGE64_IMM: jump('JSGE64_IMM'),
	JSGE64_REG: jump('JSGE64_REG'),
	JSLT64_IMM: jump('JSLT64_IMM'),
	JSLT64_REG: jump('JSLT64_REG'),
	JSLE64_IMM: jump('JSLE64_IMM'),
	JSLE64_REG: jump('JSLE64_REG'),
	CALL_IMM: (slot, program) => program.lowerCall(slot),
	CALL_REG: (slot, program) => {
		slot.dst = program.callxRegister(slot);
		return slot.dst > 10 ? 'UNSUPPORTED' : 'CALLX';
	},
	EXIT: 'EXIT',
};

/** Registers a program may name; others only stand in text that no verifier saw. */
const LAST_REGISTER = 10;

/** The decoding of one executable. */
class Decoder<C extends ContextObject> implements Lowering {
	readonly view: DataView;
	readonly slots: number;
	readonly zeroExtends: boolean;
	readonly swapsSub: boolean;
	readonly syscalls: BuiltinFunction<C>[] = [];
	readonly #executable: Executable<C>;
	readonly #syscallIndices: Map<number, number> = new Map();

	constructor(executable: Executable<C>) {
		const { textBytes, sbpfVersion } = executable;
		this.view = new DataView(textBytes.buffer, textBytes.byteOffset, textBytes.byteLength);
		this.slots = Math.floor(textBytes.length / INSN_SIZE);
		this.zeroExtends = explicitSignExtensionOfResults(sbpfVersion);
		this.swapsSub = swapSubRegImmOperands(sbpfVersion);
		this.#executable = executable;
	}

	targetWord(pc: number): number {
		return (pc >= 0 && pc < this.slots ? pc : this.slots) * SLOT_WORDS;
	}

	callxRegister(slot: Slot): number {
		const { sbpfVersion } = this.#executable;
		if (callxUsesSrcReg(sbpfVersion)) return slot.src;
		return callxUsesDstReg(sbpfVersion) ? slot.dst : slot.imm >>> 0;
	}

	lowerCall(slot: Slot): Op {
		const { loader, functionRegistry, sbpfVersion } = this.#executable;
		const isStatic = staticSyscalls(sbpfVersion);
		const key = slot.imm >>> 0;
		if (!isStatic || slot.src === 0) {
			const entry = loader.functions.lookupByKey(key);
			if (entry !== undefined) {
				slot.word1 = this.#syscallIndex(key, entry.value);
				return 'SYSCALL';
			}
		}
		let target: number | undefined;
		if (!isStatic) target = functionRegistry.lookupByKey(key)?.value;
		else if (slot.src === 1) target = slot.pc + 1 + slot.imm;
		const inside = target !== undefined && target >= 0 && target < this.slots;
		if (target === undefined || (isStatic && !inside)) return 'UNSUPPORTED';
		slot.word2 = this.targetWord(target);
		return inside ? 'CALL' : 'CALL_OUTSIDE';
	}

	#syscallIndex(key: number, fn: BuiltinFunction<C>): number {
		const known = this.#syscallIndices.get(key);
		if (known !== undefined) return known;
		this.#syscallIndices.set(key, this.syscalls.length);
		return this.syscalls.push(fn) - 1;
	}

	/** All slots of the program and OVERRUN behind them. */
	decode(): Int32Array {
		const { slots, view } = this;
		const { rows } = instructionTable(this.#executable.sbpfVersion);
		const code = new Int32Array((slots + 1) * SLOT_WORDS);
		const slot: Slot = { pc: 0, dst: 0, src: 0, off: 0, imm: 0, word1: 0, word2: 0 };
		for (let pc = 0; pc < slots; pc++) {
			const at = pc * INSN_SIZE;
			const registers = view.getUint8(at + 1);
			slot.pc = pc;
			slot.dst = registers & 0x0f;
			slot.src = registers >> 4;
			slot.off = view.getInt16(at + 2, true);
			slot.imm = view.getInt32(at + 4, true);
			slot.word1 = slot.imm;
			slot.word2 = 0;
			const row = rows[view.getUint8(at)];
			let op: Op = 'UNSUPPORTED';
			if (row !== undefined && slot.dst <= LAST_REGISTER && slot.src <= LAST_REGISTER) {
				const lower = LOWERINGS[row.name];
				op = typeof lower === 'string' ? lower : lower(slot, this);
			}
			code[pc * SLOT_WORDS] = NUMBER_OF[op] | (slot.dst << 9) | (slot.src << 17);
			code[pc * SLOT_WORDS + 1] = slot.word1;
			code[pc * SLOT_WORDS + 2] = slot.word2;
		}
		code[slots * SLOT_WORDS] = NUMBER_OF.OVERRUN;
		measureRuns(code, slots);
		return code;
	}
}

/** Writes word 3 of every slot, from the end: a run goes on until an operation that ends it. */
function measureRuns(code: Int32Array, slots: number): void {
	for (let pc = slots; pc >= 0; pc--) {
		const op = code[pc * SLOT_WORDS]! & 0xff;
		const next = op === NUMBER_OF.LDDW ? pc + 2 : pc + 1;
		const rest = ENDS_RUN[op] === 1 ? 0 : code[next * SLOT_WORDS + 3]!;
		code[pc * SLOT_WORDS + 3] = rest + 1;
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
	const code = decoder.decode();
	const gapped = stackFrameGaps(sbpfVersion) && config.enableStackFrameGaps;
	return {
		code,
		slots: decoder.slots,
		syscalls: decoder.syscalls,
		frameBump: manualStackFrameBump(sbpfVersion) ? 0 : config.stackFrameSize * (gapped ? 2 : 1),
		textLo: textSectionVaddr | 0,
		textHi: Math.floor(textSectionVaddr / 0x1_0000_0000) | 0,
		patchedAt: -1,
		patched: 0,
	};
}
