/**
 * Dominators of a graph.
 *
 * Source: T. Lengauer and R. E. Tarjan, "A fast algorithm for finding dominators in a flowgraph" (1979), the
 * variant that compresses paths without balancing: O(m log n) on every graph. The iterative algorithm that
 * upstream's `static_analysis.rs` uses is quadratic on graphs a hostile program can have.
 */
import { depthFirst, type Graph } from './graph.ts';

/**
 * The immediate dominator of each node of `graph` seen from `root`; -1 for the root itself and for nodes
 * it does not reach.
 */
export function immediateDominators(graph: Graph, root: number): Int32Array {
	const { nodeCount, predecessorStart, predecessors } = graph;
	const { preorder, number, parent, count } = depthFirst(graph, root);
	// From here on a node is its place in `preorder`.
	const semi = Int32Array.from({ length: count }, (_, i) => i);
	const label = semi.slice();
	const ancestor = new Int32Array(count).fill(-1);
	const dominator = new Int32Array(count).fill(-1);
	const bucketHead = new Int32Array(count).fill(-1);
	const bucketNext = new Int32Array(count).fill(-1);
	const path = new Int32Array(count);

	/** The node of least semidominator on the path from `node` up to the root of its tree in the forest. */
	const evaluate = (node: number): number => {
		if (ancestor[node] === -1) return node;
		let depth = 0;
		for (let v = node; ancestor[ancestor[v]!] !== -1; v = ancestor[v]!) path[depth++] = v;
		while (depth > 0) {
			const v = path[--depth]!;
			const above = ancestor[v]!;
			if (semi[label[above]!]! < semi[label[v]!]!) label[v] = label[above]!;
			ancestor[v] = ancestor[above]!;
		}
		return label[node]!;
	};

	for (let w = count - 1; w > 0; w--) {
		const node = preorder[w]!;
		for (let i = predecessorStart[node]!; i < predecessorStart[node + 1]!; i++) {
			const v = number[predecessors[i]!]!;
			if (v === -1) continue;
			const candidate = semi[evaluate(v)]!;
			if (candidate < semi[w]!) semi[w] = candidate;
		}
		bucketNext[w] = bucketHead[semi[w]!]!;
		bucketHead[semi[w]!] = w;
		const up = parent[w]!;
		ancestor[w] = up;
		for (let v = bucketHead[up]!; v !== -1; v = bucketNext[v]!) {
			const u = evaluate(v);
			dominator[v] = semi[u]! < semi[v]! ? u : up;
		}
		bucketHead[up] = -1;
	}

	const result = new Int32Array(nodeCount).fill(-1);
	for (let w = 1; w < count; w++) {
		if (dominator[w] !== semi[w]) dominator[w] = dominator[dominator[w]!]!;
		result[preorder[w]!] = preorder[dominator[w]!]!;
	}
	return result;
}
