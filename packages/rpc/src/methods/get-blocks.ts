/** `getBlocks`: the slots of blocks in a range, both ends included. Errors: -32602 (commitment, too wide), -32016. */
import { atLeastConfirmed, bankWithConfig } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { readBlocksConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { readU64 } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

/** Slots that one call may ask about. */
export const MAX_GET_CONFIRMED_BLOCKS_RANGE = 500_000n;

export const getBlocks: Method = method(
	'getBlocks',
	[readU64, opt(readBlocksConfig), opt(readContextConfig)],
	(node, start, endOrConfig, trailing) => {
		const isEnd = typeof endOrConfig === 'bigint';
		const config = trailing ?? (isEnd ? null : endOrConfig);
		atLeastConfirmed(config?.commitment);
		const newest = bankWithConfig(node, config).slot;
		const asked = isEnd ? endOrConfig : start + MAX_GET_CONFIRMED_BLOCKS_RANGE;
		const end = asked < newest ? asked : newest;
		if (end < start) return [];
		if (end - start > MAX_GET_CONFIRMED_BLOCKS_RANGE) {
			return failInvalidParams(`Slot range too large; max ${MAX_GET_CONFIRMED_BLOCKS_RANGE}`);
		}
		return node.chain.getBlocks(start, end);
	},
);
