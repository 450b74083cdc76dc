/**
 * Owns the Poseidon hash over the scalar field of BN254 with the S-box x⁵, as circom has it: the state is a zero and
 * the inputs, the hash its first element after the permutation.
 *
 * Source: crate `solana-poseidon` 4.0.0 (`hashv`) over `light-poseidon` 0.4 (`hash_bytes_be`, `hash_bytes_le`).
 */
import { bn254_Fr } from '@noble/curves/bn254.js';
import { type Endianness, readInteger, writeInteger } from './integers.ts';
import {
	FULL_ROUNDS,
	MAX_WIDTH,
	type PoseidonParameters,
	poseidonParameters,
} from './poseidon-parameters.ts';

const R = bn254_Fr.ORDER;
const ELEMENT = 32;

function fifthPower(x: bigint): bigint {
	const square = (x * x) % R;
	return (((square * square) % R) * x) % R;
}

function permute(state: bigint[], parameters: PoseidonParameters): bigint[] {
	const { width, partialRounds, roundConstants, mds } = parameters;
	const rounds = FULL_ROUNDS + partialRounds;
	const firstPartial = FULL_ROUNDS / 2;
	const lastPartial = firstPartial + partialRounds;
	let current = state;
	let next = new Array<bigint>(width).fill(0n);
	for (let round = 0; round < rounds; round++) {
		const isPartial = round >= firstPartial && round < lastPartial;
		for (let i = 0; i < width; i++) {
			const value = current[i]! + roundConstants[round * width + i]!;
			current[i] = i === 0 || !isPartial ? fifthPower(value) : value;
		}
		for (let i = 0; i < width; i++) {
			const row = mds[i]!;
			// Reduced once a row: the products stay below 2^513.
			let sum = 0n;
			for (let j = 0; j < width; j++) sum += row[j]! * current[j]!;
			next[i] = sum % R;
		}
		[current, next] = [next, current];
	}
	return current;
}

/**
 * The hash (32 bytes) of 1 to 12 field elements; null where there are fewer or more, or one of them has not 32 bytes or
 * is not below the order of the field.
 */
export function poseidonHash(inputs: readonly Uint8Array[], endianness: Endianness): Uint8Array | null {
	const width = inputs.length + 1;
	if (width < 2 || width > MAX_WIDTH) return null;
	const state: bigint[] = [0n];
	for (const input of inputs) {
		if (input.length !== ELEMENT) return null;
		const element = readInteger(input, 0, ELEMENT, endianness);
		if (element >= R) return null;
		state.push(element);
	}
	const out = new Uint8Array(ELEMENT);
	writeInteger(out, 0, ELEMENT, endianness, permute(state, poseidonParameters(width))[0]!);
	return out;
}
