/** `getBlockHeight`: blocks below the newest one of the commitment asked for. Errors: -32016. */
import { blockHeightWithCommitment, checkMinContextSlot, slotWithCommitment } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getBlockHeight: Method = method(
	'getBlockHeight',
	[opt(readContextConfig)],
	({ chain }, config) => {
		const commitment = config?.commitment ?? null;
		checkMinContextSlot(slotWithCommitment(chain, commitment), config?.minContextSlot);
		return blockHeightWithCommitment(chain, commitment);
	},
);
