/**
 * Runs one client suite in its own folder, with `litesvm` led to Parhelion or a validator of ours listening.
 *
 * Owns the processes and the files this takes: the suite's own test runner, found in its `node_modules`; programs copied to
 * where the suite looks for what its repository would have built; the report, written to a temporary folder.
 */
import { spawn } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createNodeChain } from '@parhelion/cli';
import { Validator } from '@parhelion/rpc';
import { createAccount, Pubkey, programIds } from '@parhelion/sdk';
import { readBundledProgram } from 'parhelion/node';
import type { Engine } from '../suite.ts';
import { ALIAS_VARIABLE, type AliasSettings } from './alias-settings.ts';
import { NodeError, startNode } from './node-process.ts';
import type { ClientSuite, SuiteProgram } from './suites.ts';
import { readOutcomes, type TestOutcome } from './test-results.ts';

/** Milliseconds of a slot of the validator: shorter than a cluster's, since suites wait for confirmations. */
const SLOT_MS = 100;
/** Output kept of a suite that wrote no report. */
const MAX_OUTPUT = 2000;

/** A suite that could not be run, in words. */
export class SuiteError extends Error {
	override readonly name = 'SuiteError';
}

/** Where the package of a suite lies under the folder of the checkouts; `null` where it does not. */
export function suiteFolder(suite: ClientSuite, root: string): string | null {
	const folder = join(root, suite.repository, suite.package);
	return existsSync(join(folder, 'package.json')) ? folder : null;
}

/**
 * Runs every test of a suite.
 *
 * @throws SuiteError where the suite's runner is missing or wrote no report, or where no import was led to Parhelion.
 */
export async function runSuite(suite: ClientSuite, root: string, engine: Engine): Promise<TestOutcome[]> {
	const folder = suiteFolder(suite, root);
	if (folder === null) throw new SuiteError(`${suite.repository}/${suite.package} is not in ${root}`);
	const work = mkdtempSync(join(tmpdir(), 'parhelion-client-'));
	const validator = await startNodeOf(suite, root);
	try {
		for (const program of suite.programs) {
			if (isPath(program)) placeProgram(program, join(root, suite.repository));
		}
		if (suite.specifiers.length === 0) return await runTests(suite, folder, work, {});
		const witness = join(work, 'witness');
		const outcomes = await runTests(suite, folder, work, {
			...aliasEnvironment(suite, witness, loadersOf(suite, folder)),
			PARHELION_ENGINE: engine,
		});
		if (!existsSync(witness)) throw new SuiteError('no import of litesvm was led to Parhelion');
		return outcomes;
	} finally {
		await validator?.stop();
		rmSync(work, { recursive: true, force: true });
	}
}

/** Whether a program goes to a file; the others go to an address on the validator. */
function isPath({ to }: SuiteProgram): boolean {
	return to.includes('/');
}

/** The environment in which a process takes Parhelion for `litesvm`; `before` are modules loaded ahead of the alias. */
export function aliasEnvironment(
	suite: Pick<ClientSuite, 'specifiers'>,
	witness: string,
	before: readonly string[] = [],
): Record<string, string> {
	const settings: AliasSettings = {
		specifiers: suite.specifiers,
		target: new URL('./litesvm-under-test.js', import.meta.url).href,
		witness,
	};
	const modules = [...before, new URL('./alias.js', import.meta.url).href];
	return {
		[ALIAS_VARIABLE]: JSON.stringify(settings),
		NODE_OPTIONS: ['--experimental-wasm-modules', ...modules.map((url) => `--import ${url}`)].join(' '),
	};
}

function placeProgram({ from, to }: SuiteProgram, repository: string): void {
	const path = join(repository, to);
	// What the repository itself built is the better evidence.
	if (existsSync(path)) return;
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, from.includes('/') ? readFileSync(join(repository, from)) : bundled(from));
}

function bundled(name: string): Uint8Array {
	const elf = readBundledProgram(`${name}.so`);
	if (elf === null) throw new SuiteError(`there is no bundled program ${name}`);
	return elf;
}

/** Something that stops. */
interface Running {
	stop(): Promise<void>;
}

/** The node that a suite wants; `null` where it wants none. */
async function startNodeOf(suite: ClientSuite, root: string): Promise<Running | null> {
	if (suite.node === undefined) return suite.validator ? startValidator(suite, root) : null;
	try {
		return await startNode(suite.node, join(root, suite.repository));
	} catch (thrown) {
		throw thrown instanceof NodeError ? new SuiteError(thrown.message) : thrown;
	}
}

