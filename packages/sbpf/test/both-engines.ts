/**
 * One program, interpreted and compiled: the same result, error, slot, count, meter, syscalls and memory.
 *
 * Each engine gets a machine of its own, built by the same setup, so that neither sees what the other did.
 */
import { expect } from 'vitest';
import type { EbpfError } from '../src/errors.ts';
import { errorDebug } from '../src/errors.ts';
import { WasmProgram } from '../src/jit/compiled-program.ts';
import type { MemoryRegion } from '../src/memory/memory-region.ts';
import { executableOf, machineFor, type Setup, type TestMachine } from './machine-harness.ts';

/** What a run comes to. */
export interface Run {
	/** r0, or the error in Rust's `Debug` form with its slot. */
	readonly outcome: bigint | string;
	readonly error: EbpfError | null;
	readonly count: number;
	/** What the host lost, call by call. */
	readonly consumed: readonly number[];
	/** Every region: length, whether it is writable, its bytes. */
	readonly memory: readonly string[];
	/** How often the interpreter stood in for compiled code. */
	readonly interpretedParts: number;
}

/** Makes a setup; called once for each engine, so that both start alike. */
export type SetupFactory = Setup | (() => Setup);

/** Runs on both engines, expects them to agree, and gives the compiled run. */
export function runBoth(program: string | Uint8Array, setup: SetupFactory = {}): Run {
	return pairOf(program, setup)();
}

/**
 * Runs on both engines with every budget from 0 up to what the program takes (`most` at the most), and gives
 * the compiled run of the largest.
 */
export function runAtEveryBudget(program: string | Uint8Array, setup: SetupFactory = {}, most = 120): Run {
	const compare = pairOf(program, setup);
	const { count } = compare(most);
	let last: Run | null = null;
	for (let budget = 0; budget <= count + 1; budget++) last = compare(budget);
	return last!;
}

/** Both engines with a program of their own. What their syscalls close over is shared by all runs. */
function pairOf(program: string | Uint8Array, setup: SetupFactory): (budget?: number) => Run {
	const make = typeof setup === 'function' ? setup : () => setup;
	const interpreted = executableOf(program, make());
	const compiled = executableOf(program, make());
	return (budget) => {
		const withBudget = budget === undefined ? {} : { budget };
		const expected = run(machineFor(interpreted, { ...make(), ...withBudget }), false);
		const actual = run(machineFor(compiled, { ...make(), ...withBudget }), true);
		expect({ ...actual, interpretedParts: 0 }).toEqual({ ...expected, interpretedParts: 0 });
		return actual;
	};
}

function run(tested: TestMachine, isCompiled: boolean): Run {
	const { vm, executable, context, arena, mapping } = tested;
	if (isCompiled) {
		executable.compiled ??= WasmProgram.compile(executable);
		expect(executable.compiled).not.toBeNull();
	}
	let interpretedParts = 0;
	const interpretFunction = vm.interpretFunction.bind(vm);
	vm.interpretFunction = (...args) => {
		interpretedParts++;
		return interpretFunction(...args);
	};
	const { result, instructionCount } = vm.executeProgram(executable, isCompiled ? 'jit' : 'interpreted');
	const bytes = ({ host, len }: MemoryRegion): string => shown(arena.u8.subarray(host, host + len));
	const outcome: Run = {
		outcome: result.ok ? result.value : `${errorDebug(result.error)} at ${vm.registers[11]}`,
		error: result.ok ? null : result.error,
		count: instructionCount,
		consumed: context.consumed.slice(),
		memory: mapping.regions.map((region) => `${region.len} ${region.writable} ${bytes(region)}`),
		interpretedParts,
	};
	tested.dispose();
	return outcome;
}

/** Bytes as hex by offset, lines of zeros left out. */
function shown(bytes: Uint8Array): string {
	const lines: string[] = [];
	for (let at = 0; at < bytes.length; at += 32) {
		const page = bytes.subarray(at, at + ZEROS.length);
		if (at % ZEROS.length === 0 && Buffer.compare(page, ZEROS) === 0) {
			at += ZEROS.length - 32;
			continue;
		}
		const line = bytes.subarray(at, at + 32);
		if (line.some((byte) => byte !== 0)) lines.push(`${at}: ${Buffer.from(line).toString('hex')}`);
	}
	return lines.join(', ');
}

const ZEROS = new Uint8Array(4096);
