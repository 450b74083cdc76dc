/**
 * Owns the Merkle tree over a batch of shreds. Inner nodes join the first 20 bytes of their children; an odd node is
 * joined with itself.
 *
 * Source: solana-ledger shred/merkle_tree.rs.
 */
import { sha256 } from '@parhelion/crypto';
import { SIZE_OF_MERKLE_PROOF_ENTRY } from './shred-layout.ts';

const LEAF_PREFIX = new TextEncoder().encode('\x00SOLANA_MERKLE_SHREDS_LEAF');
const NODE_PREFIX = new TextEncoder().encode('\x01SOLANA_MERKLE_SHREDS_NODE');

/** The leaf of these bytes: 32 bytes. */
export function merkleLeaf(bytes: Uint8Array): Uint8Array {
	const prefixed = new Uint8Array(LEAF_PREFIX.length + bytes.length);
	prefixed.set(LEAF_PREFIX);
	prefixed.set(bytes, LEAF_PREFIX.length);
	return sha256(prefixed);
}

function joinNodes(left: Uint8Array, right: Uint8Array): Uint8Array {
	const start = NODE_PREFIX.length;
	const prefixed = new Uint8Array(start + 2 * SIZE_OF_MERKLE_PROOF_ENTRY);
	prefixed.set(NODE_PREFIX);
	prefixed.set(left.subarray(0, SIZE_OF_MERKLE_PROOF_ENTRY), start);
	prefixed.set(right.subarray(0, SIZE_OF_MERKLE_PROOF_ENTRY), start + SIZE_OF_MERKLE_PROOF_ENTRY);
	return sha256(prefixed);
}

/** All levels of the tree, the leaves first, the root alone in the last. RangeError for no leaves. */
export function merkleTree(leaves: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
	if (leaves.length === 0) throw new RangeError('a Merkle tree has at least one leaf');
	const levels: (readonly Uint8Array[])[] = [leaves];
	let level = leaves;
	while (level.length > 1) {
		const next: Uint8Array[] = [];
		for (let i = 0; i < level.length; i += 2) next.push(joinNodes(level[i]!, level[i + 1] ?? level[i]!));
		levels.push(next);
		level = next;
	}
	return levels;
}

/** The proof of a leaf: one sibling of 20 bytes for each level below the root, joined. */
export function merkleProof(tree: readonly (readonly Uint8Array[])[], leafIndex: number): Uint8Array {
	const proof = new Uint8Array((tree.length - 1) * SIZE_OF_MERKLE_PROOF_ENTRY);
	let index = leafIndex;
	for (let depth = 0; depth < tree.length - 1; depth++) {
		const level = tree[depth]!;
		const sibling = level[Math.min(index ^ 1, level.length - 1)]!;
		proof.set(sibling.subarray(0, SIZE_OF_MERKLE_PROOF_ENTRY), depth * SIZE_OF_MERKLE_PROOF_ENTRY);
		index >>= 1;
	}
	return proof;
}

/** The root of which `leaf` is the leaf at `leafIndex` by this proof; null where the proof is too short for the index. */
export function merkleRootOf(leafIndex: number, leaf: Uint8Array, proof: Uint8Array): Uint8Array | null {
	let index = leafIndex;
	let node = leaf;
	for (let at = 0; at < proof.length; at += SIZE_OF_MERKLE_PROOF_ENTRY) {
		const other = proof.subarray(at, at + SIZE_OF_MERKLE_PROOF_ENTRY);
		node = index % 2 === 0 ? joinNodes(node, other) : joinNodes(other, node);
		index = Math.floor(index / 2);
	}
	return index === 0 ? node : null;
}
