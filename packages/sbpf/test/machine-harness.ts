/** What tests need to run a program: a host with a meter, an arena, and the usual four regions. */

import { assembleText } from '../src/asm/assembler.ts';
import { type Config, defaultConfig, stackSize } from '../src/config.ts';
import { Executable } from '../src/executable.ts';
import { FunctionRegistry } from '../src/function-registry.ts';
import { MM_HEAP_START, MM_INPUT_START, MM_STACK_START } from '../src/isa/ebpf.ts';
import { Arena } from '../src/memory/arena.ts';
import { type AccessViolationHandler, MemoryMapping } from '../src/memory/memory-mapping.ts';
import { MemoryRegion } from '../src/memory/memory-region.ts';
import { getRoRegion, releaseRoRegion } from '../src/memory/ro-region.ts';
import {
	type BuiltinFunction,
	BuiltinProgram,
	type ContextObject,
	type SBPFVersion,
	stackFrameGaps,
} from '../src/program.ts';
import { EbpfVm, type ExecutionOutcome } from '../src/vm.ts';

/** A host that counts. */
export class TestContext implements ContextObject {
	remaining: number;
	mapping: MemoryMapping;
	/** What was consumed, call by call. */
	readonly consumed: number[] = [];

	constructor(remaining: number, mapping: MemoryMapping) {
		this.remaining = remaining;
		this.mapping = mapping;
	}

	consume(amount: number): void {
		this.consumed.push(amount);
		this.remaining = Math.max(0, this.remaining - amount);
	}

	getRemaining(): number {
		return this.remaining;
	}

	activeMapping(): MemoryMapping {
		return this.mapping;
	}
}

/** How a test program is set up. */
export interface Setup {
	readonly version?: SBPFVersion;
	readonly config?: Partial<Config>;
	readonly budget?: number;
	/** Bytes of the input region; none if left out. */
	readonly input?: Uint8Array;
	readonly inputWritable?: boolean;
	readonly heapBytes?: number;
	readonly syscalls?: Readonly<Record<string, BuiltinFunction<TestContext>>>;
	readonly registers?: readonly bigint[];
	readonly handler?: AccessViolationHandler;
	/** Regions instead of the input region. */
	readonly extraRegions?: (arena: Arena) => MemoryRegion[];
	readonly arena?: Arena;
	/** Functions by key, for a program given as bytes. */
	readonly functions?: FunctionRegistry<number>;
}

/** A program ready to run. */
export interface TestMachine {
	readonly vm: EbpfVm<TestContext>;
	readonly executable: Executable<TestContext>;
	readonly context: TestContext;
	readonly arena: Arena;
	readonly mapping: MemoryMapping;
	readonly stack: MemoryRegion;
	readonly heap: MemoryRegion;
	run(): ExecutionOutcome;
	/** Gives its memory back to the arena. */
	dispose(): void;
}

/** One arena for all machines of a test file that do not ask for their own: a WebAssembly memory costs half a millisecond. */
const sharedArena = new Arena();

/** Builds a machine around assembly or the bytes of a text section. */
export function machine(program: string | Uint8Array, setup: Setup = {}): TestMachine {
	return machineFor(executableOf(program, setup), setup);
}

/** Makes an executable of assembly or the bytes of a text section; it is not verified. */
export function executableOf(program: string | Uint8Array, setup: Setup = {}): Executable<TestContext> {
	const version = setup.version ?? 3;
	const config = defaultConfig({ enabledSbpfVersions: { min: 0, max: version }, ...setup.config });
	const loader = BuiltinProgram.newLoader<TestContext>(config);
	for (const [name, fn] of Object.entries(setup.syscalls ?? {})) loader.registerFunction(name, fn);
	let text: Uint8Array;
	let functions = setup.functions ?? new FunctionRegistry<number>();
	if (typeof program === 'string') {
		const assembled = assembleText(program, version);
		if (!assembled.ok) throw new Error(assembled.error);
		text = assembled.value.text;
		functions = assembled.value.functionRegistry;
	} else {
		text = program;
	}
	const loaded = Executable.fromTextBytes(text, loader, version, functions);
	if (!loaded.ok) throw new Error(loaded.error.kind);
	return loaded.value;
}

/** Builds a machine around an executable. */
export function machineFor(executable: Executable<TestContext>, setup: Setup = {}): TestMachine {
	const { config, loader, sbpfVersion } = executable;
	const arena = setup.arena ?? sharedArena;
	const stackBytes = stackSize(config);
	const gap = stackFrameGaps(sbpfVersion) && config.enableStackFrameGaps ? config.stackFrameSize : 0;
	const stack = MemoryRegion.newGapped(arena.alloc(stackBytes), stackBytes, MM_STACK_START, gap);
	const heapBytes = setup.heapBytes ?? 0;
	const heap = MemoryRegion.newWritable(arena.alloc(heapBytes), heapBytes, MM_HEAP_START);
	const regions = [getRoRegion(executable, arena), stack, heap];
	if (setup.extraRegions !== undefined) {
		regions.push(...setup.extraRegions(arena));
	} else if (setup.input !== undefined) {
		const host = arena.put(setup.input);
		const make = setup.inputWritable === false ? MemoryRegion.newReadonly : MemoryRegion.newWritable;
		regions.push(make(host, setup.input.length, MM_INPUT_START));
	}
	const mapping = new MemoryMapping(arena, regions, config, sbpfVersion, setup.handler);
	mapping.initialize();
	const context = new TestContext(setup.budget ?? 1_000_000, mapping);
	const vm = new EbpfVm(loader, sbpfVersion, context, stackBytes);
	for (const [i, value] of (setup.registers ?? []).entries()) vm.registers[i] = value;
	const run = (): ExecutionOutcome => vm.executeProgram(executable, 'interpreted');
	const dispose = (): void => {
		for (const region of regions.slice(1)) arena.free(region.host);
		releaseRoRegion(executable, arena);
	};
	return { vm, executable, context, arena, mapping, stack, heap, run, dispose };
}

/** Runs assembly and gives r0 or the error. */
export function resultOf(source: string | Uint8Array, setup: Setup = {}): ExecutionOutcome['result'] {
	return machine(source, setup).run().result;
}

/** Encodes one instruction. */
export function encode(opcode: number, dst = 0, src = 0, off = 0, imm = 0): number[] {
	const bytes = new Uint8Array(8);
	const view = new DataView(bytes.buffer);
	view.setUint8(0, opcode);
	view.setUint8(1, (src << 4) | dst);
	view.setInt16(2, off, true);
	view.setInt32(4, imm | 0, true);
	return Array.from(bytes);
}
