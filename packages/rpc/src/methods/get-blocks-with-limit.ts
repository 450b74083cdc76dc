/** `getBlocksWithLimit`: the slots of the first blocks from a slot on. Errors: -32602 (commitment, too many), -32016. */
import { atLeastConfirmed, bankWithConfig } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readU64, readUsize } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { MAX_GET_CONFIRMED_BLOCKS_RANGE } from './get-blocks.ts';
import { type Method, method } from './method.ts';

export const getBlocksWithLimit: Method = method(
	'getBlocksWithLimit',
	[readU64, readUsize, opt(readContextConfig)],
	(node, start, limit, config) => {
		atLeastConfirmed(config?.commitment);
		if (limit > MAX_GET_CONFIRMED_BLOCKS_RANGE) {
			return failInvalidParams(`Limit too large; max ${MAX_GET_CONFIRMED_BLOCKS_RANGE}`);
		}
		return node.chain.getBlocks(start, bankWithConfig(node, config).slot, Number(limit));
	},
);
