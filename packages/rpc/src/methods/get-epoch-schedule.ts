/** `getEpochSchedule`: as genesis set it. */
import { type Method, method } from './method.ts';

export const getEpochSchedule: Method = method('getEpochSchedule', [], ({ bank }) => {
	const { slotsPerEpoch, leaderScheduleSlotOffset, warmup, firstNormalEpoch, firstNormalSlot } =
		bank.epochSchedule;
	return { slotsPerEpoch, leaderScheduleSlotOffset, warmup, firstNormalEpoch, firstNormalSlot };
});
