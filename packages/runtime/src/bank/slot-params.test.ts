import { EpochSchedule, FeatureSet, featureId } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { costLimits, LEGACY_SLOT_PARAMS, SlotParamsArchive } from './slot-params.ts';

const schedule = EpochSchedule.withoutWarmup();
const EPOCH = schedule.slotsPerEpoch;

function withFeatures(...slots: readonly (readonly [350 | 300 | 250 | 200, bigint])[]): FeatureSet {
	const features = FeatureSet.default();
	for (const [ms, slot] of slots) features.activate(featureId(`reduce_slot_time_to_${ms}ms`), slot);
	return features;
}

const lengths = ({ transitions }: SlotParamsArchive): (readonly [bigint, number])[] =>
	transitions.map(([slot, { nsPerSlot }]) => [slot, nsPerSlot / 1e6] as const);

describe('slot parameters', () => {
	it('are those of 400 ms without the features', () => {
		expect(lengths(new SlotParamsArchive(FeatureSet.default(), schedule))).toEqual([[0n, 400]]);
	});

	it('change at the first slot of the epoch after the activation', () => {
		const archive = new SlotParamsArchive(withFeatures([350, 5n], [300, 2n * EPOCH + 1n]), schedule);
		expect(lengths(archive)).toEqual([
			[0n, 400],
			[EPOCH, 350],
			[3n * EPOCH, 300],
		]);
		expect(archive.paramsAtSlot(EPOCH - 1n).hashesPerTick).toBe(62_500);
		expect(archive.paramsAtSlot(EPOCH).hashesPerTick).toBe(54_687);
	});

	it('never get longer again', () => {
		const archive = new SlotParamsArchive(withFeatures([200, 0n], [350, EPOCH]), schedule);
		expect(lengths(archive)).toEqual([
			[0n, 400],
			[EPOCH, 200],
		]);
	});

	it('measure a range of slots across a change', () => {
		const archive = new SlotParamsArchive(withFeatures([200, 0n]), schedule);
		expect(archive.slotRangeDurationNanos(EPOCH - 2n, EPOCH + 1n)).toBe(
			2n * 400_000_000n + 2n * 200_000_000n,
		);
		expect(archive.slotRangeDurationNanos(5n, 5n)).toBe(400_000_000n);
		expect(archive.slotRangeDurationNanos(6n, 5n)).toBe(0n);
	});

	// The figures are those of upstream's own test of SIMD-0525.
	it.each([
		[400, 40_000_000, 100_000_000],
		[350, 35_000_000, 87_500_000],
		[300, 30_000_000, 75_000_000],
		[250, 25_000_000, 62_500_000],
		[200, 20_000_000, 50_000_000],
	] as const)('raise the limits of blocks of %d ms', (ms, accountCost, blockCost) => {
		const params =
			ms === 400
				? LEGACY_SLOT_PARAMS
				: new SlotParamsArchive(withFeatures([ms, 0n]), schedule).paramsAtSlot(EPOCH);
		expect(costLimits(params, true)).toMatchObject({ accountCost, blockCost });
	});
});
