/** `getMaxRetransmitSlot`: the newest slot whose shreds went on to others: the open one. */
import { type Method, method } from './method.ts';

export const getMaxRetransmitSlot: Method = method('getMaxRetransmitSlot', [], ({ chain }) => chain.slot);
