/** `getProgramAccounts`: the accounts that a program owns, by address. Errors: -32602 (no address, filters), -32016, -32600. */
import { encodeKeyedAccounts } from '../encode/account.ts';
import { accountSource, newResponse, stateWithConfig } from '../node.ts';
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
		const bank = stateWithConfig(node, accountConfig);
		const encoding = accountConfig?.encoding ?? 'binary';
		const accounts = encodeKeyedAccounts(
			scanProgramAccounts(bank, program, tokenProgramFilters(program, filters)),
			program,
			encoding,
			accountConfig?.dataSlice ?? null,
			accountSource(bank),
		);
		return config?.withContext === true ? newResponse(bank, accounts) : accounts;
	},
);
