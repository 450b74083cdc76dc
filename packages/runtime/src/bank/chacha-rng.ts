/**
 * Owns the random numbers that consensus depends on: the ChaCha20 stream of a seed, and upstream's ways to draw from it.
 *
 * Sources: crate `rand_chacha` (`ChaChaRng`: 20 rounds, 64-bit block counter, stream 0), crate `agave-random` range.rs
 * (`UniformU64Sampler::new_like_instance_sample`) and weighted.rs (`WeightedU64Index`), which keep the numbers of crate
 * `rand` 0.8.5. Not for secrets.
 */

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

/** A stream of numbers that a seed of 32 bytes determines. */
export class ChaChaRng {
	private readonly state = new Uint32Array(16);
	private readonly block = new Uint32Array(16);
	private at = 16;

	/** RangeError for other than 32 bytes. */
	constructor(seed: Uint8Array) {
		if (seed.length !== 32) throw new RangeError(`a ChaCha seed has 32 bytes, not ${seed.length}`);
		const view = new DataView(seed.buffer, seed.byteOffset, 32);
		this.state.set(SIGMA);
		for (let i = 0; i < 8; i++) this.state[4 + i] = view.getUint32(i * 4, true);
	}

	private refill(): void {
		const { state, block } = this;
		block.set(state);
		const quarter = (a: number, b: number, c: number, d: number): void => {
			let x = (block[a]! + block[b]!) >>> 0;
			let w = block[d]! ^ x;
			w = (w << 16) | (w >>> 16);
			let z = (block[c]! + w) >>> 0;
			let y = block[b]! ^ z;
			y = (y << 12) | (y >>> 20);
			x = (x + y) >>> 0;
			w ^= x;
			w = (w << 8) | (w >>> 24);
			z = (z + w) >>> 0;
			y ^= z;
			y = (y << 7) | (y >>> 25);
			block[a] = x;
			block[b] = y;
			block[c] = z;
			block[d] = w;
		};
		for (let round = 0; round < 10; round++) {
			quarter(0, 4, 8, 12);
			quarter(1, 5, 9, 13);
			quarter(2, 6, 10, 14);
			quarter(3, 7, 11, 15);
			quarter(0, 5, 10, 15);
			quarter(1, 6, 11, 12);
			quarter(2, 7, 8, 13);
			quarter(3, 4, 9, 14);
		}
		for (let i = 0; i < 16; i++) block[i] = block[i]! + state[i]!;
		state[12] = state[12]! + 1;
		if (state[12] === 0) state[13] = state[13]! + 1;
		this.at = 0;
	}

	/** The next 32 bits. */
	nextU32(): number {
		if (this.at === 16) this.refill();
		return this.block[this.at++]!;
	}

	/** The next 64 bits: the low word comes first. */
	nextU64(): bigint {
		const low = this.nextU32();
		return BigInt(low) | (BigInt(this.nextU32()) << 32n);
	}

	/** Overwrites `bytes`; a word that is needed in part is used up. */
	fillBytes(bytes: Uint8Array): void {
		for (let at = 0; at < bytes.length; at += 4) {
			let word = this.nextU32();
			const end = Math.min(at + 4, bytes.length);
			for (let i = at; i < end; i++, word >>>= 8) bytes[i] = word;
		}
	}
}

/** Draws numbers from 0 to below `end`, all equally likely: the high half of a 128-bit product, some draws refused. */
export class UniformU64Sampler {
	private readonly end: bigint;
	private readonly zone: bigint;

	/** RangeError unless `end` is 1 to u64::MAX. */
	constructor(end: bigint) {
		if (end < 1n || end > U64_MAX) throw new RangeError(`a range ends at 1 to 2^64 - 1, not ${end}`);
		this.end = end;
		this.zone = U64_MAX - ((U64_MAX - end + 1n) % end);
	}

	sample(rng: ChaChaRng): bigint {
		for (;;) {
			const product = rng.nextU64() * this.end;
			if ((product & U64_MAX) <= this.zone) return product >> 64n;
		}
	}
}

/** Draws indices in proportion to weights. */
export class WeightedU64Index {
	/** Sums of the weights up to each index, the last excepted. */
	private readonly sums: BigUint64Array;
	private readonly sampler: UniformU64Sampler;

	/** RangeError for no weights, weights that are all 0, or a sum beyond u64. */
	constructor(weights: readonly bigint[]) {
		if (weights.length === 0) throw new RangeError('there are no weights to draw by');
		this.sums = new BigUint64Array(weights.length - 1);
		let sum = 0n;
		for (const [i, weight] of weights.entries()) {
			sum += weight;
			if (sum > U64_MAX) throw new RangeError('the sum of the weights is beyond u64');
			if (i < this.sums.length) this.sums[i] = sum;
		}
		if (sum === 0n) throw new RangeError('all weights are zero');
		this.sampler = new UniformU64Sampler(sum);
	}

	sample(rng: ChaChaRng): number {
		const chosen = this.sampler.sample(rng);
		let low = 0;
		let high = this.sums.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.sums[middle]! <= chosen) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
