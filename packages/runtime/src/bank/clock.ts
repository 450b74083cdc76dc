/** The clock sysvar of a bank: by the votes, or as the chain's options have it. Source: solana-runtime 4.3.0 (bank.rs). */
import { type AccountSharedData, type Clock, decodeClock, type UnixTimestamp } from '@parhelion/sdk';
import type { Bank } from './bank.ts';
import { nextStakeWeightedClock } from './stake-weighted-timestamp.ts';

/** `Clock::default`. */
const NO_CLOCK: Clock = Object.freeze({
	slot: 0n,
	epochStartTimestamp: 0n,
	epoch: 0n,
	leaderScheduleEpoch: 0n,
	unixTimestamp: 0n,
});

/** The clock that the sysvar's account holds; all zeros where it holds none. */
export function clockOf(account: AccountSharedData | null): Clock {
	const decoded = account === null ? null : decodeClock(account.data);
	return decoded?.ok === true ? decoded.value : NO_CLOCK;
}

/** The clock of slot 0. */
export function genesisClock({ epochSchedule }: Bank, unixTimestamp: UnixTimestamp): Clock {
	return {
		slot: 0n,
		epochStartTimestamp: unixTimestamp,
		epoch: 0n,
		leaderScheduleEpoch: epochSchedule.getLeaderScheduleEpoch(0n),
		unixTimestamp,
	};
}

/** The clock of a bank on its parent. It never goes back. */
export function nextClock(bank: Bank, parent: Bank): Clock {
	const { slot, epoch, epochSchedule, slotParams } = bank;
	const parentClock = parent.clock();
	const stakes = bank.epochStakes.get(epoch);
	const clock = nextStakeWeightedClock({
		slot,
		parentClock,
		parentEpoch: parent.epoch,
		schedule: epochSchedule,
		votes: Array.from(bank.stakes.voteAccounts.values(), ({ pubkey, versions }) => ({
			timestamp: versions.state.lastTimestamp,
			stake: stakes?.voteAccountStake(pubkey) ?? 0n,
		})),
		elapsedNanos: (from, to) => (from >= to ? 0n : slotParams.slotRangeDurationNanos(from + 1n, to)),
	});
	const told = bank.shared.options.unixTimestamp?.(slot);
	if (told === undefined) return clock;
	const isLater = told > parentClock.unixTimestamp;
	const unixTimestamp = isLater ? told : parentClock.unixTimestamp;
	const startsEpoch = epoch !== parent.epoch;
	const epochStartTimestamp = startsEpoch ? unixTimestamp : parentClock.epochStartTimestamp;
	return { ...clock, unixTimestamp, epochStartTimestamp };
}
