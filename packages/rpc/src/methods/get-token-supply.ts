/** `getTokenSupply`. Errors: -32602 (no address, no account, no mint). */
import { isTokenProgram } from '@parhelion/runtime';
import { displayOf } from '../encode/account.ts';
import { encodeTokenAmount } from '../encode/token-amount.ts';
import { unpackMint } from '../encode/token-state.ts';
import { accountSource, newResponse, stateWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readCommitmentConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getTokenSupply: Method = method(
	'getTokenSupply',
	[readString, opt(readCommitmentConfig)],
	(node, text, config) => {
		const bank = stateWithConfig(node, config);
		const account = bank.getAccount(verifyPubkey(text));
		if (account === null) return failInvalidParams('Invalid param: could not find account');
		if (!isTokenProgram(account.owner)) return failInvalidParams('Invalid param: not a Token mint');
		const mint = unpackMint(account.data);
		if (mint === null) return failInvalidParams('Invalid param: mint could not be unpacked');
		return newResponse(bank, encodeTokenAmount(mint.supply, displayOf(mint, accountSource(bank))));
	},
);
