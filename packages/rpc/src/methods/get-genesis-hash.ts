/** `getGenesisHash`. */
import { type Method, method } from './method.ts';

export const getGenesisHash: Method = method('getGenesisHash', [], (node) =>
	node.chain.genesisHash.toBase58(),
);
