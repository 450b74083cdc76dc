import { describe, expect, it } from 'vitest';
import { HOSTILE_WAYS, hostileInstance, runHostile } from './hostile.ts';
import { settledMemory } from './memory.ts';

const MEGABYTE = 2 ** 20;

describe('A program that', () => {
	it.each(HOSTILE_WAYS.map((way) => [way.name, way] as const))(
		'%s leaves nothing behind',
		async (_name, way) => {
			const svm = hostileInstance();
			for (let i = 0; i < 12; i++) runHostile(svm, way);
			const before = await settledMemory();
			for (let i = 0; i < 60; i++) runHostile(svm, way);
			const after = await settledMemory();
			expect(after.external - before.external).toBeLessThan(MEGABYTE);
			// A kept heap or log of each would be 600 KB and more.
			expect(after.heap - before.heap).toBeLessThan(MEGABYTE / 2);
		},
	);
	it('does all of that at once in an instance leaves an arena of a few megabytes', async () => {
		const svm = hostileInstance();
		const before = await settledMemory();
		for (let i = 0; i < 4; i++) for (const way of HOSTILE_WAYS) runHostile(svm, way);
		const after = await settledMemory();
		expect(after.external - before.external).toBeLessThan(16 * MEGABYTE);
	});
});
