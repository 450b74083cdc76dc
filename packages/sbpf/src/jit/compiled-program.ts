/**
 * A program compiled to WebAssembly, and running it.
 *
 * Owns the module, its instances (one an arena) and the host's side of compiled code: translation of an
 * address that misses its window, syscalls, and the interpreter that stands in. Everything between the two
 * sides goes through the block at the bottom of the arena (`abi.ts`); errors leave compiled code as a thrown
 * {@link Left}, which costs nothing where none is thrown.
 */
import { err, ok, type Result } from '@parhelion/sdk';
import { Analysis } from '../analysis/analysis.ts';
import type { EbpfError } from '../errors.ts';
import type { Executable } from '../executable.ts';
import { INSN_SIZE, MM_STACK_START } from '../isa/ebpf.ts';
import type { Arena } from '../memory/arena.ts';
import { type AccessType, WINDOW_SLOTS } from '../memory/memory-mapping.ts';
import { type MemoryRegion, NO_GAPS } from '../memory/memory-region.ts';
import { type BuiltinFunction, type ContextObject, manualStackFrameBump } from '../program.ts';
import type { CompiledProgram, EbpfVm } from '../vm.ts';
import {
	ABI_CALL_DEPTH,
	ABI_HIGHEST_FRAME,
	ABI_MEM_OP_BASE,
	ABI_MEM_OP_BYTES_PER_UNIT,
	ABI_METER,
	ABI_REGISTERS,
	ABI_STACK_HOST,
	closeAbiWindows,
	openAbiWindow,
	restoreAbi,
	saveAbi,
} from './abi.ts';
import { MAX_FUNCTIONS, MAX_SLOTS } from './limits.ts';
import { ModuleContext } from './module-context.ts';
import { Source } from './source.ts';

/** Thrown through compiled code when the program failed; the machine holds the error. */
class Left {}
const LEFT = new Left();

const WORDS_OF_REGISTERS = 22;
const TWO_32 = 0x1_0000_0000;
/** A meter that no run reaches, for machines that have theirs off. */
const UNMETERED = 2 ** 62;

/** One instance of a module: its code over one arena. */
interface Instance<C extends ContextObject> {
	run: () => void;
	/** Who runs now; nested machines of one program share the instance. */
	running: Running<C> | null;
}

interface Running<C extends ContextObject> {
	readonly vm: EbpfVm<C>;
	windowsClosed: number;
}

/**
 * What the compiler makes of a program: plain data, which a worker can be sent. It fits every executable with the
 * same bytes, version, configuration and syscalls.
 */
export interface CompiledModule {
	readonly module: WebAssembly.Module;
	/** Bytes of the module. */
	readonly size: number;
	/** Keys of the loader's functions that it calls. */
	readonly syscallKeys: readonly number[];
	/** Slots of the functions that `callx` finds; null for a program without it. */
	readonly callTargets: readonly number[] | null;
	/** Bytes of a frame that is addressed without a check (0: none), and what a call adds to the frame pointer. */
	readonly frameSize: number;
	readonly frameStride: number;
}

/** A program bound to its compiled form. */
export class WasmProgram<C extends ContextObject> implements CompiledProgram<C> {
	readonly compiled: CompiledModule;
	readonly #executable: Executable<C>;
	readonly #syscalls: readonly BuiltinFunction<C>[];
	readonly #callTargets: readonly number[] | null;
	readonly #frameSize: number;
	readonly #frameStride: number;
	readonly #isManual: boolean;
	readonly #instances: WeakMap<Arena, Instance<C>> = new WeakMap();

	/** Binds `executable` to what it, or its like, was compiled to. */
	constructor(executable: Executable<C>, compiled: CompiledModule) {
		this.compiled = compiled;
		this.#executable = executable;
		const { functions } = executable.loader;
		this.#syscalls = compiled.syscallKeys.map((key) => functions.lookupByKey(key)!.value);
		this.#callTargets = compiled.callTargets;
		this.#frameSize = compiled.frameSize;
		this.#frameStride = compiled.frameStride;
		this.#isManual = manualStackFrameBump(executable.sbpfVersion);
	}

