/**
 * The accounts of SPL Token and Token-2022 as bytes: mints, token accounts, and the extensions behind them.
 *
 * Owns the offsets; refuses accounts of another kind.
 *
 * Source: spl-token-interface state.rs (`Mint`, `Account`), spl-token-2022-interface extension/mod.rs
 * (`ExtensionType`, `get_required_init_account_extensions`).
 */
import {
	ACCOUNT_TYPE_ACCOUNT,
	ACCOUNT_TYPE_MINT,
	hasTokenExtensions,
	isTokenAccountData,
	MINT_SIZE,
	TOKEN_ACCOUNT_SIZE,
} from '@parhelion/runtime';
import type { Pubkey } from '@parhelion/sdk';

/** Type and length of an extension. */
const EXTENSION_HEADER = 4;

/** Extensions, by their number. */
const IMMUTABLE_OWNER = 7;
/** What a mint's extension asks of the token accounts: its number, theirs, and how many bytes they get. */
const REQUIRED_EXTENSIONS: readonly (readonly [mint: number, account: number, bytes: number])[] = [
	[1, 2, 8], // TransferFeeConfig: TransferFeeAmount
	[9, 13, 0], // NonTransferable: NonTransferableAccount
	[14, 15, 1], // TransferHook: TransferHookAccount
	[26, 27, 0], // Pausable: PausableAccount
];

/** What is needed of a mint. */
export interface MintView {
	readonly supply: bigint;
	readonly decimals: number;
	/** Numbers of its extensions. */
	readonly extensions: readonly number[];
}

/** The mint in these bytes, or `null`. */
export function readMint(data: Uint8Array): MintView | null {
	const hasExtensions = hasTokenExtensions(data, ACCOUNT_TYPE_MINT);
	if ((data.length !== MINT_SIZE && !hasExtensions) || data[45] !== 1) return null;
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	return {
		supply: view.getBigUint64(36, true),
		decimals: data[44]!,
		extensions: hasExtensions ? extensionNumbers(view) : [],
	};
}

function extensionNumbers(view: DataView): number[] {
	const numbers: number[] = [];
	let at = TOKEN_ACCOUNT_SIZE + 1;
	while (at + EXTENSION_HEADER <= view.byteLength) {
		const number = view.getUint16(at, true);
		if (number === 0) break;
		numbers.push(number);
		at += EXTENSION_HEADER + view.getUint16(at + 2, true);
	}
	return numbers;
}

/** What is needed of a token account. */
export interface TokenAccountView {
	readonly mint: Uint8Array;
	readonly amount: bigint;
	/** Lamports that are not tokens, in an account of wrapped SOL; else `null`. */
	readonly nativeReserve: bigint | null;
}

/** The initialised token account in these bytes, or `null`. */
export function readTokenAccount(data: Uint8Array): TokenAccountView | null {
	if (!isTokenAccountData(data) || data[108]! > 2) return null;
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	return {
		mint: data.subarray(0, 32),
		amount: view.getBigUint64(64, true),
		nativeReserve: view.getUint32(109, true) === 1 ? view.getBigUint64(113, true) : null,
	};
}

/** The same bytes with a u64 replaced. */
function withU64(data: Uint8Array, offset: number, value: bigint): Uint8Array {
	const copy = data.slice();
	new DataView(copy.buffer).setBigUint64(offset, value, true);
	return copy;
}

/** A token account's bytes with another amount. */
export function withAmount(data: Uint8Array, amount: bigint): Uint8Array {
	return withU64(data, 64, amount);
}

/** A mint's bytes with another supply. */
export function withSupply(data: Uint8Array, supply: bigint): Uint8Array {
	return withU64(data, 36, supply);
}

/** A mint without extensions. */
export function encodeMint(
	decimals: number,
	mintAuthority: Pubkey | null,
	freezeAuthority: Pubkey | null,
): Uint8Array {
	const data = new Uint8Array(MINT_SIZE);
	const view = new DataView(data.buffer);
	if (mintAuthority !== null) {
		view.setUint32(0, 1, true);
		data.set(mintAuthority.bytes, 4);
	}
	data[44] = decimals;
	data[45] = 1;
	if (freezeAuthority !== null) {
		view.setUint32(46, 1, true);
		data.set(freezeAuthority.bytes, 50);
	}
	return data;
}

/**
 * An initialised, empty token account, with the extensions that the mint asks for.
 *
 * @param immutableOwner whether the owner is fixed, as that of an associated account of Token-2022 is.
 */
export function encodeTokenAccount(
	mint: Pubkey,
	owner: Pubkey,
	mintExtensions: readonly number[],
	immutableOwner: boolean,
	isFrozen: boolean,
): Uint8Array {
	// The owner is fixed, too, where the tokens cannot be moved.
	const extensions: (readonly [number, number])[] = REQUIRED_EXTENSIONS.filter(([number]) =>
		mintExtensions.includes(number),
	).map(([, number, bytes]) => [number, bytes] as const);
	if (immutableOwner || mintExtensions.includes(9)) extensions.unshift([IMMUTABLE_OWNER, 0]);
	const size = extensions.reduce((sum, [, bytes]) => sum + EXTENSION_HEADER + bytes, 0);
	const data = new Uint8Array(TOKEN_ACCOUNT_SIZE + (extensions.length === 0 ? 0 : 1 + size));
	data.set(mint.bytes, 0);
	data.set(owner.bytes, 32);
	data[108] = isFrozen ? 2 : 1;
	if (extensions.length === 0) return data;
	data[TOKEN_ACCOUNT_SIZE] = ACCOUNT_TYPE_ACCOUNT;
	const view = new DataView(data.buffer);
	let at = TOKEN_ACCOUNT_SIZE + 1;
	for (const [number, bytes] of extensions) {
		view.setUint16(at, number, true);
		view.setUint16(at + 2, bytes, true);
		at += EXTENSION_HEADER + bytes;
	}
	return data;
}

/** The bytes of an account of wrapped SOL that holds `reserve` lamports besides its tokens. */
export function withNativeReserve(data: Uint8Array, reserve: bigint): Uint8Array {
	const copy = withU64(data, 113, reserve);
	new DataView(copy.buffer).setUint32(109, 1, true);
	return copy;
}
