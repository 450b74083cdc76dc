/** `getEpochInfo`. Errors: -32016. Upstream: `Bank::get_epoch_info`. */
import { blockHeightWithCommitment, checkMinContextSlot, slotWithCommitment } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getEpochInfo: Method = method('getEpochInfo', [opt(readContextConfig)], ({ chain }, config) => {
	const commitment = config?.commitment ?? null;
	const slot = slotWithCommitment(chain, commitment);
	checkMinContextSlot(slot, config?.minContextSlot);
	const [epoch, slotIndex] = chain.epochSchedule.getEpochAndSlotIndex(slot);
	return {
		epoch,
		slotIndex,
		slotsInEpoch: chain.epochSchedule.getSlotsInEpoch(epoch),
		absoluteSlot: slot,
		blockHeight: blockHeightWithCommitment(chain, commitment),
		transactionCount: chain.transactionCount,
	};
});
