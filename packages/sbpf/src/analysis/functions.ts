/**
 * Functions: which there are, and which block belongs to which.
 *
 * Owns the roots (entry point, registry, call targets, addresses that are taken) and the partition of all
 * blocks into regions with a single entry. The text has no notion of a function's extent, and a program
 * may jump from one into another; so a region is what a root, or a block shared between functions,
 * dominates. Two facts follow: every edge between regions leads to the head of one (a tail call), and
 * every block belongs to exactly one.
 *
 * `callx` may lead to any slot at run time. Functions marked {@link FUNCTION_ADDRESS_TAKEN} are where it can
 * be expected to lead: their address stands in an immediate or in the read-only data. For any other
 * target a compiler has to have an answer of its own.
 */
import { INSN_SIZE } from '../isa/ebpf.ts';
import { INSTRUCTIONS } from '../isa/instructions.ts';
import { instructionTable } from '../isa/table.ts';
import { type ControlFlowGraph, internalCallTarget, type Text } from './control-flow.ts';
import { immediateDominators } from './dominators.ts';
import { bucket, buildGraph, EdgeList, type Graph } from './graph.ts';

/** The program starts here. */
export const FUNCTION_ENTRYPOINT = 1;
/** Some `call` calls it. */
export const FUNCTION_CALLED = 2;
/** Its address stands in the program, so `callx` may call it. */
export const FUNCTION_ADDRESS_TAKEN = 4;
/** The function registry holds it. */
export const FUNCTION_REGISTERED = 8;
/** A part shared by several functions: jumped to, never called. */
export const FUNCTION_SHARED = 16;
/** Nothing leads here as far as can be seen; only a computed `callx` could. */
export const FUNCTION_UNREFERENCED = 32;

/** Functions in ascending order of address, and the blocks of each. */
export interface FunctionTable {
	readonly functionCount: number;
	/** The block each starts with. */
	readonly head: Int32Array;
	/** A sum of `FUNCTION_` codes. */
	readonly flags: Uint8Array;
	/** The function of each block. */
	readonly functionOf: Int32Array;
	/** Blocks of function `f`: `blocks[blocksStart[f] .. blocksStart[f + 1]]`, in reverse postorder, head first. */
	readonly blocksStart: Int32Array;
	readonly blocks: Int32Array;
	/** The place of each block among those of its function. */
	readonly order: Int32Array;
	/** The block that immediately dominates each block inside its function; -1 for a head. */
	readonly idom: Int32Array;
	/** How many blocks dominate each block, itself not counted. */
	readonly domDepth: Int32Array;
	/** Blocks that block `b` immediately dominates: `domChildren[domChildrenStart[b] ..]`, in reverse postorder. */
	readonly domChildrenStart: Int32Array;
	readonly domChildren: Int32Array;
	/** Block `a` dominates `b` exactly if `0 <= domNumber[b] - domNumber[a] < domSize[a]`. */
	readonly domNumber: Int32Array;
	readonly domSize: Int32Array;
}

/** What the search for functions needs of a program. */
export interface Program extends Text {
	readonly entryPc: number;
	readonly textSectionVaddr: number;
	readonly roSection: { readonly vmAddr: number; readonly bytes: Uint8Array };
}

/** Slots that start a function, with their `FUNCTION_` codes. */
export function findFunctions(program: Program, starts: Uint8Array): Map<number, number> {
	const roots = new Map<number, number>();
	const add = (pc: number, flag: number): void => {
		if (starts[pc] === 1) roots.set(pc, (roots.get(pc) ?? 0) | flag);
	};
	add(program.entryPc, FUNCTION_ENTRYPOINT);
	for (const [, { value }] of program.functionRegistry.entries()) add(value, FUNCTION_REGISTERED);
	const callImm = INSTRUCTIONS.CALL_IMM.opcode;
	for (let pc = 0; pc < starts.length; pc++) {
		if (starts[pc] === 1 && program.textBytes[pc * INSN_SIZE] === callImm) {
			add(internalCallTarget(program, pc), FUNCTION_CALLED);
		}
	}
	addressesInText(program, starts, (pc) => add(pc, FUNCTION_ADDRESS_TAKEN));
	addressesInData(program, (pc) => add(pc, FUNCTION_ADDRESS_TAKEN));
	return roots;
}

