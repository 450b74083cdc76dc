/** `getTokenAccountsByDelegate`: of a mint or of a token program. Errors: as `getTokenAccountsByOwner`. */
import { readAccountInfoConfig, readTokenAccountsFilter } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { type Method, method } from './method.ts';
import { tokenAccounts } from './token-accounts.ts';

/** The delegate is there (`COption::Some`), and who it is. */
const DELEGATE_TAG_OFFSET = 72n;
const DELEGATE_OFFSET = 76n;
const SOME = Uint8Array.of(1, 0, 0, 0);

export const getTokenAccountsByDelegate: Method = method(
	'getTokenAccountsByDelegate',
	[readString, readTokenAccountsFilter, opt(readAccountInfoConfig)],
	(node, text, filter, config) =>
		tokenAccounts(node, text, filter, config, (delegate) => [
			{ kind: 'memcmp', offset: DELEGATE_TAG_OFFSET, bytes: SOME },
			{ kind: 'memcmp', offset: DELEGATE_OFFSET, bytes: delegate.bytes },
		]),
);
