/** `getBlockTime`: seconds since 1970. Errors: -32004 (not there yet), -32001 (no longer there), -32007 (skipped). */
import { failMissingBlock } from '../missing-block.ts';
import { readU64 } from '../params/readers.ts';
import { type Method, method } from './method.ts';

export const getBlockTime: Method = method(
	'getBlockTime',
	[readU64],
	({ chain }, slot) => chain.getBlockTime(slot) ?? failMissingBlock(chain, slot),
);
