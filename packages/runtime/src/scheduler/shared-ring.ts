/**
 * A queue of records of bytes between two threads: one writes, one reads, over memory that both see.
 *
 * Nothing here waits. A position counts the bytes that ever went through, so that full and empty differ; a record lies in
 * one piece, and one that would cross the end of the memory begins anew at its start.
 */
import { InvariantError } from '@parhelion/sdk';

/** Words before the bytes: how far was written, and how far was read. */
const WRITTEN = 0;
const READ = 1;
const HEADER_BYTES = 8;
const LENGTH_BYTES = 4;
/** In the place of a length: the rest of the memory is left out. */
const SKIP = -1;

/** The memory of a queue that holds `capacity` bytes, a power of two up to 2^30. */
export function newRing(capacity: number): SharedArrayBuffer {
	return new SharedArrayBuffer(HEADER_BYTES + capacity);
}

const padded = (length: number): number => (length + 3) & ~3;

/** One end of a queue; which one is for the methods used to say. */
export class SharedRing {
	readonly #positions: Int32Array;
	readonly #words: Int32Array;
	readonly #bytes: Uint8Array;
	readonly #capacity: number;
	/** How far this end is. */
	#at = 0;
	/** Where the reading end is once what was {@link read} last is done with. */
	#after = 0;

	constructor(memory: SharedArrayBuffer) {
		this.#positions = new Int32Array(memory, 0, 2);
		this.#words = new Int32Array(memory, HEADER_BYTES);
		this.#bytes = new Uint8Array(memory, HEADER_BYTES);
		this.#capacity = this.#bytes.length;
	}

	/** The longest record that always fits once the other side has read everything. */
	get maxRecord(): number {
		return (this.#capacity >> 1) - LENGTH_BYTES;
	}

	/** Writes a record and makes it known; false where there is no room now. */
	write(record: Uint8Array): boolean {
		if (record.length > this.maxRecord) throw new InvariantError(`a record of ${record.length} bytes`);
		const mask = this.#capacity - 1;
		const offset = this.#at & mask;
		const size = LENGTH_BYTES + padded(record.length);
		const rest = this.#capacity - offset;
		const skipped = rest < size ? rest : 0;
		const used = (this.#at - Atomics.load(this.#positions, READ)) | 0;
		if (used + skipped + size > this.#capacity) return false;
		if (skipped > 0) {
			this.#words[offset >> 2] = SKIP;
			this.#at = (this.#at + skipped) | 0;
		}
		const start = this.#at & mask;
		this.#words[start >> 2] = record.length;
		this.#bytes.set(record, start + LENGTH_BYTES);
		this.#at = (this.#at + size) | 0;
		Atomics.store(this.#positions, WRITTEN, this.#at);
		return true;
	}

	/** The memory that {@link read} speaks of. */
	get bytes(): Uint8Array {
		return this.#bytes;
	}

	/**
	 * Where in {@link bytes} the next record begins after its length, a word; -1 where there is none now. It lies there until
	 * the next is asked for.
	 */
	read(): number {
		const mask = this.#capacity - 1;
		if (this.#after !== this.#at) {
			this.#at = this.#after;
			Atomics.store(this.#positions, READ, this.#at);
		}
		if (Atomics.load(this.#positions, WRITTEN) === this.#at) return -1;
		let offset = this.#at & mask;
		if (this.#words[offset >> 2] === SKIP) {
			this.#at = (this.#at + this.#capacity - offset) | 0;
			offset = 0;
		}
		this.#after = (this.#at + LENGTH_BYTES + padded(this.lengthAt(offset + LENGTH_BYTES))) | 0;
		return offset + LENGTH_BYTES;
	}

	/** Bytes of the record that begins at `start`. */
	lengthAt(start: number): number {
		return this.#words[(start - LENGTH_BYTES) >> 2]!;
	}
}
