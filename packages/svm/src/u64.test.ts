import { U64_MAX } from '@parhelion/sdk';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
	isU64At,
	normalizeU64,
	readU64,
	saturatingAdd,
	saturatingMul,
	u64FromHalves,
	unitsPer,
	wrappingAdd,
	writeU64,
} from './u64.ts';

const u64 = fc.oneof(fc.bigInt(0n, U64_MAX), fc.bigInt(0n, 2n ** 54n), fc.bigInt(U64_MAX - 64n, U64_MAX));
const small = fc.oneof(fc.nat(0xffff), fc.nat());
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

it('a value is a number exactly below 2^53', () => {
	fc.assert(
		fc.property(u64, (value) => {
			const normal = normalizeU64(value);
			expect(BigInt(normal)).toBe(value);
			expect(typeof normal).toBe(value < 2n ** 53n ? 'number' : 'bigint');
			const halves = u64FromHalves(Number(value & 0xffff_ffffn), Number(value >> 32n));
			expect(halves).toBe(normal);
			const view = new DataView(new ArrayBuffer(8));
			view.setBigUint64(0, value, true);
			expect(readU64(view, 0)).toBe(normal);
			expect(isU64At(view, 0, value)).toBe(true);
			expect(isU64At(view, 0, value ^ 1n)).toBe(false);
			expect(isU64At(view, 0, value ^ (1n << 63n))).toBe(false);
			if (typeof normal !== 'number') return;
			writeU64(view, 0, normal);
			expect(view.getBigUint64(0, true)).toBe(value);
		}),
	);
});

it('arithmetic is that of Rust', () => {
	fc.assert(
		fc.property(u64, u64, small, (a, b, n) => {
			expect(saturatingAdd(normalizeU64(a), normalizeU64(b))).toBe(normalizeU64(min(a + b, U64_MAX)));
			expect(saturatingMul(normalizeU64(a), n)).toBe(normalizeU64(min(a * BigInt(n), U64_MAX)));
			expect(wrappingAdd(normalizeU64(a), n)).toBe(normalizeU64((a + BigInt(n)) & U64_MAX));
		}),
	);
});

it('units are whole quotients', () => {
	fc.assert(
		fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (value, divisor) => {
			expect(BigInt(unitsPer(value, divisor))).toBe(BigInt(value) / BigInt(divisor));
		}),
		{ numRuns: 2000 },
	);
	expect(unitsPer(2 ** 53 - 1, 250)).toBe(36028797018963);
});