/** Calls `found` with each slot whose address an instruction loads: `lddw`, or `mov` then `hor64` in V2. */
function addressesInText(program: Program, starts: Uint8Array, found: (pc: number) => void): void {
	const { textBytes } = program;
	const view = new DataView(textBytes.buffer, textBytes.byteOffset, textBytes.byteLength);
	const { rows } = instructionTable(program.sbpfVersion);
	const isPair = new Uint8Array(256);
	for (const row of rows) {
		if (row?.name === 'LD_DW_IMM' || row?.name === 'HOR64_IMM') isPair[row.opcode] = 1;
	}
	for (let pc = 0; pc < starts.length; pc++) {
		const at = pc * INSN_SIZE;
		if (starts[pc] === 0 || isPair[textBytes[at]!] === 0) continue;
		let low = at + 4;
		let high = at + 4;
		if (textBytes[at] === INSTRUCTIONS.HOR64_IMM.opcode) low -= INSN_SIZE;
		else high += INSN_SIZE;
		if (low < 0 || high + 4 > textBytes.length) continue;
		const pcFound = slotOfAddress(program, view.getUint32(low, true), view.getUint32(high, true));
		if (pcFound !== -1) found(pcFound);
	}
}

/** Calls `found` with each slot whose address an aligned word of the read-only data outside the text is. */
function addressesInData(program: Program, found: (pc: number) => void): void {
	const { vmAddr, bytes } = program.roSection;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const textStart = program.textSectionVaddr - vmAddr;
	const textEnd = textStart + program.textBytes.length;
	for (let at = (8 - (vmAddr % 8)) % 8; at + 8 <= bytes.length; at += 8) {
		const high = view.getUint32(at + 4, true);
		if (high === 0 || (at >= textStart && at < textEnd)) continue;
		const pc = slotOfAddress(program, view.getUint32(at, true), high);
		if (pc !== -1) found(pc);
	}
}

function slotOfAddress(program: Program, low: number, high: number): number {
	const offset = high * 0x1_0000_0000 + low - program.textSectionVaddr;
	if (offset < 0 || offset >= program.textBytes.length || offset % INSN_SIZE !== 0) return -1;
	return offset / INSN_SIZE;
}

/** Divides the blocks of `cfg` into functions that start at `roots` (slots with their `FUNCTION_` codes). */
export function partitionIntoFunctions(
	cfg: ControlFlowGraph,
	roots: ReadonlyMap<number, number>,
): FunctionTable {
	const { blockCount, graph } = cfg;
	const rootFlags = new Uint8Array(blockCount);
	for (const [pc, flags] of roots) {
		const block = cfg.blockOf[pc];
		if (block !== undefined && block !== -1) rootFlags[block] = flags;
	}
	markUnreached(graph, rootFlags);

	// A virtual node over all roots; what it dominates immediately heads a function.
	const superRoot = blockCount;
	const edges = new EdgeList();
	for (let b = 0; b < blockCount; b++) {
		for (let i = graph.successorStart[b]!; i < graph.successorStart[b + 1]!; i++) {
			edges.push(b, graph.successors[i]!);
		}
	}
	for (let b = 0; b < blockCount; b++) if (rootFlags[b] !== 0) edges.push(superRoot, b);
	const idom = immediateDominators(buildGraph(blockCount + 1, edges), superRoot).subarray(0, blockCount);

	const heads: number[] = [];
	const functionOf = new Int32Array(blockCount).fill(-1);
	for (let b = 0; b < blockCount; b++) {
		if (idom[b] !== superRoot) continue;
		idom[b] = -1;
		functionOf[b] = heads.length;
		heads.push(b);
	}
	const head = Int32Array.from(heads);
	const flags = Uint8Array.from(heads, (b) => rootFlags[b]! || FUNCTION_SHARED);
	assignFunctions(idom, functionOf);

	const { order, blocks, blocksStart } = orderBlocks(graph, head, functionOf);
	// Keyed by dominator, with heads under a key that is dropped.
	const keys = Int32Array.from(blocks, (b) => (idom[b] === -1 ? blockCount : idom[b]!));
	const [domStart, domChildren] = bucket(blockCount + 1, keys, blocks, blockCount);
	return {
		functionCount: heads.length,
		head,
		flags,
		functionOf,
		blocksStart,
		blocks,
		order,
		idom,
		domChildrenStart: domStart.subarray(0, blockCount + 1),
		domChildren: domChildren.subarray(0, domStart[blockCount]),
		...numberDominatorTree(idom, blocks),
	};
}

