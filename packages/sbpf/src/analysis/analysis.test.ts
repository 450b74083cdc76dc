/** The analysis against programs worked out by hand, and against slow definitions on random ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALL_IMM, EXIT, insn, LDDW, MOV64_IMM } from '../../test/elf-builder.ts';
import { Executable } from '../executable.ts';
import { FunctionRegistry, hashTargetPc } from '../function-registry.ts';
import { BuiltinProgram, type ContextObject, type SBPFVersion } from '../program.ts';
import { Analysis } from './analysis.ts';
import {
	TERMINATOR_BRANCH,
	TERMINATOR_CALL,
	TERMINATOR_CALL_REG,
	TERMINATOR_EXIT,
	TERMINATOR_JUMP,
	TERMINATOR_NONE,
} from './control-flow.ts';
import {
	FUNCTION_ADDRESS_TAKEN,
	FUNCTION_CALLED,
	FUNCTION_ENTRYPOINT,
	FUNCTION_REGISTERED,
	FUNCTION_SHARED,
	FUNCTION_UNREFERENCED,
} from './functions.ts';

const JA = (off: number): number[] => insn(0x05, 0, 0, off);
const JEQ = (off: number): number[] => insn(0x15, 1, 0, off);
const NOP: number[] = MOV64_IMM(0, 0);
const CALLX: number[] = insn(0x8d, 0, 0, 0, 3);
/** A call by key of the function at `pc`, as relocation leaves it. */
const CALL = (pc: number): number[] => CALL_IMM(hashTargetPc(pc) | 0);

function executableOf(
	text: readonly number[],
	version: SBPFVersion = 0,
	functions: readonly number[] = [],
): Executable<ContextObject> {
	const registry = new FunctionRegistry<number>();
	for (const pc of functions) registry.registerFunction(hashTargetPc(pc), new Uint8Array(0), pc);
	const loader = BuiltinProgram.newMock<ContextObject>();
	const result = Executable.fromTextBytes(Uint8Array.from(text), loader, version, registry);
	if (!result.ok) throw new Error(result.error.kind);
	return result.value;
}

const analyse = (...args: Parameters<typeof executableOf>): Analysis =>
	Analysis.fromExecutable(executableOf(...args));

const blockStarts = (analysis: Analysis): number[] => [...analysis.cfg.blockStart].slice(0, -1);
/** Functions as `pc: flags`. */
const functionsOf = (analysis: Analysis): [number, number][] =>
	Array.from({ length: analysis.functions.functionCount }, (_, f) => [
		analysis.functionPc(f),
		analysis.functions.flags[f]!,
	]);

