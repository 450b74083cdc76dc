import { configDefaults, defineConfig } from 'vitest/config';

/** The tests that ask the oracle, which has no native build for every platform. */
const ORACLE_TESTS = [
	'packages/conformance/src/**/*oracle*.test.ts',
	'packages/conformance/src/oracle/**',
	'packages/conformance/src/flows/**',
	'packages/conformance/src/sdk-data.test.ts',
];

const hasOracle = await import('litesvm').then(
	() => true,
	() => false,
);
if (!hasOracle)
	console.error('litesvm has no native build for this platform: tests against it are left out.');

export default defineConfig({
	resolve: { conditions: ['source'] },
	ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
	test: {
		include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
		exclude: [...configDefaults.exclude, ...(hasOracle ? [] : ORACLE_TESTS)],
		testTimeout: 60_000,
		hookTimeout: 60_000,
		maxWorkers: 2,
	},
});
