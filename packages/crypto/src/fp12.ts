/**
 * Owns the arithmetic of the field Fp12 of BN254 and BLS12-381. It exists for speed alone: sums of products are reduced
 * once, at the end, where `@noble/curves` reduces after every step. Nothing is constant-time.
 *
 * Tower: Fp2 = Fp(u), u² = -1; Fp6 = Fp2(v), v³ = ξ = r + u; Fp12 = Fp6(w), w² = v. An element of Fp12 is an array of
 * twelve coefficients, lowest first. They are kept between -p and p: a sum of four of them still fits the machine words
 * of p, and `%` keeps the sign.
 *
 * Source: the formulas of `@noble/curves` (`abstract/tower.ts`, `abstract/bls.ts`), whose results these are.
 */

/** An element of Fp2. */
export interface Fp2Element {
	readonly c0: bigint;
	readonly c1: bigint;
}

/** An element of Fp12: twelve coefficients, lowest first. */
export type Fp12Element = readonly bigint[];

/** What a tower is made of. */
export interface TowerOptions {
	readonly p: bigint;
	/** The real part of ξ; the imaginary one is 1. */
	readonly xi: bigint;
	/** ξ to the power (p - 1) / 6. */
	readonly frobenius: Fp2Element;
	/** The inverse modulo p. */
	readonly invert: (value: bigint) => bigint;
}

const DEGREE = 12;
const SIX = 6;

/** The field Fp12 over one prime. */
export class Fp12Tower {
	readonly p: bigint;
	private readonly xi: bigint;
	private readonly invert: (value: bigint) => bigint;
	/** ξ to the powers i (p - 1) / 6, i below six: real and imaginary part by turns. */
	private readonly frobenius: readonly bigint[];

	constructor({ p, xi, frobenius, invert }: TowerOptions) {
		this.p = p;
		this.xi = xi;
		this.invert = invert;
		const powers: bigint[] = [1n, 0n];
		for (let i = 1; i < SIX; i++) {
			const c0 = powers[2 * i - 2]!;
			const c1 = powers[2 * i - 1]!;
			powers.push((c0 * frobenius.c0 - c1 * frobenius.c1) % p, (c0 * frobenius.c1 + c1 * frobenius.c0) % p);
		}
		this.frobenius = powers;
	}

	/** One. */
	get one(): Fp12Element {
		return [1n, ...new Array<bigint>(DEGREE - 1).fill(0n)];
	}

	/** Whether `a` is one. */
	isOne(a: Fp12Element): boolean {
		return this.normalize(a).every((value, i) => value === (i === 0 ? 1n : 0n));
	}

	/** The coefficients from 0 to p - 1. */
	normalize(a: Fp12Element): bigint[] {
		return a.map((value) => {
			const rest = value % this.p;
			return rest < 0n ? rest + this.p : rest;
		});
	}

	private reduce(a: readonly bigint[]): bigint[] {
		const { p } = this;
		const out = new Array<bigint>(a.length);
		for (let i = 0; i < a.length; i++) out[i] = a[i]! % p;
		return out;
	}

