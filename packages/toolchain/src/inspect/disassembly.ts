/**
 * A program as assembly text, function by function.
 *
 * Owns the names of functions (the file's symbols, or the slot) and the labels of jumps; the text of an instruction is
 * sbpf's. Unlike the listing that equals upstream's, calls are named in every version.
 */
import {
	augmentLddw,
	type ContextObject,
	calculateCallImmTargetPc,
	disassembleInstruction,
	type Executable,
	errorDebug,
	FunctionRegistry,
	getInsn,
	INSN_SIZE,
	INSTRUCTIONS,
	type Insn,
	instructionTable,
	staticSyscalls,
} from '@parhelion/sbpf';
import { err, ok, type Result } from '@parhelion/sdk';
import { addressInFile, functionNames } from './function-names.ts';
import { LineTable } from './line-table.ts';
import { loadProgram } from './load-program.ts';
import { readElf } from './read-elf.ts';

const encoder = new TextEncoder();

/** How a program is shown. */
export interface DisassemblyOptions {
	/** Whether source lines stand between the instructions, where the file knows them. The text is then no assembly any more. */
	readonly sourceLines?: boolean;
}

/** The text of the program `elf`, whose syscalls may be `syscalls`. Error: why it does not load. */
export function disassembleProgram(
	elf: Uint8Array,
	syscalls: readonly string[],
	options: DisassemblyOptions = {},
): Result<string, string> {
	const loaded = loadProgram(elf, syscalls, { enabledSbpfVersions: { min: 0, max: 4 } });
	if (!loaded.ok) return err(errorDebug({ kind: 'ElfError', error: loaded.error }));
	const executable = loaded.value;
	const { loader } = executable;
	const instructions = instructionsOf(executable);
	const names = new Map(functionNames(elf, executable));
	if (!names.has(executable.entryPc)) names.set(executable.entryPc, 'entrypoint');
	const registry = nameFunctions(executable, instructions, names);
	const labels = labelJumps(executable, instructions, names);
	const sourceLine = options.sourceLines ? sourceLines(elf, executable) : () => null;
	let lastLine = '';
	const lines: string[] = [];
	for (const insn of instructions) {
		const name = names.get(insn.ptr);
		if (name !== undefined) lines.push(...(lines.length === 0 ? [] : ['']), `${name}:`);
		const label = labels.get(insn.ptr)?.label;
		if (label !== undefined && label !== name) lines.push(`${label}:`);
		const source = sourceLine(insn.ptr);
		if (source !== null && source !== lastLine) lines.push(`    ; ${source}`);
		lastLine = source ?? lastLine;
		const text = disassembleInstruction(insn, insn.ptr, labels, registry, loader, executable.sbpfVersion);
		lines.push(`    ${text}`);
	}
	return ok(`${lines.join('\n')}\n`);
}

/** Tells `file:line` of a slot. */
function sourceLines(elf: Uint8Array, executable: Executable<ContextObject>): (pc: number) => string | null {
	const report = readElf(elf);
	if (!report.ok) return () => null;
	const table = LineTable.of(report.value);
	const base = addressInFile(executable);
	return (pc) => {
		const found = table.lookup(base + pc * INSN_SIZE);
		return found === null ? null : `${found.file}:${found.line}`;
	};
}

function instructionsOf(executable: Executable<ContextObject>): Insn[] {
	const { textBytes } = executable;
	const found: Insn[] = [];
	const slots = Math.floor(textBytes.length / INSN_SIZE);
	for (let pc = 0; pc < slots; pc++) {
		const insn = getInsn(textBytes, pc);
		if (insn.opc === INSTRUCTIONS.LD_DW_IMM.opcode && pc + 1 < slots) {
			found.push(augmentLddw(textBytes, insn));
			pc++;
		} else found.push(insn);
	}
	return found;
}

/** The registry of functions under the keys that calls have; functions without a name get one by their slot. */
function nameFunctions(
	executable: Executable<ContextObject>,
	instructions: readonly Insn[],
	names: Map<number, string>,
): FunctionRegistry<number> {
	const registry = new FunctionRegistry<number>();
	const add = (key: number, pc: number): void => {
		const name = names.get(pc) ?? `function_${pc}`;
		names.set(pc, name);
		registry.registerFunction(key, encoder.encode(name), pc);
	};
	for (const [key, entry] of executable.functionRegistry.entries()) add(key, entry.value);
	if (!staticSyscalls(executable.sbpfVersion)) return registry;
	const slots = executable.textBytes.length / INSN_SIZE;
	for (const insn of instructions) {
		if (insn.opc !== INSTRUCTIONS.CALL_IMM.opcode || insn.src === 0) continue;
		const target = calculateCallImmTargetPc(executable.sbpfVersion, insn.ptr, Number(insn.imm));
		if (target < slots) add(target, target);
	}
	return registry;
}

/** Labels of the slots that jumps lead to. */
function labelJumps(
	executable: Executable<ContextObject>,
	instructions: readonly Insn[],
	names: ReadonlyMap<number, string>,
): Map<number, { readonly label: string }> {
	const { rows } = instructionTable(executable.sbpfVersion);
	const labels = new Map<number, { readonly label: string }>();
	for (const insn of instructions) {
		if (rows[insn.opc]?.check !== 'jump') continue;
		const target = insn.ptr + 1 + insn.off;
		labels.set(target, { label: names.get(target) ?? `lbb_${target}` });
	}
	return labels;
}
