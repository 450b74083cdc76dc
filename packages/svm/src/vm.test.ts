import { expect, it } from 'vitest';
import { calculateHeapCost } from './vm.ts';

it.each([
	[32 * 1024, 0],
	[32 * 1024 + 1024, 8],
	[64 * 1024, 8],
	[64 * 1024 + 1, 16],
	[256 * 1024, 56],
	[0, 0],
])('a heap of %d bytes costs %d CU', (heapSize, cost) => expect(calculateHeapCost(heapSize, 8)).toBe(cost));
