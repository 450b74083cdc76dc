/**
 * The program that is compiled, as the compiler's passes read it: fields of instructions, what a `call`
 * means, and which functions a `callx` may be compiled to call.
 */
import type { Analysis } from '../analysis/analysis.ts';
import {
	FUNCTION_ADDRESS_TAKEN,
	FUNCTION_CALLED,
	FUNCTION_ENTRYPOINT,
	FUNCTION_REGISTERED,
} from '../analysis/functions.ts';
import { INSN_SIZE } from '../isa/ebpf.ts';
import { INSTRUCTIONS } from '../isa/instructions.ts';
import { type InstructionTable, instructionTable } from '../isa/table.ts';
import {
	callxUsesDstReg,
	callxUsesSrcReg,
	type MemoryOperation,
	type SBPFVersion,
	staticSyscalls,
} from '../program.ts';

const CALL_IMM = INSTRUCTIONS.CALL_IMM.opcode;
/** The registers a program may name. */
const REGISTERS = 11;
const CALLX_TARGET = FUNCTION_ENTRYPOINT | FUNCTION_CALLED | FUNCTION_ADDRESS_TAKEN | FUNCTION_REGISTERED;

/** What the compiler needs of an executable. */
export interface CompilerInput {
	readonly sbpfVersion: SBPFVersion;
	readonly textBytes: Uint8Array;
	readonly entryPc: number;
}

/** What the compiler needs of a loader. */
export interface LoaderFunctions {
	readonly functions: { lookupByKey(key: number): unknown };
	readonly memoryOperations: ReadonlyMap<number, MemoryOperation>;
}

/** A program under compilation. */
export class Source {
	readonly version: SBPFVersion;
	readonly table: InstructionTable;
	readonly entryPc: number;
	readonly slotCount: number;
	/** The keys of the loader's functions that syscalls mean, in the order of their first call. */
	readonly syscallKeys: number[] = [];
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #analysis: Analysis;
	readonly #loader: LoaderFunctions;
	/** By slot: 1 plus the index of the syscall that a `call` there means. */
	readonly #syscallAt: Uint32Array;

	constructor(program: CompilerInput, analysis: Analysis, loader: LoaderFunctions) {
		this.#loader = loader;
		const { textBytes, sbpfVersion } = program;
		this.version = sbpfVersion;
		this.table = instructionTable(sbpfVersion);
		this.entryPc = program.entryPc;
		this.slotCount = analysis.cfg.slotCount;
		this.#bytes = textBytes;
		this.#view = new DataView(textBytes.buffer, textBytes.byteOffset, textBytes.byteLength);
		this.#analysis = analysis;
		this.#syscallAt = new Uint32Array(this.slotCount);
		const indices = new Map<number, number>();
		const isStatic = staticSyscalls(sbpfVersion);
		for (let pc = 0; pc < this.slotCount; pc++) {
			if (analysis.cfg.blockOf[pc] === -1 || this.opcode(pc) !== CALL_IMM) continue;
			if (isStatic && this.src(pc) !== 0) continue;
			const key = this.imm(pc) >>> 0;
			let index = indices.get(key);
			if (index === undefined) {
				if (loader.functions.lookupByKey(key) === undefined) continue;
				index = this.syscallKeys.push(key) - 1;
				indices.set(key, index);
			}
			this.#syscallAt[pc] = index + 1;
		}
	}

	opcode(pc: number): number {
		return this.#bytes[pc * INSN_SIZE]!;
	}

	dst(pc: number): number {
		return this.#bytes[pc * INSN_SIZE + 1]! & 0x0f;
	}

	src(pc: number): number {
		return this.#bytes[pc * INSN_SIZE + 1]! >> 4;
	}

	off(pc: number): number {
		return this.#view.getInt16(pc * INSN_SIZE + 2, true);
	}

	imm(pc: number): number {
		return this.#view.getInt32(pc * INSN_SIZE + 4, true);
	}

	/** The slot of the instruction before `pc`; -1 before the first. */
	previous(pc: number): number {
		return pc > 0 && this.#analysis.cfg.blockOf[pc - 1] === -1 ? pc - 2 : pc - 1;
	}

	/** The slot of the instruction after `pc`. */
	following(pc: number): number {
		return this.#analysis.cfg.blockOf[pc + 1] === -1 ? pc + 2 : pc + 1;
	}

	isSyscall(pc: number): boolean {
		return this.#syscallAt[pc] !== 0;
	}

	/** Index in {@link syscallKeys} of the function that the `call` at `pc` means. */
	syscallIndex(pc: number): number {
		return this.#syscallAt[pc]! - 1;
	}

	/** The memory operation that the syscall at `pc` is, if it is one. */
	memoryOperation(pc: number): MemoryOperation | undefined {
		return this.#loader.memoryOperations.get(this.imm(pc) >>> 0);
	}

	/** The register that the `callx` at `pc` names; 11 or more is none. */
	callxRegister(pc: number): number {
		if (callxUsesSrcReg(this.version)) return this.src(pc);
		return callxUsesDstReg(this.version) ? this.dst(pc) : this.imm(pc) >>> 0;
	}

	/** Whether both register fields name registers. */
	namesRegisters(pc: number): boolean {
		return this.dst(pc) < REGISTERS && this.src(pc) < REGISTERS;
	}

	/** Whether a `callx` that leads to the start of function `f` is compiled as a call of it. */
	isCallxTarget(f: number): boolean {
		return this.#analysis.hasCallx && (this.#analysis.functions.flags[f]! & CALLX_TARGET) !== 0;
	}
}
