/**
 * The machine: registers, memory and meter of one running program.
 *
 * Owns the dealings with the host: taking what was executed from its meter before every builtin
 * function, reading the meter anew afterwards, and turning what the function throws into the program's
 * error. Refuses the semantics of instructions (`interpreter.ts`).
 * Source: solana-sbpf `vm.rs` (`EbpfVm`, `execute_program`) and `program.rs` (`BuiltinFunctionDefinition::vm`).
 */
import { err, Fault, ok, type Result } from '@parhelion/sdk';
import { type DecodedProgram, decodeProgram } from './decode.ts';
import type { EbpfError } from './errors.ts';
import type { Executable } from './executable.ts';
import { EXITED, FAILED, FRAME_WORDS, interpret, restorePatched } from './interpreter.ts';
import { FRAME_PTR_REG, MM_STACK_START } from './isa/ebpf.ts';
import type { Arena } from './memory/arena.ts';
import type { MemoryMapping } from './memory/memory-mapping.ts';
import {
	type BuiltinFunction,
	type BuiltinProgram,
	type ContextObject,
	manualStackFrameBump,
	type SBPFVersion,
} from './program.ts';

/** How to run: interpreted, compiled (an error where there is no compiled form), or compiled if possible. */
export type ExecutionMode = 'interpreted' | 'jit' | 'preferJit';

/** What a compiler makes of an executable. It runs `vm` from `vm.pc` to the end, as {@link EbpfVm} would. */
export interface CompiledProgram<C extends ContextObject> {
	/** The program's result; the meter's state is left in `vm` as the interpreter leaves it. */
	invoke(vm: EbpfVm<C>): Result<bigint, EbpfError>;
}

/** What a run came to. */
export interface ExecutionOutcome {
	/** What the host's meter lost, nested programs included; 0 where the meter is off. */
	readonly instructionCount: number;
	/** r0 of the root frame, or why the program stopped. */
	readonly result: Result<bigint, EbpfError>;
	/** How it ran. */
	readonly mode: 'interpreted' | 'jit';
}

/** Registers, the program counter (11) included. */
const REGISTERS = 12;
/** The most instructions one {@link interpret} is given: its meter is a 32-bit integer. */
const MAX_BUDGET = 2 ** 30;

const JIT_NOT_COMPILED: EbpfError = Object.freeze({ kind: 'JitNotCompiled' });
const EXCEEDED_MAX_INSTRUCTIONS: EbpfError = Object.freeze({ kind: 'ExceededMaxInstructions' });

/** Registers of machines that were released: as many as programs nest. */
const spareRegisters: BigUint64Array[] = [];
const MAX_SPARE_REGISTERS = 9;

/** A virtual machine for one execution of one program. */
export class EbpfVm<C extends ContextObject> {
	/** r0 to r10 and, after an error, the slot it happened in. Arguments are set here before the run. */
	readonly registers: BigUint64Array;
	/** The same as pairs of words, lower first. */
	readonly registers32: Int32Array;
	readonly loader: BuiltinProgram<C>;
	readonly sbpfVersion: SBPFVersion;
	readonly context: C;
	/** The memory of this program; fixed for the life of the machine. */
	readonly mapping: MemoryMapping;
	readonly arena: Arena;
	readonly maxCallDepth: number;
	/** Calls that have not returned. */
	callDepth = 0;
	/** The depth at which an `exit` ends the interpreter's part: 0 but where it stands in for compiled code. */
	floor = 0;
	/** The registers before each instruction, if the configuration asks for them. */
	registerTrace: BigUint64Array[] = [];

	/** The slot to execute next. */
	pc = 0;
	/** Instructions the interpreter may execute before it pauses. */
	left = 0;
	/** Why the interpreter failed. */
	error: EbpfError | null = null;
	/** The interpreter's call frames; lent for the time of a run. */
	frames: Int32Array = NO_FRAMES;
	/** What the host's meter held when it was asked last. */
	#previousInstructionMeter = 0;
	/** What the budget holds beyond {@link left}. */
	#reserve = 0;
	#maxBudget = MAX_BUDGET;
	readonly #meterEnabled: boolean;

