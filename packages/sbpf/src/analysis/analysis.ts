/**
 * What can be known of a program without running it, for a compiler, a debugger and reports.
 *
 * Owns the order of the passes and the questions asked by slot. Everything is computed in time near
 * linear in the length of the text, whatever the text is, and lies in typed arrays indexed by block or by
 * function. No pass relies on the verifier.
 * Source: solana-sbpf `static_analysis.rs` (`Analysis`); data flow between instructions is left out.
 */
import { utf8Lossy } from '../elf/parser-fault.ts';
import {
	type ControlFlowGraph,
	instructionStarts,
	splitIntoBasicBlocks,
	TERMINATOR_CALL_REG,
} from './control-flow.ts';
import { immediateDominators } from './dominators.ts';
import {
	FUNCTION_ENTRYPOINT,
	FUNCTION_SHARED,
	type FunctionTable,
	findFunctions,
	type Program,
	partitionIntoFunctions,
} from './functions.ts';
import { buildGraph, EdgeList, reversedGraph } from './graph.ts';
import { findLoops, type LoopTable } from './loops.ts';

/** The analysis of one program. */
export class Analysis {
	readonly cfg: ControlFlowGraph;
	readonly functions: FunctionTable;
	readonly loops: LoopTable;
	/** Whether any instruction is a `callx`. */
	readonly hasCallx: boolean;
	readonly #names: ReadonlyMap<number, Uint8Array>;

	private constructor(
		cfg: ControlFlowGraph,
		functions: FunctionTable,
		loops: LoopTable,
		names: ReadonlyMap<number, Uint8Array>,
	) {
		this.cfg = cfg;
		this.functions = functions;
		this.loops = loops;
		this.hasCallx = cfg.terminator.includes(TERMINATOR_CALL_REG);
		this.#names = names;
	}

	/** Analyses a program, which need not be verified. */
	static fromExecutable(executable: Program): Analysis {
		const starts = instructionStarts(executable);
		const roots = findFunctions(executable, starts);
		const cfg = splitIntoBasicBlocks(executable, starts, roots.keys());
		const functions = partitionIntoFunctions(cfg, roots);
		const loops = findLoops(cfg.graph, functions);
		const names = new Map<number, Uint8Array>();
		for (const [, { name, value }] of executable.functionRegistry.entries()) {
			if (name.length > 0 && !names.has(value)) names.set(value, name);
		}
		return new Analysis(cfg, functions, loops, names);
	}

	/** The block that slot `pc` is in; -1 outside the text and for the second slot of an `lddw`. */
	blockAt(pc: number): number {
		return this.cfg.blockOf[pc] ?? -1;
	}

	/** The function that slot `pc` is in, or -1. */
	functionAt(pc: number): number {
		const block = this.blockAt(pc);
		return block === -1 ? -1 : this.functions.functionOf[block]!;
	}

	/** The function that starts at slot `pc`, or -1: then a call there is not one of a known function. */
	functionStartingAt(pc: number): number {
		const f = this.functionAt(pc);
		return f !== -1 && this.cfg.blockStart[this.functions.head[f]!] === pc ? f : -1;
	}

	/** The slot function `f` starts at. */
	functionPc(f: number): number {
		return this.cfg.blockStart[this.functions.head[f]!]!;
	}

	/** A name for function `f`: that of the registry where there is one, else one made of its slot. */
	functionName(f: number): string {
		const pc = this.functionPc(f);
		const name = this.#names.get(pc);
		if (name !== undefined) return utf8Lossy(name);
		const flags = this.functions.flags[f]!;
		if ((flags & FUNCTION_ENTRYPOINT) !== 0) return 'entrypoint';
		return flags === FUNCTION_SHARED ? `lbb_${pc}` : `function_${pc}`;
	}

	/** Whether block `a` is on every way from its function's head to block `b`. */
	dominates(a: number, b: number): boolean {
		const { domNumber, domSize } = this.functions;
		const distance = domNumber[b]! - domNumber[a]!;
		return distance >= 0 && distance < domSize[a]!;
	}

	/**
	 * The block on every way from each block to the end of its function (an `exit`, a jump into another
	 * function, or the end of the text) that is nearest to it; -1 where there is none or no end is reached.
	 * Computed anew on each call.
	 */
	immediatePostDominators(): Int32Array {
		const { blockCount, graph } = this.cfg;
		const { functionOf } = this.functions;
		const edges = new EdgeList();
		const end = blockCount;
		for (let b = 0; b < blockCount; b++) {
			let leaves = graph.successorStart[b] === graph.successorStart[b + 1];
			for (let i = graph.successorStart[b]!; i < graph.successorStart[b + 1]!; i++) {
				const successor = graph.successors[i]!;
				if (functionOf[successor] === functionOf[b]) edges.push(b, successor);
				else leaves = true;
			}
			if (leaves) edges.push(b, end);
		}
		const ipdom = immediateDominators(reversedGraph(buildGraph(blockCount + 1, edges)), end);
		return ipdom.subarray(0, blockCount).map((b) => (b === end ? -1 : b));
	}
}
