/**
 * The instruction set: one row an opcode.
 *
 * Owns every static fact of an instruction: its byte, mnemonic, operands, width, versions, what the
 * verifier asks of it and what it does in one line. Verifier, assembler, disassembler and analysis are
 * driven by it. Refuses semantics: interpreter and compiler state those for themselves, so that
 * comparing the two can find the errors of either.
 * Source: solana-sbpf `ebpf.rs` (names, bytes), `verifier.rs` (versions, checks), `assembler.rs` and
 * `disassembler.rs` (mnemonics, operands).
 */

/**
 * Which operands an instruction has:
 * `lddw` dst, imm (two slots) | `load` dst, [src+off] | `storeImm` [dst+off], imm | `storeReg` [dst+off], src |
 * `aluImm` dst, imm | `aluReg` dst, src | `aluUnary` dst | `endian` dst, imm as bits | `jump` off |
 * `jumpImm` dst, imm, off | `jumpReg` dst, src, off | `callImm` imm (src from V3 on) | `callReg` a
 * register, its field depends on the version | `exit` none.
 */
export type OperandShape =
	| 'lddw'
	| 'load'
	| 'storeImm'
	| 'storeReg'
	| 'aluImm'
	| 'aluReg'
	| 'aluUnary'
	| 'endian'
	| 'jump'
	| 'jumpImm'
	| 'jumpReg'
	| 'callImm'
	| 'callReg'
	| 'exit';

/** When an instruction exists; `isa/table.ts` resolves each to the predicates of `program.ts`. */
export type Availability =
	| 'all'
	| 'lddw'
	| 'hor64'
	| 'neg'
	| 'le'
	| 'pqr'
	| 'noPqr'
	| 'classicMemory'
	| 'movedMemory'
	| 'jmp32';

/**
 * What the verifier asks beyond valid registers: `nonzero` an immediate other than 0 | `shift32`, `shift64`
 * an immediate below the width | `endian` 16, 32 or 64 | `lddw` a second slot | `frameBump` a multiple of
 * 64 where it moves the frame pointer | `jump` a target in the program | `callx` a register below 10.
 */
export type VerifierCheck =
	| 'none'
	| 'nonzero'
	| 'shift32'
	| 'shift64'
	| 'endian'
	| 'lddw'
	| 'frameBump'
	| 'jump'
	| 'callx';

/** The columns of the table. `width` is the operation's in bits, 0 where it has none. */
export interface InstructionFacts {
	readonly opcode: number;
	readonly mnemonic: string;
	readonly shape: OperandShape;
	readonly width: 0 | 8 | 16 | 32 | 64;
	readonly versions: Availability;
	readonly check: VerifierCheck;
	readonly doc: string;
}

// biome-ignore format: one row a line
/** Every instruction by upstream's name for it. Arithmetic wraps. Immediates are
 * sign-extended to the width of the operation, and 32-bit results zero-extended, where a row does not say otherwise. */
