/**
 * The runner's line protocol: one result a row, with the row's `id`; a row that cannot be run gives `{id, err}`.
 */
import { molluskCases } from './mollusk/cases.ts';
import { type ExpectedCase, type ProviderReport, runCases } from './provider.ts';
import { type JsonObject, Row } from './row.ts';
import type { Engine, Suite } from './suite.ts';
import { suites } from './suites.ts';

/** Runs one line of a suite; never throws. */
export function runLine(suite: Suite, line: string, engine: Engine): JsonObject {
	let id: unknown = null;
	try {
		const row = Row.from(JSON.parse(line));
		id = row.get('id') ?? row.get('name') ?? null;
		const result = suite.run(row, engine);
		return { id, ...result };
	} catch (thrown) {
		return { id, err: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) };
	}
}

/** What the command line asks for. */
export interface Command {
	readonly suite: Suite;
	readonly engine: Engine;
	/** Where the fixtures lie that take the place of rows on standard input. */
	readonly fixtures: string | null;
}

/** Suites whose cases can be read from a folder. */
const FIXTURES: ReadonlyMap<string, (folder: string) => ExpectedCase[] | null> = new Map([
	['mollusk', molluskCases],
]);

/**
 * Runs a command's fixtures. A string says why there is nothing to run.
 */
export function runFixtures(command: Command): ProviderReport | string {
	const { suite, engine, fixtures } = command;
	const cases = FIXTURES.get(suite.name)!(fixtures!);
	return cases === null ? `no fixtures in ${fixtures}` : runCases(suite, cases, engine);
}

/** Reads the arguments; a string says what is wrong with them. */
export function parseArguments(args: readonly string[]): Command | string {
	let engine: Engine = 'interpreter';
	let fixtures: string | null = null;
	const names: string[] = [];
	for (let i = 0; i < args.length; i++) {
		const arg = args[i]!;
		const [option, inline] = arg.split('=', 2);
		if (option === '--engine') {
			const value = inline ?? args[++i];
			if (value !== 'interpreter' && value !== 'jit') return '--engine is interpreter or jit';
			engine = value;
		} else if (option === '--fixtures') {
			const value = inline ?? args[++i];
			if (value === undefined) return '--fixtures needs a folder';
			fixtures = value;
		} else if (arg.startsWith('-')) {
			return `no such option: ${arg}`;
		} else {
			names.push(arg);
		}
	}
	const suite = suites.get(names[0] ?? '');
	if (suite === undefined || names.length !== 1) {
		return `usage: SUITE [--engine interpreter|jit] [--fixtures FOLDER], where SUITE is one of ${[...suites.keys()].join(', ')}`;
	}
	if (fixtures !== null && !FIXTURES.has(suite.name)) return `${suite.name} has no fixtures in folders`;
	return { suite, engine, fixtures };
}
