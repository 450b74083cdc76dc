/**
 * How many instructions a second the interpreter runs, by kind of program.
 *
 * Owns the programs (assembly, written for the bench), and the measuring of them: the best of several
 * rounds, since the machine is never alone. Prints a table; `docs/benchmarks.md` quotes it.
 */
import {
	Arena,
	assemble,
	BuiltinProgram,
	type Config,
	type ContextObject,
	defaultConfig,
	EbpfVm,
	type Executable,
	getRoRegion,
	MemoryMapping,
	MemoryRegion,
	MM_HEAP_START,
	MM_INPUT_START,
	MM_STACK_START,
	stackSize,
} from '@parhelion/sbpf';
import { measureRepresentations } from './interpreter-representations.ts';

/** A budget no bench exhausts. */
const BUDGET = 2 ** 40;
const HEAP_BYTES = 32 * 1024;
const INPUT_BYTES = 64 * 1024;

/** A program and what it stands for. */
interface Program {
	readonly name: string;
	readonly source: string;
}

/** One measured figure. */
export interface Figure {
	readonly name: string;
	readonly instructions: number;
	/** Best round, in instructions a second. */
	readonly perSecond: number;
	/** First round, compilation by the engine included. */
	readonly firstPerSecond: number;
}

const LOOPS = 1_000_000;

const PROGRAMS: readonly Program[] = [
	{
		name: 'arithmetic loop',
		source: `
mov64 r0, 0
mov64 r1, ${LOOPS}
mov64 r2, 19088743
loop:
add64 r0, r2
xor64 r2, r0
lsh64 r2, 3
rsh64 r0, 1
sub64 r2, r1
and64 r2, 2147483647
or64 r0, r1
mul64 r0, r2
add64 r1, -1
jne r1, 0, loop
exit`,
	},
	{
		name: 'memory loop',
		source: `
mov64 r0, 0
mov64 r1, ${LOOPS}
mov64 r6, r10
add64 r6, -256
lddw r7, ${MM_HEAP_START}
loop:
stxdw [r6+8], r1
ldxdw r2, [r6+8]
stxw [r7+20], r2
ldxw r3, [r7+20]
stxb [r6+30], r3
ldxb r4, [r6+30]
stxh [r7+2], r4
ldxh r5, [r7+2]
add64 r0, r5
add64 r1, -1
jne r1, 0, loop
exit`,
	},
	{
		name: 'mixed loop',
		source: `
mov64 r0, 0
mov64 r6, ${LOOPS}
mov64 r7, r10
add64 r7, -512
loop:
mov64 r1, r7
mov64 r2, r6
and64 r2, 248
add64 r1, r2
mov64 r2, r6
call function_touch
add64 r8, r0
jsgt r8, 1000000, over
add64 r8, 3
over:
xor64 r8, r6
add64 r6, -1
jne r6, 0, loop
mov64 r0, r8
exit
function_touch:
ldxdw r3, [r1+0]
add64 r3, r2
stxdw [r1+0], r3
ldxw r4, [r1+4]
ldxb r5, [r1+1]
jeq r5, 7, skip
mov64 r0, r3
rsh64 r0, 5
skip:
add64 r0, r4
jgt r0, r3, wide
xor64 r0, 85
wide:
stxw [r10-8], r0
ldxw r0, [r10-8]
exit`,
	},
	{
		name: 'calls',
		source: `
mov64 r0, 0
mov64 r6, ${LOOPS}
loop:
mov64 r1, r6
call function_outer
add64 r6, -1
jne r6, 0, loop
exit
function_outer:
mov64 r7, r1
call function_inner
add64 r0, r7
exit
function_inner:
mov64 r0, r1
exit`,
	},
	{
		name: 'copy in bytes',
		source: `
mov64 r0, ${LOOPS / 1000}
lddw r7, ${MM_INPUT_START}
lddw r8, ${MM_HEAP_START}
again:
mov64 r1, r7
mov64 r2, r8
mov64 r3, 1000
loop:
ldxb r4, [r1+0]
stxb [r2+0], r4
add64 r1, 1
add64 r2, 1
add64 r3, -1
jne r3, 0, loop
add64 r0, -1
jne r0, 0, again
exit`,
	},
];

