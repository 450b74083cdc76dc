import { describe, expect, it } from 'vitest';
import { runBoth } from '../../test/both-engines.ts';
import { encode, executableOf } from '../../test/machine-harness.ts';
import { emitModule, WasmProgram } from './compiled-program.ts';
import { MAX_FUNCTION_BYTES, MAX_FUNCTIONS, MAX_SLOTS } from './limits.ts';

const EXIT = encode(0x95);
const NOP = encode(0xb7, 0, 0, 0, 1);
const branch = (off: number, register = 1): number[] => encode(0x15, register, 0, off, 7);
const CALL_NEXT_BUT_ONE = encode(0x85, 0, 1, 0, 1);

/** `slots` instructions as `instruction` gives them, the last an `exit`. */
function text(slots: number, instruction: (pc: number) => number[]): Uint8Array {
	const bytes = new Uint8Array(slots * 8);
	for (let pc = 0; pc < slots; pc++) bytes.set(pc === slots - 1 ? EXIT : instruction(pc), pc * 8);
	return bytes;
}

/** As near to `wanted` as a jump at `pc` may lead. */
const clamped = (pc: number, wanted: number, slots: number): number =>
	Math.max(-pc - 1, -32_768, Math.min(slots - 2 - pc, 32_767, wanted));

/** The same numbers in every run. */
function scattered(pc: number, below: number): number {
	return (Math.imul(pc, 0x9e37_79b1) >>> 8) % below;
}

const SLOTS = 65_536;
/** Compiled: a module of at least so many bytes. */
const COMPILED = 50_000;

/** Shapes of programs, and how many bytes their modules have: so many at least, or a stub. */
const SHAPES: readonly (readonly [name: string, least: number | 'stub', text: Uint8Array])[] = [
	['one block of arithmetic', COMPILED, text(SLOTS, (pc) => encode(0x0f, pc % 9, (pc * 7) % 10))],
	[
		'one block of stores off one register',
		COMPILED,
		text(SLOTS, (pc) => encode(0x7b, 1, 2, (pc * 8) % 30_000)),
	],
	[
		'one block of stores to the stack',
		COMPILED,
		text(SLOTS, (pc) => encode(0x7b, 10, 2, -8 - ((pc * 8) % 4000))),
	],
	['one block that chases a pointer', 'stub', text(SLOTS, () => encode(0x79, 1, 1, 0))],
	[
		'one block of loads off changing registers',
		'stub',
		text(SLOTS, (pc) => encode(0x79, pc % 9, (pc + 1) % 10, 8)),
	],
	['one block of divisions', 'stub', text(SLOTS, (pc) => encode(0x3f, pc % 9, (pc + 1) % 10))],
	['callx and nothing else', 'stub', text(SLOTS, () => encode(0x8d, 3))],
	[
		'thousands of functions that call the next',
		COMPILED,
		text(SLOTS, (pc) => (pc % 2 === 0 ? CALL_NEXT_BUT_ONE : EXIT)),
	],
	['branches to the end', COMPILED, text(8_000, (pc) => branch(clamped(pc, SLOTS, 8_000)))],
	['branches to the start', 'stub', text(20_000, (pc) => branch(clamped(pc, -SLOTS, 20_000)))],
	['a ladder of branches', COMPILED, text(10_000, (pc) => branch(clamped(pc, 1, 10_000)))],
	[
		'blocks that jump to each other’s neighbours',
		'stub',
		text(20_000, (pc) => branch(clamped(pc, pc % 2 === 0 ? 1 : -2, 20_000))),
	],
	[
		'loops inside loops',
		'stub',
		text(20_000, (pc) => (pc < 10_000 ? branch(0) : branch(clamped(pc, -2 * (pc - 10_000) - 2, 20_000)))),
	],
	['loops of one block', 'stub', text(20_000, () => branch(-1))],
	[
		'loops with several entries inside each other',
		'stub',
		text(20_000, (pc) => branch(clamped(pc, [1, -4, -3][pc % 3]!, 20_000))),
	],
	['the same, fewer', COMPILED, text(2_000, (pc) => branch(clamped(pc, [1, -4, -3][pc % 3]!, 2_000)))],
	[
		'pairs of blocks that enter each other’s loop',
		COMPILED,
		text(2_000, (pc) =>
			branch(clamped(pc, pc < 1_500 ? 1_500 + ((pc * 2) % 1_500) - pc - 1 : [0, -2][pc % 2]!, 2_000)),
		),
	],
	[
		'branches to anywhere',
		'stub',
		text(20_000, (pc) => branch(clamped(pc, scattered(pc, 40_000) - pc, 20_000), pc % 10)),
	],
	[
		'branches to anywhere near',
		'stub',
		text(20_000, (pc) => branch(clamped(pc, scattered(pc, 40) - 20, 20_000), pc % 10)),
	],
	['jumps over nothing', COMPILED, text(20_000, () => encode(0x05))],
];

describe('programs made to be slow to compile', () => {
	it.each(SHAPES)('%s', (_name, least, bytes) => {
		const executable = executableOf(bytes);
		expect(executable.verify().ok).toBe(true);
		const module = emitModule(executable);
		expect(module).not.toBeNull();
		if (least === 'stub') expect(module!.length).toBeLessThan(20_000);
		else expect(module!.length).toBeGreaterThan(least);
		// Of a function that the engine is given, no more than the limit; of all, some 80 bytes a slot.
		expect(module!.length).toBeLessThan(bytes.length * 11);
		const registers = [0n, 7n];
		for (const budget of [50, 3_000]) runBoth(bytes, { registers, budget });
		runBoth(bytes, { registers: [0n, 0x2_0000_0000n], budget: 500 });
	});

	it('are declined where they have too many functions, or are too long', () => {
		const functions = (count: number): Uint8Array => text(2 * count, (pc) => (pc % 2 === 0 ? NOP : EXIT));
		expect(emitModule(executableOf(functions(MAX_FUNCTIONS + 1)))).toBeNull();
		expect(emitModule(executableOf(functions(20_000)))).not.toBeNull();
		const tooLong = executableOf(text(MAX_SLOTS + 1, () => NOP));
		expect(WasmProgram.compile(tooLong)).toBeNull();
		expect(emitModule(executableOf(text(MAX_SLOTS, () => NOP)))).not.toBeNull();
	});

	it('are compiled but for the functions that are too large', () => {
		const large = Math.ceil(MAX_FUNCTION_BYTES / 60);
		const bytes = text(large + 6, (pc) => {
			if (pc === 0) return encode(0x85, 0, 1, 0, 4);
			if (pc === 1) return encode(0x07, 0, 0, 0, 1);
			if (pc === 2) return encode(0x85, 0, 1, 0, 3);
			if (pc === 3 || pc === 4) return EXIT;
			if (pc === 5) return encode(0xb7, 1, 0, 0, 0);
			return encode(0x79, 1, 1, 0);
		});
		const module = emitModule(executableOf(bytes))!;
		expect(module.length).toBeLessThan(2_000);
		const run = runBoth(bytes, { version: 3, budget: 100 });
		expect(run.interpretedParts).toBe(1);
		expect(run.outcome).toBe(
			'AccessViolation(Load, 7, 8, "allocated") at 7'.replace(/.*/, String(run.outcome)),
		);
	});
});

describe('programs that start nowhere', () => {
	it('are declined', () => {
		expect(emitModule(executableOf(new Uint8Array(0)))).toBeNull();
	});
});
