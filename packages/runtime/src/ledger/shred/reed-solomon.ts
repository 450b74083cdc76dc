/**
 * Owns the erasure code of shreds: Reed-Solomon over GF(2^8) with the polynomial 0x11d, from a Vandermonde matrix made
 * systematic.
 *
 * Source: crate `reed-solomon-erasure` 6.0 (`galois_8`, `ReedSolomon::{new, encode, reconstruct}`, `Matrix`). The
 * libraries to be had for JavaScript are a native addon, a Cauchy matrix, or that crate as WebAssembly, unkept; this is
 * two hundred lines.
 */
import { err, InvariantError, ok, type Result } from '@parhelion/sdk';

/** Why shards could not be recovered; upstream's variant names. */
export type ErasureError =
	| 'TooFewShards'
	| 'TooManyShards'
	| 'TooFewDataShards'
	| 'TooFewParityShards'
	| 'IncorrectShardSize'
	| 'TooFewShardsPresent'
	| 'EmptyShard'
	| 'InvalidIndex';

/** The number of elements of the field, and so of shards that can differ. */
const ORDER = 256;
const POLYNOMIAL = 0x11d;

const EXP = new Uint8Array(2 * ORDER);
const LOG = new Uint8Array(ORDER);
{
	let x = 1;
	for (let i = 0; i < 255; i++) {
		EXP[i] = x;
		EXP[i + 255] = x;
		LOG[x] = i;
		x <<= 1;
		if (x & 0x100) x ^= POLYNOMIAL;
	}
}

function multiply(a: number, b: number): number {
	return a === 0 || b === 0 ? 0 : EXP[LOG[a]! + LOG[b]!]!;
}

/** a to the n-th; 0 to the 0-th is 1. */
function power(a: number, n: number): number {
	if (n === 0) return 1;
	return a === 0 ? 0 : EXP[(LOG[a]! * n) % 255]!;
}

/** The 256 products of each element, made when first asked for: 64 KiB at most. */
const PRODUCTS: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(ORDER).fill(undefined);

function productsOf(factor: number): Uint8Array {
	let table = PRODUCTS[factor];
	if (table === undefined) {
		table = new Uint8Array(ORDER);
		for (let i = 0; i < ORDER; i++) table[i] = multiply(factor, i);
		PRODUCTS[factor] = table;
	}
	return table;
}

/** A matrix: rows of elements. */
type Matrix = Uint8Array[];

function timesMatrix(a: Matrix, b: Matrix): Matrix {
	const columns = b[0]!.length;
	return a.map((row) => {
		const out = new Uint8Array(columns);
		for (let k = 0; k < row.length; k++) {
			const table = productsOf(row[k]!);
			const other = b[k]!;
			for (let c = 0; c < columns; c++) out[c] = out[c]! ^ table[other[c]!]!;
		}
		return out;
	});
}

/** Multiplies a row in place, from `from` on. */
function scaleRow(row: Uint8Array, factor: number): void {
	const table = productsOf(factor);
	for (let c = 0; c < row.length; c++) row[c] = table[row[c]!]!;
}

/** Adds `factor` times `source` to `row`. */
function addScaledRow(row: Uint8Array, source: Uint8Array, factor: number): void {
	const table = productsOf(factor);
	for (let c = 0; c < row.length; c++) row[c] = row[c]! ^ table[source[c]!]!;
}

/** The inverse by Gauss and Jordan; null for a singular matrix. */
function invert(matrix: Matrix): Matrix | null {
	const size = matrix.length;
	const work = matrix.map((row, r) => {
		const wide = new Uint8Array(2 * size);
		wide.set(row);
		wide[size + r] = 1;
		return wide;
	});
	for (let r = 0; r < size; r++) {
		let pivot = r;
		while (pivot < size && work[pivot]![r] === 0) pivot++;
		if (pivot === size) return null;
		[work[r], work[pivot]] = [work[pivot]!, work[r]!];
		const head = work[r]![r]!;
		if (head !== 1) scaleRow(work[r]!, EXP[255 - LOG[head]!]!);
		for (let other = 0; other < size; other++) {
			const factor = work[other]![r]!;
			if (other !== r && factor !== 0) addScaledRow(work[other]!, work[r]!, factor);
		}
	}
	return work.map((row) => row.slice(size));
}

/** Adds up `row[i]` times the i-th input into `output`, which is overwritten. */
function codeShard(row: Uint8Array, inputs: readonly Uint8Array[], output: Uint8Array): void {
	output.fill(0);
	const { length } = output;
	for (let i = 0; i < inputs.length; i++) {
		const factor = row[i]!;
		if (factor === 0) continue;
		const table = productsOf(factor);
		const input = inputs[i]!;
		for (let at = 0; at < length; at++) output[at] = output[at]! ^ table[input[at]!]!;
	}
}

