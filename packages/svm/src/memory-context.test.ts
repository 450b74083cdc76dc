import { Arena, defaultConfig, MemoryMapping, MM_HEAP_START } from '@parhelion/sbpf';
import { catchFault, err, InstructionError, ok } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { BpfAllocator, MemoryContext, MemoryContexts } from './memory-context.ts';

describe('BpfAllocator', () => {
	it('aligns, and hands out every byte once', () => {
		const allocator = new BpfAllocator(32);
		expect(allocator.alloc(3, 8)).toBe(MM_HEAP_START);
		expect(allocator.alloc(8, 8)).toBe(MM_HEAP_START + 8);
		expect(allocator.alloc(1, 1)).toBe(MM_HEAP_START + 16);
		expect(allocator.alloc(9, 8)).toBeNull();
		expect(allocator.alloc(8, 8)).toBe(MM_HEAP_START + 24);
		expect(allocator.alloc(1, 1)).toBeNull();
		expect(allocator.alloc(0, 8)).toBe(MM_HEAP_START + 32);
	});
});

describe('MemoryContexts', () => {
	const context = (): MemoryContext =>
		new MemoryContext(new BpfAllocator(0), [], new MemoryMapping(new Arena(1), [], defaultConfig(), 0), true);

	it('refuses what is not there', () => {
		const contexts = new MemoryContexts();
		const current = (): unknown => catchFault(() => contexts.memoryContextAbiV1());
		expect(current()).toEqual(err(InstructionError.CallDepth));
		expect(catchFault(() => contexts.setMemoryContextAbiV1(context()))).toEqual(
			err(InstructionError.CallDepth),
		);
		contexts.pushPlaceholder();
		expect(current()).toEqual(err(InstructionError.ProgramEnvironmentSetupFailure));
	});

	it('shows the memory of the innermost instruction', () => {
		const contexts = new MemoryContexts();
		const [outer, inner] = [context(), context()];
		contexts.pushPlaceholder();
		contexts.setMemoryContextAbiV1(outer);
		contexts.pushPlaceholder();
		contexts.setMemoryContextAbiV1(inner);
		expect(contexts.memoryMapping()).toBe(inner.memoryMapping);
		contexts.pop();
		expect(catchFault(() => contexts.memoryContextAbiV1())).toEqual(ok(outer));
	});
});
