/** Runs a linked program on both engines, with the few syscalls that the tests' programs call. */
import {
	ACCESS_LOAD,
	ACCESS_STORE,
	Arena,
	type BuiltinFunction,
	BuiltinProgram,
	type ContextObject,
	defaultConfig,
	EbpfVm,
	Executable,
	errorDebug,
	getRoRegion,
	MemoryMapping,
	MemoryRegion,
	MM_HEAP_START,
	MM_INPUT_START,
	MM_STACK_START,
	releaseRoRegion,
	stackFrameGaps,
	stackSize,
	WasmProgram,
} from '@parhelion/sbpf';

class Context implements ContextObject {
	remaining: number;
	mapping!: MemoryMapping;
	readonly log: string[] = [];
	returnData: Uint8Array = new Uint8Array(0);

	constructor(remaining: number) {
		this.remaining = remaining;
	}
	consume(amount: number): void {
		this.remaining = Math.max(0, this.remaining - amount);
	}
	getRemaining(): number {
		return this.remaining;
	}
	activeMapping(): MemoryMapping {
		return this.mapping;
	}
}

type Vm = EbpfVm<Context>;

/** `length` bytes of the program's memory at the address in argument `index`. */
function span(vm: Vm, index: number, length: number, access: 0 | 1): Uint8Array {
	const host = vm.context.mapping.map(access, vm.arg(index), BigInt(length));
	return vm.arena.u8.subarray(host, host + length);
}

const SYSCALL_FUNCTIONS: Readonly<Record<string, BuiltinFunction<Context>>> = {
	sol_log_: (vm) => {
		vm.context.log.push(new TextDecoder().decode(span(vm, 1, vm.argNumber(2), ACCESS_LOAD).slice()));
		vm.setReturn(0);
	},
	sol_log_64_: (vm) => {
		vm.context.log.push([1, 2, 3, 4, 5].map((i) => `0x${vm.arg(i).toString(16)}`).join(', '));
		vm.setReturn(0);
	},
	sol_memmove_: (vm) => {
		const length = vm.argNumber(3);
		const from = span(vm, 2, length, ACCESS_LOAD).slice();
		span(vm, 1, length, ACCESS_STORE).set(from);
		vm.setReturn(0);
	},
	sol_memset_: (vm) => {
		span(vm, 1, vm.argNumber(3), ACCESS_STORE).fill(Number(vm.arg(2) & 0xffn));
		vm.setReturn(0);
	},
	sol_memcmp_: (vm) => {
		const length = vm.argNumber(3);
		const a = span(vm, 1, length, ACCESS_LOAD);
		const b = span(vm, 2, length, ACCESS_LOAD);
		const at = a.findIndex((byte, i) => byte !== b[i]);
		const host = vm.context.mapping.map(ACCESS_STORE, vm.arg(4), 4n);
		vm.arena.view.setInt32(host, at < 0 ? 0 : a[at]! - b[at]!, true);
		vm.setReturn(0);
	},
	sol_set_return_data: (vm) => {
		vm.context.returnData = span(vm, 1, vm.argNumber(2), ACCESS_LOAD).slice();
		vm.setReturn(0);
	},
	abort: (vm) => {
		vm.context.log.push('abort');
		vm.context.remaining = 0;
		vm.setReturn(0);
	},
};

/** What the tests' programs may call. */
export const TEST_SYSCALLS: readonly string[] = Object.keys(SYSCALL_FUNCTIONS);

/** What a run comes to. */
export interface Run {
	/** r0, or the error in Rust's `Debug` form. */
	readonly outcome: bigint | string;
	readonly log: readonly string[];
	readonly instructions: number;
	readonly returnData: Uint8Array;
	/** The input region afterwards. */
	readonly input: Uint8Array;
}

const arena = new Arena();
const HEAP = 32 * 1024;
const BUDGET = 20_000_000;

/** A loaded and verified program that runs on one engine. */
export class Program {
	readonly #executable: Executable<Context>;
	readonly #compiled: boolean;

	/** @throws Error where the loader or the verifier refuses it. */
	constructor(elf: Uint8Array, compiled: boolean) {
		const config = defaultConfig({
			enabledSbpfVersions: { min: 0, max: 3 },
			rejectBrokenElfs: true,
			enableStackFrameGaps: true,
			alignedMemoryMapping: false,
		});
		const loader = BuiltinProgram.newLoader<Context>(config);
		for (const [name, fn] of Object.entries(SYSCALL_FUNCTIONS)) loader.registerFunction(name, fn);
		const loaded = Executable.load(elf, loader);
		if (!loaded.ok) throw new Error(errorDebug({ kind: 'ElfError', error: loaded.error }));
		const verified = loaded.value.verify();
		if (!verified.ok) throw new Error(errorDebug(verified.error));
		this.#executable = loaded.value;
		this.#compiled = compiled;
		if (compiled) {
			this.#executable.compiled = WasmProgram.compile(this.#executable);
			if (this.#executable.compiled === null) throw new Error('the compiler declined the program');
		}
	}

	/** Runs the program over a copy of `input`. */
	run(input: Uint8Array = new Uint8Array(8)): Run {
		const executable = this.#executable;
		const { config, loader, sbpfVersion } = executable;
		const stackBytes = stackSize(config);
		const gap = stackFrameGaps(sbpfVersion) ? config.stackFrameSize : 0;
		const stack = MemoryRegion.newGapped(arena.alloc(stackBytes), stackBytes, MM_STACK_START, gap);
		const heap = MemoryRegion.newWritable(arena.alloc(HEAP), HEAP, MM_HEAP_START);
		const inputRegion = MemoryRegion.newWritable(arena.put(input), input.length, MM_INPUT_START);
		const context = new Context(BUDGET);
		const regions = [getRoRegion(executable, arena), stack, heap, inputRegion];
		context.mapping = new MemoryMapping(arena, regions, config, sbpfVersion);
		context.mapping.initialize();
		const vm = new EbpfVm(loader, sbpfVersion, context, stackBytes);
		vm.registers[1] = BigInt(MM_INPUT_START);
		const { result, instructionCount } = vm.executeProgram(
			executable,
			this.#compiled ? 'jit' : 'interpreted',
		);
		const after = arena.u8.slice(inputRegion.host, inputRegion.host + input.length);
		for (const region of [stack, heap, inputRegion]) arena.free(region.host);
		releaseRoRegion(executable, arena);
		return {
			outcome: result.ok ? result.value : errorDebug(result.error),
			log: context.log,
			returnData: context.returnData,
			instructions: instructionCount,
			input: after,
		};
	}
}

/** `elf` on the interpreter and on the compiler. */
export function bothEngines(elf: Uint8Array): readonly [Program, Program] {
	return [new Program(elf, false), new Program(elf, true)];
}
