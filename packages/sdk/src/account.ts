/**
 * Owns the account as it is stored between transactions. Source: crate `solana-account`, `AccountSharedData`.
 */
import { plainBytes } from './byte-key.ts';
import { type Lamports, U64_MAX } from './numbers.ts';
import { Pubkey } from './pubkey.ts';

/**
 * A stored account. Immutable once made: forks, snapshots and rollbacks share it, so nobody writes to
 * `data` in place.
 */
export interface AccountSharedData {
	readonly lamports: Lamports;
	readonly data: Uint8Array;
	readonly owner: Pubkey;
	readonly executable: boolean;
	readonly rentEpoch: bigint;
}

/** The rent epoch of every account that pays no rent: u64::MAX. */
export const RENT_EXEMPT_RENT_EPOCH: bigint = U64_MAX;

const NO_DATA = new Uint8Array(0);

/** The fields of {@link createAccount}; what is left out is upstream's `Default`. */
export interface AccountFields {
	readonly lamports?: Lamports;
	readonly data?: Uint8Array;
	readonly owner?: Pubkey;
	readonly executable?: boolean;
	/** 0 where left out, as `AccountSharedData::default()`. */
	readonly rentEpoch?: bigint;
}

/** Makes an account; takes over `data` without a copy (the caller gives it away). */
export function createAccount(fields: AccountFields): AccountSharedData {
	return {
		lamports: fields.lamports ?? 0n,
		data: fields.data === undefined ? NO_DATA : plainBytes(fields.data),
		owner: fields.owner ?? Pubkey.default,
		executable: fields.executable ?? false,
		rentEpoch: fields.rentEpoch ?? 0n,
	};
}

/**
 * The account with other fields. Not by spreading it: V8 gives each generation of such copies a hidden class of its own, and
 * after five of them (five blocks, whose leader is paid) every reader of accounts looks its fields up by name.
 */
export function updatedAccount(account: AccountSharedData, changes: AccountFields): AccountSharedData {
	return {
		lamports: changes.lamports ?? account.lamports,
		data: changes.data === undefined ? account.data : plainBytes(changes.data),
		owner: changes.owner ?? account.owner,
		executable: changes.executable ?? account.executable,
		rentEpoch: changes.rentEpoch ?? account.rentEpoch,
	};
}
