/** `setSupply`: what `getSupply` claims from then on. Shape: Surfpool's `surfnet_setSupply`. */
import { newResponse, type SupplyOverride } from '../node.ts';
import { optional, type Reader, readString, readU64, sequence, struct } from '../params/readers.ts';
import { type Cheat, cheat } from './table.ts';

const readSupply: Reader<SupplyOverride> = struct('SupplyUpdate', {
	total: optional(readU64),
	circulating: optional(readU64),
	nonCirculating: optional(readU64),
	nonCirculatingAccounts: optional(sequence(readString)),
});

export const setSupply: Cheat = cheat('setSupply', [readSupply], ({ chain, node }, supply) => {
	node.supplyOverride = supply;
	return newResponse(chain, null);
});
