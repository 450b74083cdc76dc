/**
 * The functions of a program by the slot they start at.
 *
 * Owns the step from the addresses of a symbol table to slots: before V3 they count from the start of the file, 2^32
 * below the address in memory.
 */
import {
	type ContextObject,
	type Executable,
	INSN_SIZE,
	MM_REGION_SIZE,
	staticSyscalls,
} from '@parhelion/sbpf';
import { functionSizes, readElf } from './read-elf.ts';

/** The address of the first instruction, as symbols and debug information of the file count. */
export function addressInFile<C extends ContextObject>(executable: Executable<C>): number {
	return executable.textSectionVaddr - (staticSyscalls(executable.sbpfVersion) ? 0 : MM_REGION_SIZE);
}

/** The names that the symbols of `elf` give to slots of `executable`, by ascending slot. */
export function functionNames<C extends ContextObject>(
	elf: Uint8Array,
	executable: Executable<C>,
): ReadonlyMap<number, string> {
	const report = readElf(elf);
	if (!report.ok) return new Map();
	const base = addressInFile(executable);
	const names = new Map<number, string>();
	for (const { address, name } of functionSizes(report.value).sort((a, b) => a.address - b.address)) {
		const slot = (address - base) / INSN_SIZE;
		const isInText = Number.isInteger(slot) && slot >= 0 && slot * INSN_SIZE < executable.textBytes.length;
		if (isInText && name !== '' && !names.has(slot)) names.set(slot, name);
	}
	return names;
}

/** The name of the function around `pc`. */
export function functionAround(names: ReadonlyMap<number, string>, pc: number): string | undefined {
	let found: string | undefined;
	for (const [slot, name] of names) if (slot <= pc) found = name;
	return found;
}
