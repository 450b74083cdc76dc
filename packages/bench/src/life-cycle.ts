/**
 * What comes before the first transaction: a process's start, an instance, a program, its compilation.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileModule, Executable, WasmProgram } from '@parhelion/sbpf';
import { FeatureSet, resolveRuntimeFeatures } from '@parhelion/sdk';
import {
	createProgramRuntimeEnvironment,
	newBudgetWithDefaults,
	type ProgramRuntimeEnvironment,
} from '@parhelion/svm';
import { LiteSVM as OracleSVM } from 'litesvm';
import { LiteSVM } from 'parhelion/node';
import type { BenchCase, Contest, Effort, Side } from './contest.ts';
import { bundledProgram, ownProgram } from './elf.ts';
import { createPair, type Engine } from './engines.ts';
import { namedSigner } from './transaction-builder.ts';

export const LIFE_CYCLE_GROUP = 'Life cycle';
const COMPILE_GROUP = 'Adding and compiling a program, by size';
const INSTANCE_GOAL = 10;
const PROGRAM_GOAL = 1;
const LARGE_PROGRAM = 'spl-token-2022.so';
/** A process is long: few of them say enough. */
const PROCESS_EFFORT: Partial<Effort> = { warmUpRounds: 1, warmUpMilliseconds: 0, rounds: 7 };

function newInstance(quick: boolean): Contest {
	const many = quick ? 20 : 100;
	return {
		ours: {
			operations: many,
			run: () => {
				for (let i = 0; i < many; i++) new LiteSVM();
			},
		},
		oracle: { operations: 1, run: () => void new OracleSVM() },
	};
}

let copies = 0;

/** The same program in bytes that were never seen: the padding of the file's identification differs. */
function freshCopy(elf: Uint8Array): Uint8Array {
	const copy = elf.slice();
	new DataView(copy.buffer).setUint32(12, ++copies, true);
	return copy;
}

/** Adds a program: bytes never seen before, or the same bytes again. */
async function addProgram(isFresh: boolean): Promise<Contest> {
	const elf = bundledProgram(LARGE_PROGRAM);
	const pair = createPair({ sigverify: false });
	const { address } = await namedSigner('large program');
	const side = (engine: Engine): Side => {
		let bytes = elf;
		return {
			operations: 1,
			prepare: () => {
				if (isFresh) bytes = freshCopy(elf);
			},
			run: () => engine.addProgram(address, bytes),
		};
	};
	return {
		ours: side(pair.ours),
		oracle: side(pair.oracle),
		note: `${(elf.length / 1000).toFixed(0)} KB`,
	};
}

/** The figures of `cold-start.ts`, in nanoseconds. */
interface ColdStart {
	readonly load: number;
	readonly instance: number;
	readonly transaction: number;
}

function coldStart(figure: (start: ColdStart) => number): Contest {
	const script = fileURLToPath(new URL('./cold-start.js', import.meta.url));
	const side = (name: string): Side => {
		let nanoseconds = 0;
		return {
			operations: 1,
			run: () => {
				const { stdout, stderr, status } = spawnSync(process.execPath, [script, name], { encoding: 'utf8' });
				if (status !== 0) throw new Error(`the cold start of ${name} failed: ${stderr}`);
				nanoseconds = figure(JSON.parse(stdout) as ColdStart);
			},
			measured: () => nanoseconds,
		};
	};
	return { ours: side('ours'), oracle: side('oracle'), effort: PROCESS_EFFORT };
}

/** The loader of the default instance. */
function mainnetLoader(): ProgramRuntimeEnvironment {
	const features = resolveRuntimeFeatures(FeatureSet.mainnet());
	const budget = newBudgetWithDefaults(features.raiseCpiNestingLimitTo8);
	return createProgramRuntimeEnvironment(features, budget, false, false);
}

/** Loads, verifies and compiles; the oracle's `addProgram` does as much. */
async function compile(elf: Uint8Array): Promise<Contest> {
	const pair = createPair({ sigverify: false });
	const { address } = await namedSigner('compiled program');
	const loader = mainnetLoader();
	let slots = 0;
	let size = 0;
	const run = (): void => {
		const loaded = Executable.load(elf, loader);
		if (!loaded.ok) throw new Error(`the program does not load: ${loaded.error.kind}`);
		const verified = loaded.value.verify();
		if (!verified.ok) throw new Error(`the program does not verify: ${verified.error.kind}`);
		const compiled = compileModule(loaded.value);
		if (compiled === null) throw new Error('the compiler declined the program');
		loaded.value.compiled = new WasmProgram(loaded.value, compiled);
		slots = loaded.value.textBytes.length / 8;
		size = compiled.size;
	};
	run();
	return {
		ours: { operations: 1, run },
		oracle: { operations: 1, run: () => pair.oracle.addProgram(address, elf) },
		note: `${slots} instructions, ${(size / 1000).toFixed(0)} KB of WebAssembly`,
	};
}

export function lifeCycleCases(): BenchCase[] {
	const group = LIFE_CYCLE_GROUP;
	return [
		{ group, name: 'new instance', goal: INSTANCE_GOAL, prepare: newInstance },
		{ group, name: 'adding a large program', goal: PROGRAM_GOAL, prepare: () => addProgram(true) },
		{ group, name: 'adding it again', goal: PROGRAM_GOAL, prepare: () => addProgram(false) },
		{
			group,
			name: 'loading the package, in a new process',
			goal: null,
			prepare: () => coldStart((s) => s.load),
		},
		{ group, name: 'first instance of a process', goal: null, prepare: () => coldStart((s) => s.instance) },
		{
			group,
			name: 'its first Token-2022 transfer',
			goal: null,
			prepare: () => coldStart((s) => s.transaction),
		},
	];
}

export function compileCases(): BenchCase[] {
	const programs: readonly (readonly [string, () => Uint8Array])[] = [
		['counter', () => ownProgram('counter')],
		['spl-memo-v1', () => bundledProgram('spl-memo-v1.so')],
		['p-token', () => bundledProgram('p-token.so')],
		['spl-associated-token-account', () => bundledProgram('spl-associated-token-account.so')],
		['stake', () => bundledProgram('stake.so')],
		['spl-token-2022', () => bundledProgram(LARGE_PROGRAM)],
	];
	return programs.map(([name, elf]) => ({
		group: COMPILE_GROUP,
		name,
		goal: null,
		prepare: () => compile(elf()),
	}));
}
