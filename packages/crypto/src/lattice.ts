/**
 * Owns the hash that the accounts lattice hash is made of: BLAKE3 with an output of 2048 bytes, read as 1024 words of
 * 16 bits, added to or taken from a sum of such words.
 *
 * Sources: crate `solana-lattice-hash` (`LtHash::with`, `mix_in`, `mix_out`), the BLAKE3 paper. Measured on 238 bytes,
 * a token account (Node 20.20): 1.6 us for the hash in WebAssembly with 128-bit vectors (`blake3.ts`), 121 us in
 * `@noble/hashes`, which does it where WebAssembly or its vectors may not be used.
 */
import { blake3Words } from './blake3.ts';

/** Words of 16 bits in a lattice hash. */
export const LATTICE_WORDS = 1024;
/** Bytes of a lattice hash. */
export const LATTICE_BYTES = 2048;
/** Two words of 16 bits in one of 32: all bits but the highest of each, and those alone. */
const LOW_BITS = 0x7fff7fff;
const HIGH_BITS = 0x80008000 | 0;

function hash(chunks: readonly Uint8Array[]): Int32Array {
	return blake3Words(chunks, LATTICE_BYTES);
}

/** A sum of lattice hashes: 1024 words of 16 bits, each of which wraps. */
export class LatticeSum {
	/** The words in pairs; on every machine that runs this, the low one first. */
	private readonly pairs: Int32Array;
	/** The words. Writing to them changes the sum. */
	readonly words: Uint16Array;

	/** The sum of nothing: zeros. */
	constructor() {
		this.pairs = new Int32Array(LATTICE_WORDS / 2);
		this.words = new Uint16Array(this.pairs.buffer);
	}

	/** The 2048 bytes: a view, so it follows the sum. */
	get bytes(): Uint8Array {
		return new Uint8Array(this.pairs.buffer);
	}

	/** Becomes a copy of another sum. */
	copyFrom(other: LatticeSum): void {
		this.pairs.set(other.pairs);
	}

	/** Adds the hash of the joined chunks. */
	add(chunks: readonly Uint8Array[]): void {
		this.addPairs(hash(chunks));
	}

	/** Takes the hash of the joined chunks away. */
	subtract(chunks: readonly Uint8Array[]): void {
		this.subtractPairs(hash(chunks));
	}

	/** Adds another sum. */
	addSum(other: LatticeSum): void {
		this.addPairs(other.pairs);
	}

	/** Takes another sum away. */
	subtractSum(other: LatticeSum): void {
		this.subtractPairs(other.pairs);
	}

	private addPairs(other: Int32Array): void {
		const { pairs } = this;
		for (let i = 0; i < LATTICE_WORDS / 2; i++) {
			const a = pairs[i]!;
			const b = other[i]!;
			pairs[i] = ((a & LOW_BITS) + (b & LOW_BITS)) ^ ((a ^ b) & HIGH_BITS);
		}
	}

	private subtractPairs(other: Int32Array): void {
		const { pairs } = this;
		for (let i = 0; i < LATTICE_WORDS / 2; i++) {
			const a = pairs[i]!;
			const b = other[i]!;
			pairs[i] = ((a | HIGH_BITS) - (b & LOW_BITS)) ^ ((a ^ ~b) & HIGH_BITS);
		}
	}
}
