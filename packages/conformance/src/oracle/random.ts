/** Seeded random choices for the generators: the same seed gives the same programs everywhere. */

/** What is rarer than this does not happen in a calm stream. */
const RARE = 8;

/** A stream of random choices (mulberry32). */
export class Random {
	#state: number;
	readonly #isCalm: boolean;

	/** @param isCalm leaves out what happens once in eight times or less: mistakes, as a rule. */
	constructor(seed: number, isCalm = false) {
		this.#state = seed >>> 0;
		this.#isCalm = isCalm;
	}

	/** An integer from 0 to `below - 1`. */
	int(below: number): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let t = this.#state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
	}

	/** Whether one of `outOf` cases came up. */
	oneIn(outOf: number): boolean {
		return this.int(outOf) === 0 && !(this.#isCalm && outOf >= RARE);
	}

	/** One of the choices. */
	pick<T>(choices: readonly T[]): T {
		return choices[this.int(choices.length)]!;
	}

	/** A u64 of all sizes. */
	u64(): bigint {
		const bits = BigInt(1 + this.int(64));
		const value = (BigInt(this.int(2 ** 32)) << 32n) | BigInt(this.int(2 ** 32));
		return value & ((1n << bits) - 1n);
	}

	/** `length` random bytes. */
	bytes(length: number): Uint8Array {
		return Uint8Array.from({ length }, () => this.int(256));
	}
}
