/** `getTokenAccountsByOwner`: of a mint or of a token program. Errors: -32602 (no address, no mint, no token program), -32016, -32600. */
import { readAccountInfoConfig, readTokenAccountsFilter } from '../params/configs.ts';
import { TOKEN_ACCOUNT_OWNER_OFFSET } from '../params/filters.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { type Method, method } from './method.ts';
import { tokenAccounts } from './token-accounts.ts';

export const getTokenAccountsByOwner: Method = method(
	'getTokenAccountsByOwner',
	[readString, readTokenAccountsFilter, opt(readAccountInfoConfig)],
	(node, text, filter, config) =>
		tokenAccounts(node, text, filter, config, (owner) => [
			{ kind: 'memcmp', offset: TOKEN_ACCOUNT_OWNER_OFFSET, bytes: owner.bytes },
		]),
);
