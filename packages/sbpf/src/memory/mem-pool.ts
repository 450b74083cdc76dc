/**
 * Stacks and heaps that are used again and again.
 *
 * Owns the pooled blocks and how they become zero again: a block knows up to where it was written
 * ({@link VmMemory.dirtyLen}), and only that much is zeroed when it comes back. Stores reach the mark
 * through the mapping, which never opens a window for storing beyond it without moving it.
 * Source: solana-program-runtime `mem_pool.rs`. Call frames are not guest memory: the interpreter keeps them.
 */
import type { Arena } from './arena.ts';

/** How many stacks and how many heaps are kept: upstream's `MAX_INSTRUCTION_STACK_DEPTH_SIMD_0268`. */
const POOL_SIZE = 9;
/** Bytes of a pooled heap: upstream's `MAX_HEAP_FRAME_BYTES`. */
export const MAX_HEAP_FRAME_BYTES: number = 256 * 1024;
/** The dirty mark moves by so many bytes at least. */
const DIRTY_STEP = 4_096;

/** A block of the pool: zero from {@link dirtyLen} on. */
export class VmMemory {
	/** Arena offset. */
	readonly host: number;
	/** Bytes. */
	readonly len: number;
	/** Bytes, from the first on, that may have been written. */
	dirtyLen = 0;

	constructor(host: number, len: number) {
		this.host = host;
		this.len = len;
	}

	/** Notes that the bytes below `end` may be written from now on. */
	markDirty(end: number): void {
		if (end > this.dirtyLen) this.dirtyLen = Math.min(this.len, Math.ceil(end / DIRTY_STEP) * DIRTY_STEP);
	}
}

/** The stacks and heaps of one arena; taken in the order of a stack, as nested invocations do. */
export class VmMemoryPool {
	readonly #arena: Arena;
	readonly #stacks: VmMemory[] = [];
	readonly #heaps: VmMemory[] = [];

	constructor(arena: Arena) {
		this.#arena = arena;
	}

	/** A zeroed stack of `size` bytes. */
	getStack(size: number): VmMemory {
		const { length } = this.#stacks;
		const stack = length > 0 && this.#stacks[length - 1]!.len === size ? this.#stacks.pop() : undefined;
		return stack ?? new VmMemory(this.#arena.alloc(size), size);
	}

	/** Takes a stack back. */
	putStack(stack: VmMemory): void {
		this.#put(this.#stacks, stack);
	}

	/** A zeroed heap of at least `heapSize` bytes. */
	getHeap(heapSize: number): VmMemory {
		if (heapSize > MAX_HEAP_FRAME_BYTES) {
			throw new RangeError(`heapSize must be at most ${MAX_HEAP_FRAME_BYTES}, got ${heapSize}`);
		}
		return this.#heaps.pop() ?? new VmMemory(this.#arena.alloc(MAX_HEAP_FRAME_BYTES), MAX_HEAP_FRAME_BYTES);
	}

	/** Takes a heap back. */
	putHeap(heap: VmMemory): void {
		this.#put(this.#heaps, heap);
	}

	#put(pool: VmMemory[], memory: VmMemory): void {
		if (pool.length >= POOL_SIZE) {
			this.#arena.free(memory.host);
			return;
		}
		if (memory.dirtyLen > 0) {
			this.#arena.u8.fill(0, memory.host, memory.host + memory.dirtyLen);
			memory.dirtyLen = 0;
		}
		pool.push(memory);
	}
}
