/**
 * Which registers are alive where, across calls.
 *
 * Owns the data flow between blocks and functions: what a function reads of its caller's registers
 * becomes its parameters, what a caller reads of them after a call becomes results. Code as compilers write it
 * passes r1 to r5 and takes r0; a program that reads what another function left in a register gets that
 * too, because nothing here relies on conventions.
 *
 * Each set only grows, by ten registers at most, and a block is looked at again only when a set it
 * depends on grew: linear in blocks, edges and calls.
 */
import type { Analysis } from '../analysis/analysis.ts';
import {
	TERMINATOR_BRANCH,
	TERMINATOR_CALL,
	TERMINATOR_CALL_REG,
	TERMINATOR_EXIT,
	TERMINATOR_JUMP,
} from '../analysis/control-flow.ts';
import { bucket } from '../analysis/graph.ts';
import {
	ALL_REGISTERS,
	ARGUMENTS,
	effectTable,
	liveBefore,
	PRESERVED,
	RESULT,
	type RegisterSet,
} from './effects.ts';
import type { Source } from './source.ts';

/** What is alive where. */
export interface Liveness {
	/** Before the first instruction of each block. */
	readonly liveIn: Uint16Array;
	/** After the last instruction of each block, as its terminator leaves it to its successors. */
	liveOut(block: number): RegisterSet;
	/** Registers (of r0 to r5) that some caller reads after a function returned; r0 always. */
	readonly results: RegisterSet;
}

/** Solves the data flow of a whole program. */
export function solveLiveness(source: Source, analysis: Analysis): Liveness {
	const { cfg, functions } = analysis;
	const { blockCount, graph, terminator, next, taken, callTarget, blockStart, blockLast } = cfg;
	const { functionOf, functionCount, head } = functions;
	const effects = effectTable(source.table);
	const liveIn = new Uint16Array(blockCount);
	const returned = new Uint16Array(functionCount);
	const callers = groupBy(functionCount, blockCount, (b) =>
		terminator[b] === TERMINATOR_CALL && callTarget[b] !== -1 ? functionOf[callTarget[b]!]! : -1,
	);
	const exits = groupBy(functionCount, blockCount, (b) =>
		terminator[b] === TERMINATOR_EXIT ? functionOf[b]! : -1,
	);

	const inWork = new Uint8Array(blockCount).fill(1);
	const work: number[] = Array.from({ length: blockCount }, (_, b) => b);
	const again = (block: number): void => {
		if (inWork[block] === 1) return;
		inWork[block] = 1;
		work.push(block);
	};

	/** Pairs (function, registers) whose callers were found to read more of what they return. */
	const needs: number[] = [];
	const settleNeeds = (): void => {
		while (needs.length > 0) {
			const registers = needs.pop()!;
			const f = needs.pop()!;
			if ((returned[f]! | registers) === returned[f]) continue;
			returned[f]! |= registers;
			for (const block of exits(f)) again(block);
			// What is returned to a function's caller is returned by whom the function jumps to.
			for (let i = functions.blocksStart[f]!; i < functions.blocksStart[f + 1]!; i++) {
				const block = functions.blocks[i]!;
				for (let e = graph.successorStart[block]!; e < graph.successorStart[block + 1]!; e++) {
					const g = functionOf[graph.successors[e]!]!;
					if (g !== f) needs.push(g, returned[f]!);
				}
			}
		}
	};
	/** What is read after any `callx`: every function that may be its target returns it. */
	let readAfterCallx = 0;
	const needOfCallx = (registers: RegisterSet): void => {
		if ((readAfterCallx | registers) === readAfterCallx) return;
		readAfterCallx |= registers;
		for (let f = 0; f < functionCount; f++) if (source.isCallxTarget(f)) needs.push(f, readAfterCallx);
	};

	const liveOut = (b: number): RegisterSet => {
		if (terminator[b] === TERMINATOR_EXIT) return returned[functionOf[b]!]!;
		const isJump = terminator[b] === TERMINATOR_JUMP || terminator[b] === TERMINATOR_BRANCH;
		// A jump that no verifier saw may lead to where no instruction is known to be.
		let live = isJump && taken[b] === -1 ? ALL_REGISTERS : 0;
		if (next[b] !== -1) live |= liveIn[next[b]!]!;
		if (taken[b] !== -1) live |= liveIn[taken[b]!]!;
		return live;
	};

	needs.push(analysis.functionAt(source.entryPc), RESULT);
	settleNeeds();
	while (work.length > 0) {
		const b = work.pop()!;
		inWork[b] = 0;
		const out = liveOut(b);
		let live = out;
		if (terminator[b] === TERMINATOR_CALL) {
			live &= PRESERVED;
			const callee = callTarget[b]!;
			if (callee !== -1) {
				needs.push(functionOf[callee]!, out & (RESULT | ARGUMENTS));
				live |= liveIn[callee]!;
			}
		} else if (terminator[b] === TERMINATOR_CALL_REG) {
			needOfCallx(out & (RESULT | ARGUMENTS));
			// The target may be anywhere, and may read anything.
			live = ALL_REGISTERS;
		}
		settleNeeds();
		const start = blockStart[b]!;
		for (let pc = blockLast[b]!; pc >= start; pc = source.previous(pc)) {
			live = source.isSyscall(pc)
				? (live & ~RESULT) | ARGUMENTS
				: liveBefore(effects[source.opcode(pc)]!, source.dst(pc), source.src(pc), live);
		}
		if ((live | liveIn[b]!) === liveIn[b]) continue;
		liveIn[b]! |= live;
		for (let e = graph.predecessorStart[b]!; e < graph.predecessorStart[b + 1]!; e++) {
			again(graph.predecessors[e]!);
		}
		if (head[functionOf[b]!] === b) for (const block of callers(functionOf[b]!)) again(block);
	}
	let results = RESULT;
	for (const registers of returned) results |= registers;
	return { liveIn, liveOut, results };
}

/** The blocks of each key, for keys that are not -1. */
function groupBy(
	keyCount: number,
	blockCount: number,
	keyOf: (block: number) => number,
): (key: number) => Int32Array {
	const keys = Int32Array.from({ length: blockCount }, (_, b) => {
		const key = keyOf(b);
		return key === -1 ? keyCount : key;
	});
	const blocks = Int32Array.from({ length: blockCount }, (_, b) => b);
	const [start, list] = bucket(keyCount + 1, keys, blocks, blockCount);
	return (key) => list.subarray(start[key]!, start[key + 1]!);
}
