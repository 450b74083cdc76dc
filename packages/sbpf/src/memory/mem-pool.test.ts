import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config.ts';
import { MM_HEAP_START, MM_STACK_START } from '../isa/ebpf.ts';
import { Arena } from './arena.ts';
import { MAX_HEAP_FRAME_BYTES, type VmMemory, VmMemoryPool } from './mem-pool.ts';
import { ACCESS_LOAD, ACCESS_STORE, MemoryMapping } from './memory-mapping.ts';
import { MemoryRegion } from './memory-region.ts';

const STACK = 64 * 4096;

function isZero(arena: Arena, memory: VmMemory): boolean {
	return arena.u8.subarray(memory.host, memory.host + memory.len).every((byte) => byte === 0);
}

function mapped(arena: Arena, region: MemoryRegion): MemoryMapping {
	const mapping = new MemoryMapping(arena, [region], defaultConfig(), 0);
	mapping.initialize();
	return mapping;
}

describe('VmMemoryPool', () => {
	it('gives back as zero what was written through the mapping, wherever that was', () => {
		const arena = new Arena();
		const pool = new VmMemoryPool(arena);
		for (const offset of [0, 8, 4095, 4096, 100_000, STACK - 8]) {
			const stack = pool.getStack(STACK);
			expect(isZero(arena, stack)).toBe(true);
			const mapping = mapped(arena, MemoryRegion.newPooled(stack, STACK, MM_STACK_START));
			const host = mapping.mapNumber(ACCESS_STORE, MM_STACK_START + offset, 8);
			arena.u8.fill(0xff, host, host + 8);
			expect(isZero(arena, stack)).toBe(false);
			pool.putStack(stack);
			expect(stack.dirtyLen).toBe(0);
			expect(isZero(arena, stack)).toBe(true);
		}
	});

	it('knows as dirty no more than was asked for to write', () => {
		const arena = new Arena();
		const heap = new VmMemoryPool(arena).getHeap(32 * 1024);
		const mapping = mapped(arena, MemoryRegion.newPooled(heap, 32 * 1024, MM_HEAP_START));
		mapping.mapNumber(ACCESS_LOAD, MM_HEAP_START, 32 * 1024);
		expect(heap.dirtyLen).toBe(0);
		mapping.mapNumber(ACCESS_STORE, MM_HEAP_START + 100, 8);
		expect(heap.dirtyLen).toBe(4096);
		mapping.mapNumber(ACCESS_STORE, MM_HEAP_START + 8191, 1);
		expect(heap.dirtyLen).toBe(8192);
	});

	it('opens no window for storing beyond the dirty mark', () => {
		const arena = new Arena();
		const stack = new VmMemoryPool(arena).getStack(STACK);
		const mapping = mapped(arena, MemoryRegion.newPooled(stack, STACK, MM_STACK_START, 4096));
		for (const frame of [0, 3, 1, 63]) {
			const at = frame * 8192;
			expect(mapping.translate(ACCESS_STORE, 2, at + 16, 8)).toBe(stack.host + frame * 4096 + 16);
			const [start, len, host] = mapping.windows.subarray(32 + 8, 32 + 11);
			expect(start).toBe(at);
			expect(len).toBe(4096);
			expect(host! - stack.host + len!).toBeLessThanOrEqual(stack.dirtyLen);
		}
		expect(stack.dirtyLen).toBe(STACK);

		const whole = new VmMemoryPool(arena).getStack(STACK);
		const ungapped = mapped(arena, MemoryRegion.newPooled(whole, STACK, MM_STACK_START));
		ungapped.translate(ACCESS_LOAD, 2, 0, 8);
		ungapped.translate(ACCESS_STORE, 2, 16, 8);
		expect(ungapped.windows[8 + 1]).toBe(STACK);
		expect(ungapped.windows[32 + 8 + 1]).toBe(4096);
		ungapped.translate(ACCESS_STORE, 2, 4092, 8);
		expect(ungapped.windows[32 + 8 + 1]).toBe(8192);
	});

	it('keeps nine of each and frees the rest', () => {
		const arena = new Arena();
		const pool = new VmMemoryPool(arena);
		const stacks = Array.from({ length: 12 }, () => pool.getStack(STACK));
		const heaps = Array.from({ length: 12 }, () => pool.getHeap(1024));
		expect(new Set([...stacks, ...heaps].map(({ host }) => host)).size).toBe(24);
		for (const stack of stacks) pool.putStack(stack);
		for (const heap of heaps) pool.putHeap(heap);
		expect(arena.usedBytes).toBe(9 * (STACK + MAX_HEAP_FRAME_BYTES));
	});

	it('makes a stack of another size where it has none', () => {
		const arena = new Arena();
		const pool = new VmMemoryPool(arena);
		pool.putStack(pool.getStack(STACK));
		expect(pool.getStack(4096).len).toBe(4096);
		expect(pool.getStack(STACK).len).toBe(STACK);
	});

	it('refuses heaps larger than a program may have', () => {
		const pool = new VmMemoryPool(new Arena());
		expect(() => pool.getHeap(MAX_HEAP_FRAME_BYTES + 1)).toThrow(RangeError);
	});
});
