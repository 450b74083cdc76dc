/**
 * Suite `insn`: one instruction, then `exit`.
 *
 * The fields are those of Firedancer's vectors: `off` is 16 bits, `imm` 32 (of a wide load 64), signed or
 * not; `reg` is r0 to r11, of which the last is given back as it came.
 *
 * Compiled code gives nothing back but r0. So the compiled instruction is run twice: as it is, and followed
 * by calls of a function of the host that sees the other registers.
 */
import {
	type BuiltinProgram,
	Executable,
	FunctionRegistry,
	hashSymbolName,
	INSN_SIZE,
	INSTRUCTIONS,
	putInsn,
	type SBPFVersion,
	staticSyscalls,
} from '@parhelion/sbpf';
import { errorFields } from '../errors.ts';
import { type MachineInput, runMachine } from '../machine.ts';
import { type JsonObject, type Row, RowError, toInteger } from '../row.ts';
import { configOf, loaderOf, versionOf } from '../settings.ts';
import type { Engine, Suite } from '../suite.ts';
import type { TestContextObject } from '../test-syscalls.ts';
import { budgetOf } from './vm.ts';

const DEFAULT_BUDGET = 100n;

export const insnSuite: Suite = {
	name: 'insn',
	run(row: Row, engine: Engine): JsonObject {
		const version = versionOf(row);
		if (version === null) throw new RowError('sbpf_version: needed');
		const loader = loaderOf(row, configOf(row, version));
		const text = textOf(row);
		const loaded = Executable.fromTextBytes(text, loader, version, new FunctionRegistry());
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
		const registers =
			engine === 'jit' ? seenRegisters(text, loader, version, input, reg) : run.value.registers;
		const after = [run.value.registers[0]!, ...registers.slice(1), reg[11] ?? 0n];
		return { status: 'ok', reg: after.map((value) => `0x${value.toString(16)}`) };
	},
};

const SEE = 'see_registers';
const NOTHING = { dst: 0, src: 0, off: 0, imm: 0n };

/** r1 to r10 after the compiled instruction (r0 is the host's); those before it where it does not go on. */
function seenRegisters(
	text: Uint8Array,
	loader: BuiltinProgram<TestContextObject>,
	version: SBPFVersion,
	input: MachineInput,
	reg: readonly bigint[],
): readonly bigint[] {
	const seen: bigint[] = [];
	loader.registerFunction(SEE, (vm) => {
		for (let i = 1; i <= 5; i++) seen.push(vm.arg(i));
	});
	const executable = Executable.fromTextBytes(
		Uint8Array.from([...text.subarray(0, -INSN_SIZE), ...seeingText(version)]),
		loader,
		version,
		new FunctionRegistry(),
	);
	if (!executable.ok) throw new RowError(executable.error.kind);
	runMachine(executable.value, input, SEEING_BUDGET, 'jit', reg.slice(0, 11));
	return seen.length === 10 ? [reg[0]!, ...seen] : reg.slice(0, 11);
}

const SEEING_BUDGET = 100;

/** Shows r1 to r5 to the host, then r6 to r10. */
function seeingText(version: SBPFVersion): Uint8Array {
	const text = new Uint8Array(8 * INSN_SIZE);
	const imm = BigInt(hashSymbolName(new TextEncoder().encode(SEE)) | 0);
	const call = { ...NOTHING, opc: INSTRUCTIONS.CALL_IMM.opcode, imm, src: staticSyscalls(version) ? 0 : 1 };
	putInsn(text, { ...call, ptr: 0 });
	for (let i = 1; i <= 5; i++) {
		putInsn(text, { ...NOTHING, ptr: i, opc: INSTRUCTIONS.MOV64_REG.opcode, dst: i, src: i + 5 });
	}
	putInsn(text, { ...call, ptr: 6 });
	putInsn(text, { ...NOTHING, ptr: 7, opc: INSTRUCTIONS.EXIT.opcode });
	return text;
}

/** The instruction of the row and `exit` after it. */
function textOf(row: Row): Uint8Array {
	const opc = Number(row.integer('op')) & 0xff;
	const imm = row.integer('imm', 0n);
	const isWide = opc === INSTRUCTIONS.LD_DW_IMM.opcode;
	const text = new Uint8Array((isWide ? 3 : 2) * INSN_SIZE);
	putInsn(text, {
		ptr: 0,
		opc,
		dst: Number(row.integer('dst', 0n)) & 0x0f,
		src: Number(row.integer('src', 0n)) & 0x0f,
		off: Number(BigInt.asIntN(16, row.integer('off', 0n))),
		imm,
	});
	if (isWide) putInsn(text, { ...NOTHING, ptr: 1, opc: 0, imm: imm >> 32n });
	putInsn(text, { ...NOTHING, ptr: isWide ? 2 : 1, opc: INSTRUCTIONS.EXIT.opcode });
	return text;
}
