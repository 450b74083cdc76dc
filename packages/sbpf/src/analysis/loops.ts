/**
 * Loops: which there are, how they nest, and where control flow is irreducible.
 *
 * Owns the natural loops (a back edge leads to a block that dominates its source) and the groups of blocks
 * that form a loop with several entries. Both fall out of one picture: lift the source of every edge up the
 * dominator tree until it is a sibling of the edge's target. An edge that lifts to a loop from the target
 * to itself is a back edge; siblings that reach each other are a group no structured form exists for.
 *
 * Sources: R. E. Tarjan, "Depth-first search and linear graph algorithms" (1972) for the groups;
 * P. Havlak, "Nesting of reducible and irreducible loops" (1997) for the nesting by union and find.
 */
import type { FunctionTable } from './functions.ts';
import { buildGraph, EdgeList, type Graph } from './graph.ts';

/** The loops of a program, by block. */
export interface LoopTable {
	/** 1 where a block is the header of a natural loop. */
	readonly loopHeader: Uint8Array;
	/** The header of the innermost natural loop around a block (for a header, around its own loop), or -1. */
	readonly enclosingLoop: Int32Array;
	/** In how many natural loops a block is. */
	readonly loopDepth: Int32Array;
	/** Edges of its function that lead to a block and are no back edges. */
	readonly forwardEdges: Int32Array;
	/** Which group of blocks that enter each other's loop a block is an entry of, or -1. */
	readonly irreducibleGroup: Int32Array;
	readonly irreducibleGroupCount: number;
	/** By function: 1 where it has no irreducible group. */
	readonly reducible: Uint8Array;
}

/** Finds the loops of all functions. */
export function findLoops(graph: Graph, functions: FunctionTable): LoopTable {
	const blockCount = graph.nodeCount;
	const loopHeader = new Uint8Array(blockCount);
	const forwardEdges = new Int32Array(blockCount);
	const siblings = new EdgeList();
	const backEdges = new EdgeList();
	liftEdges(graph, functions, (source, target, sibling) => {
		if (sibling === target) {
			loopHeader[target] = 1;
			backEdges.push(target, source);
			return;
		}
		forwardEdges[target]!++;
		if (sibling !== -1) siblings.push(sibling, target);
	});

	const irreducibleGroup = new Int32Array(blockCount).fill(-1);
	const irreducibleGroupCount = markComponents(buildGraph(blockCount, siblings), irreducibleGroup);
	const reducible = new Uint8Array(functions.functionCount).fill(1);
	for (let b = 0; b < blockCount; b++) {
		if (irreducibleGroup[b] !== -1) reducible[functions.functionOf[b]!] = 0;
	}

	const enclosingLoop = nestLoops(graph, functions, loopHeader, buildGraph(blockCount, backEdges));
	const loopDepth = new Int32Array(blockCount);
	// A header comes before its loop in reverse postorder.
	for (const b of functions.blocks) {
		const around = enclosingLoop[b]!;
		loopDepth[b] = loopHeader[b]! + (around === -1 ? 0 : loopDepth[around]!);
	}
	return {
		loopHeader,
		enclosingLoop,
		loopDepth,
		forwardEdges,
		irreducibleGroup,
		irreducibleGroupCount,
		reducible,
	};
}

/**
 * Calls `edge` for every edge inside a function with the ancestor of its source (itself included) that is a
 * sibling of its target in the dominator tree; -1 where the source is the target's dominator itself.
 */
