/**
 * Owns the time of a slot: the median of what votes say, weighed by stake and bounded by what the slots since the start
 * of the epoch should have taken.
 *
 * Sources: solana-runtime stake_weighted_timestamp.rs (`calculate_stake_weighted_timestamp`), bank.rs
 * (`get_timestamp_estimate`, `update_clock`).
 */
import type {
	BlockTimestamp,
	Clock,
	Epoch,
	EpochSchedule,
	Lamports,
	Slot,
	UnixTimestamp,
} from '@parhelion/sdk';

/** How far the estimate may be ahead of, and behind, the slots' own time, in percent of it. */
export interface MaxAllowableDrift {
	readonly fast: bigint;
	readonly slow: bigint;
}

/** What is allowed today. */
export const MAX_ALLOWABLE_DRIFT: MaxAllowableDrift = Object.freeze({ fast: 25n, slow: 150n });

const NANOS_PER_SECOND = 1_000_000_000n;
const I64_MAX = (1n << 63n) - 1n;
const I64_MIN = -(1n << 63n);

/** The last timestamp of a vote account, and the stake it had at the start of the epoch. */
export interface VoteTimestamp {
	readonly timestamp: BlockTimestamp;
	readonly stake: Lamports;
}

/** Nanoseconds from the end of one slot to the end of another; 0 where the second is not later. */
export type ElapsedNanos = (from: Slot, to: Slot) => bigint;

/** The slot an epoch began with, and the time it had. */
export interface EpochStart {
	readonly slot: Slot;
	readonly timestamp: UnixTimestamp;
}

function clampI64(value: bigint): bigint {
	return value > I64_MAX ? I64_MAX : value < I64_MIN ? I64_MIN : value;
}

/** The stake-weighted median of the votes' times at `slot`; null where nothing is staked. */
export function stakeWeightedTimestamp(
	votes: Iterable<VoteTimestamp>,
	slot: Slot,
	elapsedNanos: ElapsedNanos,
	epochStart: EpochStart | null,
	drift: MaxAllowableDrift = MAX_ALLOWABLE_DRIFT,
): UnixTimestamp | null {
	const stakeOf = new Map<UnixTimestamp, bigint>();
	let total = 0n;
	for (const { timestamp, stake } of votes) {
		const offset = elapsedNanos(timestamp.slot, slot) / NANOS_PER_SECOND;
		const estimate = clampI64(timestamp.timestamp + offset);
		stakeOf.set(estimate, (stakeOf.get(estimate) ?? 0n) + stake);
		total += stake;
	}
	if (total === 0n) return null;
	let estimate: UnixTimestamp = 0n;
	let accumulated = 0n;
	for (const time of [...stakeOf.keys()].sort((a, b) => (a < b ? -1 : 1))) {
		accumulated += stakeOf.get(time)!;
		if (accumulated > total / 2n) {
			estimate = time;
			break;
		}
	}
	return epochStart === null ? estimate : boundedEstimate(estimate, slot, elapsedNanos, epochStart, drift);
}

/** Moves an estimate that is too far from what the slots since the start of the epoch should have taken. */
function boundedEstimate(
	estimate: UnixTimestamp,
	slot: Slot,
	elapsedNanos: ElapsedNanos,
	epochStart: EpochStart,
	drift: MaxAllowableDrift,
): UnixTimestamp {
	const expected = elapsedNanos(epochStart.slot, slot);
	// upstream compares as unsigned numbers
	const difference = BigInt.asUintN(64, estimate) - BigInt.asUintN(64, epochStart.timestamp);
	const passed = (difference > 0n ? difference : 0n) * NANOS_PER_SECOND;
	const fast = (expected * drift.fast) / 100n;
	const slow = (expected * drift.slow) / 100n;
	const start = epochStart.timestamp + expected / NANOS_PER_SECOND;
	if (passed > expected && passed - expected > slow) return clampI64(start + slow / NANOS_PER_SECOND);
	if (passed < expected && expected - passed > fast) return clampI64(start - fast / NANOS_PER_SECOND);
	return estimate;
}

/** What {@link nextStakeWeightedClock} needs of a new bank. */
export interface ClockParams {
	readonly slot: Slot;
	/** The parent's clock. */
	readonly parentClock: Clock;
	readonly parentEpoch: Epoch;
	readonly schedule: EpochSchedule;
	/** Of all vote accounts, with the stakes of this epoch (0 where an account has none). */
	readonly votes: Iterable<VoteTimestamp>;
	readonly elapsedNanos: ElapsedNanos;
}

/**
 * The clock of a bank that has a parent: it never goes back, and votes older than an epoch do not count. (Slot 0 has
 * the genesis' time.)
 */
export function nextStakeWeightedClock(params: ClockParams): Clock {
	const { slot, parentClock, parentEpoch, schedule } = params;
	const recent: VoteTimestamp[] = [];
	for (const vote of params.votes) {
		const age = slot - vote.timestamp.slot;
		if (age >= 0n && age <= schedule.slotsPerEpoch) recent.push(vote);
	}
	const epochStart: EpochStart = {
		slot: schedule.getFirstSlotInEpoch(parentEpoch),
		timestamp: parentClock.epochStartTimestamp,
	};
	const estimate = stakeWeightedTimestamp(recent, slot, params.elapsedNanos, epochStart);
	const before = parentClock.unixTimestamp;
	const unixTimestamp = estimate === null || estimate < before ? before : estimate;
	const epoch = schedule.getEpoch(slot);
	return {
		slot,
		epochStartTimestamp: epoch === parentEpoch ? parentClock.epochStartTimestamp : unixTimestamp,
		epoch,
		leaderScheduleEpoch: schedule.getLeaderScheduleEpoch(slot),
		unixTimestamp,
	};
}
