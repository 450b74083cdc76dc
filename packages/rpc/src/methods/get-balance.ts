/** `getBalance`: lamports, 0 for an account that does not exist. Errors: -32602 (no address), -32016. */
import { newResponse, stateWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { type Method, method } from './method.ts';

export const getBalance: Method = method(
	'getBalance',
	[readString, opt(readContextConfig)],
	(node, text, config) => {
		const pubkey = verifyPubkey(text);
		const bank = stateWithConfig(node, config);
		return newResponse(bank, bank.getBalance(pubkey));
	},
);