/** Depths and preorder intervals. In `blocks` a dominator comes before what it dominates. */
function numberDominatorTree(
	idom: Int32Array,
	blocks: Int32Array,
): Pick<FunctionTable, 'domDepth' | 'domNumber' | 'domSize'> {
	const domDepth = new Int32Array(idom.length);
	const domNumber = new Int32Array(idom.length);
	const domSize = new Int32Array(idom.length).fill(1);
	for (let i = blocks.length - 1; i >= 0; i--) {
		const up = idom[blocks[i]!]!;
		if (up !== -1) domSize[up]! += domSize[blocks[i]!]!;
	}
	// The number the next child of each block gets.
	const free = new Int32Array(idom.length);
	let freeRoot = 0;
	for (const b of blocks) {
		const up = idom[b]!;
		if (up === -1) {
			domNumber[b] = freeRoot;
			freeRoot += domSize[b]!;
		} else {
			domDepth[b] = domDepth[up]! + 1;
			domNumber[b] = free[up]!;
			free[up]! += domSize[b]!;
		}
		free[b] = domNumber[b]! + 1;
	}
	return { domDepth, domNumber, domSize };
}

/** Makes a root of the first block that no root reaches, until there is none. */
function markUnreached(graph: Graph, rootFlags: Uint8Array): void {
	const { nodeCount, successorStart, successors } = graph;
	const reached = new Uint8Array(nodeCount);
	const stack = new Int32Array(nodeCount);
	const flood = (root: number): void => {
		if (reached[root] === 1) return;
		reached[root] = 1;
		stack[0] = root;
		for (let depth = 1; depth > 0; ) {
			const node = stack[--depth]!;
			for (let i = successorStart[node]!; i < successorStart[node + 1]!; i++) {
				const successor = successors[i]!;
				if (reached[successor] === 1) continue;
				reached[successor] = 1;
				stack[depth++] = successor;
			}
		}
	};
	for (let b = 0; b < nodeCount; b++) if (rootFlags[b] !== 0) flood(b);
	for (let b = 0; b < nodeCount; b++) {
		if (reached[b] === 1) continue;
		rootFlags[b] = FUNCTION_UNREFERENCED;
		flood(b);
	}
}

/** Gives every block the function of the head that dominates it. */
function assignFunctions(idom: Int32Array, functionOf: Int32Array): void {
	const path: number[] = [];
	for (let b = 0; b < idom.length; b++) {
		let at = b;
		for (; functionOf[at] === -1; at = idom[at]!) path.push(at);
		const found = functionOf[at]!;
		for (let below = path.pop(); below !== undefined; below = path.pop()) functionOf[below] = found;
	}
}

/** Reverse postorder inside each function. */
function orderBlocks(
	graph: Graph,
	head: Int32Array,
	functionOf: Int32Array,
): { order: Int32Array; blocks: Int32Array; blocksStart: Int32Array } {
	const { nodeCount, successorStart, successors } = graph;
	const order = new Int32Array(nodeCount).fill(-1);
	const blocks = new Int32Array(nodeCount);
	const blocksStart = new Int32Array(head.length + 1);
	const stack = new Int32Array(nodeCount);
	const next = new Int32Array(nodeCount);
	const visited = new Uint8Array(nodeCount);
	let done = 0;
	for (const [f, root] of head.entries()) {
		const first = done;
		blocksStart[f] = first;
		let depth = 1;
		stack[0] = root;
		visited[root] = 1;
		next[root] = successorStart[root + 1]!;
		while (depth > 0) {
			const node = stack[depth - 1]!;
			if (next[node]! === successorStart[node]!) {
				blocks[done++] = node;
				depth--;
				continue;
			}
			// Later successors first, so that what falls through comes right after its block.
			const successor = successors[--next[node]!]!;
			if (visited[successor] === 1 || functionOf[successor] !== f) continue;
			visited[successor] = 1;
			next[successor] = successorStart[successor + 1]!;
			stack[depth++] = successor;
		}
		blocks.subarray(first, done).reverse();
		for (let i = first; i < done; i++) order[blocks[i]!] = i - first;
	}
	blocksStart[head.length] = done;
	return { order, blocks, blocksStart };
}
