/** `getMinimumBalanceForRentExemption`: lamports for so many bytes of data. Errors: -32600 (more than an account can hold). */
import { bankWithConfig } from '../node.ts';
import { readCommitmentConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readUsize } from '../params/readers.ts';
import { fail, JsonRpcError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

/** Bytes of data that an account can hold. */
const MAX_PERMITTED_DATA_LENGTH = 10n * 1024n * 1024n;

export const getMinimumBalanceForRentExemption: Method = method(
	'getMinimumBalanceForRentExemption',
	[readUsize, opt(readCommitmentConfig)],
	(node, length, config) => {
		if (length > MAX_PERMITTED_DATA_LENGTH) return fail(JsonRpcError.invalidRequest);
		return bankWithConfig(node, config).minimumBalanceForRentExemption(Number(length));
	},
);
