/**
 * Who leads which slot. Where nobody is staked, the chain's one validator leads them all. Source: solana-ledger 4.3.0
 * `leader_schedule_cache.rs`, as the RPC asks it.
 */
import type { Chain } from '@parhelion/runtime';
import type { Epoch, Pubkey, Slot } from '@parhelion/sdk';
import { failInvalidParams } from './rpc-error.ts';

/** The leader of each slot of `epoch` by its index; null where the epoch's schedule is not known. */
export function epochLeaders(chain: Chain, epoch: Epoch): ((slotIndex: number) => Pubkey) | null {
	const bank = chain.bankAt('confirmed');
	const stakes = bank.epochStakes.get(epoch);
	if (stakes === undefined) return null;
	if (stakes.totalStake === 0n) return () => chain.identity;
	const schedule = stakes.leaderSchedule(bank.epochSchedule);
	return (slotIndex) => schedule.leaderAt(slotIndex).id;
}

/** The leaders of `count` slots from `start` on. Ends the call with -32602 where an epoch's schedule is not known. */
export function slotLeaders(chain: Chain, start: Slot, count: number): Pubkey[] {
	const { epochSchedule } = chain;
	const leaders: Pubkey[] = [];
	let [epoch, index] = epochSchedule.getEpochAndSlotIndex(start);
	while (leaders.length < count) {
		const leaderAt = epochLeaders(chain, epoch);
		if (leaderAt === null) {
			return failInvalidParams(`Invalid slot range: leader schedule for epoch ${epoch} is unavailable`);
		}
		const end = epochSchedule.getSlotsInEpoch(epoch);
		for (; index < end && leaders.length < count; index++) leaders.push(leaderAt(Number(index)));
		epoch++;
		index = 0n;
	}
	return leaders;
}
