/**
 * Conditions on accounts, and the scan that applies them. Sources: solana-rpc-client-types 4.3.0 `filter.rs`,
 * solana-rpc 4.3.0 `filter.rs` and `rpc.rs` (`verify_filters`, `get_filtered_program_accounts`).
 */
import { type Bank, isTokenAccountData, isTokenProgram, TOKEN_ACCOUNT_SIZE } from '@parhelion/runtime';
import { type AccountSharedData, type Pubkey, programIds } from '@parhelion/sdk';
import { decodeBase58 } from '../encode/base58.ts';
import { base64Decode } from '../encode/base64.ts';
import { failInvalidParams } from '../rpc-error.ts';
import type { MemcmpEncodedBytes, RpcFilterType } from './configs.ts';

const MAX_GET_PROGRAM_ACCOUNT_FILTERS = 4;
const MAX_DATA_SIZE = 128;
const MAX_DATA_BASE58_SIZE = 175;
const MAX_DATA_BASE64_SIZE = 172;

/** Where a token account names its mint. */
export const TOKEN_ACCOUNT_MINT_OFFSET = 0n;
/** Where a token account names its owner. */
export const TOKEN_ACCOUNT_OWNER_OFFSET = 32n;

/** A condition whose bytes are decoded. */
export type AccountFilter =
	| { readonly kind: 'dataSize'; readonly size: bigint }
	| { readonly kind: 'memcmp'; readonly offset: bigint; readonly bytes: Uint8Array }
	| { readonly kind: 'tokenAccountState' };

function failFilter(error: string): never {
	failInvalidParams(`Invalid param: ${error}`);
}

function decodeBytes(encoded: MemcmpEncodedBytes): Uint8Array {
	if (encoded.encoding === 'bytes') return encoded.bytes;
	const isBase58 = encoded.encoding === 'base58';
	const maxText = isBase58 ? MAX_DATA_BASE58_SIZE : MAX_DATA_BASE64_SIZE;
	if (Buffer.byteLength(encoded.text) > maxText) return failFilter('DataTooLarge');
	const decoded = isBase58 ? decodeBase58(encoded.text) : base64Decode(encoded.text);
	if (decoded.ok) return decoded.value;
	return failFilter(`${isBase58 ? 'Base58DecodeError' : 'Base64DecodeError'}(${decoded.error})`);
}

/** Decodes and checks filters. Ends the call with -32602 where there are too many, or one is not valid. */
export function verifyFilters(filters: readonly RpcFilterType[]): AccountFilter[] {
	if (filters.length > MAX_GET_PROGRAM_ACCOUNT_FILTERS) {
		return failInvalidParams(`Too many filters provided; max ${MAX_GET_PROGRAM_ACCOUNT_FILTERS}`);
	}
	return filters.map((filter) => {
		if (filter.kind !== 'memcmp') return filter;
		const bytes = decodeBytes(filter.bytes);
		if (bytes.length > MAX_DATA_SIZE) return failFilter('DataTooLarge');
		return { kind: 'memcmp', offset: filter.offset, bytes };
	});
}

function bytesMatch(data: Uint8Array, offset: bigint, bytes: Uint8Array): boolean {
	if (offset + BigInt(bytes.length) > BigInt(data.length)) return false;
	const at = Number(offset);
	for (let i = 0; i < bytes.length; i++) if (data[at + i] !== bytes[i]) return false;
	return true;
}

/** Whether `account` meets the condition. */
export function filterAllows(filter: AccountFilter, account: AccountSharedData): boolean {
	switch (filter.kind) {
		case 'dataSize':
			return BigInt(account.data.length) === filter.size;
		case 'memcmp':
			return bytesMatch(account.data, filter.offset, filter.bytes);
		case 'tokenAccountState':
			return isTokenAccountData(account.data);
	}
}

/** The 32 bytes that a token account must hold at `offset`, if the filters say so. Ends the call with -32602. */
function tokenKeyFilter(filters: readonly AccountFilter[], offset: bigint, thing: string): boolean {
	let found = false;
	for (const filter of filters) {
		if (filter.kind !== 'memcmp' || filter.offset !== offset) continue;
		if (filter.bytes.length !== 32) {
			return failInvalidParams(
				`Incorrect byte length ${filter.bytes.length} for SPL token ${thing} filter, expected 32`,
			);
		}
		found = true;
	}
	return found;
}

/**
 * The filters that upstream applies to `program`: a query of a token program that asks for the accounts of one
 * owner or one mint, sees initialized token accounts only. Ends the call with -32602 where the owner or the mint
 * asked for has not 32 bytes.
 */
export function tokenProgramFilters(
	program: Pubkey,
	filters: readonly AccountFilter[],
): readonly AccountFilter[] {
	if (!isTokenProgram(program)) return filters;
	const asksForAccounts = filters.some(
		(filter) =>
			filter.kind === 'tokenAccountState' ||
			(filter.kind === 'dataSize' && filter.size === BigInt(TOKEN_ACCOUNT_SIZE)) ||
			(filter.kind === 'memcmp' &&
				program.equals(programIds.splToken2022) &&
				filter.offset === BigInt(TOKEN_ACCOUNT_SIZE) &&
				filter.bytes.length === 1 &&
				filter.bytes[0] === 2),
	);
	const byOwner = tokenKeyFilter(filters, TOKEN_ACCOUNT_OWNER_OFFSET, 'owner') && asksForAccounts;
	const byMint = !byOwner && tokenKeyFilter(filters, TOKEN_ACCOUNT_MINT_OFFSET, 'mint') && asksForAccounts;
	return byOwner || byMint ? [...filters, { kind: 'tokenAccountState' }] : filters;
}

/** The accounts of `program` that meet all conditions, in the order of their addresses. */
export function scanProgramAccounts(
	bank: Bank,
	program: Pubkey,
	filters: readonly AccountFilter[],
): (readonly [Pubkey, AccountSharedData])[] {
	const found: (readonly [Pubkey, AccountSharedData])[] = [];
	for (const entry of bank.getProgramAccounts(program)) {
		if (filters.every((filter) => filterAllows(filter, entry[1]))) found.push(entry);
	}
	return found.sort(([a], [b]) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