describe('basic blocks', () => {
	test('end at jumps, calls and exits, and start where something leads', () => {
		const analysis = analyse(
			[...NOP, ...JEQ(2), ...CALL(6), ...CALLX, ...JA(0), ...EXIT, ...NOP, ...CALL_IMM(77), ...EXIT],
			0,
			[6],
		);
		const { cfg } = analysis;
		expect(blockStarts(analysis)).toEqual([0, 2, 3, 4, 5, 6]);
		expect([...cfg.blockLast]).toEqual([1, 2, 3, 4, 5, 8]);
		expect([...cfg.blockStart].at(-1)).toBe(9);
		expect([...cfg.terminator]).toEqual([
			TERMINATOR_BRANCH,
			TERMINATOR_CALL,
			TERMINATOR_CALL_REG,
			TERMINATOR_JUMP,
			TERMINATOR_EXIT,
			TERMINATOR_EXIT,
		]);
		expect([...cfg.next]).toEqual([1, 2, 3, -1, -1, -1]);
		expect([...cfg.taken]).toEqual([3, -1, -1, 4, -1, -1]);
		expect([...cfg.callTarget]).toEqual([-1, 5, -1, -1, -1, -1]);
		expect(analysis.hasCallx).toBe(true);
	});

	test('count an lddw as one instruction, and drop edges into its middle', () => {
		const analysis = analyse([...JEQ(1), ...LDDW(1, 5), ...NOP, ...EXIT]);
		expect(blockStarts(analysis)).toEqual([0, 1]);
		expect([...analysis.cfg.taken]).toEqual([-1, -1]);
		expect(analysis.blockAt(1)).toBe(1);
		expect(analysis.blockAt(2)).toBe(-1);
		expect(analysis.blockAt(99)).toBe(-1);
	});

	test('take the opcode of lddw for what it is in each version', () => {
		const text = [...insn(0x18, 1), ...EXIT, ...EXIT];
		expect(blockStarts(analyse(text, 0))).toEqual([0]);
		expect(blockStarts(analyse(text, 2))).toEqual([0, 2]);
	});

	test('see calls by slot from V3 on', () => {
		const text = [...CALL_IMM(1, 1), ...EXIT, ...CALL_IMM(-2, 0), ...EXIT];
		const { cfg } = analyse(text, 3);
		expect([...cfg.blockStart]).toEqual([0, 1, 2, 4]);
		expect([...cfg.callTarget]).toEqual([2, -1, -1]);
	});

	test('see 32-bit jumps in the versions that have them', () => {
		const text = [...insn(0x16, 1, 0, 1), ...NOP, ...EXIT];
		expect(blockStarts(analyse(text, 3))).toEqual([0, 1, 2]);
		expect(blockStarts(analyse(text, 0))).toEqual([0]);
	});

	test('leave out edges that lead out of the text, and end with it', () => {
		const analysis = analyse([...JEQ(-5), ...JEQ(100), ...NOP]);
		expect([...analysis.cfg.taken]).toEqual([-1, -1, -1]);
		expect([...analysis.cfg.next]).toEqual([1, 2, -1]);
		expect(analysis.cfg.terminator[2]).toBe(TERMINATOR_NONE);
	});

	test('are none in an empty text, and ignore bytes after the last slot', () => {
		expect(analyse([]).cfg.blockCount).toBe(0);
		expect(analyse([]).functions.functionCount).toBe(0);
		expect(analyse([...EXIT, 1, 2, 3]).cfg.slotCount).toBe(1);
	});
});

describe('functions', () => {
	test('start at the entry point, in the registry, at calls and where an address is taken', () => {
		const textAddress = 0x1_0000_0000;
		const text = [...LDDW(1, 6 * 8, 1), ...CALL(5), ...CALLX, ...EXIT, ...EXIT, ...EXIT, ...EXIT, ...EXIT];
		const analysis = analyse(text, 0, [5, 7]);
		expect(executableOf(text).textSectionVaddr).toBe(textAddress);
		expect(functionsOf(analysis)).toEqual([
			[0, FUNCTION_ENTRYPOINT | FUNCTION_REGISTERED],
			[5, FUNCTION_CALLED | FUNCTION_REGISTERED],
			[6, FUNCTION_ADDRESS_TAKEN],
			[7, FUNCTION_REGISTERED],
			[8, FUNCTION_UNREFERENCED],
		]);
		expect(analysis.functionAt(3)).toBe(0);
		expect(analysis.functionStartingAt(6)).toBe(2);
		expect(analysis.functionStartingAt(3)).toBe(-1);
		expect(analysis.functionStartingAt(1)).toBe(-1);
		expect([0, 1, 2].map((f) => analysis.functionName(f))).toEqual([
			'entrypoint',
			'function_5',
			'function_6',
		]);
	});

	test('may have their address in two instructions in V2', () => {
		const text = [...insn(0xb4, 1, 0, 0, 24), ...insn(0xf7, 1, 0, 0, 1), ...EXIT, ...EXIT];
		expect(functionsOf(analyse(text, 2))[1]).toEqual([3, FUNCTION_ADDRESS_TAKEN]);
	});

	test('share what two of them jump into', () => {
		//  0: jeq 2 | 1: exit | 2: nop, exit | 4: ja 2
		const analysis = analyse([...JEQ(1), ...EXIT, ...NOP, ...EXIT, ...JA(-3)], 0, [4]);
		expect(functionsOf(analysis)).toEqual([
			[0, FUNCTION_ENTRYPOINT | FUNCTION_REGISTERED],
			[2, FUNCTION_SHARED],
			[4, FUNCTION_REGISTERED],
		]);
		expect(analysis.functionName(1)).toBe('lbb_2');
	});

	test('may fall through into the next', () => {
		const analysis = analyse([...NOP, ...NOP, ...EXIT], 0, [1]);
		expect([...analysis.functions.functionOf]).toEqual([0, 1]);
	});

	test('are found in unreachable code, from its first block on', () => {
		const analysis = analyse([...EXIT, ...JEQ(1), ...NOP, ...EXIT]);
		expect(functionsOf(analysis)[1]).toEqual([1, FUNCTION_UNREFERENCED]);
		expect(analysis.functions.functionCount).toBe(2);
	});
});

