/**
 * What each arithmetic instruction and each condition is in WebAssembly.
 *
 * Owns the second statement of the semantics: written apart from the interpreter's, so that comparing the
 * two finds the errors of either. A lowering leaves its result on the stack. What can fail is guarded by
 * `fails`: then the interpreter executes the instruction and whatever follows.
 * Source: solana-sbpf `jit.rs` and `interpreter.rs`.
 */
import { type CodeBuilder, type LocalIndex, Op } from '@parhelion/wasmgen';
import type { OpName } from '../isa/instructions.ts';
import { explicitSignExtensionOfResults, type SBPFVersion, swapSubRegImmOperands } from '../program.ts';

/** What a lowering writes to and may ask. */
export interface Lowering {
	readonly code: CodeBuilder;
	readonly version: SBPFVersion;
	/** The local of the destination register, and of the source register. */
	readonly dst: LocalIndex;
	readonly src: LocalIndex;
	readonly imm: number;
	/** A spare local for an i64. */
	readonly scratch: LocalIndex;
	/** Leaves the function for the interpreter if the i32 on the stack is not 0. */
	fails(): void;
	/** Calls the helper that multiplies the two i64 on the stack and leaves the upper half. */
	multiplyHigh(): void;
}

type Lower = (l: Lowering) => void;

/** Pushes an operand: a register or an immediate, as 64 or 32 bits. */
type Operand = (l: Lowering) => void;
const reg64: Operand = (l) => l.code.localGet(l.src);
const reg32: Operand = (l) => l.code.localGet(l.src).op(Op.i32WrapI64);
const imm64: Operand = (l) => l.code.i64Const(l.imm);
const immU32: Operand = (l) => l.code.i64Const(l.imm, 0);
const imm32: Operand = (l) => l.code.i32Const(l.imm);

const dst32 = (l: Lowering): void => {
	l.code.localGet(l.dst).op(Op.i32WrapI64);
};

const alu64 =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		l.code.localGet(l.dst);
		operand(l);
		l.code.op(op);
	};
/** A 32-bit operation whose result is zero-extended. */
const alu32 =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		dst32(l);
		operand(l);
		l.code.op(op).op(Op.i64ExtendI32U);
	};
/** A 32-bit operation whose result is sign-extended, up to SIMD-0174. */
const alu32Signed =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		dst32(l);
		operand(l);
		l.code.op(op).op(explicitSignExtensionOfResults(l.version) ? Op.i64ExtendI32U : Op.i64ExtendI32S);
	};
/** `dst - imm`, or `imm - dst` from SIMD-0174 on. */
const subtractImm32: Lower = (l) => {
	if (swapSubRegImmOperands(l.version)) {
		l.code.i32Const(l.imm);
		dst32(l);
	} else {
		dst32(l);
		l.code.i32Const(l.imm);
	}
	l.code.op(Op.i32Sub).op(explicitSignExtensionOfResults(l.version) ? Op.i64ExtendI32U : Op.i64ExtendI32S);
};
const subtractImm64: Lower = (l) => {
	if (swapSubRegImmOperands(l.version)) l.code.i64Const(l.imm).localGet(l.dst).op(Op.i64Sub);
	else l.code.localGet(l.dst).i64Const(l.imm).op(Op.i64Sub);
};
/** Division and remainder; by a constant that is 0 only where no verifier looked. */
const divide64 =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		operand(l);
		l.code.op(Op.i64Eqz);
		l.fails();
		l.code.localGet(l.dst);
		operand(l);
		l.code.op(op);
	};
const divide32 =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		operand(l);
		l.code.op(Op.i32Eqz);
		l.fails();
		dst32(l);
		operand(l);
		l.code.op(op).op(Op.i64ExtendI32U);
	};
/** Signed division also fails where the quotient does not fit. */
const divideSigned64 =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		const { code } = l;
		code.localGet(l.dst).i64Const(0, 0x8000_0000).op(Op.i64Eq);
		operand(l);
		code.i64Const(-1).op(Op.i64Eq).op(Op.i32And);
		l.fails();
		divide64(op, operand)(l);
	};
