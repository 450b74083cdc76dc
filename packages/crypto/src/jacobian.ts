/**
 * Owns multiplication on curves y² = x³ + b, in Jacobian coordinates, over Fp or Fp2. It exists for speed alone: sums are
 * not reduced before they are multiplied, where `@noble/curves` reduces after every step. Nothing is constant-time.
 *
 * Source: formulas `dbl-2009-l` and `madd-2007-bl` of the Explicit-Formulas Database, for a = 0; every exceptional case
 * (infinity, equal and opposite points) is told apart.
 */
import type { Fp2Element } from './fp12.ts';

/** A field whose sums may be left unreduced. Elements are any integers that are congruent. */
export interface LazyField<F> {
	readonly one: F;
	add(a: F, b: F): F;
	sub(a: F, b: F): F;
	/** The multiple by a small number. */
	times(a: F, factor: bigint): F;
	/** The product, reduced. */
	mul(a: F, b: F): F;
	/** The square, reduced. */
	sqr(a: F): F;
	/** a b + c d, reduced. */
	mulAdd(a: F, b: F, c: F, d: F): F;
	isZero(a: F): boolean;
	/** The inverse of what is not zero. */
	invert(a: F): F;
	/** The element between 0 and p - 1. */
	normalize(a: F): F;
}

/** The field of integers modulo `p`, with its inversion. */
export function lazyFp(p: bigint, invert: (a: bigint) => bigint): LazyField<bigint> {
	const normalize = (a: bigint): bigint => {
		const rest = a % p;
		return rest < 0n ? rest + p : rest;
	};
	return {
		one: 1n,
		add: (a, b) => a + b,
		sub: (a, b) => a - b,
		times: (a, factor) => a * factor,
		mul: (a, b) => (a * b) % p,
		sqr: (a) => (a * a) % p,
		mulAdd: (a, b, c, d) => (a * b + c * d) % p,
		isZero: (a) => a % p === 0n,
		invert: (a) => invert(normalize(a)),
		normalize,
	};
}

/** The extension by u, u² = -1, of the integers modulo `p`. */
export function lazyFp2(p: bigint, invert: (a: bigint) => bigint): LazyField<Fp2Element> {
	const base = lazyFp(p, invert);
	return {
		one: { c0: 1n, c1: 0n },
		add: (a, b) => ({ c0: a.c0 + b.c0, c1: a.c1 + b.c1 }),
		sub: (a, b) => ({ c0: a.c0 - b.c0, c1: a.c1 - b.c1 }),
		times: (a, factor) => ({ c0: a.c0 * factor, c1: a.c1 * factor }),
		mul: (a, b) => ({
			c0: (a.c0 * b.c0 - a.c1 * b.c1) % p,
			c1: (a.c0 * b.c1 + a.c1 * b.c0) % p,
		}),
		sqr: (a) => ({ c0: ((a.c0 + a.c1) * (a.c0 - a.c1)) % p, c1: (2n * a.c0 * a.c1) % p }),
		mulAdd: (a, b, c, d) => ({
			c0: (a.c0 * b.c0 - a.c1 * b.c1 + c.c0 * d.c0 - c.c1 * d.c1) % p,
			c1: (a.c0 * b.c1 + a.c1 * b.c0 + c.c0 * d.c1 + c.c1 * d.c0) % p,
		}),
		isZero: (a) => a.c0 % p === 0n && a.c1 % p === 0n,
		invert(a) {
			const inverse = base.invert(a.c0 * a.c0 + a.c1 * a.c1);
			return { c0: (a.c0 * inverse) % p, c1: (-a.c1 * inverse) % p };
		},
		normalize: (a) => ({ c0: base.normalize(a.c0), c1: base.normalize(a.c1) }),
	};
}

/** A point that is not infinity, by its coordinates. */
export interface AffinePoint<F> {
	readonly x: F;
	readonly y: F;
}

/** A point: (X / Z², Y / Z³); infinity is null. */
interface Jacobian<F> {
	readonly x: F;
	readonly y: F;
	readonly z: F;
}

/** Bits of a digit of a long scalar. */
const WINDOW = 5;

/**
 * The digits of `scalar`, of either sign, the least significant first: zero, or odd and below 2^(window - 1) in absolute value, with at
 * least `window - 1` zeroes behind each that is not zero.
 */
export function signedDigits(scalar: bigint, window: number): number[] {
	const digits: number[] = [];
	const size = 1 << window;
	const mask = BigInt(size - 1);
	const sign = scalar < 0n ? -1 : 1;
	for (let rest = scalar < 0n ? -scalar : scalar; rest > 0n; rest >>= 1n) {
		let digit = 0;
		if ((rest & 1n) === 1n) {
			digit = Number(rest & mask);
			if (digit >= size / 2) digit -= size;
			rest -= BigInt(digit);
		}
		digits.push(sign * digit);
	}
	return digits;
}

/** Multiplication on one curve. */
export class JacobianCurve<F> {
	private readonly field: LazyField<F>;

	constructor(field: LazyField<F>) {
		this.field = field;
	}

	private double(point: Jacobian<F> | null): Jacobian<F> | null {
		if (point === null) return null;
		const { field: f } = this;
		const { x, y, z } = point;
		const b = f.sqr(y);
		const d = f.mul(x, f.times(b, 4n));
		const e = f.times(f.sqr(x), 3n);
		const x3 = f.sub(f.sqr(e), f.times(d, 2n));
		const y3 = f.mulAdd(e, f.sub(d, x3), f.times(b, -8n), b);
		const z3 = f.mul(f.times(y, 2n), z);
		// A point with y = 0 is its own negative.
		return f.isZero(z3) ? null : { x: x3, y: y3, z: z3 };
	}

