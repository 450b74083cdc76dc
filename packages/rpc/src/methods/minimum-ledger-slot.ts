/** `minimumLedgerSlot`: the ledger begins at the first slot. */
import { type Method, method } from './method.ts';

export const minimumLedgerSlot: Method = method('minimumLedgerSlot', [], () => 0n);
