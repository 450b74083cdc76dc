/**
 * Owns SHA-256 applied again and again to its own output: the hash chain of proof of history.
 *
 * A link hashes exactly 32 bytes, that is one block whose padding never changes, so the state stays in registers and
 * nothing is allocated. Measured (Node 20.20; bench room, `leaves.ts`): 0.28 us a link, against 0.55 us for Node's
 * `crypto.hash` and 1.2 us for `@noble/hashes`, which both pay for the call.
 */

// biome-ignore format: a column of 64 lines reads worse
const K = new Int32Array([
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** The message schedule; filled anew for each link. */
const W = new Int32Array(64);

/** Hashes the eight words at the front of {@link W} in place. */
function link(): void {
	// what follows 32 bytes in their block: a one bit, zeros, and the length of 256 bits
	W[8] = 0x80000000 | 0;
	W[9] = 0;
	W[10] = 0;
	W[11] = 0;
	W[12] = 0;
	W[13] = 0;
	W[14] = 0;
	W[15] = 256;
	for (let i = 16; i < 64; i++) {
		const x = W[i - 15]!;
		const y = W[i - 2]!;
		const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
		const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
		W[i] = (W[i - 16]! + s0 + W[i - 7]! + s1) | 0;
	}
	let a = 0x6a09e667 | 0;
	let b = 0xbb67ae85 | 0;
	let c = 0x3c6ef372 | 0;
	let d = 0xa54ff53a | 0;
	let e = 0x510e527f | 0;
	let f = 0x9b05688c | 0;
	let g = 0x1f83d9ab | 0;
	let h = 0x5be0cd19 | 0;
	for (let i = 0; i < 64; i++) {
		const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
		const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + W[i]!) | 0;
		const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
		const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
		h = g;
		g = f;
		f = e;
		e = (d + t1) | 0;
		d = c;
		c = b;
		b = a;
		a = (t1 + t2) | 0;
	}
	W[0] = (a + 0x6a09e667) | 0;
	W[1] = (b + 0xbb67ae85) | 0;
	W[2] = (c + 0x3c6ef372) | 0;
	W[3] = (d + 0xa54ff53a) | 0;
	W[4] = (e + 0x510e527f) | 0;
	W[5] = (f + 0x9b05688c) | 0;
	W[6] = (g + 0x1f83d9ab) | 0;
	W[7] = (h + 0x5be0cd19) | 0;
}

/**
 * Hashes 32 bytes `times` times, each time the output of the last, into a new array; 0 times is a copy. RangeError
 * for other than 32 bytes, or a count that is no whole number from 0 on.
 */
export function sha256Chain(start: Uint8Array, times: number): Uint8Array {
	if (start.length !== 32) throw new RangeError(`a hash chain starts from 32 bytes, not ${start.length}`);
	if (!Number.isSafeInteger(times) || times < 0) {
		throw new RangeError(`the links of a hash chain are a whole number, not ${times}`);
	}
	const view = new DataView(start.buffer, start.byteOffset, 32);
	for (let i = 0; i < 8; i++) W[i] = view.getInt32(i * 4);
	for (let i = 0; i < times; i++) link();
	const result = new Uint8Array(32);
	const out = new DataView(result.buffer);
	for (let i = 0; i < 8; i++) out.setInt32(i * 4, W[i]!);
	return result;
}
