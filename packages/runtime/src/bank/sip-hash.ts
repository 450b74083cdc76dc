/**
 * Owns SipHash-1-3 with keys of zero over a prefix that stays and 32 bytes that change.
 *
 * Sources: crate `siphasher` (`SipHasher13::new`), Aumasson and Bernstein, "SipHash: a fast short-input PRF". The
 * 64-bit words are pairs of 32-bit halves: an epoch hashes a million addresses.
 */

/** v0 to v3 as low and high halves. */
type State = Int32Array;

function round(s: State): void {
	let [a, A, b, B, c, C, d, D] = [s[0]!, s[1]!, s[2]!, s[3]!, s[4]!, s[5]!, s[6]!, s[7]!];
	let low = (a >>> 0) + (b >>> 0);
	A = (A + B + (low > 0xffff_ffff ? 1 : 0)) | 0;
	a = low | 0;
	low = (c >>> 0) + (d >>> 0);
	C = (C + D + (low > 0xffff_ffff ? 1 : 0)) | 0;
	c = low | 0;
	[b, B] = [((b << 13) | (B >>> 19)) ^ a, ((B << 13) | (b >>> 19)) ^ A];
	[d, D] = [((d << 16) | (D >>> 16)) ^ c, ((D << 16) | (d >>> 16)) ^ C];
	[a, A] = [A, a];
	low = (c >>> 0) + (b >>> 0);
	C = (C + B + (low > 0xffff_ffff ? 1 : 0)) | 0;
	c = low | 0;
	low = (a >>> 0) + (d >>> 0);
	A = (A + D + (low > 0xffff_ffff ? 1 : 0)) | 0;
	a = low | 0;
	[b, B] = [((b << 17) | (B >>> 15)) ^ c, ((B << 17) | (b >>> 15)) ^ C];
	[d, D] = [((d << 21) | (D >>> 11)) ^ a, ((D << 21) | (d >>> 11)) ^ A];
	[c, C] = [C, c];
	s[0] = a;
	s[1] = A;
	s[2] = b;
	s[3] = B;
	s[4] = c;
	s[5] = C;
	s[6] = d;
	s[7] = D;
}

function absorb(state: State, low: number, high: number): void {
	state[6]! ^= low;
	state[7]! ^= high;
	round(state);
	state[0]! ^= low;
	state[1]! ^= high;
}

function absorbBytes(state: State, bytes: Uint8Array): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	for (let at = 0; at < bytes.length; at += 8) {
		absorb(state, view.getInt32(at, true), view.getInt32(at + 4, true));
	}
}

/** A hash whose first bytes are always the same. */
export class SipHasher13 {
	private readonly afterPrefix: State;
	private readonly state: State = new Int32Array(8);
	private readonly prefixLength: number;

	/** RangeError for a prefix that is not whole words of 8 bytes. */
	constructor(prefix: Uint8Array) {
		if (prefix.length % 8 !== 0) throw new RangeError(`a prefix has whole words, not ${prefix.length} bytes`);
		// "somepseudorandomlygeneratedbytes", in words
		this.afterPrefix = new Int32Array([
			0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462,
		]);
		absorbBytes(this.afterPrefix, prefix);
		this.prefixLength = prefix.length;
	}

	/** The hash of prefix and bytes as two 32-bit halves. RangeError for bytes that are not whole words. */
	hash(bytes: Uint8Array): readonly [low: number, high: number] {
		if (bytes.length % 8 !== 0)
			throw new RangeError(`what is hashed has whole words, not ${bytes.length} bytes`);
		const { state } = this;
		state.set(this.afterPrefix);
		absorbBytes(state, bytes);
		absorb(state, 0, ((this.prefixLength + bytes.length) & 0xff) << 24);
		state[4]! ^= 0xff;
		for (let i = 0; i < 3; i++) round(state);
		const low = state[0]! ^ state[2]! ^ state[4]! ^ state[6]!;
		const high = state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
		return [low >>> 0, high >>> 0];
	}
}
