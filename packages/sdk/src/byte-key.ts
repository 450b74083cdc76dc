/**
 * Owns the text form of a 32-byte key for use in a `Map`.
 *
 * 32 latin-1 characters, one a byte: a flat one-byte string whose hash V8 caches. Spelling the 32
 * arguments out takes 44 ns against 183 ns for `fromCharCode.apply` over a subarray and 177 ns for a loop
 * (Node 20.20; `Pubkey.fromBytes` as a
 * whole is in the bench room, `leaves.ts`), which is why this is not a loop.
 */

/** The 32 bytes of `b` from `o` on as a 32-character string. The caller has checked the length. */
export function byteKey(b: Uint8Array, o: number): string {
	// biome-ignore format: a column of 32 lines reads worse
	return String.fromCharCode(
		b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!,
		b[o + 8]!, b[o + 9]!, b[o + 10]!, b[o + 11]!, b[o + 12]!, b[o + 13]!, b[o + 14]!, b[o + 15]!,
		b[o + 16]!, b[o + 17]!, b[o + 18]!, b[o + 19]!, b[o + 20]!, b[o + 21]!, b[o + 22]!, b[o + 23]!,
		b[o + 24]!, b[o + 25]!, b[o + 26]!, b[o + 27]!, b[o + 28]!, b[o + 29]!, b[o + 30]!, b[o + 31]!,
	);
}

/** Compares two byte arrays for equal length and content. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
	if (a === b) return true;
	const length = a.length;
	if (length !== b.length) return false;
	for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
	return true;
}

/**
 * Objects made of 32 bytes that were seen lately: transactions name the same addresses again and again. A table of
 * fixed size without chains: bytes that collide push each other out, so whoever chooses them wins nothing.
 */
export class RecentKeys<Made extends { readonly bytes: Uint8Array }> {
	readonly #table: (Made | undefined)[];

	/** A table of `size` entries, a power of two. */
	constructor(size: number) {
		this.#table = new Array<Made | undefined>(size).fill(undefined);
	}

	/** Where the 32 bytes of `b` from `o` on belong. */
	slotOf(b: Uint8Array, o: number): number {
		const first = b[o]! | (b[o + 1]! << 8) | (b[o + 2]! << 16) | (b[o + 3]! << 24);
		const last = b[o + 28]! | (b[o + 29]! << 8) | (b[o + 30]! << 16) | (b[o + 31]! << 24);
		const mixed = Math.imul(first ^ (last >>> 5) ^ (last << 27), 0x9e3779b1);
		return (mixed >>> 15) & (this.#table.length - 1);
	}

	/** What was made of these 32 bytes, if it is still known. */
	get(slot: number, b: Uint8Array, o: number): Made | undefined {
		const known = this.#table[slot];
		if (known === undefined) return undefined;
		const { bytes } = known;
		for (let i = 0; i < 32; i++) if (bytes[i] !== b[o + i]) return undefined;
		return known;
	}

	set(slot: number, made: Made): void {
		this.#table[slot] = made;
	}
}

/**
 * A plain `Uint8Array` over the same memory. Node's `Buffer` is one by type but not by behaviour: its `slice`
 * shares memory where that of a `Uint8Array` copies. Whoever keeps bytes of a caller keeps them in this form.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
	return bytes.constructor === Uint8Array
		? bytes
		: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