	/** A machine over the memory in force in `context`, its frame pointer set for a stack of `stackLen` bytes. */
	constructor(loader: BuiltinProgram<C>, sbpfVersion: SBPFVersion, context: C, stackLen: number) {
		const { config } = loader;
		this.registers = spareRegisters.pop() ?? new BigUint64Array(REGISTERS);
		this.registers32 = new Int32Array(this.registers.buffer);
		const firstFrame = manualStackFrameBump(sbpfVersion) ? stackLen : config.stackFrameSize;
		this.registers[FRAME_PTR_REG] = BigInt(MM_STACK_START + firstFrame);
		this.loader = loader;
		this.sbpfVersion = sbpfVersion;
		this.context = context;
		this.mapping = context.activeMapping();
		this.arena = this.mapping.arena;
		this.maxCallDepth = config.maxCallDepth;
		this.#meterEnabled = config.enableInstructionMeter;
	}

	/** Gives the registers to the next machine; this one must not be used afterwards. Allocating them costs 0.3 us. */
	release(): void {
		if (spareRegisters.length >= MAX_SPARE_REGISTERS) return;
		this.registers32.fill(0);
		spareRegisters.push(this.registers);
	}

	/** Register `i` (arguments are 1 to 5), unsigned. */
	arg(i: number): bigint {
		return this.registers[i]!;
	}

	/** Register `i` as a number: exact below 2^53, rounded from there on. */
	argNumber(i: number): number {
		return (this.registers32[2 * i + 1]! >>> 0) * 0x1_0000_0000 + (this.registers32[2 * i]! >>> 0);
	}

	/** What a builtin function answers; it is 0 until then. A number must be an integer from 0 to 2^53. */
	setReturn(value: bigint | number): void {
		if (typeof value === 'bigint') {
			this.registers[0] = value;
		} else {
			this.registers32[0] = value | 0;
			this.registers32[1] = Math.floor(value / 0x1_0000_0000) | 0;
		}
	}

