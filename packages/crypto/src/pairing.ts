/**
 * Owns the Miller loop over ready-made lines, and the final exponentiations of BN254 and BLS12-381.
 *
 * Source: `@noble/curves` (`abstract/bls.ts`, `bn254.ts`, `bls12-381.ts`), whose results these are.
 */
import type { Fp2Element, Fp12Element, Fp12Tower } from './fp12.ts';
import { signedDigits } from './jacobian.ts';

/** The coefficients of the lines of one point of G2, by step of the Miller loop. */
export type LineCoefficients = readonly (readonly (readonly [Fp2Element, Fp2Element, Fp2Element])[])[];

/** One pairing of a product: the lines of its point of G2, and the coordinates of that of G1. */
export interface PairingTerm {
	readonly lines: LineCoefficients;
	readonly x: bigint;
	readonly y: bigint;
}

/** The power of an element of the cyclotomic subgroup by `digits`, the most significant first. */
function power(tower: Fp12Tower, a: Fp12Element, digits: readonly number[]): Fp12Element {
	const inverse = tower.conjugate(a);
	let out: Fp12Element = a;
	for (let i = 1; i < digits.length; i++) {
		out = tower.cyclotomicSquare(out);
		const digit = digits[i]!;
		if (digit !== 0) out = tower.mul(out, digit === 1 ? a : inverse);
	}
	return out;
}

/** The power by (p⁶ - 1) (p² + 1), which lies in the cyclotomic subgroup. */
function easyPart(tower: Fp12Tower, a: Fp12Element): Fp12Element {
	const b = tower.mul(tower.conjugate(a), tower.inverse(a));
	return tower.mul(tower.frobeniusMaps(b, 2), b);
}

/** The final exponentiation of BN254, whose parameter is `x`. */
export function finalExponentiationBn(tower: Fp12Tower, a: Fp12Element, x: bigint): Fp12Element {
	const digits = signedDigits(x, 2).reverse();
	const minusX = (b: Fp12Element): bigint[] => tower.conjugate(power(tower, b, digits));
	const r = easyPart(tower, a);
	const y1 = tower.cyclotomicSquare(minusX(r));
	const y2 = tower.mul(tower.cyclotomicSquare(y1), y1);
	const y4 = minusX(y2);
	const y6 = minusX(tower.cyclotomicSquare(y4));
	const y8 = tower.mul(tower.mul(tower.conjugate(y6), y4), tower.conjugate(y2));
	const y9 = tower.mul(y8, y1);
	const z3 = tower.frobeniusMaps(tower.mul(tower.conjugate(r), y9), 3);
	const z2 = tower.frobeniusMaps(y8, 2);
	return tower.mul(z3, tower.mul(z2, tower.mul(tower.frobeniusMap(y9), tower.mul(tower.mul(y8, y4), r))));
}

/**
 * The final exponentiation of BLS12-381, whose parameter is `-x`: by thrice the exponent (p¹² - 1) / r, as everyone
 * has it.
 */
export function finalExponentiationBls(tower: Fp12Tower, a: Fp12Element, x: bigint): Fp12Element {
	const digits = signedDigits(x, 2).reverse();
	const minusX = (b: Fp12Element): bigint[] => tower.conjugate(power(tower, b, digits));
	const t1 = easyPart(tower, a);
	const t2 = minusX(t1);
	const t3 = tower.mul(tower.conjugate(tower.cyclotomicSquare(t1)), t2);
	const t4 = minusX(t3);
	const t5 = minusX(t4);
	const t6 = tower.mul(minusX(t5), tower.cyclotomicSquare(t2));
	const t7 = minusX(t6);
	const z2 = tower.frobeniusMaps(tower.mul(t2, t5), 2);
	const z3 = tower.frobeniusMaps(tower.mul(t4, t1), 3);
	const z1 = tower.frobeniusMap(tower.mul(t6, tower.conjugate(t1)));
	const z0 = tower.mul(tower.mul(t7, tower.conjugate(t3)), t1);
	return tower.mul(tower.mul(tower.mul(z2, z3), z1), z0);
}

function scaled({ c0, c1 }: Fp2Element, factor: bigint, p: bigint): Fp2Element {
	return { c0: (c0 * factor) % p, c1: (c1 * factor) % p };
}

/**
 * The product of the Miller loops of at least one term. `twist` is D (divisive, BN254) or M (multiplicative,
 * BLS12-381).
 */
export function millerLoop(tower: Fp12Tower, terms: readonly PairingTerm[], twist: 'D' | 'M'): Fp12Element {
	const { p } = tower;
	let f: Fp12Element = tower.one;
	const steps = terms[0]!.lines.length;
	for (let i = 0; i < steps; i++) {
		if (i > 0) f = tower.square(f);
		for (const { lines, x, y } of terms) {
			for (const [c0, c1, c2] of lines[i]!) {
				f =
					twist === 'D'
						? tower.mulByLineD(f, scaled(c2, y, p), scaled(c1, x, p), c0)
						: tower.mulByLineM(f, c0, scaled(c1, x, p), scaled(c2, y, p));
			}
		}
	}
	return f;
}
