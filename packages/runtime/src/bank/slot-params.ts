/**
 * What follows from how long a slot takes: limits of a block, hashes of a tick, rewards stored in a block. Features
 * shorten slots step by step (SIMD-0525); one takes effect at the first slot of the epoch after its activation.
 *
 * Source: solana-runtime 4.3.0 (slot_params.rs; bank.rs, `slot_range_duration_in_years`).
 */
import { type EpochSchedule, type FeatureName, type FeatureSet, featureId, type Slot } from '@parhelion/sdk';
import type { CostTrackerLimits } from '../scheduler/cost-tracker.ts';

/** The figures of a length of slots. */
export interface SlotParams {
	/** Nanoseconds. */
	readonly nsPerSlot: number;
	readonly slotsPerYear: number;
	/** `null`: the chain does not hash between ticks. */
	readonly hashesPerTick: number | null;
	/** Under the block limit of 60 million CU. */
	readonly costTrackerLimits: CostTrackerLimits;
	readonly maxDataShredsPerSlot: number;
	readonly maxCodeShredsPerSlot: number;
	readonly maxEntryBytesPerSlot: number;
	/** Stake accounts that a block pays rewards to. */
	readonly partitionedEpochRewardsStakeAccountStoresPerBlock: number;
}

type Row = readonly [
	milliseconds: number,
	slotsPerYear: number,
	hashesPerTick: number,
	accountCost: number,
	blockCost: number,
	allocatedDataSize: number,
	maxShredsPerSlot: number,
	maxEntryBytesPerSlot: number,
	partitionedEpochRewardsStakeAccountStoresPerBlock: number,
];

function slotParams(
	...[
		milliseconds,
		slotsPerYear,
		hashesPerTick,
		accountCost,
		blockCost,
		allocatedDataSize,
		maxShredsPerSlot,
		maxEntryBytesPerSlot,
		partitionedEpochRewardsStakeAccountStoresPerBlock,
	]: Row
): SlotParams {
	return Object.freeze({
		nsPerSlot: milliseconds * 1_000_000,
		slotsPerYear,
		hashesPerTick,
		costTrackerLimits: Object.freeze({ accountCost, blockCost, allocatedDataSize }),
		maxDataShredsPerSlot: maxShredsPerSlot,
		maxCodeShredsPerSlot: maxShredsPerSlot,
		maxEntryBytesPerSlot,
		partitionedEpochRewardsStakeAccountStoresPerBlock,
	});
}

/** A slot of 400 ms. */
export const LEGACY_SLOT_PARAMS: SlotParams = slotParams(
	...([400, 78_892_314.984, 62_500, 24e6, 60e6, 100e6, 32_768, 20 * 1024 * 1024, 4096] as const),
);

/** The features that shorten slots, the longest slot first. */
const REDUCTIONS: readonly (readonly [FeatureName, SlotParams])[] = [
	[
		'reduce_slot_time_to_350ms',
		slotParams(350, 90_162_645.696, 54_687, 21e6, 52.5e6, 87.5e6, 28_672, 18_350_080, 3_584),
	],
	[
		'reduce_slot_time_to_300ms',
		slotParams(300, 105_189_753.312, 46_875, 18e6, 45e6, 75e6, 24_576, 15_728_640, 3_072),
	],
	[
		'reduce_slot_time_to_250ms',
		slotParams(250, 126_227_703.974, 39_062, 15e6, 37.5e6, 62.5e6, 20_480, 13_107_200, 2_560),
	],
	[
		'reduce_slot_time_to_200ms',
		slotParams(200, 157_784_629.968, 31_250, 12e6, 30e6, 50e6, 16_384, 10_485_760, 2_048),
	],
];

/** The limits of a block, a hundred sixtieths of the table's under SIMD-0286. */
export function costLimits(
	{ costTrackerLimits }: SlotParams,
	raiseBlockLimitsTo100m: boolean,
): CostTrackerLimits {
	if (!raiseBlockLimitsTo100m) return costTrackerLimits;
	const raised = (units: number): number => Math.floor((units * 100) / 60);
	return {
		accountCost: raised(costTrackerLimits.accountCost),
		blockCost: raised(costTrackerLimits.blockCost),
		allocatedDataSize: costTrackerLimits.allocatedDataSize,
	};
}

/** What a genesis says of its slots, and the legacy figures for the rest (`SlotParams::genesis_baseline`). */
export function genesisSlotParams(
	nsPerSlot: number,
	slotsPerYear: number,
	hashesPerTick: number | null,
): SlotParams {
	return Object.freeze({ ...LEGACY_SLOT_PARAMS, nsPerSlot, slotsPerYear, hashesPerTick });
}

/** Which figures hold from which slot on. */
export class SlotParamsArchive {
	/** What the chain began with. */
	readonly baseline: SlotParams;
	/** By ascending slot; the first is of slot 0. */
	readonly transitions: readonly (readonly [Slot, SlotParams])[];

	/** `baseline`: what the chain began with; features with longer slots than that never count. */
	constructor(featureSet: FeatureSet, schedule: EpochSchedule, baseline: SlotParams = LEGACY_SLOT_PARAMS) {
		this.baseline = baseline;
		const found: (readonly [Slot, SlotParams])[] = [];
		let earliest: Slot | null = null;
		for (const [name, params] of [...REDUCTIONS].reverse()) {
			if (params.nsPerSlot > baseline.nsPerSlot) continue;
			const activation = featureSet.activatedSlot(featureId(name));
			if (activation === null) continue;
			const effective = schedule.getFirstSlotInEpoch(schedule.getEpoch(activation) + 1n);
			if (earliest !== null && effective >= earliest) continue;
			found.unshift([effective, params]);
			earliest = effective;
		}
		this.transitions = earliest === 0n ? found : [[0n, baseline], ...found];
	}

	/** The figures of `slot`. */
	paramsAtSlot(slot: Slot): SlotParams {
		let params = this.transitions[0]![1];
		for (const [from, later] of this.transitions) if (from <= slot) params = later;
		return params;
	}

	/** Nanoseconds that the slots from `start` to `end`, both included, take. */
	slotRangeDurationNanos(start: Slot, end: Slot): bigint {
		if (start > end) return 0n;
		let duration = 0n;
		let cursor = start;
		let { nsPerSlot } = this.paramsAtSlot(start);
		for (const [from, params] of this.transitions) {
			if (from <= start || from > end) continue;
			duration += (from - cursor) * BigInt(nsPerSlot);
			cursor = from;
			nsPerSlot = params.nsPerSlot;
		}
		return duration + (end - cursor + 1n) * BigInt(nsPerSlot);
	}

	/** Years that the slots from `start` to before `end` take. */
	slotRangeDurationInYears(start: Slot, end: Slot): number {
		if (start >= end) return 0;
		let years = 0;
		let cursor = start;
		let { slotsPerYear } = this.paramsAtSlot(start);
		for (const [from, params] of this.transitions) {
			if (from <= start || from >= end) continue;
			years += Number(from - cursor) / slotsPerYear;
			cursor = from;
			slotsPerYear = params.slotsPerYear;
		}
		return years + Number(end - cursor) / slotsPerYear;
	}
}
