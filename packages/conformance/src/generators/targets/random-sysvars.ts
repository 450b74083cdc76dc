/** Sysvars with values of all sizes, as no chain would have them all at once. */
import {
	defaultEpochRewards,
	EpochSchedule,
	encodeClock,
	encodeEpochRewards,
	encodeEpochSchedule,
	encodeLastRestartSlot,
	encodeRent,
	encodeSlotHashes,
	encodeStakeHistory,
	Hash,
	type Pubkey,
	Rent,
	SLOT_HASHES_SIZE,
	SlotHashes,
	STAKE_HISTORY_SIZE,
	StakeHistory,
	sysvarIds,
} from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { type SetStep, set } from '../case.ts';

function step(pubkey: Pubkey, encoded: Uint8Array, size: number = encoded.length): SetStep {
	const data = new Uint8Array(size);
	data.set(encoded);
	return set(pubkey, { lamports: 1n, owner: sysvarIds.owner, data });
}

/** A rent that some accounts meet and others do not. */
export function randomRent(random: Random): SetStep {
	const perByte = random.pick([0n, 1n, 3480n, 6960n, 7000n, 1_000_000n]);
	const threshold = random.pick([1, 2, 0, 0.5, 1.5]);
	return step(sysvarIds.rent, encodeRent(new Rent(perByte, threshold, random.int(101))));
}

/** Some of the sysvars. */
export function randomSysvars(random: Random): SetStep[] {
	const steps: SetStep[] = [];
	const descending = (count: number): bigint[] => {
		let at = random.u64() >> 1n;
		return Array.from({ length: count }, () => {
			at -= BigInt(1 + random.int(3));
			return at > 0n ? at : 0n;
		});
	};
	if (random.oneIn(2)) {
		const clock = {
			slot: random.u64() >> 1n,
			epochStartTimestamp: random.u64() >> 1n,
			epoch: random.u64(),
			leaderScheduleEpoch: random.u64(),
			unixTimestamp: -(random.u64() >> 1n),
		};
		steps.push(step(sysvarIds.clock, encodeClock(clock)));
	}
	if (random.oneIn(4)) steps.push(randomRent(random));
	if (random.oneIn(2)) {
		const schedule = new EpochSchedule(
			random.u64(),
			random.u64(),
			random.oneIn(2),
			random.u64(),
			random.u64(),
		);
		steps.push(step(sysvarIds.epochSchedule, encodeEpochSchedule(schedule)));
	}
	if (random.oneIn(2)) {
		steps.push(step(sysvarIds.lastRestartSlot, encodeLastRestartSlot({ lastRestartSlot: random.u64() })));
	}
	if (random.oneIn(2)) {
		const rewards = {
			...defaultEpochRewards(),
			numPartitions: random.u64(),
			parentBlockhash: Hash.fromBytes(random.bytes(32)),
			totalPoints: (random.u64() << 64n) | random.u64(),
			totalRewards: random.u64(),
			active: random.oneIn(2),
		};
		steps.push(step(sysvarIds.epochRewards, encodeEpochRewards(rewards)));
	}
	if (random.oneIn(3)) {
		const slots = descending(random.pick([0, 1, 10, 512]));
		const hashes = new SlotHashes(slots.map((slot) => [slot, Hash.fromBytes(random.bytes(32))] as const));
		steps.push(step(sysvarIds.slotHashes, encodeSlotHashes(hashes), SLOT_HASHES_SIZE));
	}
	if (random.oneIn(3)) {
		const entries = descending(random.pick([0, 1, 10, 512])).map(
			(epoch) =>
				[epoch, { effective: random.u64(), activating: random.u64(), deactivating: random.u64() }] as const,
		);
		steps.push(
			step(sysvarIds.stakeHistory, encodeStakeHistory(new StakeHistory(entries)), STAKE_HISTORY_SIZE),
		);
	}
	return steps;
}
