/** `getMaxShredInsertSlot`: the newest slot of which shreds are known: the open one. */
import { type Method, method } from './method.ts';

export const getMaxShredInsertSlot: Method = method('getMaxShredInsertSlot', [], ({ chain }) => chain.slot);
