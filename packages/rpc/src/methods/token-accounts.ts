/** What `getTokenAccountsByOwner` and `getTokenAccountsByDelegate` share. Upstream: solana-rpc 4.3.0 `rpc.rs`
 * (`get_token_accounts_by_owner`, `get_token_program_id_and_mint`). */
import { type Bank, isTokenProgram } from '@parhelion/runtime';
import type { Pubkey } from '@parhelion/sdk';
import { encodeKeyedAccounts, getMintOwnerAndDisplay } from '../encode/account.ts';
import type { Json } from '../json/write.ts';
import { accountSource, newResponse, type RpcNode, stateWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import type { RpcAccountInfoConfig, RpcTokenAccountsFilter } from '../params/configs.ts';
import { type AccountFilter, scanProgramAccounts, TOKEN_ACCOUNT_MINT_OFFSET } from '../params/filters.ts';
import { failInvalidParams } from '../rpc-error.ts';

interface Scope {
	readonly program: Pubkey;
	readonly filters: readonly AccountFilter[];
}

function scopeOf(bank: Bank, kind: RpcTokenAccountsFilter['kind'], address: Pubkey): Scope {
	if (kind === 'programId') {
		if (isTokenProgram(address)) return { program: address, filters: [] };
		return failInvalidParams('Invalid param: unrecognized Token program id');
	}
	const { owner } = getMintOwnerAndDisplay(accountSource(bank), address);
	if (!isTokenProgram(owner)) return failInvalidParams('Invalid param: not a Token mint');
	return {
		program: owner,
		filters: [{ kind: 'memcmp', offset: TOKEN_ACCOUNT_MINT_OFFSET, bytes: address.bytes }],
	};
}

/** The token accounts in the scope of `filter` that also pass `filtersFor` the address in `text`, by address. */
export function tokenAccounts(
	node: RpcNode,
	text: string,
	filter: RpcTokenAccountsFilter,
	config: RpcAccountInfoConfig | null,
	filtersFor: (address: Pubkey) => readonly AccountFilter[],
): Json {
	const address = verifyPubkey(text);
	const scopeAddress = verifyPubkey(filter.address);
	const bank = stateWithConfig(node, config);
	const { program, filters } = scopeOf(bank, filter.kind, scopeAddress);
	const found = scanProgramAccounts(bank, program, [
		...filters,
		{ kind: 'tokenAccountState' },
		...filtersFor(address),
	]);
	return newResponse(
		bank,
		encodeKeyedAccounts(
			found,
			program,
			config?.encoding ?? 'binary',
			config?.dataSlice ?? null,
			accountSource(bank),
		),
	);
}
