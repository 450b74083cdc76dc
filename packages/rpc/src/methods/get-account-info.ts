/** `getAccountInfo`: an account or null. Errors: -32602 (no address), -32016, -32600 (too much data for base58). */
import { encodeAccount } from '../encode/account.ts';
import { accountSource, bankWithConfig, newResponse } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readAccountInfoConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { type Method, method } from './method.ts';

export const getAccountInfo: Method = method(
	'getAccountInfo',
	[readString, opt(readAccountInfoConfig)],
	(node, text, config) => {
		const pubkey = verifyPubkey(text);
		const chain = bankWithConfig(node, config);
		const account = chain.getAccount(pubkey);
		if (account === null) return newResponse(chain, null);
		const encoding = config?.encoding ?? 'binary';
		return newResponse(
			chain,
			encodeAccount(account, encoding, config?.dataSlice ?? null, accountSource(chain)),
		);
	},
);
