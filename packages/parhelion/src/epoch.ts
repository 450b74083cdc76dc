/**
 * The schedule of the epochs and the rewards of the running one, as the original's classes.
 *
 * Source: node-litesvm sysvar/epoch_schedule.rs and epoch_rewards.rs.
 */
import { parseHash } from './slot-hash.ts';
import { toU64, toU128 } from './to-integer.ts';

/** How slots are divided into epochs; the setters throw RangeError for a number out of range. */
export class EpochSchedule {
	#slotsPerEpoch: bigint;
	#leaderScheduleSlotOffset: bigint;
	#warmup: boolean;
	#firstNormalEpoch: bigint;
	#firstNormalSlot: bigint;

	constructor(
		slotsPerEpoch: bigint,
		leaderScheduleSlotOffset: bigint,
		warmup: boolean,
		firstNormalEpoch: bigint,
		firstNormalSlot: bigint,
	) {
		this.#slotsPerEpoch = toU64(slotsPerEpoch);
		this.#leaderScheduleSlotOffset = toU64(leaderScheduleSlotOffset);
		this.#warmup = warmup;
		this.#firstNormalEpoch = toU64(firstNormalEpoch);
		this.#firstNormalSlot = toU64(firstNormalSlot);
	}

	/** The most slots of an epoch. */
	get slotsPerEpoch(): bigint {
		return this.#slotsPerEpoch;
	}
	set slotsPerEpoch(value: bigint) {
		this.#slotsPerEpoch = toU64(value);
	}

	/** Slots before an epoch at which its leaders are determined. */
	get leaderScheduleSlotOffset(): bigint {
		return this.#leaderScheduleSlotOffset;
	}
	set leaderScheduleSlotOffset(value: bigint) {
		this.#leaderScheduleSlotOffset = toU64(value);
	}

	/** Whether the first epochs are shorter. */
	get warmup(): boolean {
		return this.#warmup;
	}
	set warmup(value: boolean) {
		this.#warmup = value;
	}

	/** The first epoch of full length. */
	get firstNormalEpoch(): bigint {
		return this.#firstNormalEpoch;
	}
	set firstNormalEpoch(value: bigint) {
		this.#firstNormalEpoch = toU64(value);
	}

	/** The first slot of {@link firstNormalEpoch}. */
	get firstNormalSlot(): bigint {
		return this.#firstNormalSlot;
	}
	set firstNormalSlot(value: bigint) {
		this.#firstNormalSlot = toU64(value);
	}
}

/** The rewards that the running epoch distributes; the setters throw RangeError for a number out of range. */
export class EpochRewards {
	#distributionStartingBlockHeight: bigint;
	#numPartitions: bigint;
	#parentBlockhash: string;
	#totalPoints: bigint;
	#totalRewards: bigint;
	#distributedRewards: bigint;
	#active: boolean;

	constructor(
		distributionStartingBlockHeight: bigint,
		numPartitions: bigint,
		parentBlockhash: string,
		totalPoints: bigint,
		totalRewards: bigint,
		distributedRewards: bigint,
		active: boolean,
	) {
		this.#distributionStartingBlockHeight = toU64(distributionStartingBlockHeight);
		this.#numPartitions = toU64(numPartitions);
		this.#parentBlockhash = parseHash(parentBlockhash).toBase58();
		this.#totalPoints = toU128(totalPoints);
		this.#totalRewards = toU64(totalRewards);
		this.#distributedRewards = toU64(distributedRewards);
		this.#active = active;
	}

	/** Block height at which the distribution starts. */
	get distributionStartingBlockHeight(): bigint {
		return this.#distributionStartingBlockHeight;
	}
	set distributionStartingBlockHeight(value: bigint) {
		this.#distributionStartingBlockHeight = toU64(value);
	}

	/** Blocks over which the distribution is spread. */
	get numPartitions(): bigint {
		return this.#numPartitions;
	}
	set numPartitions(value: bigint) {
		this.#numPartitions = toU64(value);
	}

	/** Base58 blockhash before the first block of the epoch. */
	get parentBlockhash(): string {
		return this.#parentBlockhash;
	}
	set parentBlockhash(value: string) {
		this.#parentBlockhash = parseHash(value).toBase58();
	}

	/** Stake times credits, summed over all delegations (u128). */
	get totalPoints(): bigint {
		return this.#totalPoints;
	}
	set totalPoints(value: bigint) {
		this.#totalPoints = toU128(value);
	}

	/** Lamports. */
	get totalRewards(): bigint {
		return this.#totalRewards;
	}
	set totalRewards(value: bigint) {
		this.#totalRewards = toU64(value);
	}

	/** Lamports. */
	get distributedRewards(): bigint {
		return this.#distributedRewards;
	}
	set distributedRewards(value: bigint) {
		this.#distributedRewards = toU64(value);
	}

	/** Whether rewards are being calculated or distributed. */
	get active(): boolean {
		return this.#active;
	}
	set active(value: boolean) {
		this.#active = value;
	}
}
