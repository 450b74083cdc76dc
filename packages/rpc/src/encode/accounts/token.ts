/**
 * The `jsonParsed` form of SPL Token and Token-2022 accounts. Source: solana-account-decoder 4.3.0
 * `parse_token.rs` (`parse_token_v3`).
 */
import type { Pubkey } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import { encodeTokenAmount, type MintDisplay } from '../token-amount.ts';
import { encodeExtensions } from '../token-extensions.ts';
import {
	type MintState,
	type TokenAccountState,
	unpackMint,
	unpackMultisig,
	unpackTokenAccount,
} from '../token-state.ts';

/**
 * The parsed form of a token program's account; null where it cannot be parsed. `display` shows amounts of
 * the account's mint; without it a token account is not parsed.
 */
export function parseTokenAccount(data: Uint8Array, display: MintDisplay | null): Json {
	const account = unpackTokenAccount(data);
	if (account !== null) return display === null ? null : encodeAccount(account, display);
	const mint = unpackMint(data);
	if (mint !== null) return encodeMint(mint);
	const multisig = unpackMultisig(data);
	if (multisig === null) return null;
	return {
		type: 'multisig',
		info: {
			numRequiredSigners: multisig.numRequiredSigners,
			numValidSigners: multisig.numValidSigners,
			isInitialized: true,
			signers: multisig.signers.map((signer) => signer.toBase58()),
		},
	};
}

function text(key: Pubkey | null): string | null {
	return key === null ? null : key.toBase58();
}

function encodeAccount(account: TokenAccountState, display: MintDisplay): Json {
	const extensions = encodeExtensions(account.extensions);
	const { delegate, nativeReserve, closeAuthority } = account;
	return {
		type: 'account',
		info: {
			mint: account.mint.toBase58(),
			owner: account.owner.toBase58(),
			tokenAmount: encodeTokenAmount(account.amount, display),
			delegate: text(delegate) ?? undefined,
			state: account.state,
			isNative: nativeReserve !== null,
			rentExemptReserve: nativeReserve === null ? undefined : encodeTokenAmount(nativeReserve, display),
			delegatedAmount: delegate === null ? undefined : encodeTokenAmount(account.delegatedAmount, display),
			closeAuthority: text(closeAuthority) ?? undefined,
			extensions: extensions.length === 0 ? undefined : extensions,
		},
	};
}

function encodeMint(mint: MintState): Json {
	const extensions = encodeExtensions(mint.extensions);
	return {
		type: 'mint',
		info: {
			mintAuthority: text(mint.mintAuthority),
			supply: String(mint.supply),
			decimals: mint.decimals,
			isInitialized: true,
			freezeAuthority: text(mint.freezeAuthority),
			extensions: extensions.length === 0 ? undefined : extensions,
		},
	};
}
