/**
 * The outcomes of tests out of what test runners print.
 *
 * Owns three formats: the JSON of jest and vitest, mocha's JSON, and TAP as Node's runner writes it.
 */
import { Row } from '../row.ts';
import type { TestRunner } from './suites.ts';

/** One test of a client suite. */
export interface TestOutcome {
	/** The file, as the runner names it; empty where it does not. */
	readonly file: string;
	readonly name: string;
	/** Why it failed; `null` where it passed. */
	readonly failure: string | null;
}

const FIRST_LINE = /^[^\n]*/;

/** Reads the report of a runner. Tests that were skipped or never begun are no outcomes. */
export function readOutcomes(runner: TestRunner, report: string): TestOutcome[] {
	if (runner === 'node') return fromTap(report);
	const row = Row.from(JSON.parse(report));
	return runner === 'mocha' ? fromMocha(row) : fromVitest(row);
}

function fromVitest(report: Row): TestOutcome[] {
	return report.rows('testResults').flatMap((file) => {
		const name = file.text('name');
		const tests = file
			.rows('assertionResults')
			.filter((test) => !/^(pending|skipped|todo)$/.test(test.text('status')));
		// A file that does not load has no tests, only a message.
		if (tests.length === 0 && file.text('status') === 'failed') {
			return [{ file: name, name: 'the file', failure: file.text('message') }];
		}
		return tests.map((test) => ({
			file: name,
			name: test.text('fullName'),
			failure: test.text('status') === 'passed' ? null : String(test.list('failureMessages')[0] ?? 'failed'),
		}));
	});
}

function fromMocha(report: Row): TestOutcome[] {
	const outcome = (test: Row, failure: string | null): TestOutcome => ({
		file: test.has('file') ? test.text('file') : '',
		name: test.text('fullTitle'),
		failure,
	});
	return [
		...report.rows('passes').map((test) => outcome(test, null)),
		...report.rows('failures').map((test) => outcome(test, test.row('err').text('message'))),
	];
}

const TAP_LINE = /^( *)(not )?ok \d+ - (.*)$/;
const TAP_TYPE = /^\s+type: '(suite|test)'$/;
const TAP_ERROR = /^\s+error: (.*)$/;

function fromTap(report: string): TestOutcome[] {
	const outcomes: TestOutcome[] = [];
	let open: { name: string; failed: boolean; error: string; isSuite: boolean } | null = null;
	const lines = report.split('\n');
	for (let i = 0; i <= lines.length; i++) {
		const line = lines[i] ?? '';
		const match = TAP_LINE.exec(line);
		if (open !== null && (match !== null || i === lines.length)) {
			const { name, failed, error, isSuite } = open;
			if (!isSuite && !/# (SKIP|TODO)/.test(name))
				outcomes.push({ file: '', name, failure: failed ? error : null });
			open = null;
		}
		if (match !== null) {
			open = { name: match[3]!, failed: match[2] !== undefined, error: 'failed', isSuite: false };
			continue;
		}
		if (open === null) continue;
		if (TAP_TYPE.exec(line)?.[1] === 'suite') open.isSuite = true;
		const error = TAP_ERROR.exec(line)?.[1];
		// A message of several lines is a block whose first line is empty of text.
		if (error !== undefined)
			open.error =
				error === '|-'
					? lines
							.slice(i + 1, i + 5)
							.join(' ')
							.trim()
					: error;
	}
	return outcomes;
}

/** The first line of a failure, for a report. */
export function briefly(failure: string): string {
	return FIRST_LINE.exec(failure.trim())![0];
}
