/**
 * Owns the lines of a Miller loop: what depends on the point of G2 alone.
 *
 * Source: the formulas of `@noble/curves` (`abstract/bls.ts`, `calcPairingPrecomputes`), the point scaled by four in each
 * step to save halving it.
 */
import type { Fp2Element } from './fp12.ts';
import { type AffinePoint, type LazyField, signedDigits } from './jacobian.ts';
import type { LineCoefficients } from './pairing.ts';

type Line = readonly [Fp2Element, Fp2Element, Fp2Element];

/** A point in projective coordinates. */
interface Projective {
	readonly x: Fp2Element;
	readonly y: Fp2Element;
	readonly z: Fp2Element;
}

/** What the lines of one curve are made of. */
export interface LinesOptions {
	readonly field: LazyField<Fp2Element>;
	/** b of the twisted curve. */
	readonly b: Fp2Element;
	/** The number of times the loop adds the point. */
	readonly loop: bigint;
	/** The points that are added after the loop. */
	readonly last: (point: AffinePoint<Fp2Element>) => readonly AffinePoint<Fp2Element>[];
}

/** The function that makes the lines of a point. */
export function millerLines({
	field: f,
	b,
	loop,
	last,
}: LinesOptions): (point: AffinePoint<Fp2Element>) => LineCoefficients {
	const digits = signedDigits(loop, 2).reverse().slice(1);
	const threeB = f.times(b, 3n);

	const double = ({ x, y, z }: Projective): [Projective, Line] => {
		const t0 = f.sqr(y);
		const t2 = f.mul(f.sqr(z), threeB);
		const t3 = f.times(t2, 3n);
		const t4 = f.times(f.mul(y, z), 2n);
		const sum = f.add(t0, t3);
		const next = {
			x: f.mul(f.times(f.sub(t0, t3), 2n), f.mul(x, y)),
			y: f.mulAdd(sum, sum, f.times(t2, -12n), t2),
			z: f.mul(f.times(t0, 4n), t4),
		};
		return [next, [f.sub(t2, t0), f.times(f.sqr(x), 3n), f.times(t4, -1n)]];
	};

	const add = ({ x, y, z }: Projective, q: AffinePoint<Fp2Element>): [Projective, Line] => {
		const t0 = f.sub(y, f.mul(q.y, z));
		const t1 = f.sub(x, f.mul(q.x, z));
		const minusT0 = f.times(t0, -1n);
		const t2 = f.sqr(t1);
		const t3 = f.mul(t2, t1);
		const t4 = f.mul(t2, x);
		const t5 = f.add(f.sub(t3, f.times(t4, 2n)), f.mul(f.sqr(t0), z));
		const next = {
			x: f.mul(t1, t5),
			y: f.mulAdd(f.sub(t4, t5), t0, f.times(t3, -1n), y),
			z: f.mul(z, t3),
		};
		return [next, [f.mulAdd(t0, q.x, f.times(t1, -1n), q.y), minusT0, t1]];
	};

	return (point) => {
		const negative = { x: point.x, y: f.times(point.y, -1n) };
		let sum: Projective = { ...point, z: f.one };
		const steps: Line[][] = [];
		const addLine = (lines: Line[], q: AffinePoint<Fp2Element>): void => {
			const [next, line] = add(sum, q);
			sum = next;
			lines.push(line);
		};
		for (const digit of digits) {
			const [next, line] = double(sum);
			sum = next;
			const lines = [line];
			if (digit !== 0) addLine(lines, digit === 1 ? point : negative);
			steps.push(lines);
		}
		for (const q of last(point)) addLine(steps[steps.length - 1]!, q);
		return steps;
	};
}
