/** Owns the Clock sysvar. Source: crate `solana-clock`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import type { Epoch, Slot, UnixTimestamp } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** The network's time. */
export interface Clock {
	readonly slot: Slot;
	/** When the epoch's first slot was. */
	readonly epochStartTimestamp: UnixTimestamp;
	readonly epoch: Epoch;
	/** The epoch whose leader schedule was computed last. */
	readonly leaderScheduleEpoch: Epoch;
	readonly unixTimestamp: UnixTimestamp;
}

/** Bytes of the account. */
export const CLOCK_SIZE = 40;

/** The bincode bytes of a clock. */
export function encodeClock(clock: Clock): Uint8Array {
	return new ByteWriter(CLOCK_SIZE)
		.u64(clock.slot)
		.i64(clock.epochStartTimestamp)
		.u64(clock.epoch)
		.u64(clock.leaderScheduleEpoch)
		.i64(clock.unixTimestamp)
		.finish();
}

/** Reads a clock; bytes after it are ignored. */
export function decodeClock(data: Uint8Array): Result<Clock, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		return {
			slot: reader.u64(),
			epochStartTimestamp: reader.i64(),
			epoch: reader.u64(),
			leaderScheduleEpoch: reader.u64(),
			unixTimestamp: reader.i64(),
		};
	});
}
