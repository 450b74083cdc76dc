/** `getTransactionCount`: transactions since genesis. Errors: -32016. */
import { bankWithConfig } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getTransactionCount: Method = method(
	'getTransactionCount',
	[opt(readContextConfig)],
	(node, config) => bankWithConfig(node, config).transactionCount,
);
