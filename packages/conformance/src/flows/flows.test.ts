import { LiteSVM } from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { Pair } from './harness.ts';
import { flows } from './index.ts';

describe.each(['off', 'eager'] as const)('flows on Parhelion (jit: %s) and on the oracle', (jit) => {
	it.each(flows)('$name', (flow) => {
		const pair = new Pair(() => new LiteSVM().withJit(jit));
		flow.run(pair);
		expect(pair.steps.filter((step) => step.outcome !== step.expected)).toEqual([]);
		expect(pair.differences).toEqual([]);
		expect(pair.steps.length).toBeGreaterThan(0);
	});
});
