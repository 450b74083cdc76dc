/** `minimumLedgerSlot`: the oldest slot that is remembered. */
import { type Method, method } from './method.ts';

export const minimumLedgerSlot: Method = method(
	'minimumLedgerSlot',
	[],
	({ chain }) => chain.firstAvailableSlot,
);
