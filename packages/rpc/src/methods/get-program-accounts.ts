/** `getProgramAccounts`: the accounts that a program owns, by address. Errors: -32602 (no address, filters), -32016, -32600. */
import { encodeAccount } from '../encode/account.ts';
import { accountSource, bankWithConfig, newResponse } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readProgramAccountsConfig } from '../params/configs.ts';
import { scanProgramAccounts, tokenProgramFilters, verifyFilters } from '../params/filters.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { type Method, method } from './method.ts';

export const getProgramAccounts: Method = method(
	'getProgramAccounts',
	[readString, opt(readProgramAccountsConfig)],
	(node, text, config) => {
		const program = verifyPubkey(text);
		const filters = verifyFilters(config?.filters ?? []);
		const accountConfig = config?.accountConfig ?? null;
		const chain = bankWithConfig(node, accountConfig);
		const encoding = accountConfig?.encoding ?? 'binary';
		const source = accountSource(chain);
		const accounts = scanProgramAccounts(chain, program, tokenProgramFilters(program, filters)).map(
			([pubkey, account]) => ({
				pubkey: pubkey.toBase58(),
				account: encodeAccount(account, encoding, accountConfig?.dataSlice ?? null, source),
			}),
		);
		return config?.withContext === true ? newResponse(chain, accounts) : accounts;
	},
);
