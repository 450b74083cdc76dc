/** `getIdentity`: the validator that makes the blocks. */
import { type Method, method } from './method.ts';

export const getIdentity: Method = method('getIdentity', [], (node) => ({
	identity: node.chain.identity.toBase58(),
}));
