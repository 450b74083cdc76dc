/** Owns the building of records that go between threads: little-endian bytes in memory that is used again and again. */
import type { Pubkey } from '@parhelion/sdk';

const FIRST_CAPACITY = 64 * 1024;

/** Writes one record after another; values outside their type wrap. */
export class RecordWriter {
	#bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
	#view: DataView = new DataView(this.#bytes.buffer);
	/** Bytes of the record so far. */
	length = 0;

	/** Begins a record. */
	reset(): this {
		this.length = 0;
		return this;
	}

	#reserve(count: number): number {
		const at = this.length;
		if (at + count > this.#bytes.length) {
			const grown = new Uint8Array(Math.max(at + count, this.#bytes.length * 2));
			grown.set(this.#bytes);
			this.#bytes = grown;
			this.#view = new DataView(grown.buffer);
		}
		this.length = at + count;
		return at;
	}

	u8(value: number): this {
		const at = this.#reserve(1);
		this.#bytes[at] = value;
		return this;
	}

	u16(value: number): this {
		const at = this.#reserve(2);
		this.#view.setUint16(at, value, true);
		return this;
	}

	u32(value: number): this {
		const at = this.#reserve(4);
		this.#view.setUint32(at, value, true);
		return this;
	}

	u64(value: bigint): this {
		const at = this.#reserve(8);
		this.#view.setBigUint64(at, value, true);
		return this;
	}

	raw(bytes: Uint8Array): this {
		const at = this.#reserve(bytes.length);
		this.#bytes.set(bytes, at);
		return this;
	}

	pubkey({ bytes }: Pubkey): this {
		return this.raw(bytes);
	}

	/** The record; valid until the next one begins. */
	get record(): Uint8Array {
		return this.#bytes.subarray(0, this.length);
	}
}
