/** `getSlotLeader`: who leads the slot of the bank. Errors: -32016. */
import { bankWithConfig } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getSlotLeader: Method = method('getSlotLeader', [opt(readContextConfig)], (node, config) =>
	bankWithConfig(node, config).leader.id.toBase58(),
);