	/** The sum with `other`, or with its negative. */
	private addAffine(
		point: Jacobian<F> | null,
		{ x: x2, y }: AffinePoint<F>,
		isNegative: boolean,
	): Jacobian<F> | null {
		const { field: f } = this;
		const y2 = isNegative ? f.times(y, -1n) : y;
		if (point === null) return { x: x2, y: y2, z: f.one };
		const { x: x1, y: y1, z: z1 } = point;
		const zz = f.sqr(z1);
		const h = f.sub(f.mul(x2, zz), x1);
		const r = f.sub(f.mul(f.mul(y2, z1), zz), y1);
		if (f.isZero(h)) return f.isZero(r) ? this.double(point) : null;
		const hh = f.sqr(h);
		const hhh = f.mul(h, hh);
		const v = f.mul(x1, hh);
		const x3 = f.sub(f.sub(f.sqr(r), hhh), f.times(v, 2n));
		const y3 = f.mulAdd(r, f.sub(v, x3), f.times(y1, -1n), hhh);
		return { x: x3, y: y3, z: f.mul(z1, h) };
	}

	private toAffine(point: Jacobian<F> | null): AffinePoint<F> | null {
		if (point === null) return null;
		const { field: f } = this;
		const inverse = f.invert(point.z);
		const square = f.sqr(inverse);
		return {
			x: f.normalize(f.mul(point.x, square)),
			y: f.normalize(f.mul(point.y, f.mul(square, inverse))),
		};
	}

	/** The points' coordinates, by one inversion for all; null where one is infinity. */
	private allToAffine(points: readonly (Jacobian<F> | null)[]): AffinePoint<F>[] | null {
		const { field: f } = this;
		const products: F[] = [];
		let product = f.one;
		for (const point of points) {
			if (point === null) return null;
			products.push(product);
			product = f.mul(product, point.z);
		}
		let inverse = f.invert(product);
		const out = new Array<AffinePoint<F>>(points.length);
		for (let i = points.length - 1; i >= 0; i--) {
			const { x, y, z } = points[i]!;
			const own = f.mul(inverse, products[i]!);
			inverse = f.mul(inverse, z);
			const square = f.sqr(own);
			out[i] = { x: f.mul(x, square), y: f.mul(y, f.mul(square, own)) };
		}
		return out;
	}

	/** The odd multiples of `point` up to 2^(WINDOW - 1); null where one is infinity. */
	private oddMultiples(point: AffinePoint<F>): AffinePoint<F>[] | null {
		const double = this.toAffine(this.double({ ...point, z: this.field.one }));
		if (double === null) return null;
		const multiples: (Jacobian<F> | null)[] = [{ ...point, z: this.field.one }];
		for (let i = 1; i < 1 << (WINDOW - 2); i++) {
			multiples.push(this.addAffine(multiples[i - 1]!, double, false));
		}
		return this.allToAffine(multiples);
	}

	/** The sum of the multiples by digits (see {@link signedDigits}) of tables of odd multiples. */
	private multiplyByDigits(
		tables: readonly (readonly AffinePoint<F>[])[],
		digits: readonly (readonly number[])[],
	): Jacobian<F> | null {
		let sum: Jacobian<F> | null = null;
		for (let i = Math.max(...digits.map(({ length }) => length)) - 1; i >= 0; i--) {
			sum = this.double(sum);
			for (let k = 0; k < tables.length; k++) {
				const digit = digits[k]![i] ?? 0;
				if (digit !== 0) sum = this.addAffine(sum, tables[k]![(Math.abs(digit) - 1) / 2]!, digit < 0);
			}
		}
		return sum;
	}

	/**
	 * The sum of the multiples of a point and of its images under repeated application of an endomorphism, by scalars of
	 * either sign; null for infinity.
	 */
	multiply(
		point: AffinePoint<F> | null,
		scalars: readonly bigint[],
		endomorphism: (point: AffinePoint<F>) => AffinePoint<F>,
	): AffinePoint<F> | null {
		if (point === null) return null;
		const multiples = this.oddMultiples(point);
		// A point of small order has no such table.
		const window = multiples === null ? 2 : WINDOW;
		const tables = [multiples ?? [point]];
		while (tables.length < scalars.length) tables.push(tables[tables.length - 1]!.map(endomorphism));
		return this.toAffine(
			this.multiplyByDigits(
				tables,
				scalars.map((scalar) => signedDigits(scalar, window)),
			),
		);
	}

	/** The sum of two points; null for infinity. */
	add(left: AffinePoint<F> | null, right: AffinePoint<F> | null): AffinePoint<F> | null {
		if (left === null) return right;
		if (right === null) return left;
		return this.toAffine(this.addAffine({ ...left, z: this.field.one }, right, false));
	}

	/** Whether the multiple of a point, by digits of a window of 2 bits, is `expected`, or its negative. */
	isMultiple(
		point: AffinePoint<F>,
		digits: readonly number[],
		expected: AffinePoint<F>,
		isNegative: boolean,
	): boolean {
		const multiple = this.multiplyByDigits([[point]], [digits]);
		return multiple !== null && this.addAffine(multiple, expected, !isNegative) === null;
	}
}