	/**
	 * Runs `executable` from its entry point. Errors: JitNotCompiled for mode `jit` without a compiled
	 * form (nothing is metered then), else whatever the program comes to.
	 */
	executeProgram(executable: Executable<C>, mode: ExecutionMode): ExecutionOutcome {
		const compiled = executable.compiled;
		if (mode === 'jit' && compiled === null) {
			return { instructionCount: 0, result: err(JIT_NOT_COMPILED), mode: 'interpreted' };
		}
		const { context } = this;
		const initial = context.getRemaining();
		this.pc = executable.entryPc;
		this.error = null;
		this.#previousInstructionMeter = initial;
		this.#setBudget(this.#meterEnabled ? initial : Number.POSITIVE_INFINITY);
		const isCompiled = mode !== 'interpreted' && compiled !== null;
		const result = isCompiled ? compiled.invoke(this) : this.#interpret(decodeProgram(executable));
		let instructionCount = 0;
		if (this.#meterEnabled) {
			context.consume(this.#previousInstructionMeter - this.#reserve - this.left);
			instructionCount = Math.max(0, initial - context.getRemaining());
		}
		return { instructionCount, result, mode: isCompiled ? 'jit' : 'interpreted' };
	}

	/**
	 * Calls a function of the host: settles the meter with it, calls, reads the meter anew. Answers whether
	 * it succeeded; if not, {@link error} is `SyscallError` around what it threw. That holds for this room's
	 * own errors too (an access violation of a function's argument), as upstream boxes whatever a function
	 * fails with; only a `SyscallError` is not wrapped again.
	 */
	invokeFunction(fn: BuiltinFunction<C>): boolean {
		const { context } = this;
		if (this.#meterEnabled) {
			context.consume(this.#previousInstructionMeter - this.#reserve - this.left);
		}
		this.registers32[0] = 0;
		this.registers32[1] = 0;
		let succeeded = true;
		try {
			fn(this);
		} catch (thrown) {
			if (!(thrown instanceof Fault)) throw thrown;
			this.error = syscallError(thrown.error);
			succeeded = false;
		}
		if (this.#meterEnabled) {
			this.#previousInstructionMeter = context.getRemaining();
			this.#setBudget(this.#previousInstructionMeter);
		}
		if (this.#maxBudget === 1) {
			// One instruction at a time: the call was it.
			this.#reserve += this.left;
			this.left = 0;
		}
		return succeeded;
	}

	/** Instructions that may still be executed before the host's meter is asked again. */
	get budget(): number {
		return this.#reserve + this.left;
	}

	set budget(budget: number) {
		this.#setBudget(budget);
	}

	/**
	 * Stands in for compiled code: interprets from slot `pc` until the function at call depth `depth` exits.
	 * Answers whether it did; if not, {@link error} says why the program failed.
	 */
	interpretFunction(executable: Executable<C>, pc: number, depth: number): boolean {
		const { floor } = this;
		this.pc = pc;
		this.callDepth = depth;
		this.floor = depth;
		const result = this.#interpret(decodeProgram(executable));
		this.floor = floor;
		if (!result.ok) this.error = result.error;
		return result.ok;
	}

	#setBudget(budget: number): void {
		this.left = Math.min(budget, this.#maxBudget);
		this.#reserve = budget - this.left;
	}

	#interpret(program: DecodedProgram<C>): Result<bigint, EbpfError> {
		const { enableRegisterTracing } = this.loader.config;
		this.frames = framePool.pop() ?? new Int32Array(0);
		if (this.frames.length < this.maxCallDepth * FRAME_WORDS) {
			this.frames = new Int32Array(this.maxCallDepth * FRAME_WORDS);
		}
		try {
			return enableRegisterTracing ? this.#traceToEnd(program) : this.#runToEnd(program);
		} finally {
			restorePatched(program);
			if (framePool.length < MAX_POOLED_FRAMES) framePool.push(this.frames);
			this.frames = NO_FRAMES;
		}
	}

	#runToEnd(program: DecodedProgram<C>): Result<bigint, EbpfError> {
		for (;;) {
			if (this.left === 0) {
				if (this.#reserve === 0) return this.#stop(EXCEEDED_MAX_INSTRUCTIONS);
				this.#setBudget(this.#reserve);
			}
			const status = interpret(this, program);
			if (status === EXITED) return ok(this.registers[0]!);
			if (status === FAILED) return this.#stop(this.error!);
		}
	}

	/** As {@link #runToEnd}, an instruction at a time. */
	#traceToEnd(program: DecodedProgram<C>): Result<bigint, EbpfError> {
		this.#maxBudget = 1;
		this.#setBudget(this.left + this.#reserve);
		for (;;) {
			if (this.left === 0 && this.#reserve === 0) return this.#stop(EXCEEDED_MAX_INSTRUCTIONS);
			if (this.left === 0) this.#setBudget(this.#reserve);
			if (this.pc >= 0 && this.pc < program.slots) {
				const snapshot = this.registers.slice();
				snapshot[REGISTERS - 1] = BigInt(this.pc);
				this.registerTrace.push(snapshot);
			}
			const status = interpret(this, program);
			if (status === EXITED) return ok(this.registers[0]!);
			if (status === FAILED) return this.#stop(this.error!);
		}
	}

	#stop(error: EbpfError): Result<bigint, EbpfError> {
		this.registers[REGISTERS - 1] = BigInt(this.pc);
		return err(error);
	}
}

function syscallError(error: unknown): EbpfError {
	const isWrapped = typeof error === 'object' && error !== null && 'kind' in error && 'error' in error;
	if (isWrapped && error.kind === 'SyscallError') return { kind: 'SyscallError', error: error.error };
	return { kind: 'SyscallError', error };
}

const NO_FRAMES = new Int32Array(0);
/** As many as programs nest. */
const MAX_POOLED_FRAMES = 9;
/** Call frames nobody uses; not guest memory, so nothing is zeroed. */
const framePool: Int32Array[] = [];
