/**
 * A machine for one run of a test program, and the memory it lives in.
 *
 * Owns the layout upstream's tests use: the program's read-only region, a stack of
 * `stackFrameSize * maxCallDepth`, an empty heap, the input at its usual address with r1 pointing to it. All
 * runs share one arena and give their blocks back.
 */
import {
	Arena,
	type EbpfError,
	EbpfVm,
	type Executable,
	MemoryMapping,
	MemoryRegion,
	MM_HEAP_START,
	MM_INPUT_START,
	MM_STACK_START,
	stackFrameGaps,
	stackSize,
	VmMemoryPool,
	WasmProgram,
} from '@parhelion/sbpf';
import { catchFault, err, ok, type Result } from '@parhelion/sdk';
import type { Engine } from './suite.ts';
import { TestContextObject } from './test-syscalls.ts';

/** The input of a run. */
export interface MachineInput {
	readonly bytes: Uint8Array;
	readonly writable: boolean;
	/** Where the input's regions end, as offsets; one region over all of it where there are none. */
	readonly boundaries?: readonly number[];
}

/** What a run left behind. */
export interface MachineOutcome {
	readonly instructionCount: number;
	readonly result: Result<bigint, EbpfError>;
	readonly inputAfter: Uint8Array;
	/** r0 to r10 at the end. */
	readonly registers: readonly bigint[];
}

const arena = new Arena();
const pool = new VmMemoryPool(arena);

/**
 * Runs `executable` on `input` with `budget` instructions; `registers` are set over the usual ones.
 *
 * Errors: those of the memory mapping; the program's own are in the outcome.
 */
export function runMachine(
	executable: Executable<TestContextObject>,
	input: MachineInput,
	budget: number,
	engine: Engine,
	registers: readonly bigint[] = [],
): Result<MachineOutcome, EbpfError> {
	const blocks: number[] = [];
	const put = (bytes: Uint8Array): number => {
		const host = arena.put(bytes);
		blocks.push(host);
		return host;
	};
	const stackLen = stackSize(executable.config);
	const stack = pool.getStack(stackLen);
	try {
		const { config, sbpfVersion, loader, roSection } = executable;
		const gap = stackFrameGaps(sbpfVersion) && config.enableStackFrameGaps ? config.stackFrameSize : 0;
		const inputHost = put(input.bytes);
		const regions = [
			MemoryRegion.newReadonly(put(roSection.bytes), roSection.bytes.length, roSection.vmAddr),
			MemoryRegion.newPooled(stack, stackLen, MM_STACK_START, gap),
			MemoryRegion.newWritable(0, 0, MM_HEAP_START),
			...inputRegions(inputHost, input),
		];
		const mapping = new MemoryMapping(arena, regions, config, sbpfVersion);
		const initialized = catchFault<void, EbpfError>(() => mapping.initialize());
		if (!initialized.ok) return err(initialized.error);
		const context = new TestContextObject(budget);
		context.mapping = mapping;
		const vm = new EbpfVm(loader, sbpfVersion, context, stackLen);
		vm.registers[1] = BigInt(config.enableAddressTranslation ? MM_INPUT_START : inputHost);
		for (const [i, value] of registers.entries()) vm.registers[i] = value;
		if (engine === 'jit') executable.compiled ??= WasmProgram.compile(executable);
		// What the compiler declines runs interpreted, as everywhere.
		const outcome = vm.executeProgram(executable, engine === 'jit' ? 'preferJit' : 'interpreted');
		return ok({
			instructionCount: outcome.instructionCount,
			result: outcome.result,
			inputAfter: arena.u8.slice(inputHost, inputHost + input.bytes.length),
			registers: Array.from(vm.registers.subarray(0, 11)),
		});
	} finally {
		pool.putStack(stack);
		for (const block of blocks) arena.free(block);
	}
}

function inputRegions(host: number, { bytes, writable, boundaries = [] }: MachineInput): MemoryRegion[] {
	const ends = boundaries.filter((end) => end < bytes.length);
	const regions: MemoryRegion[] = [];
	let start = 0;
	for (const end of [...ends, bytes.length]) {
		const [at, len, vmAddr] = [host + start, end - start, MM_INPUT_START + start];
		regions.push(
			writable ? MemoryRegion.newWritable(at, len, vmAddr) : MemoryRegion.newReadonly(at, len, vmAddr),
		);
		start = end;
	}
	return regions;
}
