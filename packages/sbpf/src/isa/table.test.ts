import { expect, test } from 'vitest';
import { SBPF_VERSIONS } from '../program.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { ALL_INSTRUCTIONS, CHECK_UNKNOWN, instructionTable, isAvailable } from './table.ts';

test.each(SBPF_VERSIONS)('no two rows claim one byte in V%i', (version) => {
	const available = ALL_INSTRUCTIONS.filter((row) => isAvailable(row, version));
	const bytes = new Set(available.map((row) => row.opcode));
	expect(bytes.size).toBe(available.length);
});

test('every row exists in some version', () => {
	for (const row of ALL_INSTRUCTIONS) {
		expect(
			SBPF_VERSIONS.some((version) => isAvailable(row, version)),
			row.name,
		).toBe(true);
	}
});

test('a name says its width and its operand', () => {
	for (const { name, width, shape } of ALL_INSTRUCTIONS) {
		const bits = /(8|16|32|64)(_|$)/.exec(name)?.[1];
		if (bits !== undefined) expect(width, name).toBe(Number(bits));
		if (name.endsWith('_REG')) expect(shape, name).toMatch(/Reg$|^load$/);
		if (name.endsWith('_IMM')) expect(shape, name).toMatch(/Imm$|^lddw$/);
	}
});

test('V0 and V1 share their instructions, as do V3 and V4', () => {
	expect(instructionTable(0).rows).toEqual(instructionTable(1).rows);
	expect(instructionTable(3).rows).toEqual(instructionTable(4).rows);
});

test('the moved loads and stores take the bytes of the dropped arithmetic', () => {
	const name = (version: 0 | 2 | 3, opcode: number): string | undefined =>
		instructionTable(version).rows[opcode]?.name;
	expect([name(0, 0x2c), name(2, 0x2c), name(3, 0x2c)]).toEqual(['MUL32_REG', 'LD_1B_REG', 'MUL32_REG']);
	expect([name(0, 0x87), name(2, 0x87), name(3, 0x87)]).toEqual(['NEG64', 'ST_4B_IMM', 'NEG64']);
	expect([name(0, 0x56), name(2, 0x56), name(3, 0x56)]).toEqual([undefined, 'UDIV64_IMM', 'JNE32_IMM']);
});

test('the compiled arrays agree with the rows', () => {
	for (const version of SBPF_VERSIONS) {
		const { rows, check, store } = instructionTable(version);
		for (let opcode = 0; opcode < 256; opcode++) {
			expect(check[opcode] !== CHECK_UNKNOWN).toBe(rows[opcode] !== undefined);
			expect(store[opcode] === 1).toBe(/^ST_/.test(rows[opcode]?.name ?? ''));
		}
	}
});

test('the table is as long as upstream has names', () => {
	expect(Object.keys(INSTRUCTIONS)).toHaveLength(150);
});
