/**
 * Owns the hash functions of the protocol over one or more byte chunks, but for BLAKE3 (`blake3.ts`). Library:
 * `@noble/hashes`.
 *
 * Measured on one chunk of 100 and of 1200 bytes (Node 20.20; bench room, `leaves.ts`): sha256 1.7 and 8.1 us,
 * Node's `crypto.hash` 0.9 and 1.5 us; sha512 2.9 and 14.5 us, Node's `createHash` 1.8 and 3.3 us; keccak256
 * 5.8 and 45 us. Hence the hook of `fast-paths.ts` for the first two. A caller that hashes many
 * short chunks gains by joining them first.
 */
import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fastPaths } from './fast-paths.ts';

type ChunkHash = {
	(bytes: Uint8Array): Uint8Array;
	create(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array };
};

function hashChunks(hash: ChunkHash, chunks: readonly Uint8Array[]): Uint8Array {
	if (chunks.length === 1) return hash(chunks[0]!);
	const state = hash.create();
	for (const chunk of chunks) state.update(chunk);
	return state.digest();
}

/** SHA-256 of the concatenated chunks: 32 bytes. */
export function sha256(...chunks: readonly Uint8Array[]): Uint8Array {
	const native = fastPaths.current.sha256;
	if (native !== undefined && chunks.length === 1) return native(chunks[0]!);
	return hashChunks(nobleSha256, chunks);
}

/** SHA-512 of the concatenated chunks: 64 bytes. */
export function sha512(...chunks: readonly Uint8Array[]): Uint8Array {
	const native = fastPaths.current.sha512;
	if (native !== undefined && chunks.length === 1) return native(chunks[0]!);
	return hashChunks(nobleSha512, chunks);
}

/** Keccak-256 (the padding from before SHA-3) of the concatenated chunks: 32 bytes. */
export function keccak256(...chunks: readonly Uint8Array[]): Uint8Array {
	return hashChunks(keccak_256, chunks);
}
