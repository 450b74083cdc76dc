/**
 * Owns the memory that records of any length live in: chunks of bytes instead of an object for each record.
 *
 * A record is where {@link RecordArena.allocate} says: a place, in units of 8 bytes, below 2^32. Records are freed one
 * by one; a chunk is given back when all of it is dead, and {@link RecordArena.sparse} names those that are worth
 * emptying.
 */

const UNIT = 8;
/** 1 MiB: places of a chunk begin at its number times the units of one chunk. */
const CHUNK_BYTES = 1 << 20;
const CHUNK_UNITS = CHUNK_BYTES / UNIT;
const MAX_PLACE = 0xffff_ffff;

interface Chunk {
	readonly bytes: Uint8Array;
	used: number;
	live: number;
}

/** Bytes of records, by place. */
export class RecordArena {
	/** By chunk number; a large record has a chunk of its own, as long as it is. */
	#chunks: (Chunk | null)[] = [];
	#open = -1;
	#live = 0;
	#capacity = 0;

	/** Bytes of records that are alive. */
	get live(): number {
		return this.#live;
	}

	/** Bytes of memory held. */
	get byteLength(): number {
		return this.#capacity;
	}

	/** Room for a record of `length` bytes; its place. */
	allocate(length: number): number {
		const size = roundUp(length);
		this.#live += size;
		if (size > CHUNK_BYTES / 4) return this.#allocateAlone(size);
		let chunk = this.#open < 0 ? null : (this.#chunks[this.#open] ?? null);
		if (chunk === null || chunk.used + size > CHUNK_BYTES) {
			if (chunk !== null && chunk.live === 0) this.#release(this.#open);
			this.#open = this.#newChunk(CHUNK_BYTES);
			chunk = this.#chunks[this.#open]!;
		}
		const place = this.#open * CHUNK_UNITS + chunk!.used / UNIT;
		chunk!.used += size;
		chunk!.live += size;
		return place;
	}

	/** Declares the record of `length` bytes at `place` dead. */
	free(place: number, length: number): void {
		const size = roundUp(length);
		const number = Math.floor(place / CHUNK_UNITS);
		const chunk = this.#chunks[number]!;
		chunk.live -= size;
		this.#live -= size;
		if (chunk.live === 0 && number !== this.#open) this.#release(number);
	}

	/** The bytes that hold the record at `place`, and where in them it begins. */
	bytesOf(place: number): Uint8Array {
		return this.#chunks[Math.floor(place / CHUNK_UNITS)]!.bytes;
	}

	/** Where in {@link bytesOf} the record at `place` begins. */
	offsetOf(place: number): number {
		return (place % CHUNK_UNITS) * UNIT;
	}

	/** The number of the chunk that `place` lies in. */
	chunkOf(place: number): number {
		return Math.floor(place / CHUNK_UNITS);
	}

	/** The numbers of the full chunks of which at least half is dead. */
	sparse(): Set<number> {
		const found = new Set<number>();
		for (let number = 0; number < this.#chunks.length; number++) {
			const chunk = this.#chunks[number];
			if (chunk === null || chunk === undefined || number === this.#open) continue;
			if (chunk.live * 2 <= chunk.used) found.add(number);
		}
		return found;
	}

	clear(): void {
		this.#chunks = [];
		this.#open = -1;
		this.#live = 0;
		this.#capacity = 0;
	}

	#allocateAlone(size: number): number {
		const number = this.#newChunk(size);
		const chunk = this.#chunks[number]!;
		chunk.used = size;
		chunk.live = size;
		return number * CHUNK_UNITS;
	}

	#newChunk(length: number): number {
		let number = this.#chunks.indexOf(null);
		if (number < 0) number = this.#chunks.length;
		if ((number + 1) * CHUNK_UNITS > MAX_PLACE) {
			throw new RangeError('accounts in memory: there are no places for another chunk');
		}
		this.#chunks[number] = { bytes: new Uint8Array(length), used: 0, live: 0 };
		this.#capacity += length;
		return number;
	}

	#release(number: number): void {
		this.#capacity -= this.#chunks[number]!.bytes.length;
		this.#chunks[number] = null;
	}
}

function roundUp(length: number): number {
	return (length + UNIT - 1) & -UNIT;
}
