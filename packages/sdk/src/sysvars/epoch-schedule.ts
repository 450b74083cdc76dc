/** Owns the EpochSchedule sysvar: which slot belongs to which epoch. Source: crate `solana-epoch-schedule`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import { type Epoch, type Slot, saturatingAdd, saturatingMul, saturatingSub, U64_MAX } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** Bytes of the account. */
export const EPOCH_SCHEDULE_SIZE = 33;
/** Slots of an epoch after warmup. */
export const DEFAULT_SLOTS_PER_EPOCH = 432_000n;
/** Slots of the first epoch with warmup. */
export const MINIMUM_SLOTS_PER_EPOCH = 32n;
const MINIMUM_SLOTS_LOG2 = 5n;

/** The exponent of the next power of two from `value` (1 or more) on. */
function nextPowerOfTwoLog2(value: bigint): bigint {
	return value <= 1n ? 0n : BigInt((value - 1n).toString(2).length);
}

/** 2^exponent, at most u64::MAX. */
function saturatingPowerOfTwo(exponent: bigint): bigint {
	return exponent >= 64n ? U64_MAX : 1n << exponent;
}

/** How slots fall into epochs. */
export class EpochSchedule {
	readonly slotsPerEpoch: bigint;
	readonly leaderScheduleSlotOffset: bigint;
	/** Whether epochs begin short and double. */
	readonly warmup: boolean;
	readonly firstNormalEpoch: Epoch;
	readonly firstNormalSlot: Slot;

	constructor(
		slotsPerEpoch: bigint,
		leaderScheduleSlotOffset: bigint,
		warmup: boolean,
		firstNormalEpoch: Epoch,
		firstNormalSlot: Slot,
	) {
		this.slotsPerEpoch = slotsPerEpoch;
		this.leaderScheduleSlotOffset = leaderScheduleSlotOffset;
		this.warmup = warmup;
		this.firstNormalEpoch = firstNormalEpoch;
		this.firstNormalSlot = firstNormalSlot;
	}

	/** Computes the warmup. RangeError below 32 slots an epoch. */
	static custom(slotsPerEpoch: bigint, leaderScheduleSlotOffset: bigint, warmup: boolean): EpochSchedule {
		if (slotsPerEpoch < MINIMUM_SLOTS_PER_EPOCH) {
			throw new RangeError(`an epoch has at least ${MINIMUM_SLOTS_PER_EPOCH} slots, not ${slotsPerEpoch}`);
		}
		if (!warmup) return new EpochSchedule(slotsPerEpoch, leaderScheduleSlotOffset, false, 0n, 0n);
		const log2 = nextPowerOfTwoLog2(slotsPerEpoch);
		return new EpochSchedule(
			slotsPerEpoch,
			leaderScheduleSlotOffset,
			true,
			log2 - MINIMUM_SLOTS_LOG2,
			(1n << log2) - MINIMUM_SLOTS_PER_EPOCH,
		);
	}

	/** 432000 slots with warmup. */
	static default(): EpochSchedule {
		return EpochSchedule.custom(DEFAULT_SLOTS_PER_EPOCH, DEFAULT_SLOTS_PER_EPOCH, true);
	}

	/** 432000 slots from the first epoch on. */
	static withoutWarmup(): EpochSchedule {
		return EpochSchedule.custom(DEFAULT_SLOTS_PER_EPOCH, DEFAULT_SLOTS_PER_EPOCH, false);
	}

	/** Slots of an epoch. */
	getSlotsInEpoch(epoch: Epoch): bigint {
		if (epoch >= this.firstNormalEpoch) return this.slotsPerEpoch;
		const exponent = BigInt.asUintN(32, epoch) + MINIMUM_SLOTS_LOG2;
		return saturatingPowerOfTwo(exponent);
	}

	/** The epoch for which the stakes of `slot` are recorded. */
	getLeaderScheduleEpoch(slot: Slot): Epoch {
		if (slot < this.firstNormalSlot) return saturatingAdd(this.getEpoch(slot), 1n);
		if (this.slotsPerEpoch === 0n) return this.firstNormalEpoch;
		const offset = saturatingAdd(slot - this.firstNormalSlot, this.leaderScheduleSlotOffset);
		return saturatingAdd(this.firstNormalEpoch, offset / this.slotsPerEpoch);
	}

	/** The epoch of a slot. */
	getEpoch(slot: Slot): Epoch {
		return this.getEpochAndSlotIndex(slot)[0];
	}

	/** The epoch of a slot, and how many slots of the epoch come before it. */
	getEpochAndSlotIndex(slot: Slot): [epoch: Epoch, slotIndex: bigint] {
		if (slot < this.firstNormalSlot) {
			const log2 = nextPowerOfTwoLog2(slot + MINIMUM_SLOTS_PER_EPOCH + 1n);
			const epoch = saturatingSub(saturatingSub(log2, MINIMUM_SLOTS_LOG2), 1n);
			const epochLength = saturatingPowerOfTwo(epoch + MINIMUM_SLOTS_LOG2);
			return [epoch, saturatingSub(slot, saturatingSub(epochLength, MINIMUM_SLOTS_PER_EPOCH))];
		}
		const index = slot - this.firstNormalSlot;
		if (this.slotsPerEpoch === 0n) return [this.firstNormalEpoch, 0n];
		return [saturatingAdd(this.firstNormalEpoch, index / this.slotsPerEpoch), index % this.slotsPerEpoch];
	}

	/** The first slot of an epoch. */
	getFirstSlotInEpoch(epoch: Epoch): Slot {
		if (epoch <= this.firstNormalEpoch) {
			const power = saturatingPowerOfTwo(BigInt.asUintN(32, epoch));
			return saturatingMul(saturatingSub(power, 1n), MINIMUM_SLOTS_PER_EPOCH);
		}
		const normal = saturatingMul(epoch - this.firstNormalEpoch, this.slotsPerEpoch);
		return saturatingAdd(normal, this.firstNormalSlot);
	}

	/** The last slot of an epoch. */
	getLastSlotInEpoch(epoch: Epoch): Slot {
		return saturatingSub(saturatingAdd(this.getFirstSlotInEpoch(epoch), this.getSlotsInEpoch(epoch)), 1n);
	}
}

/** The bincode bytes of an epoch schedule. */
export function encodeEpochSchedule(schedule: EpochSchedule): Uint8Array {
	return new ByteWriter(EPOCH_SCHEDULE_SIZE)
		.u64(schedule.slotsPerEpoch)
		.u64(schedule.leaderScheduleSlotOffset)
		.bool(schedule.warmup)
		.u64(schedule.firstNormalEpoch)
		.u64(schedule.firstNormalSlot)
		.finish();
}

/** Reads an epoch schedule; bytes after it are ignored. */
export function decodeEpochSchedule(data: Uint8Array): Result<EpochSchedule, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		return new EpochSchedule(reader.u64(), reader.u64(), reader.bool(), reader.u64(), reader.u64());
	});
}