	/** The product in Fp6 of six coefficients from `aAt` and six from `bAt`, not reduced. */
	private mul6(a: readonly bigint[], aAt: number, b: readonly bigint[], bAt: number): bigint[] {
		const { xi } = this;
		const a0 = a[aAt]!;
		const a1 = a[aAt + 1]!;
		const a2 = a[aAt + 2]!;
		const a3 = a[aAt + 3]!;
		const a4 = a[aAt + 4]!;
		const a5 = a[aAt + 5]!;
		const b0 = b[bAt]!;
		const b1 = b[bAt + 1]!;
		const b2 = b[bAt + 2]!;
		const b3 = b[bAt + 3]!;
		const b4 = b[bAt + 4]!;
		const b5 = b[bAt + 5]!;
		// The products of the coefficients in Fp2 with the same index.
		const v0 = a0 * b0 - a1 * b1;
		const w0 = a0 * b1 + a1 * b0;
		const v1 = a2 * b2 - a3 * b3;
		const w1 = a2 * b3 + a3 * b2;
		const v2 = a4 * b4 - a5 * b5;
		const w2 = a4 * b5 + a5 * b4;
		// Those of neighbours, by Karatsuba.
		const a24 = a2 + a4;
		const a35 = a3 + a5;
		const b24 = b2 + b4;
		const b35 = b3 + b5;
		const s0 = a24 * b24 - a35 * b35 - v1 - v2;
		const s1 = a24 * b35 + a35 * b24 - w1 - w2;
		const a02 = a0 + a2;
		const a13 = a1 + a3;
		const b02 = b0 + b2;
		const b13 = b1 + b3;
		const a04 = a0 + a4;
		const a15 = a1 + a5;
		const b04 = b0 + b4;
		const b15 = b1 + b5;
		return [
			v0 + xi * s0 - s1,
			w0 + xi * s1 + s0,
			a02 * b02 - a13 * b13 - v0 - v1 + xi * v2 - w2,
			a02 * b13 + a13 * b02 - w0 - w1 + xi * w2 + v2,
			a04 * b04 - a15 * b15 - v0 - v2 + v1,
			a04 * b15 + a15 * b04 - w0 - w2 + w1,
		];
	}

	/** The product in Fp6 with b0 + b1 v, not reduced. */
	private mul6By01(a: readonly bigint[], at: number, b0: Fp2Element, b1: Fp2Element): bigint[] {
		const { xi } = this;
		const a0 = a[at]!;
		const a1 = a[at + 1]!;
		const a2 = a[at + 2]!;
		const a3 = a[at + 3]!;
		const a4 = a[at + 4]!;
		const a5 = a[at + 5]!;
		const { c0: p0, c1: p1 } = b0;
		const { c0: q0, c1: q1 } = b1;
		const s0 = a4 * q0 - a5 * q1;
		const s1 = a4 * q1 + a5 * q0;
		return [
			a0 * p0 - a1 * p1 + xi * s0 - s1,
			a0 * p1 + a1 * p0 + xi * s1 + s0,
			a0 * q0 - a1 * q1 + a2 * p0 - a3 * p1,
			a0 * q1 + a1 * q0 + a2 * p1 + a3 * p0,
			a2 * q0 - a3 * q1 + a4 * p0 - a5 * p1,
			a2 * q1 + a3 * q0 + a4 * p1 + a5 * p0,
		];
	}

	/** The product in Fp6 with b, not reduced. */
	private mul6By0(a: readonly bigint[], at: number, { c0, c1 }: Fp2Element): bigint[] {
		const out: bigint[] = [];
		for (let i = at; i < at + SIX; i += 2) {
			const a0 = a[i]!;
			const a1 = a[i + 1]!;
			out.push(a0 * c0 - a1 * c1, a0 * c1 + a1 * c0);
		}
		return out;
	}

	/** The product with v: ξ times the last coefficient, then the others. */
	private mulByV(a: readonly bigint[]): bigint[] {
		const { xi } = this;
		return [xi * a[4]! - a[5]!, xi * a[5]! + a[4]!, a[0]!, a[1]!, a[2]!, a[3]!];
	}

	/** The halves' sums: of six coefficients and the six behind them. */
	private halvesSum(a: readonly bigint[]): bigint[] {
		return [a[0]! + a[6]!, a[1]! + a[7]!, a[2]! + a[8]!, a[3]! + a[9]!, a[4]! + a[10]!, a[5]! + a[11]!];
	}

