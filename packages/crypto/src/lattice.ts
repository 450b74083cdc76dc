/**
 * Owns the hash that the accounts lattice hash is made of: BLAKE3 with an output of 2048 bytes, read as 1024 words of
 * 16 bits, added to or taken from a sum of such words.
 *
 * Sources: crate `solana-lattice-hash` (`LtHash::with`, `mix_in`, `mix_out`), the BLAKE3 paper. Measured on 238 bytes,
 * a token account (Node 20.20): 1.6 us for the hash in WebAssembly with 128-bit vectors (native/lattice.c), 121 us in
 * `@noble/hashes`, which does it where WebAssembly or its vectors may not be used.
 */
import { blake3 as nobleBlake3 } from '@noble/hashes/blake3.js';
import { LATTICE_MODULE } from './lattice-module.ts';

/** Words of 16 bits in a lattice hash. */
export const LATTICE_WORDS = 1024;
/** Bytes of a lattice hash. */
export const LATTICE_BYTES = 2048;
/** Bytes of the kernel's input: INPUT_BYTES of native/lattice.c. */
const INPUT_BYTES = 65_536;
/** Two words of 16 bits in one of 32: all bits but the highest of each, and those alone. */
const LOW_BITS = 0x7fff7fff;
const HIGH_BITS = 0x80008000 | 0;

/** Gives the output over the joined chunks as 512 words of 32 bits, valid until the next call. */
type LatticeHasher = (chunks: readonly Uint8Array[]) => Int32Array;

/** The hasher in WebAssembly; null where it cannot be compiled. */
export function compileLatticeHasher(): LatticeHasher | null {
	try {
		const text = atob(LATTICE_MODULE);
		const module = new WebAssembly.Module(Uint8Array.from(text, (character) => character.charCodeAt(0)));
		const kernel = new WebAssembly.Instance(module).exports as {
			readonly memory: WebAssembly.Memory;
			readonly input: () => number;
			readonly output: () => number;
			readonly update: (length: number) => void;
			readonly finish: () => void;
		};
		const input = new Uint8Array(kernel.memory.buffer, kernel.input(), INPUT_BYTES);
		const output = new Int32Array(kernel.memory.buffer, kernel.output(), LATTICE_BYTES / 4);
		return (chunks) => {
			let filled = 0;
			for (const chunk of chunks) {
				let at = 0;
				while (chunk.length - at > INPUT_BYTES - filled) {
					const part = chunk.subarray(at, at + INPUT_BYTES - filled);
					input.set(part, filled);
					kernel.update(INPUT_BYTES);
					at += part.length;
					filled = 0;
				}
				input.set(at === 0 ? chunk : chunk.subarray(at), filled);
				filled += chunk.length - at;
			}
			kernel.update(filled);
			kernel.finish();
			return output;
		};
	} catch {
		return null;
	}
}

/** The hasher without WebAssembly. */
export const portableLatticeHasher: LatticeHasher = (chunks) => {
	const state = nobleBlake3.create({ dkLen: LATTICE_BYTES });
	for (const chunk of chunks) state.update(chunk);
	const bytes = state.digest();
	return new Int32Array(bytes.slice().buffer);
};

let hasher: LatticeHasher | null = null;

function hash(chunks: readonly Uint8Array[]): Int32Array {
	hasher ??= compileLatticeHasher() ?? portableLatticeHasher;
	return hasher(chunks);
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
