/**
 * Owns {@link Slab}: short-lived byte arrays cut out of longer ones.
 *
 * V8 keeps the bytes of an array above 64 outside its heap: making one costs 0.3 us and weighs on the collector, a view
 * of a slab 0.04 us (Node 20.20). The price: a slab lives as long as any piece of it, so pieces must be small against the
 * slab or die together.
 */

/** A source of zeroed pieces. */
export class Slab {
	readonly #size: number;
	#buffer: ArrayBuffer = new ArrayBuffer(0);
	#used = 0;

	/** A source whose slabs are of `size` bytes. */
	constructor(size: number) {
		this.#size = size;
	}

	/** `length` zero bytes; above a quarter of a slab they are an array of their own. */
	bytes(length: number): Uint8Array {
		if (length > this.#size >> 2) return new Uint8Array(length);
		const at = this.#take(length);
		return new Uint8Array(this.#buffer, at, length);
	}

	/** `count` zero words, beginning at a multiple of eight bytes. */
	words(count: number): Int32Array {
		if (4 * count > this.#size >> 2) return new Int32Array(count);
		const at = this.#take(4 * count);
		return new Int32Array(this.#buffer, at, count);
	}

	/** A copy of `bytes`. */
	copy(bytes: Uint8Array): Uint8Array {
		const copy = this.bytes(bytes.length);
		copy.set(bytes);
		return copy;
	}

	#take(length: number): number {
		const rounded = (length + 7) & ~7;
		if (rounded > this.#buffer.byteLength - this.#used) {
			this.#buffer = new ArrayBuffer(this.#size);
			this.#used = 0;
		}
		const at = this.#used;
		this.#used += rounded;
		return at;
	}
}
