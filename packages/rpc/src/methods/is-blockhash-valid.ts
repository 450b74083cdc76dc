/** `isBlockhashValid`: whether a transaction with it would be young enough. Errors: -32602 (no blockhash), -32016. */
import { bankWithConfig, newResponse } from '../node.ts';
import { verifyHash } from '../params/addresses.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { type Method, method } from './method.ts';

export const isBlockhashValid: Method = method(
	'isBlockhashValid',
	[readString, opt(readContextConfig)],
	(node, text, config) => {
		const blockhash = verifyHash(text, '');
		const bank = bankWithConfig(node, config);
		return newResponse(bank, bank.isBlockhashValid(blockhash));
	},
);
