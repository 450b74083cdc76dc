/** `getEpochInfo`. Errors: -32016. Upstream: `Bank::get_epoch_info`. */
import { bankWithConfig } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getEpochInfo: Method = method('getEpochInfo', [opt(readContextConfig)], (node, config) => {
	const bank = bankWithConfig(node, config);
	const [epoch, slotIndex] = bank.epochSchedule.getEpochAndSlotIndex(bank.slot);
	return {
		epoch,
		slotIndex,
		slotsInEpoch: bank.epochSchedule.getSlotsInEpoch(epoch),
		absoluteSlot: bank.slot,
		blockHeight: bank.blockHeight,
		transactionCount: bank.transactionCount,
	};
});