const divideSigned32 =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		const { code } = l;
		dst32(l);
		code.i32Const(0x8000_0000 | 0).op(Op.i32Eq);
		operand(l);
		code.i32Const(-1).op(Op.i32Eq).op(Op.i32And);
		l.fails();
		divide32(op, operand)(l);
	};
const multiplyHigh =
	(operand: Operand): Lower =>
	(l) => {
		l.code.localGet(l.dst);
		operand(l);
		l.multiplyHigh();
	};
/** The signed upper half from the unsigned one: less each factor where the other is negative. */
const multiplyHighSigned =
	(operand: Operand): Lower =>
	(l) => {
		const { code } = l;
		operand(l);
		code.localSet(l.scratch);
		code.localGet(l.dst).localGet(l.scratch);
		l.multiplyHigh();
		code.localGet(l.dst).i64Const(63).op(Op.i64ShrS).localGet(l.scratch).op(Op.i64And).op(Op.i64Sub);
		code.localGet(l.scratch).i64Const(63).op(Op.i64ShrS).localGet(l.dst).op(Op.i64And).op(Op.i64Sub);
	};

/** Swaps the bytes of the lower 16, 32 or 64 bits. */
const bigEndian: Lower = (l) => {
	const { code } = l;
	if (l.imm === 16) {
		dst32(l);
		code.i32Const(8).op(Op.i32ShrU).i32Const(0xff).op(Op.i32And);
		dst32(l);
		code.i32Const(8).op(Op.i32Shl).i32Const(0xff00).op(Op.i32And).op(Op.i32Or).op(Op.i64ExtendI32U);
		return;
	}
	const swapEach = (shift: number, low: number, high: number): void => {
		code.localTee(l.scratch).i64Const(shift).op(Op.i64ShrU).i64Const(low, high).op(Op.i64And);
		code.localGet(l.scratch).i64Const(low, high).op(Op.i64And).i64Const(shift).op(Op.i64Shl).op(Op.i64Or);
	};
	code.localGet(l.dst);
	swapEach(8, 0x00ff_00ff, 0x00ff_00ff);
	swapEach(16, 0x0000_ffff, 0x0000_ffff);
	code.i64Const(32);
	// The words of the lower half stand in the upper one after the exchange.
	code.op(l.imm === 64 ? Op.i64Rotl : Op.i64Shl);
	if (l.imm === 32) code.i64Const(32).op(Op.i64ShrU);
};
const littleEndian: Lower = (l) => {
	l.code.localGet(l.dst);
	if (l.imm === 16) l.code.i64Const(0xffff).op(Op.i64And);
	else if (l.imm === 32) l.code.i64Const(-1, 0).op(Op.i64And);
};

/** A condition on 64 bits, or on the lower 32. */
const compare =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		l.code.localGet(l.dst);
		operand(l);
		l.code.op(op);
	};
const compare32 =
	(op: Op, operand: Operand): Lower =>
	(l) => {
		dst32(l);
		operand(l);
		l.code.op(op);
	};
const anyBit64 =
	(operand: Operand): Lower =>
	(l) => {
		l.code.localGet(l.dst);
		operand(l);
		l.code.op(Op.i64And).i64Const(0).op(Op.i64Ne);
	};
const anyBit32 =
	(operand: Operand): Lower =>
	(l) => {
		dst32(l);
		operand(l);
		l.code.op(Op.i32And).i32Const(0).op(Op.i32Ne);
	};

/** Instructions that the compiler writes by their shape instead: memory accesses, calls, `ja`, `exit`, `lddw`. */
type ByShape = Extract<OpName, `LD_${string}` | `ST_${string}` | 'JA' | 'CALL_IMM' | 'CALL_REG' | 'EXIT'>;

