import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernel, SLOTS, type ZkKernel } from './kernel.ts';
import { PortableKernel } from './kernel-portable.ts';
import { ORDER } from './scalar.ts';

const compiled = compileKernel()!;
const portable = new PortableKernel();
const P = (1n << 255n) - 19n;
const { Point } = ristretto255;

function encode(value: bigint): Uint8Array {
	const bytes = new Uint8Array(32);
	for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
	return bytes;
}

const uniform = fc.uint8Array({ minLength: 64, maxLength: 64 });
const corners = fc
	.tuple(fc.constantFrom(0n, P, 1n << 255n, 1n << 252n, P / 2n, 1n << 200n), fc.bigInt(-300n, 300n))
	.map(([base, delta]) => BigInt.asUintN(256, base + delta));

/** Scalars of all sizes, and those at which digits carry. */
const scalar = fc.oneof(
	fc.bigInt(0n, ORDER - 1n),
	fc.nat(1100).map(BigInt),
	fc.nat(1100).map((value) => ORDER - 1n - BigInt(value)),
	fc.constantFrom(1n << 252n, (1n << 252n) - 1n, 512n << 10n, 513n << 240n, (1n << 250n) - (1n << 9n)),
);

describe('the kernel', () => {
	it('is compiled here', () => {
		expect(compiled).not.toBeNull();
	});
	it('decodes what the portable one does', () => {
		const encodings = fc.oneof(
			corners.map(encode),
			fc.uint8Array({ minLength: 32, maxLength: 32 }),
			fc.bigInt(1n, ORDER - 1n).map((factor) => Point.BASE.multiply(factor).toBytes()),
		);
		let decoded = 0;
		fc.assert(
			fc.property(encodings, (encoding) => {
				const expected = portable.decode(0, encoding);
				if (expected) decoded++;
				expect(compiled.decode(0, encoding)).toBe(expected);
			}),
			{ numRuns: 1500 },
		);
		expect(decoded).toBeGreaterThan(400);
	});
	it('maps as the library does', () => {
		compiled.decode(0, Point.BASE.toBytes());
		for (const index of [0, 1]) compiled.setBase(index, 0);
		fc.assert(
			fc.property(fc.oneof(uniform, fc.tuple(corners, corners)), (input) => {
				const bytes =
					input instanceof Uint8Array ? input : Uint8Array.from([...encode(input[0]), ...encode(input[1])]);
				compiled.map(0, bytes);
				const expected = ristretto255_hasher.deriveToCurve!(bytes);
				expect(compiled.decode(1, expected.toBytes())).toBe(true);
				expect(compiled.sumIsIdentity([1n, ORDER - 1n], [0n, 0n], [])).toBe(true);
				expect(compiled.sumIsIdentity([2n, ORDER - 1n], [0n, 0n], [])).toBe(expected.equals(Point.ZERO));
			}),
			{ numRuns: 60 },
		);
	});
	it('judges sums as the portable one does', () => {
		const factors = fc.array(fc.tuple(scalar, scalar), { maxLength: 6 });
		fc.assert(
			fc.property(factors, factors, scalar, scalar, fc.nat(3), (variables, generators, g, h, off) => {
				const base = 7n;
				let total = g + base * h;
				for (const [point, factor] of [...variables, ...generators]) total += point * factor;
				const closing = (ORDER - (total % ORDER) + BigInt(off)) % ORDER;
				const judge = (kernel: ZkKernel): boolean => {
					const scratch = SLOTS - 1;
					const place = (slot: number, factor: bigint): void => {
						const point = factor === 0n ? Point.ZERO : Point.BASE.multiply(factor);
						expect(kernel.decode(slot, point.toBytes())).toBe(true);
					};
					place(scratch, 1n);
					kernel.setBase(0, scratch);
					place(scratch, base);
					kernel.setBase(1, scratch);
					for (const [i, [point]] of generators.entries()) {
						place(scratch, point);
						kernel.setGenerator(i, scratch);
					}
					for (const [i, [point]] of variables.entries()) place(i, point);
					place(variables.length, 1n);
					return kernel.sumIsIdentity(
						[...variables.map(([, factor]) => factor), closing],
						[g, h],
						generators.map(([, factor]) => factor),
					);
				};
				expect(judge(compiled)).toBe(off === 0);
				expect(judge(portable)).toBe(off === 0);
			}),
			{ numRuns: 60 },
		);
	});
	it('permutes as the portable one does', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 200, maxLength: 200 }), (bytes) => {
				const [ours, expected] = [bytes.slice(), bytes.slice()];
				compiled.permute(new Uint32Array(ours.buffer));
				portable.permute(new Uint32Array(expected.buffer));
				expect(ours).toEqual(expected);
			}),
		);
	});
});
