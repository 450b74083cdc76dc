import { LiteSVM } from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { FEATURE_SETS, Pair } from './harness.ts';
import { flows } from './index.ts';

const settings = FEATURE_SETS.flatMap((features) =>
	(['off', 'eager'] as const).map((jit) => ({ features, jit })),
);

describe.each(settings)(
	'flows on Parhelion (jit: $jit) and on the oracle, features: $features',
	({ features, jit }) => {
		it.each(flows)('$name', (flow) => {
			const pair = new Pair(() => new LiteSVM().withJit(jit), features);
			flow.run(pair);
			expect(pair.steps.filter((step) => step.outcome !== step.expected)).toEqual([]);
			expect(pair.differences).toEqual([]);
			expect(pair.steps.length).toBeGreaterThan(0);
		});
	},
);