async function startValidator(suite: ClientSuite, root: string): Promise<Validator> {
	const { chain } = createNodeChain();
	for (const program of suite.programs) {
		if (isPath(program)) continue;
		const data = new Uint8Array(readFileSync(join(root, suite.repository, program.from)));
		const lamports = chain.minimumBalanceForRentExemption(data.length);
		const owner = programIds.bpfLoader;
		chain.setAccount(
			Pubkey.fromBase58(program.to),
			createAccount({ lamports, data, owner, executable: true }),
		);
	}
	try {
		// Addresses and ports stand in the suites themselves.
		return await Validator.start({ chain, rpcPort: 8899, wsPort: 8900, slotMs: SLOT_MS });
	} catch (thrown) {
		throw new SuiteError(thrown instanceof Error ? thrown.message : String(thrown));
	}
}

async function runTests(
	suite: ClientSuite,
	folder: string,
	work: string,
	environment: Readonly<Record<string, string>>,
): Promise<TestOutcome[]> {
	const report = join(work, 'report');
	const output = await run(commandOf(suite, folder, report), folder, {
		...environment,
		...suite.environment,
	});
	// Both write the same report.
	if ((suite.runner === 'vitest' || suite.runner === 'jest') && existsSync(report))
		return readOutcomes('vitest', readFileSync(report, 'utf8'));
	if (suite.runner === 'mocha' && existsSync(report))
		return readOutcomes('mocha', readFileSync(report, 'utf8'));
	const outcomes = suite.runner === 'node' ? readOutcomes('node', output) : [];
	if (outcomes.length === 0) throw new SuiteError(`no report: ${output.slice(-MAX_OUTPUT)}`);
	return outcomes;
}

/** A file of a package that is installed for a suite. */
function installed(folder: string, name: string, path: string): string {
	try {
		const require = createRequire(join(folder, 'package.json'));
		return join(dirname(require.resolve(`${name}/package.json`)), path);
	} catch {
		throw new SuiteError(`${name} is not installed for ${folder}`);
	}
}

/** What reads TypeScript for Node's own runner. Of two hooks on an import the later asks first: the alias must be that. */
function loadersOf(suite: ClientSuite, folder: string): string[] {
	return suite.runner === 'node' ? [pathToFileURL(installed(folder, 'tsx', 'dist/loader.mjs')).href] : [];
}

/** The arguments of Node that run a suite with its own runner. */
function commandOf(suite: ClientSuite, folder: string, report: string): string[] {
	const { runner, files } = suite;
	switch (runner) {
		case 'vitest': {
			const vitest = installed(folder, 'vitest', 'vitest.mjs');
			return [vitest, 'run', '--reporter=json', `--outputFile=${report}`, ...files];
		}
		case 'jest': {
			const jest = installed(folder, 'jest', 'bin/jest.js');
			return [jest, '--silent', '--json', `--outputFile=${report}`, ...files];
		}
		case 'mocha': {
			const mocha = installed(folder, 'mocha', 'bin/mocha.js');
			return [mocha, '--reporter', 'json', '--reporter-option', `output=${report}`, ...files];
		}
		case 'node': {
			const tests = files.flatMap((name) =>
				readdirSync(join(folder, name))
					.filter((file) => file.endsWith('.test.ts'))
					.map((file) => join(name, file)),
			);
			return ['--test', '--test-concurrency=1', '--test-reporter=tap', ...tests];
		}
	}
}

/** Runs Node in a folder to its end; gives what it wrote. How it ended is in the tests' outcomes. */
function run(
	args: readonly string[],
	cwd: string,
	environment: Readonly<Record<string, string>>,
): Promise<string> {
	return new Promise((resolve, reject) => {
		// A runner of ours around this one must not be taken for the suite's own.
		const { VITEST: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
		const child = spawn(process.execPath, args, {
			cwd,
			env: { ...inherited, ...environment },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		child.stdout.on('data', (chunk: Buffer) => {
			output += chunk.toString();
		});
		child.stderr.on('data', (chunk: Buffer) => {
			output += chunk.toString();
		});
		child.on('error', reject);
		child.on('close', () => resolve(output));
	});
}
