/**
 * What SPL Token and Token-2022 have in common, as far as a node looks into their accounts.
 *
 * Source: spl-generic-token 2.0 (`is_known_spl_token_id`, `GenericTokenAccount::valid_account_data`, `native_mint`).
 */
import { Pubkey, programIds } from '@parhelion/sdk';

/** Bytes of a token account without extensions; behind as many, extensions of mints begin too. */
export const TOKEN_ACCOUNT_SIZE = 165;
/** Bytes of a mint without extensions. */
export const MINT_SIZE = 82;
/** Bytes of a multisignature owner: nothing with extensions has as many. */
export const MULTISIG_SIZE = 355;
/** What stands at {@link TOKEN_ACCOUNT_SIZE} of a mint with extensions, and of a token account with extensions. */
export const ACCOUNT_TYPE_MINT = 1;
export const ACCOUNT_TYPE_ACCOUNT = 2;
/** Where a token account says whether it is initialised (1), or frozen (2). */
const STATE_OFFSET = 108;

/** The mints of wrapped SOL: that of SPL Token, and that of Token-2022. */
export const NATIVE_MINT: Pubkey = Pubkey.fromBase58('So11111111111111111111111111111111111111112');
export const NATIVE_MINT_2022: Pubkey = Pubkey.fromBase58('9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP');
export const NATIVE_MINT_DECIMALS = 9;

/** Whether `program` is SPL Token or Token-2022. */
export function isTokenProgram({ key }: Pubkey): boolean {
	return key === programIds.splToken.key || key === programIds.splToken2022.key;
}

/** Whether `data` are the bytes of a mint or a token account, as `accountType` says, with extensions. */
export function hasTokenExtensions(data: Uint8Array, accountType: number): boolean {
	return (
		data.length > TOKEN_ACCOUNT_SIZE &&
		data.length !== MULTISIG_SIZE &&
		data[TOKEN_ACCOUNT_SIZE] === accountType
	);
}

/** Whether `data` looks like an initialised token account of either program. */
export function isTokenAccountData(data: Uint8Array): boolean {
	const isLong = data.length === TOKEN_ACCOUNT_SIZE || hasTokenExtensions(data, ACCOUNT_TYPE_ACCOUNT);
	return isLong && data[STATE_OFFSET] !== 0;
}
