/**
 * Owns the run of a program in the virtual machine: its memory, its compute units, and what its end means
 * to the instruction.
 *
 * Source: solana-program-runtime 4.3.0, vm.rs.
 */

import {
	type Arena,
	type EbpfError,
	EbpfVm,
	type Executable,
	getRoRegion,
	MemoryMapping,
	MemoryRegion,
	MM_HEAP_START,
	MM_INPUT_START,
	MM_STACK_START,
	stackFrameGaps,
	stackSize,
	type VmMemory,
	VmMemoryPool,
} from '@parhelion/sbpf';
import { Fault, InstructionError, instructionErrorFromU64, programIds } from '@parhelion/sdk';
import type { InvokeContext } from './invoke-context.ts';
import { prepareExecution } from './jit-tier.ts';
import { BpfAllocator, MemoryContext } from './memory-context.ts';
import { asEbpfError, type ProgramError, programErrorText } from './program-error.ts';
import { deserializeParameters, freeSerializedParameters, serializeParameters } from './serialization.ts';
import { dataChangeError, redirectToAccount, writeBackDirectMappings } from './serialization-regions.ts';
import { MAX_PERMITTED_DATA_INCREASE, type SerializedParameters } from './serialization-writer.ts';
import { programConsumed, programReturn } from './stable-log.ts';

/** Bytes of a page of heap, the unit its cost is counted in. */
const HEAP_PAGE_LEN = 32 * 1024;

/** CU of a heap of `heapSize` bytes: the first 32 KiB are free. */
export function calculateHeapCost(heapSize: number, heapCost: number): number {
	return Math.max(0, Math.floor((heapSize + HEAP_PAGE_LEN - 1) / HEAP_PAGE_LEN) - 1) * heapCost;
}

const INPUT_START = BigInt(MM_INPUT_START);

const pools = new WeakMap<Arena, VmMemoryPool>();

function memoryPool(arena: Arena): VmMemoryPool {
	let pool = pools.get(arena);
	if (pool === undefined) {
		pool = new VmMemoryPool(arena);
		pools.set(arena, pool);
	}
	return pool;
}

/**
 * Runs a program as the current instruction.
 *
 * Errors in order (thrown as `Fault<ProgramError>`): those of serialisation, ProgramEnvironmentSetupFailure
 * (logged), the machine's, a syscall's, the program's own, those of deserialisation.
 */
export function execute(executable: Executable<InvokeContext>, invokeContext: InvokeContext): void {
	const { arena, transactionContext } = invokeContext;
	const features = invokeContext.getFeatureSet();
	const instructionContext = transactionContext.getCurrentInstructionContext();
	const parameters = serializeParameters(arena, instructionContext, features);
	try {
		run(executable, invokeContext, parameters);
		const { memoryMapping, directMappings } = invokeContext.memoryContexts.memoryContextAbiV1();
		writeBackDirectMappings(memoryMapping, directMappings, transactionContext.accounts);
		deserializeParameters(arena, instructionContext, features, parameters);
	} finally {
		invokeContext.memoryContexts.release();
		freeSerializedParameters(arena, parameters);
	}
}

/** Provides stack and heap, runs, and turns the outcome into an error or none. */
function run(
	executable: Executable<InvokeContext>,
	invokeContext: InvokeContext,
	parameters: SerializedParameters,
): void {
	const pool = memoryPool(invokeContext.arena);
	const heapSize = invokeContext.getComputeBudget().heap_size;
	const meterBefore = invokeContext.getRemaining();
	let stack: VmMemory | null = null;
	let heap: VmMemory | null = null;
	let vm: EbpfVm<InvokeContext> | null = null;
	try {
		try {
			const { heap_cost } = invokeContext.getExecutionCost();
			invokeContext.computeMeter.consumeChecked(calculateHeapCost(heapSize, heap_cost));
			stack = pool.getStack(stackSize(executable.config));
			heap = pool.getHeap(heapSize);
			vm = createVm(executable, invokeContext, parameters, stack, heap);
		} catch (thrown) {
			if (!(thrown instanceof Fault)) throw thrown;
			invokeContext.icMsg(`Failed to create SBF VM: ${programErrorText(thrown.error as ProgramError)}`);
			throw new Fault(InstructionError.ProgramEnvironmentSetupFailure);
		}
		vm.registers[1] = INPUT_START;
		vm.registers[2] = BigInt(parameters.instructionDataOffset);
		const mode = prepareExecution(executable, invokeContext.environmentConfig.jit);
		const { instructionCount, result } = vm.executeProgram(executable, mode);
		executable.heat += instructionCount;

		const { logCollector, transactionContext } = invokeContext;
		const programId = transactionContext.getCurrentInstructionContext().getProgramKey();
		if (logCollector !== null) {
			programConsumed(logCollector, programId, instructionCount, meterBefore);
			const { data } = transactionContext.getReturnData();
			if (data.length > 0) programReturn(logCollector, programId, data);
		}
		if (!result.ok) throw new Fault(programFailure(invokeContext, parameters, result.error));
		if (result.value !== 0n) throw new Fault(instructionErrorFromU64(result.value));
	} finally {
		vm?.release();
		if (stack !== null) pool.putStack(stack);
		if (heap !== null) pool.putHeap(heap);
	}
}

