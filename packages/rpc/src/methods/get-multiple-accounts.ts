/** `getMultipleAccounts`: up to 100 accounts, null where there is none. Errors: -32602 (too many, no address), -32016, -32600. */
import { encodeAccount } from '../encode/account.ts';
import { accountSource, newResponse, stateWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readAccountInfoConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString, sequence } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

const MAX_MULTIPLE_ACCOUNTS = 100;

export const getMultipleAccounts: Method = method(
	'getMultipleAccounts',
	[sequence(readString), opt(readAccountInfoConfig)],
	(node, texts, config) => {
		if (texts.length > MAX_MULTIPLE_ACCOUNTS) {
			return failInvalidParams(`Too many inputs provided; max ${MAX_MULTIPLE_ACCOUNTS}`);
		}
		const pubkeys = texts.map(verifyPubkey);
		const bank = stateWithConfig(node, config);
		const encoding = config?.encoding ?? 'base64';
		const source = accountSource(bank);
		const accounts = pubkeys.map((pubkey) => {
			const account = bank.getAccount(pubkey);
			if (account === null) return null;
			return encodeAccount(pubkey, account, encoding, config?.dataSlice ?? null, source);
		});
		return newResponse(bank, accounts);
	},
);
