import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { describe, expect, it } from 'vitest';
import { type Fp12Element, Fp12Tower } from './fp12.ts';
import { finalExponentiationBls, finalExponentiationBn, millerLoop } from './pairing.ts';

type LibraryElement = typeof bn254.fields.Fp12.ONE;

/** The library's element as twelve coefficients. */
function flat({ c0, c1 }: LibraryElement): bigint[] {
	return [c0.c0, c0.c1, c0.c2, c1.c0, c1.c1, c1.c2].flatMap((part) => [part.c0, part.c1]);
}

const curves = [
	{ name: 'BN254', curve: bn254, xi: 9n, x: 4965661367192848881n, twist: 'D' as const },
	{ name: 'BLS12-381', curve: bls12_381, xi: 1n, x: 0xd201000000010000n, twist: 'M' as const },
];

describe.each(curves)('the pairing of $name is that of the library', ({ curve, xi, x, twist }) => {
	const { Fp, Fp2, Fp12 } = curve.fields;
	const tower = new Fp12Tower({
		p: Fp.ORDER,
		xi,
		invert: (value) => Fp.inv(value),
		frobenius: Fp2.pow(Fp2.NONRESIDUE, (Fp.ORDER - 1n) / 6n),
	});
	const term = (a: bigint, b: bigint) => {
		const point = curve.G1.Point.BASE.multiply(a).toAffine();
		return { ...point, lines: curve.utils.calcPairingPrecomputes(curve.G2.Point.BASE.multiply(b)) };
	};
	const terms = [term(12345n, 54321n), term(777n, 3n)];
	const theirs = curve.millerLoopBatch(
		terms.map(({ lines, x: px, y }): Parameters<typeof curve.millerLoopBatch>[0][number] => [lines, px, y]),
	);
	const signed = (f: Fp12Element): Fp12Element => (twist === 'M' ? tower.conjugate(f) : f);
	const ours = signed(millerLoop(tower, terms, twist));
	const same = (a: Fp12Element, b: LibraryElement): void => expect(tower.normalize(a)).toEqual(flat(b));

	it('in the loop', () => same(ours, theirs));

	it('in the field', () => {
		const other = Fp12.frobeniusMap(theirs, 1);
		same(tower.frobeniusMap(ours), other);
		same(tower.mul(ours, flat(other)), Fp12.mul(theirs, other));
		same(tower.square(ours), Fp12.sqr(theirs));
		same(tower.inverse(ours), Fp12.inv(theirs));
		same(tower.conjugate(ours), Fp12.conjugate(theirs));
		expect(tower.isOne(tower.mul(ours, tower.inverse(ours)))).toBe(true);
		expect(tower.isOne(ours)).toBe(false);
	});

	it('in the final exponentiation', () => {
		const exponentiate = twist === 'D' ? finalExponentiationBn : finalExponentiationBls;
		const want = Fp12.finalExponentiate(theirs);
		same(exponentiate(tower, ours, x), want);
		same(tower.cyclotomicSquare(flat(want)), Fp12._cyclotomicSquare(want));
	});
});
