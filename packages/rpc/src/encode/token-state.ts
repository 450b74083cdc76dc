/**
 * Reads the state of SPL Token and Token-2022 accounts. Sources: spl-token-2022-interface 3.1 `state.rs` and
 * `extension/mod.rs` (`StateWithExtensions::unpack`), spl-generic-token 2.0.
 */
import {
	ACCOUNT_TYPE_ACCOUNT,
	ACCOUNT_TYPE_MINT,
	MINT_SIZE,
	MULTISIG_SIZE,
	TOKEN_ACCOUNT_SIZE,
} from '@parhelion/runtime';
import { Pubkey } from '@parhelion/sdk';

const STATE_OFFSET = 108;

/** The states of a token account, by number. */
export const ACCOUNT_STATES = ['uninitialized', 'initialized', 'frozen'] as const;

/** A token account without its extensions; amounts in the mint's smallest unit. */
export interface TokenAccountState {
	readonly mint: Pubkey;
	readonly owner: Pubkey;
	readonly amount: bigint;
	readonly delegate: Pubkey | null;
	readonly state: (typeof ACCOUNT_STATES)[number];
	/** Lamports that stay behind in a wrapped-SOL account; null in any other. */
	readonly nativeReserve: bigint | null;
	readonly delegatedAmount: bigint;
	readonly closeAuthority: Pubkey | null;
	/** Type-length-value bytes behind the base state. */
	readonly extensions: Uint8Array;
}

/** A mint without its extensions. */
export interface MintState {
	readonly mintAuthority: Pubkey | null;
	readonly supply: bigint;
	readonly decimals: number;
	readonly freezeAuthority: Pubkey | null;
	/** Type-length-value bytes behind the base state. */
	readonly extensions: Uint8Array;
}

/** A multisignature owner. */
export interface MultisigState {
	readonly numRequiredSigners: number;
	readonly numValidSigners: number;
	readonly signers: readonly Pubkey[];
}

const NONE = new Uint8Array(0);

function view(data: Uint8Array): DataView {
	return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** The bytes behind the account type; null where padding or type are not those of `accountType`. */
function extensionsOf(data: Uint8Array, baseLength: number, accountType: number): Uint8Array | null {
	if (data.length === baseLength) return NONE;
	if (data.length <= TOKEN_ACCOUNT_SIZE) return null;
	for (let i = baseLength; i < TOKEN_ACCOUNT_SIZE; i++) if (data[i] !== 0) return null;
	if (data[TOKEN_ACCOUNT_SIZE] !== accountType) return null;
	return data.subarray(TOKEN_ACCOUNT_SIZE + 1);
}

/** The tag of a `COption`: 0 or 1; -1 where it is neither. */
function optionTag(data: Uint8Array, at: number): number {
	const tag = view(data).getUint32(at, true);
	return tag <= 1 ? tag : -1;
}

function optionalKey(data: Uint8Array, at: number): Pubkey | null {
	return optionTag(data, at) === 1 ? Pubkey.fromBytes(data, at + 4) : null;
}

/** The token account in `data`; null where there is none that is initialized. */
export function unpackTokenAccount(data: Uint8Array): TokenAccountState | null {
	if (data.length < TOKEN_ACCOUNT_SIZE || data.length === MULTISIG_SIZE) return null;
	if (optionTag(data, 72) < 0 || optionTag(data, 109) < 0 || optionTag(data, 129) < 0) return null;
	const state = ACCOUNT_STATES[data[STATE_OFFSET]!];
	if (state === undefined || state === 'uninitialized') return null;
	const extensions = extensionsOf(data, TOKEN_ACCOUNT_SIZE, ACCOUNT_TYPE_ACCOUNT);
	if (extensions === null) return null;
	const bytes = view(data);
	return {
		mint: Pubkey.fromBytes(data, 0),
		owner: Pubkey.fromBytes(data, 32),
		amount: bytes.getBigUint64(64, true),
		delegate: optionalKey(data, 72),
		state,
		nativeReserve: optionTag(data, 109) === 1 ? bytes.getBigUint64(113, true) : null,
		delegatedAmount: bytes.getBigUint64(121, true),
		closeAuthority: optionalKey(data, 129),
		extensions,
	};
}

/** The mint in `data`; null where there is none that is initialized. */
export function unpackMint(data: Uint8Array): MintState | null {
	if (data.length < MINT_SIZE || data.length === MULTISIG_SIZE) return null;
	if (optionTag(data, 0) < 0 || optionTag(data, 46) < 0 || data[45] !== 1) return null;
	const extensions = extensionsOf(data, MINT_SIZE, ACCOUNT_TYPE_MINT);
	if (extensions === null) return null;
	return {
		mintAuthority: optionalKey(data, 0),
		supply: view(data).getBigUint64(36, true),
		decimals: data[44]!,
		freezeAuthority: optionalKey(data, 46),
		extensions,
	};
}

/** The multisignature owner in `data`; null where there is none that is initialized. */
export function unpackMultisig(data: Uint8Array): MultisigState | null {
	if (data.length !== MULTISIG_SIZE || data[2] !== 1) return null;
	const signers: Pubkey[] = [];
	for (let i = 0; i < 11; i++) signers.push(Pubkey.fromBytes(data, 3 + i * 32));
	return {
		numRequiredSigners: data[0]!,
		numValidSigners: data[1]!,
		signers: signers.filter((signer) => !signer.equals(Pubkey.default)),
	};
}

/** The value of the first extension of type `type`; null where there is none or the list is broken off. */
export function findExtension(extensions: Uint8Array, type: number): Uint8Array | null {
	const bytes = view(extensions);
	let at = 0;
	while (at + 4 <= extensions.length) {
		const found = bytes.getUint16(at, true);
		const length = bytes.getUint16(at + 2, true);
		if (found === 0 || at + 4 + length > extensions.length) return null;
		if (found === type) return extensions.subarray(at + 4, at + 4 + length);
		at += 4 + length;
	}
	return null;
}
