/**
 * Owns the quadratic character behind `isOnCurve` in plain JavaScript: the readable form of native/on-curve.c, and
 * what runs where WebAssembly may not be compiled.
 *
 * The y coordinate is the low 255 bits taken mod p. The answer is whether (y^2 - 1) / (d y^2 + 1) is zero or a square.
 * The denominator is never zero (-1/d is no square), hence the quotient may be replaced by the product, and its
 * quadratic character is a Jacobi symbol: no square root, no exponentiation.
 *
 * The symbol comes from the "posdivsteps" variant of safegcd as in libsecp256k1 (`modinv32_impl.h`), here with 24
 * steps a batch on 24-bit limbs, so that every product of a limb and a matrix entry is exact in a double.
 * Measured on random keys (Node 20.20; bench room, `leaves.ts`): 4.4 us, against 74 us for the square root on BigInt in
 * `@noble/curves`. Most of it is the batches; the three multiplications take a sixth.
 */

const LIMBS = 11;
const RADIX = 0x1000000;
const MASK = RADIX - 1;
/** 2^264 mod p. */
const FOLD = 19 * 2 ** 9;

function limbsOf(value: bigint): Float64Array {
	const limbs = new Float64Array(LIMBS);
	for (let i = 0; i < LIMBS; i++) limbs[i] = Number((value >> BigInt(24 * i)) & BigInt(MASK));
	return limbs;
}

const P_VALUE = (1n << 255n) - 19n;
const D_VALUE = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const P = limbsOf(P_VALUE);
const D = limbsOf(D_VALUE);
const ONE_MINUS_D = limbsOf((1n - D_VALUE + P_VALUE) % P_VALUE);
const P_MINUS_ONE = limbsOf(P_VALUE - 1n);

const product = new Float64Array(2 * LIMBS);
const y = new Float64Array(LIMBS);
const y2 = new Float64Array(LIMBS);
const w = new Float64Array(LIMBS);
const f = new Float64Array(LIMBS);
const g = new Float64Array(LIMBS);

/** Brings every limb below 2^24; what leaves the top returns at the bottom times 2^264 mod p. */
function carry(a: Float64Array): void {
	let c = 0;
	for (let round = 0; round < 2; round++) {
		for (let i = 0; i < LIMBS; i++) {
			const value = a[i]! + c;
			c = Math.floor(value / RADIX);
			a[i] = value - c * RADIX;
		}
		c *= FOLD;
	}
	// After two rounds the carry is at most one unit of a value that just wrapped: limb 0 has room for it.
	a[0]! += c;
}

/** out = a * b mod 2^264-ish: congruent mod p, limbs below 2^24 (limb 0 a little above at most). */
function multiply(out: Float64Array, a: Float64Array, b: Float64Array): void {
	product.fill(0);
	for (let i = 0; i < LIMBS; i++) {
		const ai = a[i]!;
		// 11 products below 2^48.1 stay below 2^53.
		for (let j = 0; j < LIMBS; j++) product[i + j]! += ai * b[j]!;
	}
	let c = 0;
	for (let i = 0; i < 2 * LIMBS; i++) {
		const value = product[i]! + c;
		c = Math.floor(value / RADIX);
		product[i] = value - c * RADIX;
	}
	for (let i = 0; i < LIMBS; i++) out[i] = product[i]! + product[i + LIMBS]! * FOLD;
	carry(out);
}

/** The Jacobi symbol of g over f (= p): 1 or -1, or 0 where 64 batches did not settle it (g = 0 mod p). */
function jacobi(): number {
	let eta = -1;
	let jac = 0;
	let length = LIMBS;
	for (let batch = 0; batch < 64; batch++) {
		// The low 32 bits decide the next 24 steps and two bits beyond.
		let fLow = f[0]! | (f[1]! << 24) | 0;
		let gLow = g[0]! | (g[1]! << 24) | 0;
		let u = 1;
		let v = 0;
		let q = 0;
		let r = 1;
		let left = 24;
		for (;;) {
			const stop = gLow | (-1 << left);
			const zeroes = 31 - Math.clz32(stop & -stop);
			gLow >>>= zeroes;
			u <<= zeroes;
			v <<= zeroes;
			eta -= zeroes;
			left -= zeroes;
			// Halving g flips the sign where f is 3 or 5 mod 8.
			jac ^= zeroes & ((fLow >>> 1) ^ (fLow >>> 2));
			if (left === 0) break;
			let multiple: number;
			if (eta < 0) {
				eta = -eta;
				let t = fLow;
				fLow = gLow;
				gLow = t;
				t = u;
				u = q;
				q = t;
				t = v;
				v = r;
				r = t;
				// Reciprocity: exchanging them flips the sign where both are 3 mod 4.
				jac ^= (fLow & gLow) >>> 1;
				const limit = Math.min(eta + 1, left);
				const mask = (0xffffffff >>> (32 - limit)) & 63;
				multiple = Math.imul(Math.imul(fLow, gLow), Math.imul(fLow, fLow) - 2) & mask;
			} else {
				const limit = Math.min(eta + 1, left);
				const mask = (0xffffffff >>> (32 - limit)) & 15;
				multiple = Math.imul(-(fLow + (((fLow + 1) & 4) << 1)), gLow) & mask;
			}
			gLow = (gLow + Math.imul(fLow, multiple)) | 0;
			q += u * multiple;
			r += v * multiple;
		}
		// (f, g) = (u f + v g, q f + r g) / 2^24, exactly.
		let fi = f[0]!;
		let gi = g[0]!;
		let cf = (u * fi + v * gi) / RADIX;
		let cg = (q * fi + r * gi) / RADIX;
		let rest = 0;
		for (let i = 1; i < length; i++) {
			fi = f[i]!;
			gi = g[i]!;
			cf += u * fi + v * gi;
			cg += q * fi + r * gi;
			const kf = Math.floor(cf / RADIX);
			const kg = Math.floor(cg / RADIX);
			const low = cf - kf * RADIX;
			f[i - 1] = low;
			g[i - 1] = cg - kg * RADIX;
			cf = kf;
			cg = kg;
			if (i > 1) rest += low;
		}
		f[length - 1] = cf;
		g[length - 1] = cg;
		if (length > 1) rest += cf;
		if (f[0] === 1 && rest === 0) return 1 - 2 * (jac & 1);
		if (length > 2 && cf === 0 && cg === 0) length--;
	}
	return 0;
}

/** 1 where the first 32 bytes are the encoding of a point, -1 where not, 0 where only a square root can tell. */
export function portableSymbol(bytes: Uint8Array): number {
	for (let i = 0, at = 0; i < 10; i++, at += 3) {
		y[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
	}
	y[10] = bytes[30]! | ((bytes[31]! & 127) << 8);

	// (y^2 - 1)(d y^2 + 1) = y^2 (d y^2 + 1 - d) - 1
	multiply(y2, y, y);
	multiply(w, y2, D);
	for (let i = 0; i < LIMBS; i++) w[i]! += ONE_MINUS_D[i]!;
	carry(w);
	multiply(g, y2, w);
	for (let i = 0; i < LIMBS; i++) {
		g[i]! += P_MINUS_ONE[i]!;
		f[i] = P[i]!;
	}
	carry(g);
	// A limb 0 at or above 2^24 would break the batches' view of the low bits.
	carry(g);

	return jacobi();
}
