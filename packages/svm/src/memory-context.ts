/**
 * Owns what each running instruction knows of its memory: the mapping, where each account was serialised
 * to, and the bump allocator behind `sol_alloc_free_`.
 *
 * Source: solana-program-runtime 4.3.0, memory_context.rs; invoke_context.rs (`BpfAllocator`).
 */

import { type MemoryMapping, MM_HEAP_START, MM_INPUT_START } from '@parhelion/sbpf';
import { Fault, InstructionError } from '@parhelion/sdk';
import type { DirectMapping } from './serialization-regions.ts';

/** Where the parts of an account lie in a program's address space. */
export class SerializedAccountMetadata {
	/** Bytes of data when it was serialised. */
	readonly originalDataLen: number;
	/** Offsets in the parameters: an address takes a block of its own in V8's heap, and few are ever asked for. */
	private readonly record: number;
	private readonly key: number;
	private readonly lamports: number;
	private readonly owner: number;
	private readonly data: number;

	/** From the addresses of the record's first byte (the duplicate marker) and of its fields. */
	constructor(
		vmAddr: number,
		originalDataLen: number,
		vmKeyAddr: number,
		vmLamportsAddr: number,
		vmOwnerAddr: number,
		vmDataAddr: number,
	) {
		this.originalDataLen = originalDataLen;
		this.record = vmAddr - MM_INPUT_START;
		this.key = vmKeyAddr - MM_INPUT_START;
		this.lamports = vmLamportsAddr - MM_INPUT_START;
		this.owner = vmOwnerAddr - MM_INPUT_START;
		this.data = vmDataAddr - MM_INPUT_START;
	}

	/** Address of the record's first byte. */
	get vmAddr(): number {
		return MM_INPUT_START + this.record;
	}

	get vmKeyAddr(): number {
		return MM_INPUT_START + this.key;
	}

	get vmLamportsAddr(): number {
		return MM_INPUT_START + this.lamports;
	}

	get vmOwnerAddr(): number {
		return MM_INPUT_START + this.owner;
	}

	get vmDataAddr(): number {
		return MM_INPUT_START + this.data;
	}
}

/** Hands out heap memory once; nothing is ever freed. */
export class BpfAllocator {
	private readonly len: number;
	private pos = 0;

	/** An allocator over the first `len` bytes of the heap region. */
	constructor(len: number) {
		this.len = len;
	}

	/** The address of `size` bytes, or `null` where the heap has no room for them. */
	alloc(size: number, align: number): number | null {
		const start = Math.ceil(this.pos / align) * align;
		if (start + size > this.len) return null;
		this.pos = start + size;
		return MM_HEAP_START + start;
	}
}

const NO_DIRECT_MAPPINGS: readonly DirectMapping[] = [];

/** The memory of one instruction. */
export class MemoryContext {
	readonly allocator: BpfAllocator;
	/** Parallel to the instruction's accounts. */
	readonly accountsMetadata: readonly SerializedAccountMetadata[];
	readonly memoryMapping: MemoryMapping;
	/** Whether pointers of the program must be aligned: all programs but those of the deprecated loader. */
	readonly checkAligned: boolean;
	/** The accounts whose data the mapping shows in place; empty without `account_data_direct_mapping`. */
	readonly directMappings: readonly DirectMapping[];

	constructor(
		allocator: BpfAllocator,
		accountsMetadata: readonly SerializedAccountMetadata[],
		memoryMapping: MemoryMapping,
		checkAligned: boolean,
		directMappings: readonly DirectMapping[] = NO_DIRECT_MAPPINGS,
	) {
		this.allocator = allocator;
		this.accountsMetadata = accountsMetadata;
		this.memoryMapping = memoryMapping;
		this.checkAligned = checkAligned;
		this.directMappings = directMappings;
	}
}

/** The memory of every instruction on the stack. Builtins have none. */
export class MemoryContexts {
	private readonly contexts: (MemoryContext | null)[] = [];

	/** Makes room for an instruction; {@link setMemoryContextAbiV1} fills it. */
	pushPlaceholder(): void {
		this.contexts.push(null);
	}

	/** Ends the innermost instruction. */
	pop(): void {
		this.contexts.pop();
	}

	/** Ends the use of the innermost instruction's memory, if it has any: what it holds may be used by the next. */
	release(): void {
		this.contexts[this.contexts.length - 1]?.memoryMapping.release();
	}

	/** Sets the memory of the innermost instruction. Fails with `CallDepth`. */
	setMemoryContextAbiV1(memoryContext: MemoryContext): void {
		const last = this.contexts.length - 1;
		if (last < 0) throw new Fault(InstructionError.CallDepth);
		this.contexts[last] = memoryContext;
	}

	/** The memory of the innermost instruction. Fails with `CallDepth`, `ProgramEnvironmentSetupFailure`. */
	memoryContextAbiV1(): MemoryContext {
		const context = this.contexts[this.contexts.length - 1];
		if (context === undefined) throw new Fault(InstructionError.CallDepth);
		if (context === null) throw new Fault(InstructionError.ProgramEnvironmentSetupFailure);
		return context;
	}

	/** The mapping of the innermost instruction. Fails as {@link memoryContextAbiV1}. */
	memoryMapping(): MemoryMapping {
		return this.memoryContextAbiV1().memoryMapping;
	}
}
