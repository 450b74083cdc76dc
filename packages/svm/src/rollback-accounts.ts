/**
 * Owns what a failed transaction still changes: the fee payer pays, a nonce advances.
 *
 * Source: solana-svm 4.3.0, rollback_accounts.rs and nonce_info.rs.
 */

import { type AccountSharedData, type Pubkey, updatedAccount } from '@parhelion/sdk';
import type { KeyedAccountSharedData } from './transaction-accounts.ts';

/** A nonce account, already advanced. */
export interface NonceInfo {
	readonly address: Pubkey;
	readonly account: AccountSharedData;
}

/** The accounts to store when the transaction fails. */
export class RollbackAccounts {
	/** Fee payer first; then the nonce, if it is another account. */
	readonly accounts: readonly KeyedAccountSharedData[];

	private constructor(accounts: readonly KeyedAccountSharedData[]) {
		this.accounts = accounts;
	}

	/**
	 * `feePayer` is the account with the fee taken off. Without a nonce it keeps the rent epoch it was
	 * loaded with.
	 */
	static create(
		nonce: NonceInfo | null,
		feePayerAddress: Pubkey,
		feePayer: AccountSharedData,
		feePayerLoadedRentEpoch: bigint,
	): RollbackAccounts {
		if (nonce === null) {
			const account =
				feePayer.rentEpoch === feePayerLoadedRentEpoch
					? feePayer
					: updatedAccount(feePayer, { rentEpoch: feePayerLoadedRentEpoch });
			return new RollbackAccounts([[feePayerAddress, account]]);
		}
		if (nonce.address.equals(feePayerAddress)) {
			return new RollbackAccounts([
				[feePayerAddress, updatedAccount(feePayer, { data: nonce.account.data })],
			]);
		}
		return new RollbackAccounts([
			[feePayerAddress, feePayer],
			[nonce.address, nonce.account],
		]);
	}

	/** The fee payer with the fee taken off. */
	get feePayer(): KeyedAccountSharedData {
		return this.accounts[0]!;
	}

	/** Bytes of data of the accounts together. */
	dataSize(): number {
		let size = 0;
		for (const [, account] of this.accounts) size += account.data.length;
		return size;
	}
}
