import { expect, test } from 'vitest';
import { assembleText } from './asm/assembler.ts';
import { defaultConfig } from './config.ts';
import { errorDebug } from './errors.ts';
import { instructionTable } from './isa/table.ts';
import { SBPF_VERSIONS, type SBPFVersion } from './program.ts';
import { verify } from './verifier.ts';

const EXIT = [0x95, 0, 0, 0, 0, 0, 0, 0];

function check(version: SBPFVersion, ...bytes: number[]): string {
	const result = verify(Uint8Array.from(bytes), defaultConfig(), version);
	return result.ok ? 'ok' : errorDebug(result.error);
}

function checkText(version: SBPFVersion, source: string): string {
	const assembled = assembleText(source, version);
	if (!assembled.ok) throw new Error(assembled.error);
	const result = verify(assembled.value.text, defaultConfig(), version);
	return result.ok ? 'ok' : errorDebug(result.error);
}

test('a program is whole slots, and at least one', () => {
	expect(check(0, ...EXIT.slice(1))).toBe('ProgramLengthNotMultiple');
	expect(check(0)).toBe('NoProgram');
	expect(check(0, ...EXIT)).toBe('ok');
});

test.each(SBPF_VERSIONS)('exactly the bytes of the table are instructions in V%i', (version) => {
	for (let opcode = 0; opcode < 256; opcode++) {
		// The immediate passes every check of its own; a jump lands on the exit.
		const result = check(version, opcode, 0, 0, 0, 16, 0, 0, 0, ...EXIT);
		const row = instructionTable(version).rows[opcode];
		if (row === undefined) expect(result).toBe(`UnknownOpCode(${opcode}, 0)`);
		else if (row.shape === 'lddw') expect(result).toBe('IncompleteLDDW(0)');
		else if (row.shape === 'callReg' && version < 2) expect(result).toBe('InvalidRegister(0)');
		else expect(result, row.name).toBe('ok');
	}
});

test.each(SBPF_VERSIONS)('registers are checked for every instruction of V%i', (version) => {
	const { rows } = instructionTable(version);
	for (const row of rows) {
		if (row === undefined || row.shape === 'lddw' || row.shape === 'callReg') continue;
		const at = (registers: number): string =>
			check(version, row.opcode, registers, 0, 0, 64, 0, 0, 0, ...EXIT);
		if (row.check === 'shift32' || row.check === 'shift64') continue;
		const mayBump = row.name === 'ADD64_IMM' && (version === 1 || version === 2);
		const isStore = row.shape === 'storeImm' || row.shape === 'storeReg';
		expect(at(0xb0), row.name).toBe('InvalidSourceRegister(0)');
		expect(at(0xbb), row.name).toBe('InvalidSourceRegister(0)');
		expect(at(0xa0), row.name).toBe('ok');
		expect(at(0x0b), row.name).toBe('InvalidDestinationRegister(0)');
		expect(at(0x0a), row.name).toBe(mayBump || isStore ? 'ok' : 'CannotWriteR10(0)');
	}
});

test('a division by an immediate zero is refused', () => {
	expect(checkText(0, 'mod64 r1, 0\nexit')).toBe('DivisionByZero(0)');
	expect(checkText(3, 'exit\ndiv32 r1, 0')).toBe('DivisionByZero(1)');
	expect(checkText(2, 'sdiv64 r1, 0\nexit')).toBe('DivisionByZero(0)');
	expect(checkText(2, 'lmul64 r1, 0\nuhmul64 r1, 0\nexit')).toBe('ok');
});

test('a shift stays below its width', () => {
	expect(checkText(0, 'lsh32 r1, 31\nrsh64 r1, 63\nexit')).toBe('ok');
	expect(checkText(0, 'arsh32 r1, 32\nexit')).toBe('ShiftWithOverflow(32, 32, 0)');
	expect(checkText(4, 'lsh64 r1, 64\nexit')).toBe('ShiftWithOverflow(64, 64, 0)');
	expect(checkText(4, 'rsh64 r1, -1\nexit')).toBe('ShiftWithOverflow(18446744073709551615, 64, 0)');
});

test('a byte swap has a width', () => {
	expect(check(0, 0xdc, 0, 0, 0, 8, 0, 0, 0)).toBe('UnsupportedLEBEArgument(0)');
	expect(check(0, 0xd4, 0, 0, 0, 64, 0, 0, 0)).toBe('ok');
	expect(check(2, 0xd4, 0, 0, 0, 64, 0, 0, 0)).toBe('UnknownOpCode(212, 0)');
});

test('the frame pointer moves in multiples of 64, in V1 and V2 only', () => {
	expect(check(1, 0x07, 0x0a, 0, 0, 0xc0, 0xff, 0xff, 0xff, ...EXIT)).toBe('ok');
	expect(check(2, 0x07, 0x0a, 0, 0, 0x20, 0, 0, 0, ...EXIT)).toBe('UnalignedImmediate(0)');
	expect(check(0, 0x07, 0x0a, 0, 0, 0x40, 0, 0, 0, ...EXIT)).toBe('CannotWriteR10(0)');
	expect(check(3, 0x07, 0x0a, 0, 0, 0x40, 0, 0, 0, ...EXIT)).toBe('CannotWriteR10(0)');
});

test('a wide load has two slots; its registers are blamed on the second', () => {
	expect(checkText(0, 'lddw r0, 0x1_0\nexit'.replace('_', ''))).toBe('ok');
	expect(check(0, 0x18, 0, 0, 0, 0, 0, 0, 0)).toBe('LDDWCannotBeLast');
	expect(check(0, 0x18, 0, 0, 0, 0, 0, 0, 0, ...EXIT)).toBe('IncompleteLDDW(0)');
	expect(check(0, 0x18, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...EXIT)).toBe(
		'InvalidDestinationRegister(1)',
	);
});

test('a jump lands in the program, and not inside a wide load', () => {
	expect(checkText(0, 'ja +1\nexit')).toBe('JumpOutOfCode(2, 0)');
	expect(checkText(0, 'exit\njeq r0, 0, -3')).toBe('JumpOutOfCode(18446744073709551615, 1)');
	expect(checkText(0, 'ja +1\nlddw r0, 1\nexit')).toBe('JumpToMiddleOfLDDW(2, 0)');
	expect(checkText(3, 'jset32 r0, r1, +1\nlddw r0, 1\nexit')).toBe('JumpToMiddleOfLDDW(2, 0)');
	// What lies there is not an instruction in V2, but the jump is refused first.
	expect(check(2, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBe('JumpToMiddleOfLDDW(1, 0)');
});

test('callx names a register below r10, in the field of its version', () => {
	expect(checkText(0, 'callx r9\nexit')).toBe('ok');
	for (const version of SBPF_VERSIONS) {
		expect(checkText(version, 'callx r10\nexit')).toBe('InvalidRegister(0)');
	}
	expect(check(0, 0x8d, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)).toBe('InvalidRegister(0)');
	expect(check(3, 0x8d, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)).toBe('ok');
});

test('of two faults the earlier check is reported', () => {
	expect(check(0, 0x37, 0xbb, 0, 0, 0, 0, 0, 0)).toBe('DivisionByZero(0)');
	expect(check(0, 0x06, 0xbb, 0, 0, 0, 0, 0, 0)).toBe('UnknownOpCode(6, 0)');
});
