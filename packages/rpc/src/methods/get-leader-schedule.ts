/** `getLeaderSchedule`: the slots of an epoch by leader, counted from its first; null where it is not known. Errors: -32602 (no address). */
import { epochLeaders } from '../leaders.ts';
import { bankWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readLeaderScheduleConfig, readLeaderScheduleOptions } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getLeaderSchedule: Method = method(
	'getLeaderSchedule',
	[opt(readLeaderScheduleOptions), opt(readLeaderScheduleConfig)],
	(node, slotOrConfig, trailing) => {
		const isSlot = typeof slotOrConfig === 'bigint';
		const config = (isSlot ? null : slotOrConfig) ?? trailing;
		const only = config?.identity ?? null;
		if (only !== null) verifyPubkey(only);
		const slot = isSlot ? slotOrConfig : bankWithConfig(node, config).slot;
		const { epochSchedule } = node.chain;
		const epoch = epochSchedule.getEpoch(slot);
		const leaderAt = epochLeaders(node.chain, epoch);
		if (leaderAt === null) return null;
		const schedule = new Map<string, number[]>();
		const slots = Number(epochSchedule.getSlotsInEpoch(epoch));
		for (let index = 0; index < slots; index++) {
			const leader = leaderAt(index).toBase58();
			if (only !== null && leader !== only) continue;
			const own = schedule.get(leader);
			if (own === undefined) schedule.set(leader, [index]);
			else own.push(index);
		}
		return Object.fromEntries(schedule);
	},
);
