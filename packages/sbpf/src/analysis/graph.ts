/**
 * Directed graphs in typed arrays, and the walk over them that everything else starts from.
 *
 * Owns the adjacency form (one flat list a direction, sliced by a table of starts) and depth-first order.
 * Recursion is an explicit stack: a hostile program may be one path of a million blocks.
 */

/** A graph: node `n` points to `successors[successorStart[n] .. successorStart[n + 1]]`. */
export interface Graph {
	readonly nodeCount: number;
	readonly successorStart: Int32Array;
	readonly successors: Int32Array;
	readonly predecessorStart: Int32Array;
	readonly predecessors: Int32Array;
}

/** A growing list of edges. */
export class EdgeList {
	from: Int32Array = new Int32Array(64);
	to: Int32Array = new Int32Array(64);
	count = 0;

	/** Adds an edge. */
	push(from: number, to: number): void {
		if (this.count === this.from.length) {
			this.from = doubled(this.from);
			this.to = doubled(this.to);
		}
		this.from[this.count] = from;
		this.to[this.count] = to;
		this.count++;
	}
}

function doubled(array: Int32Array): Int32Array {
	const larger = new Int32Array(array.length * 2);
	larger.set(array);
	return larger;
}

/** The graph of `edges` over nodes 0 to `nodeCount - 1`; edges of a node keep their order. */
export function buildGraph(nodeCount: number, edges: EdgeList): Graph {
	const { from, to, count } = edges;
	const [successorStart, successors] = bucket(nodeCount, from, to, count);
	const [predecessorStart, predecessors] = bucket(nodeCount, to, from, count);
	return { nodeCount, successorStart, successors, predecessorStart, predecessors };
}

/** The same graph with every edge turned around. */
export function reversedGraph(graph: Graph): Graph {
	return {
		nodeCount: graph.nodeCount,
		successorStart: graph.predecessorStart,
		successors: graph.predecessors,
		predecessorStart: graph.successorStart,
		predecessors: graph.successors,
	};
}

/** Sorts `values` by `keys` (both of `count` entries) into one flat list and the start of each key's part. */
export function bucket(
	keyCount: number,
	keys: Int32Array,
	values: Int32Array,
	count: number,
): [start: Int32Array, list: Int32Array] {
	const start = new Int32Array(keyCount + 1);
	for (let i = 0; i < count; i++) start[keys[i]! + 1]!++;
	for (let k = 0; k < keyCount; k++) start[k + 1]! += start[k]!;
	const list = new Int32Array(count);
	const fill = start.slice(0, keyCount);
	for (let i = 0; i < count; i++) list[fill[keys[i]!]!++] = values[i]!;
	return [start, list];
}

/** A depth-first walk from one node. */
export interface DepthFirstOrder {
	/** Nodes in the order they were reached; `count` of them. */
	readonly preorder: Int32Array;
	/** Nodes in the order they were left; `count` of them. */
	readonly postorder: Int32Array;
	/** The place of each node in `preorder`, -1 where it was not reached. */
	readonly number: Int32Array;
	/** By place in `preorder`, the place of the node it was reached from; -1 for the root. */
	readonly parent: Int32Array;
	readonly count: number;
}

/** Walks `graph` from `root`, later successors first, so that the postorder puts earlier ones last. */
export function depthFirst(graph: Graph, root: number): DepthFirstOrder {
	const { nodeCount, successorStart, successors } = graph;
	const preorder = new Int32Array(nodeCount);
	const postorder = new Int32Array(nodeCount);
	const number = new Int32Array(nodeCount).fill(-1);
	const parent = new Int32Array(nodeCount).fill(-1);
	const stack = new Int32Array(nodeCount);
	const next = new Int32Array(nodeCount);
	let reached = 1;
	let left = 0;
	let depth = 1;
	preorder[0] = root;
	number[root] = 0;
	stack[0] = root;
	next[root] = successorStart[root + 1]!;
	while (depth > 0) {
		const node = stack[depth - 1]!;
		if (next[node]! === successorStart[node]!) {
			postorder[left++] = node;
			depth--;
			continue;
		}
		const successor = successors[--next[node]!]!;
		if (number[successor] !== -1) continue;
		number[successor] = reached;
		parent[reached] = number[node]!;
		preorder[reached++] = successor;
		next[successor] = successorStart[successor + 1]!;
		stack[depth++] = successor;
	}
	return { preorder, postorder, number, parent, count: reached };
}
