/** `getFirstAvailableBlock`: the oldest block that is remembered. */
import { type Method, method } from './method.ts';

export const getFirstAvailableBlock: Method = method(
	'getFirstAvailableBlock',
	[],
	({ chain }) => chain.firstAvailableSlot,
);
