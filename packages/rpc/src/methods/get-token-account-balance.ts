/** `getTokenAccountBalance`. Errors: -32602 (no address, no account, no token account, no mint). */
import { isTokenProgram } from '@parhelion/runtime';
import { getMintOwnerAndDisplay } from '../encode/account.ts';
import { encodeTokenAmount } from '../encode/token-amount.ts';
import { unpackTokenAccount } from '../encode/token-state.ts';
import { accountSource, newResponse, stateWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readCommitmentConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getTokenAccountBalance: Method = method(
	'getTokenAccountBalance',
	[readString, opt(readCommitmentConfig)],
	(node, text, config) => {
		const bank = stateWithConfig(node, config);
		const account = bank.getAccount(verifyPubkey(text));
		if (account === null) return failInvalidParams('Invalid param: could not find account');
		const state = isTokenProgram(account.owner) ? unpackTokenAccount(account.data) : null;
		if (state === null) return failInvalidParams('Invalid param: not a Token account');
		const { display } = getMintOwnerAndDisplay(accountSource(bank), state.mint);
		return newResponse(bank, encodeTokenAmount(state.amount, display));
	},
);
