import { expect, test } from 'vitest';
import { FunctionRegistry } from '../function-registry.ts';
import { augmentLddw, getInsn, type Insn, putInsn } from '../isa/insn.ts';
import { ALL_INSTRUCTIONS, type Instruction, isAvailable } from '../isa/table.ts';
import { BuiltinProgram, SBPF_VERSIONS, type SBPFVersion } from '../program.ts';
import { assembleText } from './assembler.ts';
import { disassembleInstruction } from './disassembler.ts';

const loader = BuiltinProgram.newMock();
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function disassemble(
	version: SBPFVersion,
	insn: Partial<Insn>,
	functions = new FunctionRegistry<number>(),
): string {
	const blocks = new Map([[2, { label: 'target' }]]);
	const whole = { ptr: 0, opc: 0, dst: 0, src: 0, off: 0, imm: 0n, ...insn };
	return disassembleInstruction(whole, whole.ptr, blocks, functions, loader, version);
}

/** Fields that fit the operands of a row and leave the others zero. */
function sample(row: Instruction, version: SBPFVersion): Insn {
	const empty = { ptr: 0, opc: row.opcode, dst: 0, src: 0, off: 0, imm: 0n };
	switch (row.shape) {
		case 'lddw':
			return { ...empty, dst: 1, imm: BigInt.asIntN(64, 0xfedcba9876543210n) };
		case 'load':
			return { ...empty, dst: 1, src: 10, off: -0x8000 };
		case 'storeReg':
			return { ...empty, dst: 10, src: 9, off: 0x7fff };
		case 'storeImm':
			return { ...empty, dst: 3, off: -1, imm: -7n };
		case 'aluImm':
			return { ...empty, dst: 1, imm: -0x80000000n };
		case 'aluReg':
			return { ...empty, dst: 1, src: 2 };
		case 'aluUnary':
			return { ...empty, dst: 9 };
		case 'endian':
			return { ...empty, dst: 4, imm: 32n };
		case 'jump':
			return { ...empty, off: 1 };
		case 'jumpImm':
			return { ...empty, dst: 5, off: 1, imm: 0x7fffffffn };
		case 'jumpReg':
			return { ...empty, dst: 5, src: 6, off: 1 };
		case 'callImm':
			return version >= 3 ? { ...empty, src: 1, imm: 1n } : { ...empty, imm: 5n };
		case 'callReg':
			if (version < 2) return { ...empty, imm: 8n };
			return version === 2 ? { ...empty, src: 8 } : { ...empty, dst: 8 };
		case 'exit':
			return empty;
	}
}

test.each(SBPF_VERSIONS)('every instruction of V%i survives text and back', (version) => {
	const functions = new FunctionRegistry<number>();
	functions.registerFunction(2, utf8('target'), 2);
	for (const row of ALL_INSTRUCTIONS) {
		if (!isAvailable(row, version)) continue;
		const insn = sample(row, version);
		const expected = new Uint8Array(row.shape === 'lddw' ? 16 : 8);
		putInsn(expected, insn);
		if (row.shape === 'lddw') {
			putInsn(expected, { ...insn, ptr: 1, opc: 0, dst: 0, imm: insn.imm >> 32n });
			expect(augmentLddw(expected, getInsn(expected, 0))).toEqual(insn);
		}
		const text = disassemble(version, insn, functions);
		const assembled = assembleText(`${text}\nexit\ntarget:\nexit`, version);
		expect(assembled.ok && assembled.value.text.slice(0, expected.length), `${row.name}: ${text}`).toEqual(
			expected,
		);
	}
});

test("operands have upstream's notation", () => {
	expect(disassemble(0, { opc: 0x18, dst: 1, imm: -1n })).toBe('lddw r1, 0xffffffffffffffff');
	expect(disassemble(0, { opc: 0x71, dst: 1, src: 2, off: -5 })).toBe('ldxb r1, [r2-0x5]');
	expect(disassemble(0, { opc: 0x7a, dst: 2, off: 16, imm: -3n })).toBe('stdw [r2+0x10], -3');
	expect(disassemble(2, { opc: 0x8f, dst: 2, src: 3 })).toBe('stxw [r2+0x0], r3');
	expect(disassemble(0, { opc: 0xd4, dst: 2, imm: 16n })).toBe('le16 r2');
	expect(disassemble(0, { opc: 0x1d, dst: 2, src: 3, off: 1 })).toBe('jeq r2, r3, target');
	expect(disassemble(3, { opc: 0x16, dst: 2, imm: 3n, off: 9 })).toBe('jeq32 r2, 3, [invalid]');
});

test('a call is named by its function, a syscall by the loader, else by the number', () => {
	const functions = new FunctionRegistry<number>();
	functions.registerFunction(2, utf8('helper'), 2);
	expect(disassemble(3, { opc: 0x85, src: 1, imm: 1n }, functions)).toBe('call helper');
	expect(disassemble(3, { opc: 0x85, src: 1, imm: 7n }, functions)).toBe('call 7');
	expect(disassemble(0, { opc: 0x85, src: 1, imm: 2n }, functions)).toBe('call helper');
	expect(disassemble(0, { opc: 0x85, src: 1, imm: -2n }, functions)).toBe('syscall -2');
	expect(disassemble(0, { opc: 0x85, src: 0, imm: 2n }, functions)).toBe('syscall 2');
});

test('some words are printed in versions that refuse them, other bytes are unknown', () => {
	expect(disassemble(2, { opc: 0x18, dst: 1, imm: 16n })).toBe('lddw r1, 0x10');
	expect(disassemble(2, { opc: 0xd4, dst: 1, imm: 16n })).toBe('le16 r1');
	expect(disassemble(0, { opc: 0xf7, dst: 1, imm: 16n })).toBe('hor64 r1, 16');
	expect(disassemble(0, { opc: 0x96 })).toBe('unknown opcode=0x96');
	expect(disassemble(2, { opc: 0x00 })).toBe('unknown opcode=0x0');
});
