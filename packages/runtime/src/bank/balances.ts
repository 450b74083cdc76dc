/**
 * The balances of a transaction's accounts, in lamports and in tokens.
 *
 * Token balances only where a token program is among the accounts, only initialised accounts whose mint is there too.
 * Sources: solana-svm transaction_balances.rs, spl-generic-token.
 */
import {
	type AccountSharedData,
	type Lamports,
	Pubkey,
	programIds,
	type SanitizedMessage,
} from '@parhelion/sdk';
import type { TokenBalance } from './bank-types.ts';
import {
	ACCOUNT_TYPE_MINT,
	hasTokenExtensions,
	isTokenAccountData,
	isTokenProgram,
	MINT_SIZE,
	TOKEN_ACCOUNT_SIZE,
} from './generic-token.ts';

/** Whether `data` is an initialised token account of `program`. */
function isTokenAccount(data: Uint8Array, program: Pubkey): boolean {
	const mayBeLonger = program.key === programIds.splToken2022.key;
	return (mayBeLonger || data.length === TOKEN_ACCOUNT_SIZE) && isTokenAccountData(data);
}

/** The decimals of an initialised mint of `program`, or `null`. */
function mintDecimals(data: Uint8Array, program: Pubkey): number | null {
	const mayBeLonger = program.key === programIds.splToken2022.key;
	const isLong = data.length === MINT_SIZE || (mayBeLonger && hasTokenExtensions(data, ACCOUNT_TYPE_MINT));
	return isLong && data[45] !== 0 ? data[44]! : null;
}

/** What the accounts of a message hold, in account order. */
export interface Balances {
	readonly lamports: readonly Lamports[];
	readonly tokens: readonly TokenBalance[];
}

/** What the accounts of a message hold now. */
export function collectBalances(
	message: SanitizedMessage,
	getAccount: (pubkey: Pubkey) => AccountSharedData | null,
): Balances {
	return {
		lamports: message.accountKeys.map((key) => getAccount(key)?.lamports ?? 0n),
		tokens: collectTokenBalances(message, getAccount),
	};
}

/** The token balances of the message's accounts as they are now, in account order. */
function collectTokenBalances(
	message: SanitizedMessage,
	getAccount: (pubkey: Pubkey) => AccountSharedData | null,
): TokenBalance[] {
	const keys = message.accountKeys;
	const balances: TokenBalance[] = [];
	if (!keys.some(isTokenProgram)) return balances;
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i]!;
		if (message.isInvoked(i) || isTokenProgram(key)) continue;
		const account = getAccount(key);
		if (account === null || !isTokenProgram(account.owner)) continue;
		const { data, owner: programId } = account;
		if (!isTokenAccount(data, programId)) continue;
		const mint = Pubkey.fromBytes(data, 0);
		const mintAccount = getAccount(mint);
		if (mintAccount === null || mintAccount.owner.key !== programId.key) continue;
		const decimals = mintDecimals(mintAccount.data, programId);
		if (decimals === null) continue;
		balances.push({
			accountIndex: i,
			mint,
			owner: Pubkey.fromBytes(data, 32),
			programId,
			amount: new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(64, true),
			decimals,
		});
	}
	return balances;
}
