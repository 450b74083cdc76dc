import { EpochSchedule, FeatureSet, featureId } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { exactPow } from './exact-pow.ts';
import {
	defaultInflation,
	disabledInflation,
	doubleDisinflation,
	fixedInflation,
	foundationInflation,
	fullInflation,
	picoInflation,
	totalInflation,
	validatorInflation,
} from './inflation.ts';
import { genesisSlotParams, SlotParamsArchive } from './slot-params.ts';

function bits(value: number): string {
	const view = new DataView(new ArrayBuffer(8));
	view.setFloat64(0, value);
	return view.getBigUint64(0).toString(16).padStart(16, '0');
}

describe('exactPow', () => {
	// f64::powf of Rust 1.97 with glibc, for the year of every 600th epoch of 432,000 slots
	it.each([
		[150, '3fec004e7b260ad7'],
		[750, '3fe06aa60a597069'],
		[1350, '3fd33fdfb4387a73'],
		[1950, '3fc6923f2b7ff0b1'],
		[2550, '3fba775d0144b6b7'],
		[3150, '3faf088bce7dcb29'],
		[3750, '3fa231be6ace607e'],
		[4350, '3f955580867a57cd'],
		[4950, '3f8903f5bc7ad039'],
		[5550, '3f7d550d4aea6dcb'],
	])('of 0.85 to the year of epoch %i has the reference’s bits', (epoch, expected) => {
		expect(bits(exactPow(0.85, (epoch * 432_000) / 78_892_314.984))).toBe(expected);
	});

	it('is right where the result is known', () => {
		expect(exactPow(0.5, 3)).toBe(0.125);
		expect(exactPow(0.25, 0.5)).toBe(0.5);
		expect(exactPow(0.1, 1)).toBe(0.1);
		expect(exactPow(0.85, 0)).toBe(1);
		expect(exactPow(0, 2)).toBe(0);
		expect(exactPow(1, 7.5)).toBe(1);
		expect(exactPow(0.85, 1e6)).toBe(0);
	});
});

// Cases of crate solana-inflation.
describe('inflation', () => {
	it('falls from the initial to the terminal rate, and is the sum of its parts', () => {
		const inflation = defaultInflation();
		let last = totalInflation(inflation, 0);
		expect(last).toBe(0.08);
		for (const year of [0.1, 0.5, 1, 7, 100]) {
			const total = totalInflation(inflation, year);
			expect(validatorInflation(inflation, year) + foundationInflation(inflation, year)).toBe(total);
			expect(total).toBeLessThan(last);
			last = total;
		}
		expect(last).toBe(0.015);
		expect(foundationInflation(inflation, 6.9)).toBeGreaterThan(0);
		expect(foundationInflation(inflation, 7)).toBe(0);
	});

	it('falls twice as fast from the activation of that feature, without a step', () => {
		const before = fullInflation();
		const after = doubleDisinflation(before, 4);
		expect(totalInflation(after, 4)).toBeCloseTo(totalInflation(before, 4), 15);
		expect(totalInflation(after, 5) / totalInflation(after, 4)).toBeCloseTo(0.7, 12);
	});

	it('is fixed, full, pico or none', () => {
		expect(totalInflation(disabledInflation(), 0)).toBe(0);
		expect(totalInflation(picoInflation(), 3)).toBe(0.0001);
		expect(validatorInflation(fixedInflation(0.07), 20)).toBe(0.07);
		expect(validatorInflation(fullInflation(), 0)).toBe(0.08);
		expect(() => totalInflation(fullInflation(), -1)).toThrow(RangeError);
	});
});

describe('the years that slots take', () => {
	it('follow the length of the slots', () => {
		const features = FeatureSet.default();
		features.activate(featureId('reduce_slot_time_to_350ms'), 150n);
		const archive = new SlotParamsArchive(features, new EpochSchedule(100n, 100n, false, 0n, 0n));
		expect(archive.slotRangeDurationInYears(0n, 300n)).toBe(200 / 78_892_314.984 + 100 / 90_162_645.696);
		expect(archive.slotRangeDurationInYears(0n, 200n)).toBe(200 / 78_892_314.984);
		expect(archive.slotRangeDurationInYears(250n, 300n)).toBe(50 / 90_162_645.696);
		expect(archive.slotRangeDurationInYears(300n, 300n)).toBe(0);
	});

	it('begin with what the genesis says', () => {
		const fast = genesisSlotParams(300_000_000, 1e8, null);
		const archive = new SlotParamsArchive(FeatureSet.default(), EpochSchedule.withoutWarmup(), fast);
		expect(archive.slotRangeDurationInYears(0n, 100n)).toBe(1e-6);
	});
});