/** A row for every other instruction: arithmetic leaves an i64, a condition an i32. */
const LOWERINGS: Readonly<Record<Exclude<OpName, ByShape>, Lower>> = {
	ADD32_IMM: alu32Signed(Op.i32Add, imm32),
	ADD32_REG: alu32Signed(Op.i32Add, reg32),
	SUB32_IMM: subtractImm32,
	SUB32_REG: alu32Signed(Op.i32Sub, reg32),
	MUL32_IMM: alu32Signed(Op.i32Mul, imm32),
	MUL32_REG: alu32Signed(Op.i32Mul, reg32),
	DIV32_IMM: divide32(Op.i32DivU, imm32),
	DIV32_REG: divide32(Op.i32DivU, reg32),
	OR32_IMM: alu32(Op.i32Or, imm32),
	OR32_REG: alu32(Op.i32Or, reg32),
	AND32_IMM: alu32(Op.i32And, imm32),
	AND32_REG: alu32(Op.i32And, reg32),
	LSH32_IMM: alu32(Op.i32Shl, imm32),
	LSH32_REG: alu32(Op.i32Shl, reg32),
	RSH32_IMM: alu32(Op.i32ShrU, imm32),
	RSH32_REG: alu32(Op.i32ShrU, reg32),
	NEG32: (l) => {
		l.code.i32Const(0);
		dst32(l);
		l.code.op(Op.i32Sub).op(Op.i64ExtendI32U);
	},
	MOD32_IMM: divide32(Op.i32RemU, imm32),
	MOD32_REG: divide32(Op.i32RemU, reg32),
	XOR32_IMM: alu32(Op.i32Xor, imm32),
	XOR32_REG: alu32(Op.i32Xor, reg32),
	MOV32_IMM: immU32,
	MOV32_REG: (l) => {
		reg32(l);
		l.code.op(explicitSignExtensionOfResults(l.version) ? Op.i64ExtendI32S : Op.i64ExtendI32U);
	},
	ARSH32_IMM: alu32(Op.i32ShrS, imm32),
	ARSH32_REG: alu32(Op.i32ShrS, reg32),
	LE: littleEndian,
	BE: bigEndian,

	ADD64_IMM: alu64(Op.i64Add, imm64),
	ADD64_REG: alu64(Op.i64Add, reg64),
	SUB64_IMM: subtractImm64,
	SUB64_REG: alu64(Op.i64Sub, reg64),
	MUL64_IMM: alu64(Op.i64Mul, imm64),
	MUL64_REG: alu64(Op.i64Mul, reg64),
	DIV64_IMM: divide64(Op.i64DivU, imm64),
	DIV64_REG: divide64(Op.i64DivU, reg64),
	OR64_IMM: alu64(Op.i64Or, imm64),
	OR64_REG: alu64(Op.i64Or, reg64),
	AND64_IMM: alu64(Op.i64And, imm64),
	AND64_REG: alu64(Op.i64And, reg64),
	LSH64_IMM: alu64(Op.i64Shl, imm64),
	LSH64_REG: alu64(Op.i64Shl, reg64),
	RSH64_IMM: alu64(Op.i64ShrU, imm64),
	RSH64_REG: alu64(Op.i64ShrU, reg64),
	NEG64: (l) => {
		l.code.i64Const(0).localGet(l.dst).op(Op.i64Sub);
	},
	MOD64_IMM: divide64(Op.i64RemU, imm64),
	MOD64_REG: divide64(Op.i64RemU, reg64),
	XOR64_IMM: alu64(Op.i64Xor, imm64),
	XOR64_REG: alu64(Op.i64Xor, reg64),
	MOV64_IMM: imm64,
	MOV64_REG: reg64,
	ARSH64_IMM: alu64(Op.i64ShrS, imm64),
	ARSH64_REG: alu64(Op.i64ShrS, reg64),
	HOR64_IMM: (l) => {
		l.code.localGet(l.dst).i64Const(0, l.imm).op(Op.i64Or);
	},

	LMUL32_IMM: alu32(Op.i32Mul, imm32),
	LMUL32_REG: alu32(Op.i32Mul, reg32),
	LMUL64_IMM: alu64(Op.i64Mul, imm64),
	LMUL64_REG: alu64(Op.i64Mul, reg64),
	UHMUL64_IMM: multiplyHigh(immU32),
	UHMUL64_REG: multiplyHigh(reg64),
	SHMUL64_IMM: multiplyHighSigned(imm64),
	SHMUL64_REG: multiplyHighSigned(reg64),
	UDIV32_IMM: divide32(Op.i32DivU, imm32),
	UDIV32_REG: divide32(Op.i32DivU, reg32),
	UDIV64_IMM: divide64(Op.i64DivU, immU32),
	UDIV64_REG: divide64(Op.i64DivU, reg64),
	UREM32_IMM: divide32(Op.i32RemU, imm32),
	UREM32_REG: divide32(Op.i32RemU, reg32),
	UREM64_IMM: divide64(Op.i64RemU, immU32),
	UREM64_REG: divide64(Op.i64RemU, reg64),
	SDIV32_IMM: divideSigned32(Op.i32DivS, imm32),
	SDIV32_REG: divideSigned32(Op.i32DivS, reg32),
	SDIV64_IMM: divideSigned64(Op.i64DivS, imm64),
	SDIV64_REG: divideSigned64(Op.i64DivS, reg64),
	SREM32_IMM: divideSigned32(Op.i32RemS, imm32),
	SREM32_REG: divideSigned32(Op.i32RemS, reg32),
	SREM64_IMM: divideSigned64(Op.i64RemS, imm64),
	SREM64_REG: divideSigned64(Op.i64RemS, reg64),

	JEQ32_IMM: compare32(Op.i32Eq, imm32),
	JEQ32_REG: compare32(Op.i32Eq, reg32),
	JNE32_IMM: compare32(Op.i32Ne, imm32),
	JNE32_REG: compare32(Op.i32Ne, reg32),
	JGT32_IMM: compare32(Op.i32GtU, imm32),
	JGT32_REG: compare32(Op.i32GtU, reg32),
	JGE32_IMM: compare32(Op.i32GeU, imm32),
	JGE32_REG: compare32(Op.i32GeU, reg32),
	JLT32_IMM: compare32(Op.i32LtU, imm32),
	JLT32_REG: compare32(Op.i32LtU, reg32),
	JLE32_IMM: compare32(Op.i32LeU, imm32),
	JLE32_REG: compare32(Op.i32LeU, reg32),
	JSET32_IMM: anyBit32(imm32),
	JSET32_REG: anyBit32(reg32),
	JSGT32_IMM: compare32(Op.i32GtS, imm32),
	JSGT32_REG: compare32(Op.i32GtS, reg32),
	JSGE32_IMM: compare32(Op.i32GeS, imm32),
	JSGE32_REG: compare32(Op.i32GeS, reg32),
	JSLT32_IMM: compare32(Op.i32LtS, imm32),
	JSLT32_REG: compare32(Op.i32LtS, reg32),
	JSLE32_IMM: compare32(Op.i32LeS, imm32),
	JSLE32_REG: compare32(Op.i32LeS, reg32),

	JEQ64_IMM: compare(Op.i64Eq, imm64),
	JEQ64_REG: compare(Op.i64Eq, reg64),
	JNE64_IMM: compare(Op.i64Ne, imm64),
	JNE64_REG: compare(Op.i64Ne, reg64),
	JGT64_IMM: compare(Op.i64GtU, imm64),
	JGT64_REG: compare(Op.i64GtU, reg64),
	JGE64_IMM: compare(Op.i64GeU, imm64),
	JGE64_REG: compare(Op.i64GeU, reg64),
	JLT64_IMM: compare(Op.i64LtU, imm64),
	JLT64_REG: compare(Op.i64LtU, reg64),
	JLE64_IMM: compare(Op.i64LeU, imm64),
	JLE64_REG: compare(Op.i64LeU, reg64),
	JSET64_IMM: anyBit64(imm64),
	JSET64_REG: anyBit64(reg64),
	JSGT64_IMM: compare(Op.i64GtS, imm64),
	JSGT64_REG: compare(Op.i64GtS, reg64),
	JSGE64_IMM: compare(Op.i64GeS, imm64),
	JSGE64_REG: compare(Op.i64GeS, reg64),
	JSLT64_IMM: compare(Op.i64LtS, imm64),
	JSLT64_REG: compare(Op.i64LtS, reg64),
	JSLE64_IMM: compare(Op.i64LeS, imm64),
	JSLE64_REG: compare(Op.i64LeS, reg64),
};

/** The lowering of an instruction, or undefined where its shape says what it is. */
export function loweringOf(name: OpName): Lower | undefined {
	return Object.hasOwn(LOWERINGS, name) ? LOWERINGS[name as keyof typeof LOWERINGS] : undefined;
}