export const INSTRUCTIONS = {
	// Load an immediate of 64 bits (two slots).
	LD_DW_IMM: { opcode: 0x18, mnemonic: 'lddw', shape: 'lddw', width: 64, versions: 'lddw', check: 'lddw', doc: 'dst = imm of this slot | imm of the next slot << 32' },

	// Loads and stores in the classes LDX, ST and STX (all versions but V2).
	LD_B_REG: { opcode: 0x71, mnemonic: 'ldxb', shape: 'load', width: 8, versions: 'classicMemory', check: 'none', doc: 'dst = *(u8 *)(src + off)' },
	LD_H_REG: { opcode: 0x69, mnemonic: 'ldxh', shape: 'load', width: 16, versions: 'classicMemory', check: 'none', doc: 'dst = *(u16 *)(src + off)' },
	LD_W_REG: { opcode: 0x61, mnemonic: 'ldxw', shape: 'load', width: 32, versions: 'classicMemory', check: 'none', doc: 'dst = *(u32 *)(src + off)' },
	LD_DW_REG: { opcode: 0x79, mnemonic: 'ldxdw', shape: 'load', width: 64, versions: 'classicMemory', check: 'none', doc: 'dst = *(u64 *)(src + off)' },
	ST_B_IMM: { opcode: 0x72, mnemonic: 'stb', shape: 'storeImm', width: 8, versions: 'classicMemory', check: 'none', doc: '*(u8 *)(dst + off) = imm' },
	ST_H_IMM: { opcode: 0x6a, mnemonic: 'sth', shape: 'storeImm', width: 16, versions: 'classicMemory', check: 'none', doc: '*(u16 *)(dst + off) = imm' },
	ST_W_IMM: { opcode: 0x62, mnemonic: 'stw', shape: 'storeImm', width: 32, versions: 'classicMemory', check: 'none', doc: '*(u32 *)(dst + off) = imm' },
	ST_DW_IMM: { opcode: 0x7a, mnemonic: 'stdw', shape: 'storeImm', width: 64, versions: 'classicMemory', check: 'none', doc: '*(u64 *)(dst + off) = imm' },
	ST_B_REG: { opcode: 0x73, mnemonic: 'stxb', shape: 'storeReg', width: 8, versions: 'classicMemory', check: 'none', doc: '*(u8 *)(dst + off) = src' },
	ST_H_REG: { opcode: 0x6b, mnemonic: 'stxh', shape: 'storeReg', width: 16, versions: 'classicMemory', check: 'none', doc: '*(u16 *)(dst + off) = src' },
	ST_W_REG: { opcode: 0x63, mnemonic: 'stxw', shape: 'storeReg', width: 32, versions: 'classicMemory', check: 'none', doc: '*(u32 *)(dst + off) = src' },
	ST_DW_REG: { opcode: 0x7b, mnemonic: 'stxdw', shape: 'storeReg', width: 64, versions: 'classicMemory', check: 'none', doc: '*(u64 *)(dst + off) = src' },

	// Loads and stores in the classes of arithmetic (V2).
	LD_1B_REG: { opcode: 0x2c, mnemonic: 'ldxb', shape: 'load', width: 8, versions: 'movedMemory', check: 'none', doc: 'dst = *(u8 *)(src + off)' },
	LD_2B_REG: { opcode: 0x3c, mnemonic: 'ldxh', shape: 'load', width: 16, versions: 'movedMemory', check: 'none', doc: 'dst = *(u16 *)(src + off)' },
	LD_4B_REG: { opcode: 0x8c, mnemonic: 'ldxw', shape: 'load', width: 32, versions: 'movedMemory', check: 'none', doc: 'dst = *(u32 *)(src + off)' },
	LD_8B_REG: { opcode: 0x9c, mnemonic: 'ldxdw', shape: 'load', width: 64, versions: 'movedMemory', check: 'none', doc: 'dst = *(u64 *)(src + off)' },
	ST_1B_IMM: { opcode: 0x27, mnemonic: 'stb', shape: 'storeImm', width: 8, versions: 'movedMemory', check: 'none', doc: '*(u8 *)(dst + off) = imm' },
	ST_2B_IMM: { opcode: 0x37, mnemonic: 'sth', shape: 'storeImm', width: 16, versions: 'movedMemory', check: 'none', doc: '*(u16 *)(dst + off) = imm' },
	ST_4B_IMM: { opcode: 0x87, mnemonic: 'stw', shape: 'storeImm', width: 32, versions: 'movedMemory', check: 'none', doc: '*(u32 *)(dst + off) = imm' },
	ST_8B_IMM: { opcode: 0x97, mnemonic: 'stdw', shape: 'storeImm', width: 64, versions: 'movedMemory', check: 'none', doc: '*(u64 *)(dst + off) = imm' },
	ST_1B_REG: { opcode: 0x2f, mnemonic: 'stxb', shape: 'storeReg', width: 8, versions: 'movedMemory', check: 'none', doc: '*(u8 *)(dst + off) = src' },
	ST_2B_REG: { opcode: 0x3f, mnemonic: 'stxh', shape: 'storeReg', width: 16, versions: 'movedMemory', check: 'none', doc: '*(u16 *)(dst + off) = src' },
	ST_4B_REG: { opcode: 0x8f, mnemonic: 'stxw', shape: 'storeReg', width: 32, versions: 'movedMemory', check: 'none', doc: '*(u32 *)(dst + off) = src' },
	ST_8B_REG: { opcode: 0x9f, mnemonic: 'stxdw', shape: 'storeReg', width: 64, versions: 'movedMemory', check: 'none', doc: '*(u64 *)(dst + off) = src' },

	// Arithmetic on the lower 32 bits.
	ADD32_IMM: { opcode: 0x04, mnemonic: 'add32', shape: 'aluImm', width: 32, versions: 'all', check: 'none', doc: 'dst += imm (lower 32 bits), sign-extended except in V2' },
	ADD32_REG: { opcode: 0x0c, mnemonic: 'add32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst += src (lower 32 bits), sign-extended except in V2' },
	SUB32_IMM: { opcode: 0x14, mnemonic: 'sub32', shape: 'aluImm', width: 32, versions: 'all', check: 'none', doc: 'dst -= imm (lower 32 bits), sign-extended; in V2 dst = imm - dst, zero-extended' },
	SUB32_REG: { opcode: 0x1c, mnemonic: 'sub32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst -= src (lower 32 bits), sign-extended except in V2' },
	MUL32_IMM: { opcode: 0x24, mnemonic: 'mul32', shape: 'aluImm', width: 32, versions: 'noPqr', check: 'none', doc: 'dst *= imm (lower 32 bits), sign-extended' },
	MUL32_REG: { opcode: 0x2c, mnemonic: 'mul32', shape: 'aluReg', width: 32, versions: 'noPqr', check: 'none', doc: 'dst *= src (lower 32 bits), sign-extended' },
	DIV32_IMM: { opcode: 0x34, mnemonic: 'div32', shape: 'aluImm', width: 32, versions: 'noPqr', check: 'nonzero', doc: 'dst /= imm, unsigned (lower 32 bits)' },
	DIV32_REG: { opcode: 0x3c, mnemonic: 'div32', shape: 'aluReg', width: 32, versions: 'noPqr', check: 'none', doc: 'dst /= src, unsigned (lower 32 bits)' },
	OR32_IMM: { opcode: 0x44, mnemonic: 'or32', shape: 'aluImm', width: 32, versions: 'all', check: 'none', doc: 'dst |= imm (lower 32 bits)' },
	OR32_REG: { opcode: 0x4c, mnemonic: 'or32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst |= src (lower 32 bits)' },
	AND32_IMM: { opcode: 0x54, mnemonic: 'and32', shape: 'aluImm', width: 32, versions: 'all', check: 'none', doc: 'dst &= imm (lower 32 bits)' },
	AND32_REG: { opcode: 0x5c, mnemonic: 'and32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst &= src (lower 32 bits)' },
	LSH32_IMM: { opcode: 0x64, mnemonic: 'lsh32', shape: 'aluImm', width: 32, versions: 'all', check: 'shift32', doc: 'dst <<= imm (lower 32 bits)' },
	LSH32_REG: { opcode: 0x6c, mnemonic: 'lsh32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst <<= src & 31 (lower 32 bits)' },
	RSH32_IMM: { opcode: 0x74, mnemonic: 'rsh32', shape: 'aluImm', width: 32, versions: 'all', check: 'shift32', doc: 'dst >>= imm (lower 32 bits)' },
	RSH32_REG: { opcode: 0x7c, mnemonic: 'rsh32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst >>= src & 31 (lower 32 bits)' },
	NEG32: { opcode: 0x84, mnemonic: 'neg32', shape: 'aluUnary', width: 32, versions: 'neg', check: 'none', doc: 'dst = -dst (lower 32 bits)' },
	MOD32_IMM: { opcode: 0x94, mnemonic: 'mod32', shape: 'aluImm', width: 32, versions: 'noPqr', check: 'nonzero', doc: 'dst %= imm, unsigned (lower 32 bits)' },
	MOD32_REG: { opcode: 0x9c, mnemonic: 'mod32', shape: 'aluReg', width: 32, versions: 'noPqr', check: 'none', doc: 'dst %= src, unsigned (lower 32 bits)' },
	XOR32_IMM: { opcode: 0xa4, mnemonic: 'xor32', shape: 'aluImm', width: 32, versions: 'all', check: 'none', doc: 'dst ^= imm (lower 32 bits)' },
	XOR32_REG: { opcode: 0xac, mnemonic: 'xor32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst ^= src (lower 32 bits)' },
	MOV32_IMM: { opcode: 0xb4, mnemonic: 'mov32', shape: 'aluImm', width: 32, versions: 'all', check: 'none', doc: 'dst = imm (lower 32 bits)' },
	MOV32_REG: { opcode: 0xbc, mnemonic: 'mov32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst = src (lower 32 bits), sign-extended in V2' },
	ARSH32_IMM: { opcode: 0xc4, mnemonic: 'arsh32', shape: 'aluImm', width: 32, versions: 'all', check: 'shift32', doc: 'dst >>= imm, signed (lower 32 bits)' },
	ARSH32_REG: { opcode: 0xcc, mnemonic: 'arsh32', shape: 'aluReg', width: 32, versions: 'all', check: 'none', doc: 'dst >>= src & 31, signed (lower 32 bits)' },
	LE: { opcode: 0xd4, mnemonic: 'le', shape: 'endian', width: 0, versions: 'le', check: 'endian', doc: 'dst = the lowest imm bits of dst, little-endian' },
	BE: { opcode: 0xdc, mnemonic: 'be', shape: 'endian', width: 0, versions: 'all', check: 'endian', doc: 'dst = the lowest imm bits of dst, bytes swapped' },

	// Arithmetic on 64 bits.
	ADD64_IMM: { opcode: 0x07, mnemonic: 'add64', shape: 'aluImm', width: 64, versions: 'all', check: 'frameBump', doc: 'dst += imm' },
	ADD64_REG: { opcode: 0x0f, mnemonic: 'add64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst += src' },
	SUB64_IMM: { opcode: 0x17, mnemonic: 'sub64', shape: 'aluImm', width: 64, versions: 'all', check: 'none', doc: 'dst -= imm; in V2 dst = imm - dst' },
	SUB64_REG: { opcode: 0x1f, mnemonic: 'sub64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst -= src' },
	MUL64_IMM: { opcode: 0x27, mnemonic: 'mul64', shape: 'aluImm', width: 64, versions: 'noPqr', check: 'none', doc: 'dst *= imm' },
	MUL64_REG: { opcode: 0x2f, mnemonic: 'mul64', shape: 'aluReg', width: 64, versions: 'noPqr', check: 'none', doc: 'dst *= src' },
	DIV64_IMM: { opcode: 0x37, mnemonic: 'div64', shape: 'aluImm', width: 64, versions: 'noPqr', check: 'nonzero', doc: 'dst /= imm, unsigned' },
	DIV64_REG: { opcode: 0x3f, mnemonic: 'div64', shape: 'aluReg', width: 64, versions: 'noPqr', check: 'none', doc: 'dst /= src, unsigned' },
	OR64_IMM: { opcode: 0x47, mnemonic: 'or64', shape: 'aluImm', width: 64, versions: 'all', check: 'none', doc: 'dst |= imm' },
	OR64_REG: { opcode: 0x4f, mnemonic: 'or64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst |= src' },
	AND64_IMM: { opcode: 0x57, mnemonic: 'and64', shape: 'aluImm', width: 64, versions: 'all', check: 'none', doc: 'dst &= imm' },
	AND64_REG: { opcode: 0x5f, mnemonic: 'and64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst &= src' },
	LSH64_IMM: { opcode: 0x67, mnemonic: 'lsh64', shape: 'aluImm', width: 64, versions: 'all', check: 'shift64', doc: 'dst <<= imm' },
	LSH64_REG: { opcode: 0x6f, mnemonic: 'lsh64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst <<= src & 63' },
	RSH64_IMM: { opcode: 0x77, mnemonic: 'rsh64', shape: 'aluImm', width: 64, versions: 'all', check: 'shift64', doc: 'dst >>= imm' },
	RSH64_REG: { opcode: 0x7f, mnemonic: 'rsh64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst >>= src & 63' },
	NEG64: { opcode: 0x87, mnemonic: 'neg64', shape: 'aluUnary', width: 64, versions: 'neg', check: 'none', doc: 'dst = -dst' },
	MOD64_IMM: { opcode: 0x97, mnemonic: 'mod64', shape: 'aluImm', width: 64, versions: 'noPqr', check: 'nonzero', doc: 'dst %= imm, unsigned' },
	MOD64_REG: { opcode: 0x9f, mnemonic: 'mod64', shape: 'aluReg', width: 64, versions: 'noPqr', check: 'none', doc: 'dst %= src, unsigned' },
	XOR64_IMM: { opcode: 0xa7, mnemonic: 'xor64', shape: 'aluImm', width: 64, versions: 'all', check: 'none', doc: 'dst ^= imm' },
	XOR64_REG: { opcode: 0xaf, mnemonic: 'xor64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst ^= src' },
	MOV64_IMM: { opcode: 0xb7, mnemonic: 'mov64', shape: 'aluImm', width: 64, versions: 'all', check: 'none', doc: 'dst = imm' },
	MOV64_REG: { opcode: 0xbf, mnemonic: 'mov64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst = src' },
	ARSH64_IMM: { opcode: 0xc7, mnemonic: 'arsh64', shape: 'aluImm', width: 64, versions: 'all', check: 'shift64', doc: 'dst >>= imm, signed' },
	ARSH64_REG: { opcode: 0xcf, mnemonic: 'arsh64', shape: 'aluReg', width: 64, versions: 'all', check: 'none', doc: 'dst >>= src & 63, signed' },
	HOR64_IMM: { opcode: 0xf7, mnemonic: 'hor64', shape: 'aluImm', width: 64, versions: 'hor64', check: 'none', doc: 'dst |= imm << 32' },

	// Product, quotient, remainder (V2).
	LMUL32_IMM: { opcode: 0x86, mnemonic: 'lmul32', shape: 'aluImm', width: 32, versions: 'pqr', check: 'none', doc: 'dst = dst * imm (lower 32 bits)' },
	LMUL32_REG: { opcode: 0x8e, mnemonic: 'lmul32', shape: 'aluReg', width: 32, versions: 'pqr', check: 'none', doc: 'dst = dst * src (lower 32 bits)' },
	LMUL64_IMM: { opcode: 0x96, mnemonic: 'lmul64', shape: 'aluImm', width: 64, versions: 'pqr', check: 'none', doc: 'dst = dst * imm' },
	LMUL64_REG: { opcode: 0x9e, mnemonic: 'lmul64', shape: 'aluReg', width: 64, versions: 'pqr', check: 'none', doc: 'dst = dst * src' },
	UHMUL64_IMM: { opcode: 0x36, mnemonic: 'uhmul64', shape: 'aluImm', width: 64, versions: 'pqr', check: 'none', doc: 'dst = upper half of the 128-bit product dst * imm as u32, unsigned' },
	UHMUL64_REG: { opcode: 0x3e, mnemonic: 'uhmul64', shape: 'aluReg', width: 64, versions: 'pqr', check: 'none', doc: 'dst = upper half of the 128-bit product dst * src, unsigned' },
	SHMUL64_IMM: { opcode: 0xb6, mnemonic: 'shmul64', shape: 'aluImm', width: 64, versions: 'pqr', check: 'none', doc: 'dst = upper half of the 128-bit product dst * imm, signed' },
	SHMUL64_REG: { opcode: 0xbe, mnemonic: 'shmul64', shape: 'aluReg', width: 64, versions: 'pqr', check: 'none', doc: 'dst = upper half of the 128-bit product dst * src, signed' },
	UDIV32_IMM: { opcode: 0x46, mnemonic: 'udiv32', shape: 'aluImm', width: 32, versions: 'pqr', check: 'nonzero', doc: 'dst /= imm, unsigned (lower 32 bits)' },
	UDIV32_REG: { opcode: 0x4e, mnemonic: 'udiv32', shape: 'aluReg', width: 32, versions: 'pqr', check: 'none', doc: 'dst /= src, unsigned (lower 32 bits)' },
	UDIV64_IMM: { opcode: 0x56, mnemonic: 'udiv64', shape: 'aluImm', width: 64, versions: 'pqr', check: 'nonzero', doc: 'dst /= imm as u32, unsigned' },
	UDIV64_REG: { opcode: 0x5e, mnemonic: 'udiv64', shape: 'aluReg', width: 64, versions: 'pqr', check: 'none', doc: 'dst /= src, unsigned' },
	UREM32_IMM: { opcode: 0x66, mnemonic: 'urem32', shape: 'aluImm', width: 32, versions: 'pqr', check: 'nonzero', doc: 'dst %= imm, unsigned (lower 32 bits)' },
	UREM32_REG: { opcode: 0x6e, mnemonic: 'urem32', shape: 'aluReg', width: 32, versions: 'pqr', check: 'none', doc: 'dst %= src, unsigned (lower 32 bits)' },
	UREM64_IMM: { opcode: 0x76, mnemonic: 'urem64', shape: 'aluImm', width: 64, versions: 'pqr', check: 'nonzero', doc: 'dst %= imm as u32, unsigned' },
	UREM64_REG: { opcode: 0x7e, mnemonic: 'urem64', shape: 'aluReg', width: 64, versions: 'pqr', check: 'none', doc: 'dst %= src, unsigned' },
	SDIV32_IMM: { opcode: 0xc6, mnemonic: 'sdiv32', shape: 'aluImm', width: 32, versions: 'pqr', check: 'nonzero', doc: 'dst /= imm, signed (lower 32 bits)' },
	SDIV32_REG: { opcode: 0xce, mnemonic: 'sdiv32', shape: 'aluReg', width: 32, versions: 'pqr', check: 'none', doc: 'dst /= src, signed (lower 32 bits)' },
	SDIV64_IMM: { opcode: 0xd6, mnemonic: 'sdiv64', shape: 'aluImm', width: 64, versions: 'pqr', check: 'nonzero', doc: 'dst /= imm, signed' },
	SDIV64_REG: { opcode: 0xde, mnemonic: 'sdiv64', shape: 'aluReg', width: 64, versions: 'pqr', check: 'none', doc: 'dst /= src, signed' },
	SREM32_IMM: { opcode: 0xe6, mnemonic: 'srem32', shape: 'aluImm', width: 32, versions: 'pqr', check: 'nonzero', doc: 'dst %= imm, signed (lower 32 bits)' },
	SREM32_REG: { opcode: 0xee, mnemonic: 'srem32', shape: 'aluReg', width: 32, versions: 'pqr', check: 'none', doc: 'dst %= src, signed (lower 32 bits)' },
	SREM64_IMM: { opcode: 0xf6, mnemonic: 'srem64', shape: 'aluImm', width: 64, versions: 'pqr', check: 'nonzero', doc: 'dst %= imm, signed' },
	SREM64_REG: { opcode: 0xfe, mnemonic: 'srem64', shape: 'aluReg', width: 64, versions: 'pqr', check: 'none', doc: 'dst %= src, signed' },

	// Conditional jumps on the lower 32 bits (from V3).
	JEQ32_IMM: { opcode: 0x16, mnemonic: 'jeq32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst == imm (lower 32 bits)' },
	JEQ32_REG: { opcode: 0x1e, mnemonic: 'jeq32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst == src (lower 32 bits)' },
	JGT32_IMM: { opcode: 0x26, mnemonic: 'jgt32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst > imm (lower 32 bits)' },
	JGT32_REG: { opcode: 0x2e, mnemonic: 'jgt32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst > src (lower 32 bits)' },
	JGE32_IMM: { opcode: 0x36, mnemonic: 'jge32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst >= imm (lower 32 bits)' },
	JGE32_REG: { opcode: 0x3e, mnemonic: 'jge32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst >= src (lower 32 bits)' },
	JLT32_IMM: { opcode: 0xa6, mnemonic: 'jlt32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst < imm (lower 32 bits)' },
	JLT32_REG: { opcode: 0xae, mnemonic: 'jlt32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst < src (lower 32 bits)' },
	JLE32_IMM: { opcode: 0xb6, mnemonic: 'jle32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst <= imm (lower 32 bits)' },
	JLE32_REG: { opcode: 0xbe, mnemonic: 'jle32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst <= src (lower 32 bits)' },
	JSET32_IMM: { opcode: 0x46, mnemonic: 'jset32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst & imm (lower 32 bits)' },
	JSET32_REG: { opcode: 0x4e, mnemonic: 'jset32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst & src (lower 32 bits)' },
	JNE32_IMM: { opcode: 0x56, mnemonic: 'jne32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst != imm (lower 32 bits)' },
	JNE32_REG: { opcode: 0x5e, mnemonic: 'jne32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst != src (lower 32 bits)' },
	JSGT32_IMM: { opcode: 0x66, mnemonic: 'jsgt32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst > imm, signed (lower 32 bits)' },
	JSGT32_REG: { opcode: 0x6e, mnemonic: 'jsgt32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst > src, signed (lower 32 bits)' },
	JSGE32_IMM: { opcode: 0x76, mnemonic: 'jsge32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst >= imm, signed (lower 32 bits)' },
	JSGE32_REG: { opcode: 0x7e, mnemonic: 'jsge32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst >= src, signed (lower 32 bits)' },
	JSLT32_IMM: { opcode: 0xc6, mnemonic: 'jslt32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst < imm, signed (lower 32 bits)' },
	JSLT32_REG: { opcode: 0xce, mnemonic: 'jslt32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst < src, signed (lower 32 bits)' },
	JSLE32_IMM: { opcode: 0xd6, mnemonic: 'jsle32', shape: 'jumpImm', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst <= imm, signed (lower 32 bits)' },
	JSLE32_REG: { opcode: 0xde, mnemonic: 'jsle32', shape: 'jumpReg', width: 32, versions: 'jmp32', check: 'jump', doc: 'pc += off if dst <= src, signed (lower 32 bits)' },

	// Control flow.
	JA: { opcode: 0x05, mnemonic: 'ja', shape: 'jump', width: 0, versions: 'all', check: 'jump', doc: 'pc += off' },
	JEQ64_IMM: { opcode: 0x15, mnemonic: 'jeq', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst == imm' },
	JEQ64_REG: { opcode: 0x1d, mnemonic: 'jeq', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst == src' },
	JGT64_IMM: { opcode: 0x25, mnemonic: 'jgt', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst > imm' },
	JGT64_REG: { opcode: 0x2d, mnemonic: 'jgt', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst > src' },
	JGE64_IMM: { opcode: 0x35, mnemonic: 'jge', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst >= imm' },
	JGE64_REG: { opcode: 0x3d, mnemonic: 'jge', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst >= src' },
	JLT64_IMM: { opcode: 0xa5, mnemonic: 'jlt', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst < imm' },
	JLT64_REG: { opcode: 0xad, mnemonic: 'jlt', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst < src' },
	JLE64_IMM: { opcode: 0xb5, mnemonic: 'jle', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst <= imm' },
	JLE64_REG: { opcode: 0xbd, mnemonic: 'jle', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst <= src' },
	JSET64_IMM: { opcode: 0x45, mnemonic: 'jset', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst & imm' },
	JSET64_REG: { opcode: 0x4d, mnemonic: 'jset', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst & src' },
	JNE64_IMM: { opcode: 0x55, mnemonic: 'jne', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst != imm' },
	JNE64_REG: { opcode: 0x5d, mnemonic: 'jne', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst != src' },
	JSGT64_IMM: { opcode: 0x65, mnemonic: 'jsgt', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst > imm, signed' },
	JSGT64_REG: { opcode: 0x6d, mnemonic: 'jsgt', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst > src, signed' },
	JSGE64_IMM: { opcode: 0x75, mnemonic: 'jsge', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst >= imm, signed' },
	JSGE64_REG: { opcode: 0x7d, mnemonic: 'jsge', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst >= src, signed' },
	JSLT64_IMM: { opcode: 0xc5, mnemonic: 'jslt', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst < imm, signed' },
	JSLT64_REG: { opcode: 0xcd, mnemonic: 'jslt', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst < src, signed' },
	JSLE64_IMM: { opcode: 0xd5, mnemonic: 'jsle', shape: 'jumpImm', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst <= imm, signed' },
	JSLE64_REG: { opcode: 0xdd, mnemonic: 'jsle', shape: 'jumpReg', width: 64, versions: 'all', check: 'jump', doc: 'pc += off if dst <= src, signed' },
	CALL_IMM: { opcode: 0x85, mnemonic: 'call', shape: 'callImm', width: 0, versions: 'all', check: 'none', doc: 'call the function or syscall imm names' },
	CALL_REG: { opcode: 0x8d, mnemonic: 'callx', shape: 'callReg', width: 0, versions: 'all', check: 'callx', doc: 'call the function at the address in a register' },
	EXIT: { opcode: 0x95, mnemonic: 'exit', shape: 'exit', width: 0, versions: 'all', check: 'none', doc: 'return from the function, at the outermost from the program' },
} as const;

/** Upstream's name of an instruction, such as `ADD64_IMM`. */
export type OpName = keyof typeof INSTRUCTIONS;

/** The names, in the order of the table. */
export const OP_NAMES: readonly OpName[] = Object.keys(INSTRUCTIONS) as OpName[];
