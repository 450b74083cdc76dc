/** `getAccountInfo`: an account or null. Errors: -32602 (no address), -32016, -32600 (too much data for base58). */
import { encodeAccount } from '../encode/account.ts';
import { accountSource, newResponse, stateWithConfig } from '../node.ts';
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
		const bank = stateWithConfig(node, config);
		const account = bank.getAccount(pubkey);
		if (account === null) return newResponse(bank, null);
		const encoding = config?.encoding ?? 'binary';
		return newResponse(
			bank,
			encodeAccount(pubkey, account, encoding, config?.dataSlice ?? null, accountSource(bank)),
		);
	},
);