describe('loops', () => {
	test('nest', () => {
		// 0: nop | 1: outer nop | 2: inner nop, jeq inner | 4: jeq outer | 5: exit
		const { loops } = analyse([...NOP, ...NOP, ...NOP, ...JEQ(-2), ...JEQ(-4), ...EXIT]);
		expect([...loops.loopHeader]).toEqual([0, 1, 1, 0, 0]);
		expect([...loops.enclosingLoop]).toEqual([-1, -1, 1, 1, -1]);
		expect([...loops.loopDepth]).toEqual([0, 1, 2, 1, 0]);
		expect([...loops.forwardEdges]).toEqual([0, 1, 1, 1, 1]);
		expect([...loops.reducible]).toEqual([1]);
	});

	test('may start a function and may be one block', () => {
		const { loops } = analyse([...JEQ(-1), ...EXIT]);
		expect([...loops.loopHeader]).toEqual([1, 0]);
		expect([...loops.loopDepth]).toEqual([1, 0]);
	});

	test('with two entries form a group', () => {
		// 0: jeq 2 | 1: nop | 2: jeq 1 | 3: exit
		const { loops, functions } = analyse([...JEQ(1), ...NOP, ...JEQ(-2), ...EXIT]);
		expect([...loops.irreducibleGroup]).toEqual([-1, 0, 0, -1]);
		expect(loops.irreducibleGroupCount).toBe(1);
		expect([...loops.reducible]).toEqual([0]);
		expect([...loops.loopHeader]).toEqual([0, 0, 0, 0]);
		expect([...functions.idom]).toEqual([-1, 0, 0, 2]);
	});
});

test('post-dominators: branches meet again, endless loops end nowhere', () => {
	// 0: jeq 3 | 1: nop, ja 4 | 3: nop | 4: jeq 6 | 5: ja 5 | 6: exit
	const analysis = analyse([...JEQ(2), ...NOP, ...JA(1), ...NOP, ...JEQ(1), ...JA(-1), ...EXIT]);
	expect(blockStarts(analysis)).toEqual([0, 1, 3, 4, 5, 6]);
	expect([...analysis.immediatePostDominators()]).toEqual([3, 3, 3, 5, -1, -1]);
});

/** A random text of jumps, calls and plain instructions, and slots its registry holds. */
const randomProgram = fc
	.array(
		fc.oneof(
			{ weight: 3, arbitrary: fc.constant(NOP) },
			{ weight: 1, arbitrary: fc.constant(EXIT) },
			{ weight: 4, arbitrary: fc.integer({ min: -12, max: 12 }).map(JEQ) },
			{ weight: 2, arbitrary: fc.integer({ min: -12, max: 12 }).map(JA) },
			{ weight: 1, arbitrary: fc.nat(20).map(CALL) },
			{ weight: 1, arbitrary: fc.constant(LDDW(1, 7)) },
		),
		{ minLength: 1, maxLength: 40 },
	)
	.map((parts) => parts.flat());

function successorsOf({ cfg }: Analysis, block: number): number[] {
	return [cfg.next[block]!, cfg.taken[block]!].filter((b) => b !== -1);
}

