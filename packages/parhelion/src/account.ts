/**
 * Accounts as callers see them: the original's `Account` class and kit's encoded accounts.
 *
 * Source: node-litesvm account.rs; litesvm's index.ts.
 */
import { type AccountSharedData, createAccount, Pubkey } from '@parhelion/sdk';
import { copyBytes } from './copy-bytes.ts';
import type { Address, EncodedAccount, LamportsValue } from './kit-types.ts';
import { debugAccount, debugTuple } from './rust-debug.ts';
import { toU64 } from './to-integer.ts';

/** An account and where it lies. */
export type AddressAndAccount = readonly [Pubkey, AccountSharedData];

/** The account in kit's form; the data is a copy. */
export function toEncodedAccount<Text extends string>(
	address: Text,
	account: AccountSharedData,
): EncodedAccount<Text> {
	return {
		address: address as Address<Text>,
		executable: account.executable,
		lamports: account.lamports as LamportsValue,
		programAddress: account.owner.toBase58() as Address,
		space: BigInt(account.data.length),
		data: copyBytes(account.data),
	};
}

/** An account by its fields, as the original's low-level calls take it. */
export class Account {
	readonly #account: AccountSharedData;

	/** RangeError for a number out of range, or an `owner` that is not 32 bytes. */
	constructor(lamports: bigint, data: Uint8Array, owner: Uint8Array, executable: boolean, rentEpoch: bigint) {
		if (owner.length !== 32) throw new RangeError(`an owner has 32 bytes, got ${owner.length}`);
		this.#account = createAccount({
			lamports: toU64(lamports),
			data: copyBytes(data),
			owner: Pubkey.fromBytes(owner),
			executable,
			rentEpoch: toU64(rentEpoch),
		});
	}
	lamports(): bigint {
		return this.#account.lamports;
	}
	data(): Uint8Array {
		return copyBytes(this.#account.data);
	}
	owner(): Uint8Array {
		return copyBytes(this.#account.owner.bytes);
	}
	executable(): boolean {
		return this.#account.executable;
	}
	rentEpoch(): bigint {
		return this.#account.rentEpoch;
	}
	toString(): string {
		return debugTuple('Account', debugAccount(this.#account));
	}
}