	/** t0 + v t1, t2 - t0 - t1: the product of (a + b w) and (c + d w) of ac, bd and (a + b) (c + d). */
	private combine(t0: readonly bigint[], t1: readonly bigint[], t2: readonly bigint[]): bigint[] {
		const { p } = this;
		const v = this.mulByV(t1);
		const out = new Array<bigint>(DEGREE);
		for (let i = 0; i < SIX; i++) {
			out[i] = (t0[i]! + v[i]!) % p;
			out[i + SIX] = (t2[i]! - t0[i]! - t1[i]!) % p;
		}
		return out;
	}

	/** The product. */
	mul(a: Fp12Element, b: Fp12Element): bigint[] {
		return this.combine(
			this.mul6(a, 0, b, 0),
			this.mul6(a, SIX, b, SIX),
			this.mul6(this.halvesSum(a), 0, this.halvesSum(b), 0),
		);
	}

	/** The square. */
	square(a: Fp12Element): bigint[] {
		const { p, xi } = this;
		const product = this.mul6(a, 0, a, SIX);
		// a0 + v a1, with ξ's multiple reduced so that it stays short.
		const shifted = [
			(a[0]! + xi * a[10]! - a[11]!) % p,
			(a[1]! + xi * a[11]! + a[10]!) % p,
			a[2]! + a[6]!,
			a[3]! + a[7]!,
			a[4]! + a[8]!,
			a[5]! + a[9]!,
		];
		const sum = this.mul6(this.halvesSum(a), 0, shifted, 0);
		const v = this.mulByV(product);
		const out = new Array<bigint>(DEGREE);
		for (let i = 0; i < SIX; i++) {
			out[i] = (sum[i]! - product[i]! - v[i]!) % p;
			out[i + SIX] = (2n * product[i]!) % p;
		}
		return out;
	}

	/** The conjugate over Fp6; the inverse in the cyclotomic subgroup. */
	conjugate(a: Fp12Element): bigint[] {
		return a.map((value, i) => (i < SIX ? value : -value));
	}

	/** The p-th power. */
	frobeniusMap(a: Fp12Element): bigint[] {
		const { p, frobenius } = this;
		const out = new Array<bigint>(DEGREE);
		for (let i = 0; i < SIX; i++) {
			// Coefficient i of the tower belongs to this power of w.
			const power = i < 3 ? 2 * i : 2 * (i - 3) + 1;
			const c0 = a[2 * i]!;
			const c1 = -a[2 * i + 1]!;
			const g0 = frobenius[2 * power]!;
			const g1 = frobenius[2 * power + 1]!;
			out[2 * i] = (c0 * g0 - c1 * g1) % p;
			out[2 * i + 1] = (c0 * g1 + c1 * g0) % p;
		}
		return out;
	}

	/** The power by p, `count` times. */
	frobeniusMaps(a: Fp12Element, count: number): Fp12Element {
		let out = a;
		for (let i = 0; i < count; i++) out = this.frobeniusMap(out);
		return out;
	}

	/** The inverse in Fp6, by that of the norm in Fp2 and in Fp. */
	private inverse6(a: readonly bigint[]): bigint[] {
		const { p, xi } = this;
		const [a0, a1, a2, a3, a4, a5] = a as [bigint, bigint, bigint, bigint, bigint, bigint];
		// c0² - ξ c1 c2, ξ c2² - c0 c1, c1² - c0 c2
		const s0 = a2 * a4 - a3 * a5;
		const s1 = a2 * a5 + a3 * a4;
		const q0 = a4 * a4 - a5 * a5;
		const q1 = 2n * a4 * a5;
		const t = this.reduce([
			a0 * a0 - a1 * a1 - xi * s0 + s1,
			2n * a0 * a1 - xi * s1 - s0,
			xi * q0 - q1 - a0 * a2 + a1 * a3,
			xi * q1 + q0 - a0 * a3 - a1 * a2,
			a2 * a2 - a3 * a3 - a0 * a4 + a1 * a5,
			2n * a2 * a3 - a0 * a5 - a1 * a4,
		]);
		const [t0, t1, t2, t3, t4, t5] = t as [bigint, bigint, bigint, bigint, bigint, bigint];
		// c0 t0 + ξ (c2 t1 + c1 t2)
		const m0 = a4 * t2 - a5 * t3 + a2 * t4 - a3 * t5;
		const m1 = a4 * t3 + a5 * t2 + a2 * t5 + a3 * t4;
		const n0 = (a0 * t0 - a1 * t1 + xi * m0 - m1) % p;
		const n1 = (a0 * t1 + a1 * t0 + xi * m1 + m0) % p;
		const norm = (n0 * n0 + n1 * n1) % p;
		const inverse = this.invert(norm < 0n ? norm + p : norm);
		return this.reduce(this.mul6By0(t, 0, { c0: (n0 * inverse) % p, c1: (-n1 * inverse) % p }));
	}

