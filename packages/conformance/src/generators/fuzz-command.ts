/** The fuzzer's command: what it may be told, the loop, what it says in the end. */
import { SBPF_VERSIONS, type SBPFVersion } from '@parhelion/sbpf';
import { ENGINES, type Engine } from '../suite.ts';
import { engineFuzzer, type Fuzzer, oracleFuzzer } from './fuzzer.ts';
import { Progress, type ProgressView } from './progress.ts';

/** What the command line asks for. */
export interface FuzzOptions {
	readonly programs: number;
	readonly seconds: number;
	/** Number of the first program. */
	readonly seed: number;
	readonly engines: readonly [Engine, Engine] | 'oracle';
	readonly versions: readonly SBPFVersion[];
}

const USAGE =
	'usage: fuzz [programs] [--programs N] [--seconds S] [--seed N] [--engines interpreter,jit | jit,oracle] [--versions 0,1,2,3,4]';
/** How many are run where nothing says. */
const DEFAULT_PROGRAMS = 20_000;
const MOST_FAILURES = 5;
const PROGRAMS_A_TURN = 1000;

/** Reads the arguments; a string says what is wrong with them. */
export function parseFuzzArguments(args: readonly string[]): FuzzOptions | string {
	const given = new Map<string, string>();
	for (let i = 0; i < args.length; i++) {
		const [option, inline] = args[i]!.split('=', 2);
		const value = inline ?? args[++i];
		if (!option?.startsWith('--') || value === undefined) return USAGE;
		given.set(option.slice(2), value);
	}
	const number = (name: string, absent: number): number => {
		const value = given.get(name);
		given.delete(name);
		return value === undefined ? absent : /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
	};
	const seconds = number('seconds', Number.POSITIVE_INFINITY);
	const programs = number(
		'programs',
		seconds < Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : DEFAULT_PROGRAMS,
	);
	const seed = number('seed', 1);
	const engines = enginesOf(given.get('engines') ?? 'interpreter,jit');
	const versions = versionsOf(given.get('versions') ?? SBPF_VERSIONS.join());
	given.delete('engines');
	given.delete('versions');
	const isNumber = ![seconds, programs, seed].some(Number.isNaN);
	if (given.size > 0 || !isNumber || engines === null || versions.length === 0) return USAGE;
	return { programs, seconds, seed, engines, versions };
}

function enginesOf(text: string): FuzzOptions['engines'] | null {
	const names = text.split(',');
	if (names.length !== 2) return null;
	const known = names.filter((name): name is Engine => ENGINES.some((engine) => engine === name));
	if (known.length === 2) return [known[0]!, known[1]!];
	return known.length === 1 && names.includes('oracle') ? 'oracle' : null;
}

function versionsOf(text: string): SBPFVersion[] {
	return SBPF_VERSIONS.filter((version) => text.split(',').includes(String(version)));
}

/** What a run of the fuzzer came to. */
export interface FuzzSummary {
	readonly programs: number;
	readonly runs: number;
	readonly instructions: number;
	readonly outcomes: ReadonlyMap<string, number>;
	readonly failures: readonly string[];
}

/**
 * Runs as many programs as `options` ask for, or until the time is over or enough differ. Goes back to the event loop now
 * and then: what collected programs leave behind is given back there and nowhere else, and a million of them fill the
 * address space.
 */
export async function fuzz(
	fuzzer: Fuzzer,
	options: Pick<FuzzOptions, 'programs' | 'seconds' | 'seed'>,
	progress: ProgressView = new Progress(),
): Promise<FuzzSummary> {
	const outcomes = new Map<string, number>();
	const failures: string[] = [];
	let [programs, runs, instructions] = [0, 0, 0];
	while (programs < options.programs && progress.seconds < options.seconds) {
		if (programs % PROGRAMS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
		const seed = options.seed + programs++;
		const result = fuzzer(seed);
		runs += result.runs;
		instructions += result.instructions;
		outcomes.set(result.outcome, (outcomes.get(result.outcome) ?? 0) + 1);
		if (result.failure !== null) failures.push(`seed ${seed}: ${result.failure}`);
		if (failures.length === MOST_FAILURES) break;
		const share = Math.max(programs / options.programs, progress.seconds / options.seconds);
		progress.show(
			share,
			`${programs} programs, ${(programs / progress.seconds).toFixed(0)}/s, ${failures.length} differ`,
		);
	}
	progress.end();
	return { programs, runs, instructions, outcomes, failures };
}

/** The summary for a reader. */
export function fuzzReport(
	{ programs, runs, instructions, outcomes, failures }: FuzzSummary,
	seed: number,
): string {
	const shares = [...outcomes].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`);
	return [
		...failures,
		`${programs} programs from seed ${seed}, ${runs} runs, ${instructions} instructions: ${failures.length} differ`,
		`outcomes: ${shares.join(', ')}`,
	].join('\n');
}

/** Runs the command; answers its exit code. The first word is the target, `programs` unless there is one. */
export async function runFuzz(args: readonly string[]): Promise<number> {
	const [name = PROGRAMS, ...rest] = args[0]?.startsWith('--') === false ? args : [PROGRAMS, ...args];
	if (name === PROGRAMS) return runPrograms(rest);
	if (name === RPC) return (await import('../rpc-fuzz/command.ts')).runRpcFuzz(rest);
	// As the oracle they compare with, targets are loaded when they are asked for.
	const [{ TARGETS }, { runTargetCommand }] = await Promise.all([
		import('./targets/index.ts'),
		import('./target-command.ts'),
	]);
	const targets = TARGETS.filter((target) => name === 'all' || target.name === name);
	if (targets.length === 0) {
		const rows = TARGETS.map((target) => `  ${target.name.padEnd(24)}${target.about}\n`);
		const programs = `  ${PROGRAMS.padEnd(24)}random programs on two engines; what runs where none is named\n`;
		const rpc = `  ${RPC.padEnd(24)}requests to a node over its sockets\n`;
		const list = [programs, rpc, ...rows, `  ${'all'.padEnd(24)}every target but the first two\n`].join('');
		if (name !== 'list') process.stderr.write(`no target ${name}; there are\n`);
		process.stdout.write(list);
		return name === 'list' ? 0 : 2;
	}
	let exitCode = 0;
	for (const target of targets) exitCode = Math.max(exitCode, await runTargetCommand(target, rest));
	return exitCode;
}

const PROGRAMS = 'programs';
const RPC = 'rpc';

async function runPrograms(args: readonly string[]): Promise<number> {
	const options = parseFuzzArguments(args);
	if (typeof options === 'string') {
		process.stderr.write(`${options}\n`);
		return 2;
	}
	const { engines, versions } = options;
	const fuzzer = engines === 'oracle' ? await oracleFuzzer(versions) : engineFuzzer(engines, versions);
	const summary = await fuzz(fuzzer, options);
	process.stdout.write(`${fuzzReport(summary, options.seed)}\n`);
	return summary.failures.length > 0 ? 1 : 0;
}
