/** `getLatestBlockhash`. Errors: -32016. */
import { bankWithConfig, newResponse } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getLatestBlockhash: Method = method(
	'getLatestBlockhash',
	[opt(readContextConfig)],
	(node, config) => {
		const bank = bankWithConfig(node, config);
		const blockhash = bank.lastBlockhash();
		return newResponse(bank, {
			blockhash: blockhash.toBase58(),
			// The newest blockhash is always in the queue.
			lastValidBlockHeight: bank.lastValidBlockHeight(blockhash)!,
		});
	},
);
