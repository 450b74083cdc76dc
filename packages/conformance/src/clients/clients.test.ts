import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { reportOf } from './provider.ts';
import { runSuite, SuiteError } from './run-suite.ts';
import { CLIENT_SUITES, type ClientSuite } from './suites.ts';
import { readOutcomes } from './test-results.ts';

describe('the outcomes of tests', () => {
	test('from vitest', () => {
		const report = JSON.stringify({
			testResults: [
				{
					name: '/a.test.ts',
					status: 'failed',
					assertionResults: [
						{ fullName: 'works', status: 'passed', failureMessages: [] },
						{ fullName: 'breaks', status: 'failed', failureMessages: ['Error: no\n  at x'] },
						{ fullName: 'waits', status: 'pending' },
					],
				},
				{ name: '/b.test.ts', status: 'failed', message: 'does not load', assertionResults: [] },
			],
		});
		expect(readOutcomes('vitest', report)).toEqual([
			{ file: '/a.test.ts', name: 'works', failure: null },
			{ file: '/a.test.ts', name: 'breaks', failure: 'Error: no\n  at x' },
			{ file: '/b.test.ts', name: 'the file', failure: 'does not load' },
		]);
	});

	test('from mocha', () => {
		const report = JSON.stringify({
			passes: [{ fullTitle: 'a works', file: '/a.ts' }],
			failures: [{ fullTitle: 'a breaks', file: '/a.ts', err: { message: 'no' } }],
		});
		expect(readOutcomes('mocha', report)).toEqual([
			{ file: '/a.ts', name: 'a works', failure: null },
			{ file: '/a.ts', name: 'a breaks', failure: 'no' },
		]);
	});

	test("from Node's runner", () => {
		const report = [
			'TAP version 13',
			'# Subtest: first',
			'ok 1 - first',
			'  ---',
			"  type: 'test'",
			'  ...',
			'    ok 1 - inner',
			'      ---',
			"      type: 'test'",
			'      ...',
			'ok 2 - a group',
			'  ---',
			"  type: 'suite'",
			'  ...',
			'not ok 3 - second',
			'  ---',
			"  error: 'no'",
			'  ...',
			'ok 4 - third # SKIP',
			'1..4',
		].join('\n');
		expect(readOutcomes('node', report)).toEqual([
			{ file: '', name: 'first', failure: null },
			{ file: '', name: 'inner', failure: null },
			{ file: '', name: 'second', failure: "'no'" },
		]);
	});
});

test('a known failure is left out with its reason, an unknown one is not', () => {
	const suite: ClientSuite = {
		...CLIENT_SUITES[0]!,
		leftOut: [{ file: /secret/, message: /no validator/, reason: 'needs one' }],
	};
	const report = reportOf(suite, [
		{ file: 'secret.ts', name: 'a', failure: 'there is no validator' },
		{ file: 'secret.ts', name: 'b', failure: 'something else\nsecond line' },
		{ file: 'open.ts', name: 'c', failure: 'there is no validator' },
		{ file: 'open.ts', name: 'd', failure: null },
	]);
	expect(report).toEqual({
		cases: 3,
		disagreements: [
			{ id: 'b', cause: 'something else' },
			{ id: 'c', cause: 'there is no validator' },
		],
		notes: ['1 test: needs one'],
	});
});

test('a suite that is not checked out is an error that says so', async () => {
	await expect(runSuite(CLIENT_SUITES[0]!, tmpdir(), 'jit')).rejects.toThrow(SuiteError);
});

const alias = fileURLToPath(new URL('../../dist/clients/alias.js', import.meta.url));

describe.skipIf(!existsSync(alias))('the alias', () => {
	const folder = mkdtempSync(join(tmpdir(), 'parhelion-alias-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	const dependency = join(folder, 'node_modules/litesvm');
	mkdirSync(dependency, { recursive: true });
	writeFileSync(join(dependency, 'package.json'), JSON.stringify({ name: 'litesvm', main: 'index.js' }));
	writeFileSync(join(dependency, 'index.js'), 'exports.whose = "theirs";');
	const target = join(folder, 'stub.mjs');
	writeFileSync(target, 'export const whose = "ours";');

	test.each([
		['an import', 'a.mjs', "import { whose } from 'litesvm'; console.log(whose);"],
		['a require', 'b.cjs', "console.log(require('litesvm').whose);"],
		[
			'an import by path',
			'c.mjs',
			"import { whose } from './node_modules/litesvm/index.js'; console.log(whose);",
		],
		['a require by path', 'd.cjs', "console.log(require('./node_modules/litesvm/index.js').whose);"],
	])('leads %s to Parhelion and says so', (_, file, source) => {
		const witness = join(folder, `${file}.witness`);
		writeFileSync(join(folder, file), source);
		const settings = { specifiers: ['litesvm'], target: pathToFileURL(target).href, witness };
		const run = spawnSync(process.execPath, ['--import', alias, join(folder, file)], {
			encoding: 'utf8',
			env: { ...process.env, NODE_OPTIONS: '', PARHELION_ALIAS: JSON.stringify(settings) },
		});
		expect(run.stdout, run.stderr).toBe('ours\n');
		expect(existsSync(witness)).toBe(true);
	});
});
if (!existsSync(alias)) console.log('skipped: the alias (not built)');
