/** `getBlockHeight`: blocks below the newest one of the commitment asked for. Errors: -32016. */
import { bankWithConfig } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getBlockHeight: Method = method(
	'getBlockHeight',
	[opt(readContextConfig)],
	(node, config) => bankWithConfig(node, config).blockHeight,
);
