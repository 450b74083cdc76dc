/**
 * Suite `insn`: one instruction, then `exit`.
 *
 * The fields are those of Firedancer's vectors: `off` is 16 bits, `imm` 32 (of a wide load 64), signed or
 * not; `reg` is r0 to r11, of which the last is given back as it came.
 */
import { Executable, FunctionRegistry, INSN_SIZE, INSTRUCTIONS, putInsn } from '@parhelion/sbpf';
import { errorFields } from '../errors.ts';
import { runMachine } from '../machine.ts';
import { type JsonObject, type Row, RowError, toInteger } from '../row.ts';
import { configOf, loaderOf, versionOf } from '../settings.ts';
import type { Engine, Suite } from '../suite.ts';
import { budgetOf } from './vm.ts';

const DEFAULT_BUDGET = 100n;

export const insnSuite: Suite = {
	name: 'insn',
	run(row: Row, engine: Engine): JsonObject {
		const version = versionOf(row);
		if (version === null) throw new RowError('sbpf_version: needed');
		const loader = loaderOf(row, configOf(row, version));
		const loaded = Executable.fromTextBytes(textOf(row), loader, version, new FunctionRegistry());
		if (!loaded.ok) return errorFields(loaded.error);
		if (!loaded.value.verify().ok) return { status: 'vfy' };
		const reg = row.list('reg').map((value) => BigInt.asUintN(64, toInteger(value, 'reg')));
		const boundaries = row
			.list('region_boundaries')
			.map((value) => Number(toInteger(value, 'region_boundaries')));
		const input = { bytes: row.hex('input'), writable: true, boundaries };
		const budget = budgetOf(row, DEFAULT_BUDGET);
		const run = runMachine(loaded.value, input, budget, engine, reg.slice(0, 11));
		if (!run.ok) return errorFields(run.error);
		if (!run.value.result.ok) return { status: 'err' };
		const after = [...run.value.registers, reg[11] ?? 0n];
		return { status: 'ok', reg: after.map((value) => `0x${value.toString(16)}`) };
	},
};

/** The instruction of the row and `exit` after it. */
function textOf(row: Row): Uint8Array {
	const opc = Number(row.integer('op')) & 0xff;
	const imm = row.integer('imm', 0n);
	const isWide = opc === INSTRUCTIONS.LD_DW_IMM.opcode;
	const text = new Uint8Array((isWide ? 3 : 2) * INSN_SIZE);
	const nothing = { dst: 0, src: 0, off: 0, imm: 0n };
	putInsn(text, {
		ptr: 0,
		opc,
		dst: Number(row.integer('dst', 0n)) & 0x0f,
		src: Number(row.integer('src', 0n)) & 0x0f,
		off: Number(BigInt.asIntN(16, row.integer('off', 0n))),
		imm,
	});
	if (isWide) putInsn(text, { ...nothing, ptr: 1, opc: 0, imm: imm >> 32n });
	putInsn(text, { ...nothing, ptr: isWide ? 2 : 1, opc: INSTRUCTIONS.EXIT.opcode });
	return text;
}
