/**
 * Writes accounts as JSON. Sources: solana-account-decoder 4.3.0 `lib.rs` (`encode_ui_account`), solana-rpc
 * 4.3.0 `rpc.rs` (`encode_account`, `get_encoded_account`) and `parsed_token_accounts.rs`.
 */
import { isTokenAccountData, isTokenProgram, NATIVE_MINT, NATIVE_MINT_DECIMALS } from '@parhelion/runtime';
import { type AccountSharedData, base58Encode, Pubkey, programIds } from '@parhelion/sdk';
import { type Json, LazyJson, SortedJson } from '../json/write.ts';
import type { UiAccountEncoding, UiDataSliceConfig } from '../params/configs.ts';
import { fail, failInvalidParams } from '../rpc-error.ts';
import { parseAccountData } from './accounts/index.ts';
import { base64Encode } from './base64.ts';
import { type MintDisplay, mintDisplay } from './token-amount.ts';
import { type MintState, unpackMint, unpackMultisig, unpackTokenAccount } from './token-state.ts';
import { zstdFrame } from './zstd.ts';

/** Base58 takes quadratic time, so upstream encodes no more than this many bytes. */
const MAX_BASE58_BYTES = 128;

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
	pubkey: Pubkey,
	account: AccountSharedData,
	slice: UiDataSliceConfig | null,
	source: AccountSource,
): Json {
	const { data, owner } = account;
	const known = parseAccountData(pubkey, owner, data, () => displayOfTokenAccount(data, source));
	if (known !== null) {
		return { program: known.program, parsed: new SortedJson(known.parsed), space: data.length };
	}
	// Upstream has dropped the slice by the time it finds out that a token program's account cannot be parsed.
	return [base64Encode(isTokenProgram(owner) ? data : sliceData(data, slice)), 'base64'];
}

function encodeData(
	pubkey: Pubkey,
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
			return encodeParsed(pubkey, account, slice, source);
	}
}

/** `encode_ui_account`: never fails; base58 of more than 128 bytes becomes a text that says so. */
export function encodeUiAccount(
	pubkey: Pubkey,
	account: AccountSharedData,
	encoding: UiAccountEncoding,
	slice: UiDataSliceConfig | null,
	source: AccountSource,
): Json {
	return {
		lamports: account.lamports,
		data: new LazyJson(() => encodeData(pubkey, account, encoding, slice, source)),
		owner: account.owner.toBase58(),
		executable: account.executable,
		rentEpoch: account.rentEpoch,
		space: account.data.length,
	};
}

/** As {@link encodeUiAccount}, but base58 of more than 128 bytes ends the call with -32600. */
export function encodeAccount(
	pubkey: Pubkey,
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
	return encodeUiAccount(pubkey, account, encoding, slice, source);
}

/** Whether the account of a token program has a parsed form. */
function isParsableTokenAccount(data: Uint8Array, source: AccountSource): boolean {
	if (unpackTokenAccount(data) !== null) return displayOfTokenAccount(data, source) !== null;
	return unpackMint(data) !== null || unpackMultisig(data) !== null;
}

/** The source with what was looked up kept: of many token accounts, most have the mint of another. */
function rememberingSource(source: AccountSource): AccountSource {
	const known = new Map<string, AccountSharedData | null>();
	return {
		getAccount(pubkey) {
			const before = known.get(pubkey.key);
			if (before !== undefined) return before;
			const account = source.getAccount(pubkey);
			known.set(pubkey.key, account);
			return account;
		},
		unixTimestamp: () => source.unixTimestamp(),
	};
}

/**
 * `RpcKeyedAccount` of each account, all of them of `program`. Of a token program's accounts, those that cannot be
 * parsed are left out where parsed ones are asked for, as upstream does. Ends the call with -32600 as
 * {@link encodeAccount}.
 */
export function encodeKeyedAccounts(
	accounts: readonly (readonly [Pubkey, AccountSharedData])[],
	program: Pubkey,
	encoding: UiAccountEncoding,
	slice: UiDataSliceConfig | null,
	source: AccountSource,
	encode: typeof encodeAccount = encodeAccount,
): Json[] {
	const remembering = rememberingSource(source);
	const onlyParsable = encoding === 'jsonParsed' && isTokenProgram(program);
	return accounts
		.filter(([, { data }]) => !onlyParsable || isParsableTokenAccount(data, remembering))
		.map(([pubkey, account]) => ({
			pubkey: pubkey.toBase58(),
			account: encode(pubkey, account, encoding, slice, remembering),
		}));
}