function liftEdges(
	graph: Graph,
	functions: FunctionTable,
	edge: (source: number, target: number, sibling: number) => void,
): void {
	const { successorStart, successors } = graph;
	const { functionOf, idom, domDepth, domChildrenStart, domChildren, head } = functions;
	const path = new Int32Array(graph.nodeCount);
	const stack = new Int32Array(graph.nodeCount);
	for (const root of head) {
		stack[0] = root;
		for (let size = 1; size > 0; ) {
			const block = stack[--size]!;
			// In preorder the entries below a block's depth are its dominators.
			path[domDepth[block]!] = block;
			for (let i = successorStart[block]!; i < successorStart[block + 1]!; i++) {
				const target = successors[i]!;
				if (functionOf[target] !== functionOf[block]) continue;
				edge(block, target, idom[target] === block ? -1 : path[domDepth[target]!]!);
			}
			for (let i = domChildrenStart[block]!; i < domChildrenStart[block + 1]!; i++) {
				stack[size++] = domChildren[i]!;
			}
		}
	}
}

/** Numbers the strongly connected components of more than one node; returns how many there are. */
function markComponents(graph: Graph, component: Int32Array): number {
	const { nodeCount, successorStart, successors } = graph;
	const index = new Int32Array(nodeCount).fill(-1);
	const low = new Int32Array(nodeCount);
	const open = new Uint8Array(nodeCount);
	const next = successorStart.slice(0, nodeCount);
	const path = new Int32Array(nodeCount);
	const pending = new Int32Array(nodeCount);
	let reached = 0;
	let pendingCount = 0;
	let components = 0;
	for (let root = 0; root < nodeCount; root++) {
		if (index[root] !== -1) continue;
		let depth = 0;
		const enter = (node: number): void => {
			index[node] = reached;
			low[node] = reached++;
			open[node] = 1;
			pending[pendingCount++] = node;
			path[depth++] = node;
		};
		enter(root);
		while (depth > 0) {
			const node = path[depth - 1]!;
			if (next[node]! < successorStart[node + 1]!) {
				const successor = successors[next[node]!++]!;
				if (index[successor] === -1) enter(successor);
				else if (open[successor] === 1) low[node] = Math.min(low[node]!, index[successor]!);
				continue;
			}
			depth--;
			if (depth > 0) low[path[depth - 1]!] = Math.min(low[path[depth - 1]!]!, low[node]!);
			if (low[node] !== index[node]) continue;
			const isGroup = pending[pendingCount - 1] !== node;
			let member: number;
			do {
				member = pending[--pendingCount]!;
				open[member] = 0;
				if (isGroup) component[member] = components;
			} while (member !== node);
			if (isGroup) components++;
		}
	}
	return components;
}

/** For each block the header of the loop around it. `backEdges` lead from a header to their sources. */
function nestLoops(
	graph: Graph,
	functions: FunctionTable,
	loopHeader: Uint8Array,
	backEdges: Graph,
): Int32Array {
	const { predecessorStart, predecessors } = graph;
	const { blocks, functionOf } = functions;
	const enclosing = new Int32Array(graph.nodeCount).fill(-1);
	/** Blocks of a loop point to its header once it is known; a chain ends at the outermost one so far. */
	const outermost = Int32Array.from({ length: graph.nodeCount }, (_, b) => b);
	const find = (block: number): number => {
		let top = block;
		while (outermost[top] !== top) top = outermost[top]!;
		for (let at = block; at !== top; ) {
			const above = outermost[at]!;
			outermost[at] = top;
			at = above;
		}
		return top;
	};
	const work: number[] = [];
	// Inner loops first: a header inside another loop comes after that loop's header.
	for (let i = blocks.length - 1; i >= 0; i--) {
		const header = blocks[i]!;
		if (loopHeader[header] === 0) continue;
		for (let e = backEdges.successorStart[header]!; e < backEdges.successorStart[header + 1]!; e++) {
			work.push(backEdges.successors[e]!);
		}
		for (let block = work.pop(); block !== undefined; block = work.pop()) {
			const member = find(block);
			if (member === header) continue;
			outermost[member] = header;
			enclosing[member] = header;
			for (let p = predecessorStart[member]!; p < predecessorStart[member + 1]!; p++) {
				const predecessor = predecessors[p]!;
				if (functionOf[predecessor] === functionOf[header]) work.push(predecessor);
			}
		}
	}
	return enclosing;
}