	/** Compiles a verified program; `null` where the compiler declines it (see {@link compileModule}). */
	static compile<C extends ContextObject>(executable: Executable<C>): WasmProgram<C> | null {
		const compiled = compileModule(executable);
		return compiled === null ? null : new WasmProgram(executable, compiled);
	}

	/** Runs the program from its entry point to the end. */
	invoke(vm: EbpfVm<C>): Result<bigint, EbpfError> {
		const { arena, mapping, loader } = vm;
		const stack = this.#stackOf(vm);
		if (stack === undefined || loader.config.enableRegisterTracing) {
			return vm.interpretFunction(this.#executable, vm.pc, 0) ? ok(vm.registers[0]!) : err(vm.error!);
		}
		const instance = this.#instanceFor(arena);
		// Only a machine inside another one has something to put back.
		const saved = arena.machines > 0 ? saveAbi(arena) : null;
		arena.machines++;
		const previous = instance.running;
		instance.running = { vm, windowsClosed: mapping.windowsClosed };
		const { i32 } = arena;
		copyWords(vm.registers32, 0, i32, ABI_REGISTERS >> 2, WORDS_OF_REGISTERS);
		i32[ABI_CALL_DEPTH >> 2] = 0;
		i32[ABI_STACK_HOST >> 2] = stack.host;
		i32[ABI_HIGHEST_FRAME >> 2] = 0;
		i32[(ABI_HIGHEST_FRAME >> 2) + 1] = 0;
		i32[ABI_MEM_OP_BASE >> 2] = vm.context.memOpBaseCost ?? 0;
		i32[ABI_MEM_OP_BYTES_PER_UNIT >> 2] = bytesPerUnit(vm.context);
		writeMeter(vm, arena);
		closeAbiWindows(arena);
		try {
			instance.run();
			copyWords(arena.i32, ABI_REGISTERS >> 2, vm.registers32, 0, 2);
			readMeter(vm, arena);
			return ok(vm.registers[0]!);
		} catch (thrown) {
			if (thrown !== LEFT) throw thrown;
			return err(vm.error!);
		} finally {
			this.#markStack(arena, stack);
			instance.running = previous;
			arena.machines--;
			if (saved !== null) restoreAbi(arena, saved);
		}
	}

	/** The stack, if it and the frame pointer are as compiled code takes them to be. */
	#stackOf(vm: EbpfVm<C>): MemoryRegion | undefined {
		const { mapping, loader } = vm;
		const { maxCallDepth, stackFrameSize } = loader.config;
		const isFirstFrame = this.#isManual || vm.argNumber(10) === MM_STACK_START + stackFrameSize;
		if (!isFirstFrame) return undefined;
		const stack = mapping.regions.find((region) => region.vmAddr === MM_STACK_START);
		if (this.#frameSize === 0) return stack ?? mapping.regions[0];
		if (stack === undefined) return undefined;
		const gapSize = stack.vmGapShift === NO_GAPS ? 0 : stack.gapSize;
		const hasItsShape = gapSize === this.#frameStride - this.#frameSize;
		return stack.writable && hasItsShape && stack.len >= this.#frameSize * maxCallDepth ? stack : undefined;
	}

	/** Tells the pool how far the stack was written by code that needs no windows for it. */
	#markStack(arena: Arena, stack: MemoryRegion): void {
		const low = arena.i32[ABI_HIGHEST_FRAME >> 2]! >>> 0;
		const high = arena.i32[(ABI_HIGHEST_FRAME >> 2) + 1]! >>> 0;
		if (stack.pooled === null || (low | high) === 0) return;
		const distance = high * TWO_32 + low - MM_STACK_START;
		stack.pooled.markDirty(((distance - this.#frameSize) / this.#frameStride + 1) * this.#frameSize);
	}

	#instanceFor(arena: Arena): Instance<C> {
		const known = this.#instances.get(arena);
		if (known !== undefined) return known;
		const instance: Instance<C> = { run: () => {}, running: null };
		const host: Record<string, WebAssembly.ImportValue> = {
			memory: arena.memory,
			miss: (low: number, high: number, packed: number) => miss(instance.running!, low, high, packed),
			probe: (low: number, high: number, length: number, access: number) =>
				probe(instance.running!, low, high, length, access as AccessType),
			syscall: (index: number, pc: number) => this.#syscall(instance.running!, index, pc),
			interpret: (pc: number) => this.#interpret(instance.running!, pc),
		};
		if (this.#callTargets !== null)
			host['callMap'] = new WebAssembly.Global({ value: 'i32' }, this.#putCallMap(arena));
		const { exports } = new WebAssembly.Instance(this.compiled.module, { host });
		instance.run = exports['run'] as () => void;
		this.#instances.set(arena, instance);
		return instance;
	}

	/** Writes the map from slots to places in the table of functions into the arena. */
	#putCallMap(arena: Arena): number {
		const slots = Math.ceil(this.#executable.textBytes.length / 8);
		const map = new Uint16Array(slots);
		for (const [i, pc] of this.#callTargets!.entries()) map[pc] = i + 1;
		const host = arena.put(new Uint8Array(map.buffer));
		arena.freeWith(this, host);
		return host;
	}

	#syscall(running: Running<C>, index: number, pc: number): void {
		const { vm } = running;
		const { arena } = vm;
		vm.pc = pc;
		const from = ABI_REGISTERS >> 2;
		copyWords(arena.i32, from, vm.registers32, 0, 12);
		readMeter(vm, arena);
		if (!vm.invokeFunction(this.#syscalls[index]!)) throw this.#stop(vm);
		const { i32 } = vm.arena;
		i32[from] = vm.registers32[0]!;
		i32[from + 1] = vm.registers32[1]!;
		writeMeter(vm, arena);
		settleWindows(running);
	}

	#interpret(running: Running<C>, pc: number): void {
		const { vm } = running;
		const { arena } = vm;
		const from = ABI_REGISTERS >> 2;
		copyWords(arena.i32, from, vm.registers32, 0, WORDS_OF_REGISTERS);
		readMeter(vm, arena);
		const fp = vm.argNumber(10) - MM_STACK_START;
		const depth = this.#isManual
			? arena.i32[ABI_CALL_DEPTH >> 2]!
			: Math.floor((fp - this.#executable.config.stackFrameSize) / this.#frameStride);
		if (!vm.interpretFunction(this.#executable, pc, depth)) throw LEFT;
		copyWords(vm.registers32, 0, arena.i32, from, 12);
		writeMeter(vm, arena);
		settleWindows(running);
	}

	/** Records where the program failed. */
	#stop(vm: EbpfVm<C>): Left {
		vm.registers[11] = BigInt(vm.pc);
		return LEFT;
	}
}

/**
 * The arena offset of a span that missed its window, or -1: then the interpreter goes on. `packed` is what
 * `packMiss` made.
 *
 * The span stands for several accesses, of which only the first is about to happen. So the handler of access
 * violations hears of that one alone, and of a gapped region the span must lie in one frame: of an access the
 * mapping only asks where it begins.
 */
function miss<C extends ContextObject>(
	running: Running<C>,
	low: number,
	high: number,
	packed: number,
): number {
	const { mapping, arena } = running.vm;
	const access = ((packed >> 1) & 1) as AccessType;
	const span = packed >>> 18;
	const vmAddr = (high >>> 0) * TWO_32 + (low >>> 0);
	let isOpen = mapping.allowsSpan(access, vmAddr, span);
	if (!isOpen) {
		const at = (low >>> 0) + ((packed >>> 5) & 0x1fff);
		const upper = (high + (at >= TWO_32 ? 1 : 0)) | 0;
		const first = mapping.translate((packed & 1) as AccessType, upper, at | 0, 1 << ((packed >> 3) & 3));
		const hasMoved = mapping.windowsClosed !== running.windowsClosed;
		settleWindows(running);
		if (first < 0 || (hasMoved && (packed & 4) !== 0)) return -1;
		isOpen = mapping.allowsSpan(access, vmAddr, span);
	}
	if (!isOpen) return -1;
	const host = mapping.translate(access, high, low, 1);
	if (high >>> 0 < WINDOW_SLOTS) openAbiWindow(arena, mapping.windows, access, high);
	return host;
}

/** As {@link miss}, the way a function of the host looks an address up. */
function probe<C extends ContextObject>(
	running: Running<C>,
	low: number,
	high: number,
	length: number,
	access: AccessType,
): number {
	const { mapping, arena } = running.vm;
	const host = mapping.probe(access, high, low, length >>> 0);
	if (host >= 0 && high >>> 0 < 8) openAbiWindow(arena, mapping.windows, access, high);
	return host;
}

/** Closes compiled code's windows if the mapping closed its own. */
function settleWindows<C extends ContextObject>(running: Running<C>): void {
	const { mapping, arena } = running.vm;
	if (mapping.windowsClosed === running.windowsClosed) return;
	running.windowsClosed = mapping.windowsClosed;
	closeAbiWindows(arena);
}

/** Copies words; a loop, because a view made for `set` costs more than the few words do. */
function copyWords(source: Int32Array, at: number, target: Int32Array, to: number, count: number): void {
	for (let i = 0; i < count; i++) target[to + i] = source[at + i]!;
}

/** Bytes per unit of a memory operation, 0 where compiled code must leave it to the host. */
function bytesPerUnit({ memOpBaseCost, memOpBytesPerUnit }: ContextObject): number {
	const isUsable = (value: number | undefined): value is number =>
		value !== undefined && Number.isInteger(value) && value >= 0 && value <= 0x7fff_ffff;
	return isUsable(memOpBaseCost) && isUsable(memOpBytesPerUnit) ? memOpBytesPerUnit : 0;
}

function writeMeter<C extends ContextObject>(vm: EbpfVm<C>, arena: Arena): void {
	const budget = Math.min(vm.budget, UNMETERED);
	arena.i32[ABI_METER >> 2] = budget | 0;
	arena.i32[(ABI_METER >> 2) + 1] = Math.floor(budget / TWO_32) | 0;
}

function readMeter<C extends ContextObject>(vm: EbpfVm<C>, arena: Arena): void {
	vm.budget = arena.i32[(ABI_METER >> 2) + 1]! * TWO_32 + (arena.i32[ABI_METER >> 2]! >>> 0);
}

/** Whether the engine has tail calls (WebAssembly 3.0), by which compiled code leaves functions. */
const hasTailCalls: boolean = WebAssembly.validate(
	Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 6, 1, 4, 0, 18, 0, 11),
);

/**
 * Compiles a verified program. `null` where the compiler declines: the engine lacks tail calls or does not accept
 * the module, the program is beyond the limits (`limits.ts`) or starts where no instruction does. It is
 * interpreted then.
 */
export function compileModule<C extends ContextObject>(executable: Executable<C>): CompiledModule | null {
	if (!hasTailCalls) return null;
	const context = moduleContext(executable);
	if (context === null) return null;
	const bytes = context.compile();
	let module: WebAssembly.Module;
	try {
		module = new WebAssembly.Module(bytes);
	} catch (thrown) {
		if (thrown instanceof WebAssembly.CompileError) return null;
		throw thrown;
	}
	const { analysis, callTargets } = context;
	return {
		module,
		size: bytes.length,
		syscallKeys: context.source.syscallKeys,
		callTargets: context.callMap === null ? null : callTargets.map((f) => analysis.functionPc(f)),
		frameSize: context.frameSize,
		frameStride: context.frameStride,
	};
}

function moduleContext<C extends ContextObject>(executable: Executable<C>): ModuleContext | null {
	const { config, textBytes, entryPc, sbpfVersion } = executable;
	if (textBytes.length > MAX_SLOTS * INSN_SIZE) return null;
	// The frame pointer could not count the frames.
	if (config.stackFrameSize === 0 && !manualStackFrameBump(sbpfVersion)) return null;
	const analysis = Analysis.fromExecutable(executable);
	if (analysis.functions.functionCount > MAX_FUNCTIONS || analysis.functionAt(entryPc) === -1) return null;
	const source = new Source(executable, analysis, executable.loader);
	return new ModuleContext(source, analysis, config, executable.textSectionVaddr);
}

/** The bytes of the module that a program is compiled to, for tests and tools; `null` as {@link compileModule}. */
export function emitModule<C extends ContextObject>(
	executable: Executable<C>,
): Uint8Array<ArrayBuffer> | null {
	return moduleContext(executable)?.compile() ?? null;
}
