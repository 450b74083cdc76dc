/** `getSupply`: lamports that exist, and those that circulate. */
import { bankWithConfig, newResponse } from '../node.ts';
import { nonCirculatingSupply } from '../non-circulating-supply.ts';
import { readSupplyConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getSupply: Method = method('getSupply', [opt(readSupplyConfig)], (node, config) => {
	const bank = bankWithConfig(node, config);
	const { lamports, accounts } = nonCirculatingSupply(bank);
	const isListed = config?.excludeNonCirculatingAccountsList !== true;
	const { supplyOverride: claimed } = node;
	const listed = (): readonly string[] =>
		claimed?.nonCirculatingAccounts ?? Array.from(accounts.values(), (pubkey) => pubkey.toBase58());
	return newResponse(bank, {
		total: claimed?.total ?? bank.capitalization,
		circulating: claimed?.circulating ?? BigInt.asUintN(64, bank.capitalization - lamports),
		nonCirculating: claimed?.nonCirculating ?? lamports,
		nonCirculatingAccounts: isListed ? listed() : [],
	});
});