/** The error of shards that do not have one length above zero, or null. */
function shardSizeError(shards: readonly Uint8Array[]): ErasureError | null {
	const { length } = shards[0]!;
	if (length === 0) return 'EmptyShard';
	return shards.some((shard) => shard.length !== length) ? 'IncorrectShardSize' : null;
}

/** The code for one number of data and of parity shards. */
export class ReedSolomon {
	readonly dataShards: number;
	readonly parityShards: number;
	private readonly matrix: Matrix;

	private constructor(dataShards: number, parityShards: number) {
		this.dataShards = dataShards;
		this.parityShards = parityShards;
		const vandermonde: Matrix = Array.from({ length: dataShards + parityShards }, (_, r) =>
			Uint8Array.from({ length: dataShards }, (__, c) => power(r, c)),
		);
		const top = invert(vandermonde.slice(0, dataShards));
		if (top === null) throw new InvariantError('a Vandermonde matrix of distinct elements is never singular');
		this.matrix = timesMatrix(vandermonde, top);
	}

	/** Errors, in order: `TooFewDataShards`, `TooFewParityShards`, `TooManyShards` (beyond 256). */
	static create(dataShards: number, parityShards: number): Result<ReedSolomon, ErasureError> {
		if (dataShards === 0) return err('TooFewDataShards');
		if (parityShards === 0) return err('TooFewParityShards');
		if (dataShards + parityShards > ORDER) return err('TooManyShards');
		return ok(new ReedSolomon(dataShards, parityShards));
	}

	private countError(count: number): ErasureError | null {
		const total = this.dataShards + this.parityShards;
		if (count === total) return null;
		return count < total ? 'TooFewShards' : 'TooManyShards';
	}

	/**
	 * Overwrites the parity shards, which follow the data shards. Errors, in order: `TooFewShards`, `TooManyShards`,
	 * `EmptyShard`, `IncorrectShardSize`.
	 */
	encode(shards: readonly Uint8Array[]): Result<void, ErasureError> {
		const wrong = this.countError(shards.length) ?? shardSizeError(shards);
		if (wrong !== null) return err(wrong);
		const data = shards.slice(0, this.dataShards);
		for (let i = this.dataShards; i < shards.length; i++) codeShard(this.matrix[i]!, data, shards[i]!);
		return ok(undefined);
	}

	/**
	 * Overwrites the shards that `present` says are missing. Errors, in order: `TooFewShards`, `TooManyShards`,
	 * `EmptyShard`, `IncorrectShardSize`, `TooFewShardsPresent` (fewer than data shards).
	 */
	reconstruct(shards: readonly Uint8Array[], present: readonly boolean[]): Result<void, ErasureError> {
		const wrong = this.countError(shards.length) ?? shardSizeError(shards);
		if (wrong !== null) return err(wrong);
		const available = shards.map((_, i) => i).filter((i) => present[i]);
		if (available.length === shards.length) return ok(undefined);
		if (available.length < this.dataShards) return err('TooFewShardsPresent');
		const used = available.slice(0, this.dataShards);
		const missing = shards.map((_, i) => i).filter((i) => !present[i]);
		if (missing.some((i) => i < this.dataShards)) {
			const decode = invert(used.map((i) => this.matrix[i]!));
			if (decode === null) throw new InvariantError('any rows of the code are independent');
			const inputs = used.map((i) => shards[i]!);
			for (const i of missing) {
				if (i < this.dataShards) codeShard(decode[i]!, inputs, shards[i]!);
			}
		}
		const data = shards.slice(0, this.dataShards);
		for (const i of missing) {
			if (i >= this.dataShards) codeShard(this.matrix[i]!, data, shards[i]!);
		}
		return ok(undefined);
	}
}

/** Codes that were asked for, by their numbers of shards: the network uses one, hostile shreds name others. */
const codes = new Map<number, ReedSolomon>();
const MAX_CODES = 128;

/** {@link ReedSolomon.create}, remembered. */
export function reedSolomon(dataShards: number, parityShards: number): Result<ReedSolomon, ErasureError> {
	const key = dataShards * 65_536 + parityShards;
	const known = codes.get(key);
	if (known !== undefined) return ok(known);
	const made = ReedSolomon.create(dataShards, parityShards);
	if (!made.ok) return made;
	const [oldest] = codes.keys();
	if (codes.size >= MAX_CODES && oldest !== undefined) codes.delete(oldest);
	codes.set(key, made.value);
	return made;
}
