/**
 * Owns the fee for a signature: fixed, or following the load of a cluster. Source: crate `solana-fee-calculator`.
 */
import type { ByteReader, ByteWriter, Lamports } from '@parhelion/sdk';

/** Lamports a signature costs on average where nothing else is configured. */
export const DEFAULT_TARGET_LAMPORTS_PER_SIGNATURE: Lamports = 10_000n;
/** Signatures a slot is meant to hold where nothing else is configured. */
export const DEFAULT_TARGET_SIGNATURES_PER_SLOT = 20_000n;
/** Percent of the fees that are burned. */
export const DEFAULT_BURN_PERCENT = 50;

const U32_MAX = 0xffff_ffffn;

/** What a signature costs, and how that follows the number of signatures. */
export interface FeeRateGovernor {
	/** What a signature costs now; not part of the stored form, where it is 0. */
	readonly lamportsPerSignature: Lamports;
	readonly targetLamportsPerSignature: Lamports;
	/** 0: the fee never changes. */
	readonly targetSignaturesPerSlot: bigint;
	readonly minLamportsPerSignature: Lamports;
	readonly maxLamportsPerSignature: Lamports;
	/** Percent (u8). */
	readonly burnPercent: number;
}

/** `FeeRateGovernor::default`. */
export function defaultFeeRateGovernor(): FeeRateGovernor {
	return {
		lamportsPerSignature: 0n,
		targetLamportsPerSignature: DEFAULT_TARGET_LAMPORTS_PER_SIGNATURE,
		targetSignaturesPerSlot: DEFAULT_TARGET_SIGNATURES_PER_SLOT,
		minLamportsPerSignature: 0n,
		maxLamportsPerSignature: 0n,
		burnPercent: DEFAULT_BURN_PERCENT,
	};
}

/** `FeeRateGovernor::new`: the default with these targets, after one slot without signatures. */
export function createFeeRateGovernor(
	targetLamportsPerSignature: Lamports,
	targetSignaturesPerSlot: bigint,
): FeeRateGovernor {
	const base: FeeRateGovernor = {
		...defaultFeeRateGovernor(),
		targetLamportsPerSignature,
		lamportsPerSignature: targetLamportsPerSignature,
		targetSignaturesPerSlot,
	};
	return deriveFeeRateGovernor(base, 0n);
}

function clamp(value: bigint, least: bigint, most: bigint): bigint {
	const raised = value > least ? value : least;
	return raised < most ? raised : most;
}

/**
 * `FeeRateGovernor::new_derived`: the governor of a slot whose parent is `base` and held so many signatures. The fee
 * moves by a twentieth of the target a slot, between half of it and ten times it.
 */
export function deriveFeeRateGovernor(
	base: FeeRateGovernor,
	latestSignaturesPerSlot: bigint,
): FeeRateGovernor {
	const target = base.targetLamportsPerSignature;
	if (base.targetSignaturesPerSlot === 0n) {
		return withRates(base, target, target, target);
	}
	const minLamportsPerSignature = target / 2n > 1n ? target / 2n : 1n;
	const maxLamportsPerSignature = BigInt.asUintN(64, target * 10n);
	const signatures = latestSignaturesPerSlot < U32_MAX ? latestSignaturesPerSlot : U32_MAX;
	const desired = clamp(
		BigInt.asUintN(64, target * signatures) / base.targetSignaturesPerSlot,
		minLamportsPerSignature,
		maxLamportsPerSignature,
	);
	const gap = BigInt.asIntN(64, desired) - BigInt.asIntN(64, base.lamportsPerSignature);
	let lamportsPerSignature = desired;
	if (gap !== 0n) {
		const step = target / 20n > 1n ? target / 20n : 1n;
		const moved = BigInt.asUintN(64, base.lamportsPerSignature + (gap > 0n ? step : -step));
		lamportsPerSignature = clamp(moved, minLamportsPerSignature, maxLamportsPerSignature);
	}
	return withRates(base, lamportsPerSignature, minLamportsPerSignature, maxLamportsPerSignature);
}

/** `base` with other rates. Not by spreading it, for the reason that `updatedAccount` gives: every slot makes one. */
function withRates(
	base: FeeRateGovernor,
	present: Lamports,
	least: Lamports,
	most: Lamports,
): FeeRateGovernor {
	return {
		lamportsPerSignature: present,
		targetLamportsPerSignature: base.targetLamportsPerSignature,
		targetSignaturesPerSlot: base.targetSignaturesPerSlot,
		minLamportsPerSignature: least,
		maxLamportsPerSignature: most,
		burnPercent: base.burnPercent,
	};
}

/** Reads the stored form: the present fee is not part of it and comes out as 0. */
export function readFeeRateGovernor(reader: ByteReader): FeeRateGovernor {
	return {
		lamportsPerSignature: 0n,
		targetLamportsPerSignature: reader.u64(),
		targetSignaturesPerSlot: reader.u64(),
		minLamportsPerSignature: reader.u64(),
		maxLamportsPerSignature: reader.u64(),
		burnPercent: reader.u8(),
	};
}

/** Writes the stored form. */
export function writeFeeRateGovernor(writer: ByteWriter, governor: FeeRateGovernor): void {
	writer
		.u64(governor.targetLamportsPerSignature)
		.u64(governor.targetSignaturesPerSlot)
		.u64(governor.minLamportsPerSignature)
		.u64(governor.maxLamportsPerSignature)
		.u8(governor.burnPercent);
}
