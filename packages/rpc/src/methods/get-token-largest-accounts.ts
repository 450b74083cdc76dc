/** `getTokenLargestAccounts`: the twenty that hold most of a mint. Errors: -32602 (no address, no mint). */
import { isTokenProgram } from '@parhelion/runtime';
import type { Pubkey } from '@parhelion/sdk';
import { getMintOwnerAndDisplay } from '../encode/account.ts';
import { encodeTokenAmount } from '../encode/token-amount.ts';
import { unpackTokenAccount } from '../encode/token-state.ts';
import { accountSource, newResponse, stateWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readCommitmentConfig } from '../params/configs.ts';
import { scanProgramAccounts, TOKEN_ACCOUNT_MINT_OFFSET } from '../params/filters.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { TopList } from '../top-list.ts';
import { type Method, method } from './method.ts';

export const getTokenLargestAccounts: Method = method(
	'getTokenLargestAccounts',
	[readString, opt(readCommitmentConfig)],
	(node, text, config) => {
		const mint = verifyPubkey(text);
		const bank = stateWithConfig(node, config);
		const { owner, display } = getMintOwnerAndDisplay(accountSource(bank), mint);
		if (!isTokenProgram(owner)) return failInvalidParams('Invalid param: not a Token mint');
		const largest = new TopList<Pubkey>();
		const accounts = scanProgramAccounts(bank, owner, [
			{ kind: 'memcmp', offset: TOKEN_ACCOUNT_MINT_OFFSET, bytes: mint.bytes },
			{ kind: 'tokenAccountState' },
		]);
		for (const [pubkey, { data }] of accounts) {
			largest.add(unpackTokenAccount(data)?.amount ?? 0n, pubkey.key, pubkey);
		}
		return newResponse(
			bank,
			largest.entries().map(({ amount, item }) => ({
				address: item.toBase58(),
				...encodeTokenAmount(amount, display),
			})),
		);
	},
);
