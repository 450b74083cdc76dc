/** `getFirstAvailableBlock`: the ledger begins at the first slot. */
import { type Method, method } from './method.ts';

export const getFirstAvailableBlock: Method = method('getFirstAvailableBlock', [], () => 0n);