/** Blocks reachable from `from` inside one function without passing `without`. */
function reach(analysis: Analysis, from: number, without: number): Set<number> {
	const { functionOf } = analysis.functions;
	const seen = new Set<number>();
	const work = from === without ? [] : [from];
	for (let b = work.pop(); b !== undefined; b = work.pop()) {
		if (seen.has(b)) continue;
		seen.add(b);
		for (const s of successorsOf(analysis, b)) {
			if (s !== without && functionOf[s] === functionOf[b]) work.push(s);
		}
	}
	return seen;
}

describe('on random programs', () => {
	const forAll = (check: (analysis: Analysis) => void): void => {
		fc.assert(
			fc.property(randomProgram, fc.array(fc.nat(40), { maxLength: 4 }), (text, functions) => {
				check(analyse(text, 0, functions));
			}),
			{ numRuns: 400 },
		);
	};

	test('blocks tile the text and edges run both ways', () => {
		forAll((analysis) => {
			const { cfg } = analysis;
			expect(cfg.blockStart[0]).toBe(0);
			expect(cfg.blockStart[cfg.blockCount]).toBe(cfg.slotCount);
			for (let b = 0; b < cfg.blockCount; b++) {
				expect(cfg.blockStart[b]!).toBeLessThan(cfg.blockStart[b + 1]!);
				for (let pc = cfg.blockStart[b]!; pc < cfg.blockStart[b + 1]!; pc++) {
					expect([b, -1]).toContain(cfg.blockOf[pc]);
				}
				for (const s of successorsOf(analysis, b)) {
					const { predecessorStart, predecessors } = cfg.graph;
					const from = predecessors.subarray(predecessorStart[s]!, predecessorStart[s + 1]!);
					expect([...from]).toContain(b);
				}
			}
		});
	});

	test('every block is in the one function whose head dominates it, and is entered by its head only', () => {
		forAll((analysis) => {
			const { head, functionOf, blocks, blocksStart, order, idom } = analysis.functions;
			expect([...blocks].sort((a, b) => a - b)).toEqual([...blocks.keys()]);
			for (const [f, root] of head.entries()) {
				const own = [...blocks.subarray(blocksStart[f]!, blocksStart[f + 1]!)];
				expect(own[0]).toBe(root);
				expect(own.map((b) => order[b])).toEqual([...own.keys()]);
				expect(reach(analysis, root, -1)).toEqual(new Set(own));
				for (const b of own) {
					expect(functionOf[b]).toBe(f);
					for (const s of successorsOf(analysis, b)) {
						if (functionOf[s] !== f) expect(idom[s]).toBe(-1);
					}
				}
			}
		});
	});

	test('dominators are what their definition says', () => {
		forAll((analysis) => {
			const { head, functionOf, idom, domDepth, domChildren, domChildrenStart, order } = analysis.functions;
			for (let a = 0; a < analysis.cfg.blockCount; a++) {
				const f = functionOf[a]!;
				const around = reach(analysis, head[f]!, a);
				for (let b = 0; b < analysis.cfg.blockCount; b++) {
					const expected = functionOf[b] === f && !around.has(b);
					expect(analysis.dominates(a, b)).toBe(expected);
				}
				const up = idom[a]!;
				expect(domDepth[a]).toBe(up === -1 ? 0 : domDepth[up]! + 1);
				if (up !== -1) expect(analysis.dominates(up, a)).toBe(true);
				const children = [...domChildren.subarray(domChildrenStart[a]!, domChildrenStart[a + 1]!)];
				for (const child of children) expect(idom[child]).toBe(a);
				expect(children).toEqual(children.toSorted((x, y) => order[x]! - order[y]!));
			}
			expect(domChildren.length).toBe(analysis.cfg.blockCount - head.length);
		});
	});

	test('loops are what their definition says', () => {
		forAll((analysis) => {
			const { functionOf, order } = analysis.functions;
			const { loopHeader, enclosingLoop, loopDepth, forwardEdges, reducible } = analysis.loops;
			const count = analysis.cfg.blockCount;
			const bodies = new Map<number, Set<number>>();
			const forward = new Int32Array(count);
			const irreducible = new Set<number>();
			for (let b = 0; b < count; b++) {
				for (const s of successorsOf(analysis, b)) {
					if (functionOf[s] !== functionOf[b]) continue;
					if (!analysis.dominates(s, b)) {
						forward[s]!++;
						// Against the order of the walk, but not to a dominator.
						if (order[s]! <= order[b]!) irreducible.add(functionOf[b]!);
						continue;
					}
					const body = bodies.get(s) ?? new Set([s]);
					bodies.set(s, body);
					// All that reaches the source of the back edge without passing the header.
					for (let x = 0; x < count; x++) {
						if (functionOf[x] === functionOf[s] && x !== s && reach(analysis, x, s).has(b)) body.add(x);
					}
				}
			}
			for (let b = 0; b < count; b++) {
				expect(loopHeader[b]).toBe(bodies.has(b) ? 1 : 0);
				expect(forwardEdges[b]).toBe(forward[b]);
				const around = [...bodies].filter(([header, body]) => header !== b && body.has(b));
				expect(loopDepth[b]).toBe(around.length + loopHeader[b]!);
				const innermost = around.toSorted((x, y) => x[1].size - y[1].size)[0];
				expect(enclosingLoop[b]).toBe(innermost?.[0] ?? -1);
			}
			for (const [f, flag] of reducible.entries()) expect(flag).toBe(irreducible.has(f) ? 0 : 1);
		});
	});

	test('post-dominators are what their definition says', () => {
		forAll((analysis) => {
			const { functionOf } = analysis.functions;
			const count = analysis.cfg.blockCount;
			const leaves = (b: number): boolean => {
				const successors = successorsOf(analysis, b);
				return successors.length === 0 || successors.some((s) => functionOf[s] !== functionOf[b]);
			};
			const ends = (from: number, without: number): boolean =>
				[...reach(analysis, from, without)].some(leaves);
			const ipdom = analysis.immediatePostDominators();
			for (let b = 0; b < count; b++) {
				const after: number[] = [];
				for (let x = 0; x < count; x++) {
					if (x !== b && functionOf[x] === functionOf[b] && ends(b, -1) && !ends(b, x)) after.push(x);
				}
				// The nearest is the one all others come after.
				const nearest = after.find((x) => after.every((y) => y === x || !ends(x, y)));
				expect(ipdom[b]).toBe(nearest ?? -1);
			}
		});
	});
});

