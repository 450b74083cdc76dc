/**
 * A generated program: a list of instructions that name each other, so that one can be taken out and the rest
 * still means something.
 *
 * Owns the encoding for every version and what a reader is shown of it. Refuses to choose anything
 * (`random-program.ts`).
 */
import {
	type BuiltinProgram,
	type Config,
	type ContextObject,
	callxUsesDstReg,
	callxUsesSrcReg,
	disassemble,
	Executable,
	FunctionRegistry,
	hashSymbolName,
	hashTargetPc,
	INSN_SIZE,
	type Instruction,
	MM_BYTECODE_START,
	type SBPFVersion,
	staticSyscalls,
} from '@parhelion/sbpf';
import type { Layout } from './layout.ts';

/** One instruction. */
export interface Item {
	/** Its name for others: their `target`. Ascending, and kept when others are taken out. */
	readonly number: number;
	readonly row: Instruction;
	readonly dst: number;
	readonly src: number;
	readonly off: number;
	readonly imm: number;
	/** The upper half of an `lddw`. */
	readonly high: number;
	/** What a jump or call leads to, or whose address is loaded: an instruction's number; -1 for nothing. */
	readonly target: number;
	/** Added to a loaded address of code, in bytes. */
	readonly skew: number;
	/** The syscall that a call means; empty for none. */
	readonly syscall: string;
}

/** A program, and the memory it expects. */
export interface GuestProgram {
	readonly version: SBPFVersion;
	readonly config: Partial<Config>;
	readonly layout: Layout;
	readonly items: readonly Item[];
	/** Number of the instruction it starts at. */
	readonly entry: number;
}

/** The text of a program. */
export interface EncodedProgram {
	readonly text: Uint8Array;
	/** Functions by key: slots. Of a text for a file there are none, its calls are relative. */
	readonly functions: ReadonlyMap<number, number>;
	readonly entryPc: number;
	/** Calls that a file has to name: slots and syscalls, for the versions before V3. */
	readonly relocations: readonly (readonly [pc: number, syscall: string])[];
}

/**
 * Encodes a program as the machine wants it, or (`isForFile`) as its loader does, at `textAddress`. `null` where a
 * jump does not reach its target.
 */
export function encodeProgram(
	program: GuestProgram,
	isForFile = false,
	textAddress: number = MM_BYTECODE_START,
): EncodedProgram | null {
	const { items, version } = program;
	const slots: number[] = [];
	let slotCount = 0;
	for (const { row } of items) {
		slots.push(slotCount);
		slotCount += row.shape === 'lddw' ? 2 : 1;
	}
	/** The slot of an instruction, or of the next one that is left. */
	const slotOf = (number: number): number => {
		let low = 0;
		let high = items.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (items[middle]!.number < number) low = middle + 1;
			else high = middle;
		}
		return slots[low] ?? slotCount;
	};
	const text = new Uint8Array(slotCount * INSN_SIZE);
	const view = new DataView(text.buffer);
	const functions = new Map<number, number>();
	const relocations: [number, string][] = [];
	const isRelocated = isForFile && !staticSyscalls(version);
	for (const [i, item] of items.entries()) {
		const pc = slots[i]!;
		let { dst, src, off, imm, high } = item;
		const { row, target, skew } = item;
		if (row.shape.startsWith('jump')) {
			off = slotOf(target) - pc - 1;
			if (off !== (off << 16) >> 16) return null;
		} else if (row.shape === 'callImm') {
			if (target === -1) {
				imm = isRelocated ? -1 : hashSymbolName(new TextEncoder().encode(item.syscall));
				if (isRelocated) relocations.push([pc, item.syscall]);
			} else if (isForFile || staticSyscalls(version)) {
				src = 1;
				imm = slotOf(target) - pc - 1;
			} else {
				imm = hashTargetPc(slotOf(target));
				functions.set(imm, slotOf(target));
			}
		} else if (row.shape === 'callReg') {
			if (callxUsesSrcReg(version)) src = dst;
			else if (!callxUsesDstReg(version)) imm = dst;
		} else if (target !== -1) {
			imm = (textAddress % 2 ** 32) + slotOf(target) * INSN_SIZE + skew;
			high = Math.floor(textAddress / 2 ** 32);
		}
		const at = pc * INSN_SIZE;
		view.setUint8(at, row.opcode);
		view.setUint8(at + 1, (src << 4) | dst);
		view.setInt16(at + 2, off, true);
		view.setInt32(at + 4, imm | 0, true);
		if (row.shape === 'lddw') view.setInt32(at + INSN_SIZE + 4, high | 0, true);
	}
	return { text, functions, entryPc: slotOf(program.entry), relocations };
}

const NO_NAME = new Uint8Array(0);
const ENTRYPOINT: Uint8Array = new TextEncoder().encode('entrypoint');

/** The executable of a program; `null` where there is none or the verifier refuses it. */
export function executableOf<C extends ContextObject>(
	program: GuestProgram,
	loader: BuiltinProgram<C>,
): Executable<C> | null {
	const encoded = encodeProgram(program);
	if (encoded === null) return null;
	const registry = new FunctionRegistry<number>();
	const entryKey = staticSyscalls(program.version) ? encoded.entryPc : hashSymbolName(ENTRYPOINT);
	registry.registerFunction(entryKey, ENTRYPOINT, encoded.entryPc);
	for (const [key, pc] of encoded.functions) {
		if (!registry.has(key)) registry.registerFunction(key, NO_NAME, pc);
	}
	const loaded = Executable.fromTextBytes(encoded.text, loader, program.version, registry);
	return loaded.ok && loaded.value.verify().ok ? loaded.value : null;
}

/** What a reader needs to see of a program: version, settings, memory, text. */
export function describeProgram<C extends ContextObject>(
	program: GuestProgram,
	executable: Executable<C>,
): string {
	const { layout, config, version } = program;
	const regions = layout.regions.map(
		({ kind, vmAddr, len, reserved }) => `${kind} 0x${vmAddr.toString(16)}+${len}/${reserved}`,
	);
	return [
		`V${version} ${JSON.stringify(config)} entry ${executable.entryPc}`,
		`heap ${layout.heap}, pooled ${layout.pooled}, fresh ${layout.fresh}; ${regions.join(', ')}`,
		disassemble(executable).trimEnd(),
		`text ${Buffer.from(executable.textBytes).toString('hex')}`,
	].join('\n');
}
