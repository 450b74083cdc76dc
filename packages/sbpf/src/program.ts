/**
 * What a program and a loader are to each other: versions, built-in functions, the runtime context.
 *
 * Owns the version predicates (a version difference is a named predicate with its SIMD, asked once at
 * load), the table of functions a loader offers, and the interface the machine calls its host through.
 * Source: solana-sbpf `program.rs` and `vm.rs` (`ContextObject`).
 */
import type { Config } from './config.ts';
import { defaultConfig } from './config.ts';
import { FunctionRegistry, hashSymbolName } from './function-registry.ts';
import type { MemoryMapping } from './memory/memory-mapping.ts';
import type { EbpfVm } from './vm.ts';

/** The version of a program: 0 legacy, 1 to 4 as the SIMDs below bring them. */
export type SBPFVersion = 0 | 1 | 2 | 3 | 4;

/** Every version, ascending. */
export const SBPF_VERSIONS: readonly SBPFVersion[] = [0, 1, 2, 3, 4];

/**
 * The version an ELF header's `e_flags` asks for, or `null` for one from the future, which no range of
 * enabled versions holds.
 */
export function sbpfVersionFromElfFlags(flags: number): SBPFVersion | null {
	return flags === 0 || flags === 1 || flags === 2 || flags === 3 || flags === 4 ? flags : null;
}

/** SIMD-0166: a program moves its frame pointer itself, with `add64 r10, imm`. */
export function manualStackFrameBump(version: SBPFVersion): boolean {
	return version === 1 || version === 2;
}
/** SIMD-0166: before it, stack frames have gaps between them. */
export function stackFrameGaps(version: SBPFVersion): boolean {
	return version === 0;
}

/** SIMD-0174: product, quotient and remainder have an instruction class of their own. */
export function enablePqr(version: SBPFVersion): boolean {
	return version === 2;
}
/** SIMD-0174: 32-bit results are zero-extended unless an instruction says otherwise. */
export function explicitSignExtensionOfResults(version: SBPFVersion): boolean {
	return version === 2;
}
/** SIMD-0174: `sub reg, imm` computes `imm - reg`. */
export function swapSubRegImmOperands(version: SBPFVersion): boolean {
	return version === 2;
}
/** SIMD-0174: there is no `neg`. */
export function disableNeg(version: SBPFVersion): boolean {
	return version === 2;
}

/** SIMD-0173: `callx` names its register in the source field. */
export function callxUsesSrcReg(version: SBPFVersion): boolean {
	return version === 2;
}
/** SIMD-0173: `hor64` takes the place of the two-slot `lddw`. */
export function disableLddw(version: SBPFVersion): boolean {
	return version === 2;
}
/** SIMD-0173: there is no `le`. */
export function disableLe(version: SBPFVersion): boolean {
	return version === 2;
}
/** SIMD-0173: loads and stores share the classes of arithmetic. */
export function moveMemoryInstructionClasses(version: SBPFVersion): boolean {
	return version === 2;
}

/** SIMD-0178: a call says whether it means a syscall or a function; functions are called relatively. */
export function staticSyscalls(version: SBPFVersion): boolean {
	return version >= 3;
}
/** SIMD-0189: the ELF header and the program headers have one fixed form. */
export function enableStricterElfHeaders(version: SBPFVersion): boolean {
	return version >= 3;
}
/** SIMD-0189: read-only data is mapped at address 0. */
export function enableLowerRodataVaddr(version: SBPFVersion): boolean {
	return version >= 3;
}
/** SIMD-0377: conditional jumps on the lower 32 bits. */
export function enableJmp32(version: SBPFVersion): boolean {
	return version >= 3;
}
/** SIMD-0377: `callx` names its register in the destination field. */
export function callxUsesDstReg(version: SBPFVersion): boolean {
	return version >= 3;
}

/**
 * The key in the function registry that a `call imm` at slot `pc` looks up: from V3 on the target slot
 * (wrapped to 32 bits), before that the immediate itself.
 */
export function calculateCallImmTargetPc(version: SBPFVersion, pc: number, imm: number): number {
	return (staticSyscalls(version) ? pc + imm + 1 : imm) >>> 0;
}

/** What the host of a machine offers it: a meter and the memory in force. */
export interface ContextObject {
	/** Takes `amount` from the meter, down to zero at most. */
	consume(amount: number): void;
	/** What the meter still holds. */
	getRemaining(): number;
	/** The mapping of the program that runs now. */
	activeMapping(): MemoryMapping;
	/** What a memory operation costs at least, and bytes per unit above that; see {@link MemoryOperation}. */
	readonly memOpBaseCost?: number;
	readonly memOpBytesPerUnit?: number;
}

/**
 * A function of the host that only touches memory, which a compiler may therefore do itself: it costs the greater
 * of the context's `memOpBaseCost` and `n / memOpBytesPerUnit`, and answers 0. `copy` (to, from, n) refuses
 * overlap, `move` does not; `set` (at, byte, n); `compare` (a, b, n, result) writes an i32 to an address that is a
 * multiple of 4. Whatever else may happen is left to the function.
 */
export type MemoryOperation = 'copy' | 'move' | 'set' | 'compare';

/**
 * A function the host lends to programs. It reads its arguments from `vm.registers` 1 to 5 and answers
 * through `vm.setReturn`; it fails by throwing a `Fault`.
 */
export type BuiltinFunction<C extends ContextObject> = (vm: EbpfVm<C>) => void;

/** A loader's side of the bargain: its settings and the functions it lends. */
export class BuiltinProgram<C extends ContextObject> {
	readonly config: Config;
	readonly functions: FunctionRegistry<BuiltinFunction<C>> = new FunctionRegistry();
	/** Which of them are memory operations, by key. */
	readonly memoryOperations: Map<number, MemoryOperation> = new Map();

	constructor(config: Config) {
		this.config = config;
	}

	/** A loader with `config` and no functions yet. */
	static newLoader<C extends ContextObject>(config: Config): BuiltinProgram<C> {
		return new BuiltinProgram<C>(config);
	}

	/** A loader with the default settings. */
	static newMock<C extends ContextObject>(): BuiltinProgram<C> {
		return new BuiltinProgram<C>(defaultConfig());
	}

	/**
	 * Lends `fn` under the hash of `name`. The same function may be registered again.
	 *
	 * @throws Fault<ElfError> SymbolHashCollision where another function holds that hash.
	 */
	registerFunction(name: string, fn: BuiltinFunction<C>): void {
		const bytes = new TextEncoder().encode(name);
		this.functions.registerFunction(hashSymbolName(bytes), bytes, fn);
	}

	/** Says that the function lent under `name` is a memory operation. */
	declareMemoryOperation(name: string, operation: MemoryOperation): void {
		this.memoryOperations.set(hashSymbolName(new TextEncoder().encode(name)), operation);
	}

	/** Takes a function back; `false` where there was none. */
	unregisterFunction(name: string): boolean {
		const key = hashSymbolName(new TextEncoder().encode(name));
		this.memoryOperations.delete(key);
		return this.functions.unregisterFunction(key);
	}
}
