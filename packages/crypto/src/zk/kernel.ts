/**
 * Owns what is fast in verifying: the call of native/ristretto.c, which says in its head how it works.
 *
 * Measured (Node 20.20), with what `@noble/curves` and `@noble/hashes` take in brackets: decoding 6 us (65 us), a sum of 11 points
 * 0.2 ms (5.6 ms), one of 28 points and 512 generators 4.6 ms, the permutation 0.3 us (4.6 us). A generator takes 80 us to make,
 * once.
 */
import { PortableKernel } from './kernel-portable.ts';
import { RISTRETTO_MODULE } from './ristretto-module.ts';

/** Elements of ristretto255 by number: those of a proof in slots; two base points; the generators of range proofs. */
export interface ZkKernel {
	/** Puts the element that 32 bytes encode into a slot; false where they encode none. */
	decode(slot: number, encoding: Uint8Array): boolean;
	/** Puts the element of 64 uniform bytes into a slot. */
	map(slot: number, uniform: Uint8Array): void;
	/** Makes the element in a slot a base point: 0 or 1. */
	setBase(index: number, slot: number): void;
	/** Makes the element in a slot a generator. */
	setGenerator(index: number, slot: number): void;
	/**
	 * Whether the first slots, the two base points and the first generators, times scalars below the order, add up to the
	 * identity.
	 */
	sumIsIdentity(
		variables: readonly bigint[],
		bases: readonly [bigint, bigint],
		generators: readonly bigint[],
	): boolean;
	/** Keccak-f[1600] in place, on 25 lanes little-endian. */
	permute(lanes: Uint32Array): void;
}

/** Slots there are, as in the C. A range proof over 256 bits takes the most: 4 + 2 * 8 + 8. */
export const SLOTS = 32;
const BASES = 2;
/** Generators there are, as in the C: two for each of 256 bits. */
const GENERATORS = 512;
/** A scalar's place, in words of 64 bits: four, and a spare one. */
const SCALAR_WORDS = 5;

/** A kernel in WebAssembly; null where this place does not let it be compiled. */
export function compileKernel(): ZkKernel | null {
	try {
		const text = atob(RISTRETTO_MODULE);
		const module = new WebAssembly.Module(Uint8Array.from(text, (character) => character.charCodeAt(0)));
		const exports = new WebAssembly.Instance(module).exports as {
			readonly memory: WebAssembly.Memory;
			readonly input: () => number;
			readonly scalars: () => number;
			readonly state: () => number;
			readonly decompress: (slot: number) => number;
			readonly map: (slot: number) => void;
			readonly set_base: (index: number, slot: number) => void;
			readonly set_generator: (index: number, slot: number) => void;
			readonly sum_is_identity: (variables: number, generators: number) => number;
			readonly keccak: () => void;
		};
		const { buffer } = exports.memory;
		const input = new Uint8Array(buffer, exports.input(), 64);
		const state = new Uint32Array(buffer, exports.state(), 50);
		const places = SLOTS + BASES + GENERATORS;
		const scalars = new BigUint64Array(buffer, exports.scalars(), SCALAR_WORDS * places);
		const write = (values: readonly bigint[], place: number): void => {
			let word = SCALAR_WORDS * place;
			for (let i = 0; i < values.length; i++, word += SCALAR_WORDS) {
				const value = values[i]!;
				// Storing keeps the low 64 bits.
				scalars[word] = value;
				scalars[word + 1] = value >> 64n;
				scalars[word + 2] = value >> 128n;
				scalars[word + 3] = value >> 192n;
			}
		};
		return {
			decode(slot, encoding) {
				input.set(encoding);
				return exports.decompress(slot) === 1;
			},
			map(slot, uniform) {
				input.set(uniform);
				exports.map(slot);
			},
			setBase: (index, slot) => exports.set_base(index, slot),
			setGenerator: (index, slot) => exports.set_generator(index, slot),
			sumIsIdentity(variables, bases, generators) {
				write(variables, 0);
				write(bases, SLOTS);
				write(generators, SLOTS + BASES);
				return exports.sum_is_identity(variables.length, generators.length) === 1;
			},
			permute(lanes) {
				state.set(lanes);
				exports.keccak();
				lanes.set(state);
			},
		};
	} catch {
		return null;
	}
}

let shared: ZkKernel | null = null;

/** The kernel that all verifications use, one at a time. */
export function zkKernel(): ZkKernel {
	shared ??= compileKernel() ?? new PortableKernel();
	return shared;
}
