/** `getEpochSchedule`: as genesis set it. */
import { type Method, method } from './method.ts';

export const getEpochSchedule: Method = method('getEpochSchedule', [], ({ chain }) => {
	const { slotsPerEpoch, leaderScheduleSlotOffset, warmup, firstNormalEpoch, firstNormalSlot } =
		chain.epochSchedule;
	return { slotsPerEpoch, leaderScheduleSlotOffset, warmup, firstNormalEpoch, firstNormalSlot };
});
