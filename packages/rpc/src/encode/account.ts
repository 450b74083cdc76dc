/**
 * Writes accounts as JSON. Sources: solana-account-decoder 4.3.0 `lib.rs` (`encode_ui_account`), solana-rpc
 * 4.3.0 `rpc.rs` (`encode_account`, `get_encoded_account`) and `parsed_token_accounts.rs`.
 *
 * Of the accounts that upstream writes as `jsonParsed`, those of the token programs are parsed here; every
 * other one falls back to base64, as upstream does for an account it cannot parse.
 */
import { type AccountSharedData, base58Encode, Pubkey, programIds } from '@parhelion/sdk';
import { type Json, LazyJson } from '../json/write.ts';
import type { UiAccountEncoding, UiDataSliceConfig } from '../params/configs.ts';
import { fail, failInvalidParams } from '../rpc-error.ts';
import { base64Encode } from './base64.ts';
import { parseTokenAccount } from './parse-token.ts';
import { type MintDisplay, mintDisplay } from './token-amount.ts';
import { isTokenAccountData, isTokenProgram, type MintState, unpackMint } from './token-state.ts';
import { zstdFrame } from './zstd.ts';

/** Base58 takes quadratic time, so upstream encodes no more than this many bytes. */
const MAX_BASE58_BYTES = 128;

const NATIVE_MINT = Pubkey.fromBase58('So11111111111111111111111111111111111111112');
const NATIVE_MINT_DECIMALS = 9;

/** What encoding an account may look up: other accounts, and the time. */
export interface AccountSource {
	getAccount(pubkey: Pubkey): AccountSharedData | null;
	/** Seconds since 1970. */
	unixTimestamp(): bigint;
}

/** The bytes of `data` that `slice` asks for. */
function sliceData(data: Uint8Array, slice: UiDataSliceConfig | null): Uint8Array {
	if (slice === null) return data;
	const length = BigInt(data.length);
	if (slice.offset >= length) return data.subarray(0, 0);
	const end = slice.length > length - slice.offset ? length : slice.offset + slice.length;
	return data.subarray(Number(slice.offset), Number(end));
}

function encodeBase58(data: Uint8Array): string {
	return data.length <= MAX_BASE58_BYTES ? base58Encode(data) : 'error: data too large for bs58 encoding';
}

/** How amounts of `mint` are shown, and the program that owns it. Ends the call with -32602 where it is no mint. */
export function getMintOwnerAndDisplay(
	source: AccountSource,
	mint: Pubkey,
): { readonly owner: Pubkey; readonly display: MintDisplay } {
	if (mint.equals(NATIVE_MINT)) {
		return {
			owner: programIds.splToken,
			display: { decimals: NATIVE_MINT_DECIMALS, toUiAmount: null },
		};
	}
	const account = source.getAccount(mint);
	if (account === null) return failInvalidParams('Invalid param: could not find mint');
	const state = unpackMint(account.data);
	if (state === null) return failInvalidParams('Invalid param: Token mint could not be unpacked');
	return { owner: account.owner, display: displayOf(state, source) };
}

/** How amounts of the mint in `state` are shown now. */
export function displayOf(state: MintState, source: AccountSource): MintDisplay {
	return mintDisplay(state, source.unixTimestamp());
}

/** The display of a token account's mint; null where there is none. */
function displayOfTokenAccount(data: Uint8Array, source: AccountSource): MintDisplay | null {
	if (!isTokenAccountData(data)) return null;
	const mint = source.getAccount(Pubkey.fromBytes(data, 0));
	const state = mint === null ? null : unpackMint(mint.data);
	return state === null ? null : displayOf(state, source);
}

function encodeParsed(
	account: AccountSharedData,
	slice: UiDataSliceConfig | null,
	source: AccountSource,
): Json {
	if (isTokenProgram(account.owner)) {
		const parsed = parseTokenAccount(account.data, displayOfTokenAccount(account.data, source));
		const program = account.owner.equals(programIds.splToken) ? 'spl-token' : 'spl-token-2022';
		// A token account is shown whole: upstream drops the slice once it has parsed.
		if (parsed !== null) return { program, parsed, space: account.data.length };
		return [base64Encode(account.data), 'base64'];
	}
	return [base64Encode(sliceData(account.data, slice)), 'base64'];
}

function encodeData(
	account: AccountSharedData,
	encoding: UiAccountEncoding,
	slice: UiDataSliceConfig | null,
	source: AccountSource,
): Json {
	switch (encoding) {
		case 'binary':
			return encodeBase58(sliceData(account.data, slice));
		case 'base58':
			return [encodeBase58(sliceData(account.data, slice)), 'base58'];
		case 'base64':
			return [base64Encode(sliceData(account.data, slice)), 'base64'];
		case 'base64+zstd':
			return [base64Encode(zstdFrame(sliceData(account.data, slice))), 'base64+zstd'];
		case 'jsonParsed':
			return encodeParsed(account, slice, source);
	}
}

/** `encode_ui_account`: never fails; base58 of more than 128 bytes becomes a text that says so. */
export function encodeUiAccount(
	account: AccountSharedData,
	encoding: UiAccountEncoding,
	slice: UiDataSliceConfig | null,
	source: AccountSource,
): Json {
	return {
		lamports: account.lamports,
		data: new LazyJson(() => encodeData(account, encoding, slice, source)),
		owner: account.owner.toBase58(),
		executable: account.executable,
		rentEpoch: account.rentEpoch,
		space: account.data.length,
	};
}

/** As {@link encodeUiAccount}, but base58 of more than 128 bytes ends the call with -32600. */
export function encodeAccount(
	account: AccountSharedData,
	encoding: UiAccountEncoding,
	slice: UiDataSliceConfig | null,
	source: AccountSource,
): Json {
	const isBase58 = encoding === 'binary' || encoding === 'base58';
	if (isBase58 && sliceData(account.data, slice).length > MAX_BASE58_BYTES) {
		fail({
			code: -32600,
			message: `Encoded binary (base 58) data should be less than ${MAX_BASE58_BYTES} bytes, please use Base64 encoding.`,
		});
	}
	return encodeUiAccount(account, encoding, slice, source);
}
