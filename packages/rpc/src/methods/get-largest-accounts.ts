/** `getLargestAccounts`: the twenty that hold most lamports. Upstream: `Bank::get_largest_accounts`. */
import type { Pubkey } from '@parhelion/sdk';
import { bankWithConfig, newResponse } from '../node.ts';
import { nonCirculatingSupply } from '../non-circulating-supply.ts';
import { readLargestAccountsConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { TopList } from '../top-list.ts';
import { type Method, method } from './method.ts';

export const getLargestAccounts: Method = method(
	'getLargestAccounts',
	[opt(readLargestAccountsConfig)],
	(node, config) => {
		const bank = bankWithConfig(node, config);
		const filter = config?.filter ?? null;
		const excluded = filter === null ? null : nonCirculatingSupply(bank).accounts;
		const largest = new TopList<Pubkey>();
		for (const [pubkey, { lamports }] of bank.shared.accountsDb.accounts(bank.ancestors)) {
			if (lamports === 0n) continue;
			if (excluded !== null && excluded.has(pubkey.key) !== (filter === 'nonCirculating')) continue;
			largest.add(lamports, pubkey.key, pubkey);
		}
		return newResponse(
			bank,
			largest.entries().map(({ amount, item }) => ({ address: item.toBase58(), lamports: amount })),
		);
	},
);
