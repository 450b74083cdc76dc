import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { getInsn } from '../isa/insn.ts';
import { BuiltinProgram, type SBPFVersion } from '../program.ts';
import { assemble, assembleText } from './assembler.ts';

/** Each instruction as `opcode dst src off imm`. */
function insns(version: SBPFVersion, source: string): string[] {
	const assembled = assembleText(source, version);
	if (!assembled.ok) return [assembled.error];
	const { text } = assembled.value;
	return Array.from({ length: text.length / 8 }, (_, pc) => {
		const { opc, dst, src, off, imm } = getInsn(text, pc);
		return `${opc.toString(16)} ${dst} ${src} ${off} ${imm}`;
	});
}

test('a word without a width means 64 bits', () => {
	expect(insns(0, 'add r1, 2')).toEqual(insns(0, 'add64 r1, 2'));
	expect(insns(0, 'neg r1')).toEqual(['87 1 0 0 0']);
	expect(insns(0, 'jsle64 r1, r2, -1')).toEqual(['dd 1 2 -1 0']);
	expect(insns(2, 'uhmul r1, r2')).toEqual(['3e 1 2 0 0']);
});

test('loads and stores move to other bytes in V2', () => {
	const source = 'ldxdw r1, [r2+8]\nstb [r3-1], 7\nstxw [r10], r4';
	expect(insns(0, source)).toEqual(['79 1 2 8 0', '72 3 0 -1 7', '63 10 4 0 0']);
	expect(insns(2, source)).toEqual(['9c 1 2 8 0', '27 3 0 -1 7', '8f 10 4 0 0']);
	expect(insns(3, source)).toEqual(insns(0, source));
});

test('words of other versions are assembled all the same', () => {
	expect(insns(0, 'lmul32 r1, 3\nhor32 r1, 3\nhor64 r1, r2\njeq32 r1, 2, +0')).toEqual([
		'86 1 0 0 3',
		'f4 1 0 0 3',
		'ff 1 2 0 0',
		'16 1 0 0 2',
	]);
});

test('a wide load takes two slots, and labels count them', () => {
	expect(insns(0, 'lddw r1, 0x1122334480000001\nja end\nexit\nend: exit')).toEqual([
		`18 1 0 0 ${0x80000001 | 0}`,
		`0 0 0 0 ${0x11223344}`,
		'5 0 0 1 0',
		'95 0 0 0 0',
		'95 0 0 0 0',
	]);
});

test('the frame pointer moves only where it may; elsewhere nothing is done', () => {
	expect(insns(1, 'add64 r10, 64')).toEqual(['7 10 0 0 64']);
	expect(insns(0, 'add r10, 64')).toEqual(['47 0 0 0 0']);
	expect(insns(4, 'add64 r10, 99999999999')).toEqual(['47 0 0 0 0']);
});

test('calls go to slots before V3, relatively from then on, and name their functions', () => {
	const source = 'call helper\ncall -2\nexit\nfunction_helper:\nhelper: exit';
	expect(insns(0, source)).toEqual(['85 0 0 0 3', '85 0 0 0 0', '95 0 0 0 0', '95 0 0 0 0']);
	expect(insns(3, source)).toEqual(['85 0 1 0 2', '85 0 1 0 -2', '95 0 0 0 0', '95 0 0 0 0']);
	const assembled = assembleText(source, 3);
	const names = assembled.ok
		? Array.from(assembled.value.functionRegistry.entries(), ([key, { name }]) => [
				key,
				new TextDecoder().decode(name),
			])
		: [];
	expect(names).toEqual([
		[0, 'function_0'],
		[3, 'function_helper'],
	]);
});

test('callx and syscall use the fields of their version', () => {
	expect(insns(0, 'callx r5\nsyscall abort')).toEqual(['8d 0 0 0 5', `85 0 0 0 ${0xb6fc1a11 | 0}`]);
	expect(insns(2, 'callx r5\nsyscall 7')).toEqual(['8d 0 5 0 0', '85 0 0 0 7']);
	expect(insns(3, 'callx r5\nsyscall 7')).toEqual(['8d 5 0 0 0', '85 0 0 0 7']);
});

test('a fill repeats raw bytes', () => {
	expect(insns(0, '.fill 2, 0x1234567800ff210f\nexit')).toEqual([
		`f 1 2 255 ${0x12345678}`,
		`f 1 2 255 ${0x12345678}`,
		'95 0 0 0 0',
	]);
	expect(insns(0, '.fill -1, 0\n.fill 0, 0')).toEqual([]);
	expect(insns(0, '.fill 99999999999, 0')[0]).toMatch(/^Program exceeds/);
});

test('errors are the ones upstream shows', () => {
	expect(insns(0, 'abcd')).toEqual(['Invalid instruction "abcd"']);
	expect(insns(0, 'ldxq r1, [r2]')).toEqual(['Invalid instruction "ldxq"']);
	expect(insns(0, '.org 5')).toEqual(['Invalid directive "org"']);
	expect(insns(0, '.fill 1')).toEqual(['Invalid directive "fill"']);
	expect(insns(0, 'add 1, [r2-3], x, r4')).toEqual([
		'Unexpected operands: [Integer(1), Memory(2, -3), Label("x"), Register(4)]',
	]);
	expect(insns(0, 'exit r0')).toEqual(['Unexpected operands: [Register(0)]']);
	expect(insns(0, 'ja nowhere')).toEqual(['Label not found nowhere']);
	expect(insns(0, 'call nowhere')).toEqual(['Label not found nowhere']);
	expect(insns(0, 'add r16, 2147483648')).toEqual(['Invalid destination register 16']);
	expect(insns(0, 'add r1, r16')).toEqual(['Invalid source register 16']);
	expect(insns(0, 'ldxb r1, [r2+32768]')).toEqual(['Invalid offset 32768']);
	expect(insns(0, 'mov r1, -2147483649')).toEqual(['Invalid immediate -2147483649']);
	expect(insns(0, 'call 5\ncall 4294967300')).toEqual(['Label hash collision call']);
	expect(insns(0, 'mov r1, r3 r2')).toEqual(['Invalid instruction "r2"']);
});

test('a program is made for the highest version its loader takes', () => {
	const loader = BuiltinProgram.newLoader(defaultConfig({ enabledSbpfVersions: { min: 0, max: 2 } }));
	const executable = assemble('exit\nentrypoint:\nexit', loader);
	expect(executable.ok && [executable.value.sbpfVersion, executable.value.entryPc]).toEqual([2, 1]);
});
