import { ALL_INSTRUCTIONS, isAvailable, SBPF_VERSIONS } from '@parhelion/sbpf';
import { expect, test } from 'vitest';
import { runCases } from '../provider.ts';
import { ENGINES } from '../suite.ts';
import { vmSuite } from '../suites/vm.ts';
import { opcodeCases } from './cases.ts';

const cases = opcodeCases();

test('there is a case for every instruction in every version', () => {
	const covered = new Set(cases.map(({ id }) => id.replace(/#.*/, '')));
	for (const version of SBPF_VERSIONS) {
		for (const row of ALL_INSTRUCTIONS) {
			expect(covered.has(`V${version}/${row.name}`), `V${version}/${row.name}`).toBe(
				isAvailable(row, version),
			);
		}
	}
});

// Each case is a module of its own for the compiler: half a minute on a quiet machine.
const TIMEOUT = 600_000;

test.each(ENGINES)(
	'every instruction does what the reference says with the %s',
	(engine) => {
		expect(runCases(vmSuite, cases, engine).disagreements).toEqual([]);
	},
	TIMEOUT,
);
