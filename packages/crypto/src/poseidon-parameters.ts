/**
 * Owns the constants of Poseidon over the scalar field of BN254, made by the generator of the Poseidon paper
 * (`generate_parameters_grain.sage`, arguments `1 0 254 t 8 RP r`): a Grain LFSR of 80 bits, self-shrunk. Making them
 * takes a few milliseconds a width, once, and saves 600 KB of tables.
 *
 * Source: crate `light-poseidon` (`parameters/bn254_x5.rs`), whose tables are these numbers.
 */
import { bn254_Fr } from '@noble/curves/bn254.js';

const Fr = bn254_Fr;
/** Bits of a field element. */
const BITS = 254;
/** Rounds with the S-box on the whole state. */
export const FULL_ROUNDS = 8;
/** Rounds with the S-box on the first element only, by width from 2 on. */
const PARTIAL_ROUNDS: readonly number[] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65];
/** The widest state: one element and twelve inputs. */
export const MAX_WIDTH: number = PARTIAL_ROUNDS.length + 1;

/** What a permutation of one width needs. */
export interface PoseidonParameters {
	/** Elements of the state. */
	readonly width: number;
	readonly partialRounds: number;
	/** `width` of them a round. */
	readonly roundConstants: readonly bigint[];
	/** The mixing matrix, row by row. */
	readonly mds: readonly (readonly bigint[])[];
}

const STATE = 80;
/** Bits made before the state moves to the front of its buffer again. */
const CHUNK = 4096;
/** The bits the LFSR runs before the first that counts. */
const WARM_UP = 160;

/** The bits of the generator, one by one. */
class Grain {
	private readonly bits: Uint8Array = new Uint8Array(STATE + CHUNK);
	private at = 0;

	constructor(width: number, partialRounds: number) {
		let i = 0;
		const put = (value: number, length: number): void => {
			for (let bit = length - 1; bit >= 0; bit--) this.bits[i++] = (value >> bit) & 1;
		};
		put(1, 2); // a prime field
		put(0, 4); // an S-box that is a power
		put(BITS, 12);
		put(width, 12);
		put(FULL_ROUNDS, 10);
		put(partialRounds, 10);
		this.bits.fill(1, i, STATE);
		for (let n = 0; n < WARM_UP; n++) this.step();
	}

	private step(): number {
		const { bits, at } = this;
		const next =
			bits[at]! ^ bits[at + 13]! ^ bits[at + 23]! ^ bits[at + 38]! ^ bits[at + 51]! ^ bits[at + 62]!;
		bits[at + STATE] = next;
		this.at++;
		if (this.at === CHUNK) {
			bits.copyWithin(0, CHUNK);
			this.at = 0;
		}
		return next;
	}

	/** A bit counts if the one before it is set. */
	private bit(): number {
		while (this.step() === 0) this.step();
		return this.step();
	}

	/** An integer of 254 bits, the most significant first. */
	integer(): bigint {
		let value = 0n;
		for (let left = BITS; left > 0; ) {
			const take = Math.min(left, 30);
			let part = 0;
			for (let i = 0; i < take; i++) part = (part << 1) | this.bit();
			value = (value << BigInt(take)) | BigInt(part);
			left -= take;
		}
		return value;
	}
}

function generate(width: number): PoseidonParameters {
	const partialRounds = PARTIAL_ROUNDS[width - 2]!;
	const grain = new Grain(width, partialRounds);
	const roundConstants: bigint[] = [];
	while (roundConstants.length < width * (FULL_ROUNDS + partialRounds)) {
		const constant = grain.integer();
		if (constant < Fr.ORDER) roundConstants.push(constant);
	}
	// A Cauchy matrix of numbers that the generator gives next.
	const xs = Array.from({ length: width }, () => grain.integer());
	const ys = Array.from({ length: width }, () => grain.integer());
	const mds = xs.map((x) => ys.map((y) => Fr.inv(Fr.create(x + y))));
	return { width, partialRounds, roundConstants, mds };
}

const byWidth: (PoseidonParameters | undefined)[] = [];

/** The parameters of a state of `width` elements, 2 to {@link MAX_WIDTH}. */
export function poseidonParameters(width: number): PoseidonParameters {
	byWidth[width] ??= generate(width);
	return byWidth[width]!;
}