	/** The inverse. */
	inverse(a: Fp12Element): bigint[] {
		const { p } = this;
		const square0 = this.mul6(a, 0, a, 0);
		const square1 = this.mulByV(this.mul6(a, SIX, a, SIX));
		const norm = square0.map((value, i) => (value - square1[i]!) % p);
		const inverse = this.inverse6(norm);
		return this.reduce([
			...this.mul6(a, 0, inverse, 0),
			...this.mul6(a, SIX, inverse, 0).map((value) => -value),
		]);
	}

	/** The square of an element of the cyclotomic subgroup (Granger, Scott: eprint.iacr.org/2009/565). */
	cyclotomicSquare(a: Fp12Element): bigint[] {
		const { p, xi } = this;
		const out = new Array<bigint>(DEGREE);
		/** a² + ξ b² and 2 a b of the coefficients at `i` and `j`, tripled, less and plus twice those at `k` and `l`. */
		const step = (i: number, j: number, k: number, l: number, isTwisted: boolean): void => {
			const a0 = a[i]!;
			const a1 = a[i + 1]!;
			const b0 = a[j]!;
			const b1 = a[j + 1]!;
			const s0 = b0 * b0 - b1 * b1;
			const s1 = 2n * b0 * b1;
			const f0 = a0 * a0 - a1 * a1 + xi * s0 - s1;
			const f1 = 2n * a0 * a1 + xi * s1 + s0;
			const m0 = 2n * (a0 * b0 - a1 * b1);
			const m1 = 2n * (a0 * b1 + a1 * b0);
			out[k] = (3n * f0 - 2n * a[k]!) % p;
			out[k + 1] = (3n * f1 - 2n * a[k + 1]!) % p;
			out[l] = (3n * (isTwisted ? xi * m0 - m1 : m0) + 2n * a[l]!) % p;
			out[l + 1] = (3n * (isTwisted ? xi * m1 + m0 : m1) + 2n * a[l + 1]!) % p;
		};
		step(0, 8, 0, 8, false);
		step(6, 4, 2, 10, false);
		step(2, 10, 4, 6, true);
		return out;
	}

	/** Times o0 + (o3 + o4 v) w: a line of a twist of type D. */
	mulByLineD(f: Fp12Element, o0: Fp2Element, o3: Fp2Element, o4: Fp2Element): bigint[] {
		const sum = { c0: o0.c0 + o3.c0, c1: o0.c1 + o3.c1 };
		return this.combine(
			this.mul6By0(f, 0, o0),
			this.mul6By01(f, SIX, o3, o4),
			this.mul6By01(this.halvesSum(f), 0, sum, o4),
		);
	}

	/** Times o0 + o1 v + o4 v w: a line of a twist of type M. */
	mulByLineM(f: Fp12Element, o0: Fp2Element, o1: Fp2Element, o4: Fp2Element): bigint[] {
		const sum = { c0: o1.c0 + o4.c0, c1: o1.c1 + o4.c1 };
		return this.combine(
			this.mul6By01(f, 0, o0, o1),
			this.mulByV(this.mul6By0(f, SIX, o4)),
			this.mul6By01(this.halvesSum(f), 0, o0, sum),
		);
	}
}