/** Sets up the memory of the instruction and a machine on it. Fails with `InvalidMemoryRegion`. */
function createVm(
	executable: Executable<InvokeContext>,
	invokeContext: InvokeContext,
	parameters: SerializedParameters,
	stack: VmMemory,
	heap: VmMemory,
): EbpfVm<InvokeContext> {
	const { arena, transactionContext } = invokeContext;
	const { config, sbpfVersion } = executable;
	const features = invokeContext.getFeatureSet();
	const heapSize = invokeContext.getComputeBudget().heap_size;
	const gap = stackFrameGaps(sbpfVersion) && config.enableStackFrameGaps ? config.stackFrameSize : 0;
	const { directMappings } = parameters;
	// Without regions of their own no account has anything for the handler to do.
	const handler = features.virtualAddressSpaceAdjustments
		? transactionContext.accessViolationHandler(
				features.accountDataDirectMapping
					? (region, account) => redirectToAccount(arena, directMappings, region, account)
					: null,
			)
		: null;
	const regions: MemoryRegion[] = new Array(3 + parameters.regions.length);
	regions[0] = getRoRegion(executable, arena);
	regions[1] = MemoryRegion.newPooled(stack, stack.len, MM_STACK_START, gap);
	regions[2] = MemoryRegion.newPooled(heap, heapSize, MM_HEAP_START);
	for (let i = 0; i < parameters.regions.length; i++) regions[3 + i] = parameters.regions[i]!;
	const mapping = new MemoryMapping(arena, regions, config, sbpfVersion, handler);
	mapping.initialize();
	const owner = transactionContext.getCurrentInstructionContext().getProgramOwner();
	invokeContext.memoryContexts.setMemoryContextAbiV1(
		new MemoryContext(
			new BpfAllocator(heapSize),
			parameters.accountsMetadata,
			mapping,
			!owner.equals(programIds.bpfLoaderDeprecated),
			directMappings,
		),
	);
	return new EbpfVm(executable.loader, sbpfVersion, invokeContext, stack.len);
}

/** The error a failed run ends with; takes the compute units the failure costs. */
function programFailure(
	invokeContext: InvokeContext,
	parameters: SerializedParameters,
	ended: EbpfError,
): ProgramError {
	const features = invokeContext.getFeatureSet();
	// Inside a block of instructions the exact count at a fault is not known: all is charged.
	if (features.depleteCuMeterOnVmFailure && ended.kind !== 'SyscallError') {
		invokeContext.consume(invokeContext.getRemaining());
	}
	let error: ProgramError = ended.kind === 'SyscallError' ? (ended.error as ProgramError) : ended;
	if (features.virtualAddressSpaceAdjustments) {
		const violation = asEbpfError(error);
		if (violation?.kind === 'AccessViolation') {
			error = accountAccessError(invokeContext, parameters, violation) ?? error;
		}
	}
	return error;
}

/** What an access violation inside the address space of an account means, or `null` if it is outside. */
function accountAccessError(
	invokeContext: InvokeContext,
	parameters: SerializedParameters,
	violation: Extract<EbpfError, { kind: 'AccessViolation' }>,
): InstructionError | null {
	const instructionContext = invokeContext.transactionContext.getCurrentInstructionContext();
	const growth = invokeContext.memoryContexts.memoryContextAbiV1().checkAligned
		? MAX_PERMITTED_DATA_INCREASE
		: 0;
	const { vmAddr, len } = violation;
	const index = parameters.accountsMetadata.findIndex(
		({ vmDataAddr, originalDataLen }) =>
			vmAddr >= vmDataAddr && vmAddr < vmDataAddr + originalDataLen + growth,
	);
	if (index < 0) return null;
	const { vmDataAddr, originalDataLen } = parameters.accountsMetadata[index]!;
	const account = instructionContext.tryBorrowInstructionAccount(index);
	const notChangeable = dataChangeError(account);
	account.drop();
	if (vmAddr + len > BigInt(vmDataAddr + originalDataLen + growth)) return null;
	// A store to an account that may be changed, or a load behind its data, was an attempt to grow it.
	if (notChangeable === null) return InstructionError.InvalidRealloc;
	return violation.access === 'Store' ? notChangeable : InstructionError.AccountDataTooSmall;
}
