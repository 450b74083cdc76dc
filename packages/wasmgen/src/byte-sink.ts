/**
 * A growing buffer of bytes with the encodings that WebAssembly's binary format is made of.
 *
 * Source: WebAssembly core specification 2.0, sections 5.2 (values) and 5.2.4 (names).
 */

/** Collects bytes; every integer is LEB128 unless its method says otherwise. */
export class ByteSink {
	#bytes: Uint8Array;
	#length = 0;

	/** `capacity` in bytes; grows by doubling. */
	constructor(capacity = 256) {
		this.#bytes = new Uint8Array(capacity);
	}

	/** Bytes written so far. */
	get length(): number {
		return this.#length;
	}

	/** Forgets all that was written, and gives its memory back. */
	clear(): void {
		this.#bytes = new Uint8Array(16);
		this.#length = 0;
	}

	#reserve(count: number): void {
		const needed = this.#length + count;
		if (needed <= this.#bytes.length) return;
		const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
		grown.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = grown;
	}

	/** One byte. */
	byte(value: number): void {
		if (this.#length === this.#bytes.length) this.#reserve(1);
		this.#bytes[this.#length++] = value;
	}

	/** Bytes as they are. */
	bytes(source: Uint8Array): void {
		this.#reserve(source.length);
		this.#bytes.set(source, this.#length);
		this.#length += source.length;
	}

	/** What `other` has collected. */
	append(other: ByteSink): void {
		this.bytes(other.#bytes.subarray(0, other.#length));
	}

	/** An unsigned integer below 2^32. */
	u32(value: number): void {
		let rest = value >>> 0;
		while (rest > 0x7f) {
			this.byte((rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		this.byte(rest);
	}

	/** A signed 32-bit integer. */
	s32(value: number): void {
		let rest = value | 0;
		for (;;) {
			const low = rest & 0x7f;
			rest >>= 7;
			if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
				this.byte(low);
				return;
			}
			this.byte(low | 0x80);
		}
	}

	/** A signed 64-bit integer, handed over as its two halves so that no BigInt is made. */
	s64(low: number, high: number): void {
		let lo = low | 0;
		let hi = high | 0;
		for (;;) {
			const chunk = lo & 0x7f;
			lo = (lo >>> 7) | (hi << 25);
			hi >>= 7;
			const sign = (chunk & 0x40) !== 0;
			if ((lo === 0 && hi === 0 && !sign) || (lo === -1 && hi === -1 && sign)) {
				this.byte(chunk);
				return;
			}
			this.byte(chunk | 0x80);
		}
	}

	/** An IEEE 754 double, little endian. */
	f64(value: number): void {
		this.#reserve(8);
		new DataView(this.#bytes.buffer, this.#length, 8).setFloat64(0, value, true);
		this.#length += 8;
	}

	/** A name: its length in bytes and its UTF-8. */
	name(text: string): void {
		const encoded = new TextEncoder().encode(text);
		this.u32(encoded.length);
		this.bytes(encoded);
	}

	/** A copy of what was written. */
	toBytes(): Uint8Array<ArrayBuffer> {
		return this.#bytes.slice(0, this.#length) as Uint8Array<ArrayBuffer>;
	}
}
