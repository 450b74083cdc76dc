/** Owns the EpochRewards sysvar. Source: crate `solana-epoch-rewards`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import { Hash } from '../hash.ts';
import type { Lamports } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** How far the distribution of an epoch's rewards is. */
export interface EpochRewards {
	readonly distributionStartingBlockHeight: bigint;
	readonly numPartitions: bigint;
	readonly parentBlockhash: Hash;
	/** u128 */
	readonly totalPoints: bigint;
	readonly totalRewards: Lamports;
	readonly distributedRewards: Lamports;
	/** Whether rewards are being computed or distributed. */
	readonly active: boolean;
}

/** Bytes of the account. */
export const EPOCH_REWARDS_SIZE = 81;

/** No rewards period. */
export function defaultEpochRewards(): EpochRewards {
	return {
		distributionStartingBlockHeight: 0n,
		numPartitions: 0n,
		parentBlockhash: Hash.default,
		totalPoints: 0n,
		totalRewards: 0n,
		distributedRewards: 0n,
		active: false,
	};
}

/** The bincode bytes of epoch rewards. */
export function encodeEpochRewards(rewards: EpochRewards): Uint8Array {
	return new ByteWriter(EPOCH_REWARDS_SIZE)
		.u64(rewards.distributionStartingBlockHeight)
		.u64(rewards.numPartitions)
		.raw(rewards.parentBlockhash.bytes)
		.u128(rewards.totalPoints)
		.u64(rewards.totalRewards)
		.u64(rewards.distributedRewards)
		.bool(rewards.active)
		.finish();
}

/** Reads epoch rewards; bytes after them are ignored. */
export function decodeEpochRewards(data: Uint8Array): Result<EpochRewards, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		return {
			distributionStartingBlockHeight: reader.u64(),
			numPartitions: reader.u64(),
			parentBlockhash: reader.hash(),
			totalPoints: reader.u128(),
			totalRewards: reader.u64(),
			distributedRewards: reader.u64(),
			active: reader.bool(),
		};
	});
}