/** A host with a meter and one mapping. */
class BenchContext implements ContextObject {
	remaining = BUDGET;
	readonly mapping: MemoryMapping;

	constructor(mapping: MemoryMapping) {
		this.mapping = mapping;
	}

	consume(amount: number): void {
		this.remaining = Math.max(0, this.remaining - amount);
	}

	getRemaining(): number {
		return this.remaining;
	}

	activeMapping(): MemoryMapping {
		return this.mapping;
	}
}

/** The memory every bench program gets: stack, heap, and an input the guest may write. */
function createMapping(arena: Arena, executable: Executable<BenchContext>, config: Config): MemoryMapping {
	const stackBytes = stackSize(config);
	const mapping = new MemoryMapping(
		arena,
		[
			getRoRegion(executable, arena),
			MemoryRegion.newWritable(arena.alloc(stackBytes), stackBytes, MM_STACK_START),
			MemoryRegion.newWritable(arena.alloc(HEAP_BYTES), HEAP_BYTES, MM_HEAP_START),
			MemoryRegion.newWritable(arena.alloc(INPUT_BYTES), INPUT_BYTES, MM_INPUT_START),
		],
		config,
		executable.sbpfVersion,
	);
	mapping.initialize();
	return mapping;
}

function measure(program: Program, rounds: number): Figure {
	const config = defaultConfig({
		enableStackFrameGaps: false,
		enabledSbpfVersions: { min: 0, max: 0 },
	});
	const loader = BuiltinProgram.newLoader<BenchContext>(config);
	const assembled = assemble(program.source, loader);
	if (!assembled.ok) throw new Error(`${program.name}: ${assembled.error}`);
	const executable = assembled.value;
	const arena = new Arena();
	const context = new BenchContext(createMapping(arena, executable, config));
	let instructions = 0;
	let best = 0;
	let first = 0;
	for (let round = 0; round < rounds; round++) {
		context.remaining = BUDGET;
		const vm = new EbpfVm(loader, executable.sbpfVersion, context, stackSize(config));
		const start = performance.now();
		const { instructionCount, result } = vm.executeProgram(executable, 'interpreted');
		const seconds = (performance.now() - start) / 1000;
		if (!result.ok) throw new Error(`${program.name}: ${result.error.kind}`);
		instructions = instructionCount;
		best = Math.max(best, instructionCount / seconds);
		if (round === 0) first = instructionCount / seconds;
	}
	return { name: program.name, instructions, perSecond: best, firstPerSecond: first };
}

/** Measures every program; `detached` first puts the process in the state in which V8 guards against detached buffers. */
export function measureInterpreter(detached: boolean, rounds = 7): readonly Figure[] {
	if (detached) new WebAssembly.Memory({ initial: 1 }).grow(1);
	return PROGRAMS.map((program) => measure(program, rounds));
}

/** Prints the figures: million instructions a second, before and after some buffer of the process was detached. */
export function benchInterpreter(): void {
	const million = (perSecond: number): string => (perSecond / 1e6).toFixed(0).padStart(8);
	console.log('Interpreter, million instructions a second');
	console.log(`${'program'.padEnd(18)}${'best'.padStart(8)}${'first'.padStart(8)}${'detached'.padStart(10)}`);
	const { pairs, bigInts } = measureRepresentations();
	const fresh = measureInterpreter(false);
	const detached = measureInterpreter(true);
	for (const [i, figure] of fresh.entries()) {
		const { name, perSecond, firstPerSecond } = figure;
		console.log(
			`${name.padEnd(18)}${million(perSecond)}${million(firstPerSecond)}${million(detached[i]!.perSecond).padStart(10)}`,
		);
	}
	console.log(
		`registers as pairs of words ${million(pairs)}, as BigInt64Array ${million(bigInts)} (arithmetic only)`,
	);
}
