/**
 * The cluster's clock, as the original's `Clock`.
 *
 * Source: node-litesvm sysvar/clock.rs.
 */
import { debugStruct, debugTuple } from './rust-debug.ts';
import { toI64, toU64 } from './to-integer.ts';

/** A representation of network time; the setters throw RangeError for a number out of range. */
export class Clock {
	#slot: bigint;
	#epochStartTimestamp: bigint;
	#epoch: bigint;
	#leaderScheduleEpoch: bigint;
	#unixTimestamp: bigint;

	/** Slot, first timestamp of the epoch, epoch, epoch of the newest leader schedule, seconds since 1970. */
	constructor(
		slot: bigint,
		epochStartTimestamp: bigint,
		epoch: bigint,
		leaderScheduleEpoch: bigint,
		unixTimestamp: bigint,
	) {
		this.#slot = toU64(slot);
		this.#epochStartTimestamp = toI64(epochStartTimestamp);
		this.#epoch = toU64(epoch);
		this.#leaderScheduleEpoch = toU64(leaderScheduleEpoch);
		this.#unixTimestamp = toI64(unixTimestamp);
	}

	get slot(): bigint {
		return this.#slot;
	}
	set slot(value: bigint) {
		this.#slot = toU64(value);
	}

	get epoch(): bigint {
		return this.#epoch;
	}
	set epoch(value: bigint) {
		this.#epoch = toU64(value);
	}

	/** Seconds since 1970 of the first slot of the epoch. */
	get epochStartTimestamp(): bigint {
		return this.#epochStartTimestamp;
	}
	set epochStartTimestamp(value: bigint) {
		this.#epochStartTimestamp = toI64(value);
	}

	get leaderScheduleEpoch(): bigint {
		return this.#leaderScheduleEpoch;
	}
	set leaderScheduleEpoch(value: bigint) {
		this.#leaderScheduleEpoch = toU64(value);
	}

	/** Seconds since 1970. */
	get unixTimestamp(): bigint {
		return this.#unixTimestamp;
	}
	set unixTimestamp(value: bigint) {
		this.#unixTimestamp = toI64(value);
	}

	toString(): string {
		return debugTuple(
			'Clock',
			debugStruct('Clock', {
				slot: this.#slot,
				epoch_start_timestamp: this.#epochStartTimestamp,
				epoch: this.#epoch,
				leader_schedule_epoch: this.#leaderScheduleEpoch,
				unix_timestamp: this.#unixTimestamp,
			}),
		);
	}
}