// Quadratic work on any of these takes minutes, which is longer than the runner lets a test run.
describe('a text of 200,000 slots is analysed', () => {
	const slots = 200_000;
	const build = (slot: (pc: number) => number[]): Uint8Array => {
		const text = new Uint8Array(slots * 8);
		for (let pc = 0; pc < slots - 1; pc++) text.set(slot(pc), pc * 8);
		text.set(EXIT, (slots - 1) * 8);
		return text;
	};
	test.each<[string, (pc: number) => number[]]>([
		['a ladder of branches', () => JEQ(1)],
		['loops inside loops', (pc) => (pc < slots / 2 ? NOP : JEQ(-Math.min(32_768, 2 * (pc - slots / 2) + 2)))],
		['branches that cross', (pc) => JEQ(pc % 2 === 0 ? 30_000 : -30_000)],
		['jumps far back', (pc) => JEQ(-Math.min(pc + 1, 32_768))],
		['exits', () => EXIT],
		['calls', (pc) => CALL_IMM(slots - 2 * pc - 2, 1)],
	])('%s', (_, slot) => {
		const loader = BuiltinProgram.newMock<ContextObject>();
		const result = Executable.fromTextBytes(build(slot), loader, 3, new FunctionRegistry());
		if (!result.ok) throw new Error(result.error.kind);
		const analysis = Analysis.fromExecutable(result.value);
		expect(analysis.cfg.slotCount).toBe(slots);
		expect(analysis.immediatePostDominators()).toHaveLength(analysis.cfg.blockCount);
	});
});
