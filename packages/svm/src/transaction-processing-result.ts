/**
 * Owns the shapes that go into and come out of the transaction processor.
 *
 * Source: solana-svm 4.3.0, transaction_processing_result.rs, transaction_execution_result.rs,
 * account_loader.rs; solana-runtime 4.3.0, account_saver.rs.
 */

import type {
	AccountSharedData,
	FeatureSet,
	Hash,
	Lamports,
	Pubkey,
	Rent,
	RuntimeFeatures,
	SanitizedMessage,
	TransactionError,
} from '@parhelion/sdk';
import type { InvokeContextCallback } from './environment-config.ts';
import type { SVMTransactionExecutionBudget } from './execution-budget.ts';
import type { FeeDetails } from './fee.ts';
import type { InnerInstructionsList } from './inner-instructions.ts';
import type { JitMode } from './jit-tier.ts';
import type { ModifiedPrograms } from './program-cache.ts';
import type { RollbackAccounts } from './rollback-accounts.ts';
import type { KeyedAccountSharedData } from './transaction-accounts.ts';
import type { TransactionReturnData } from './transaction-context.ts';

/** What the processor asks of the bank. */
export interface TransactionProcessingCallback extends InvokeContextCallback {
	/** The account as it is now, or `null`; an account without lamports does not exist. */
	getAccountSharedData(pubkey: Pubkey): AccountSharedData | null;
}

/** What is the same for all transactions of a slot. */
export interface TransactionProcessingEnvironment {
	/** The last blockhash: nonces advance to it. */
	readonly blockhash: Hash;
	/** Lamports a signature costs by that blockhash; stored in nonces. */
	readonly blockhashLamportsPerSignature: bigint;
	/** Lamports staked in the epoch. */
	readonly epochTotalStake: bigint;
	readonly featureSet: FeatureSet;
	/** `featureSet` resolved; the same object as long as nothing changes. */
	readonly runtimeFeatures: RuntimeFeatures;
	readonly rent: Rent;
}

/** What to record, and leader policies. */
export interface TransactionProcessingConfig {
	/** Bytes of logs kept; `null` keeps all. Agave's own default is `LOG_MESSAGES_BYTES_LIMIT`. */
	readonly logBytesLimit: number | null;
	readonly recordLogs: boolean;
	readonly recordInnerInstructions: boolean;
	readonly recordReturnData: boolean;
	/** Whether programs are compiled: `auto` unless given. */
	readonly jit?: JitMode;
	/** Accept only nonce accounts of the canonical size; a policy of leaders. */
	readonly strictNonceSizeCheck?: boolean;
	/**
	 * Return what SIMD-0290 lets into a block without effect as `noOp`; otherwise it is `notLoaded`, as it
	 * is for a leader.
	 */
	readonly keepNoOpTransactions?: boolean;
}

/** What the bank's own checks found out about a transaction. */
export interface CheckedTransactionDetails {
	/** The nonce account, where the blockhash is a durable nonce. */
	readonly nonceAddress: Pubkey | null;
	readonly budget: SVMTransactionExecutionBudget;
	/** Bytes. */
	readonly loadedAccountsDataSizeLimit: number;
	readonly feeDetails: FeeDetails;
}

/** A transaction whose accounts were loaded, after its run. */
export interface LoadedTransaction {
	/** Every account in message order, as the run left it. */
	readonly accounts: readonly KeyedAccountSharedData[];
	/** Parallel to `accounts`: whether the run (or the fee) changed it. */
	readonly touchedFlags: readonly boolean[];
	readonly rollbackAccounts: RollbackAccounts;
	readonly feeDetails: FeeDetails;
	readonly computeBudget: SVMTransactionExecutionBudget;
	/** Bytes, by the rules of SIMD-0186. */
	readonly loadedAccountsDataSize: number;
}

/** How a run went. */
export interface TransactionExecutionDetails {
	/** `null` for success. */
	readonly status: TransactionError | null;
	/** `null` if not recorded. */
	readonly logMessages: readonly string[] | null;
	/** `null` if not recorded. */
	readonly innerInstructions: InnerInstructionsList | null;
	/** `null` if not recorded or empty. */
	readonly returnData: TransactionReturnData | null;
	/** CU. */
	readonly executedUnits: number;
	/** Bytes by which account data grew; 0 on failure. */
	readonly accountsDataLenDelta: number;
	/** Bytes of data of accounts left without lamports; 0 on failure. */
	readonly accountsUninitializedSize: number;
}

/** What became of a transaction. */
export type TransactionProcessingResult =
	/** It does not go into a block. */
	| { readonly kind: 'notLoaded'; readonly error: TransactionError }
	/** It goes into a block and has no effect at all (SIMD-0290). */
	| {
			readonly kind: 'noOp';
			readonly error: TransactionError;
			readonly feePayerBalance: Lamports | null;
			readonly computeUnitLimit: number;
			readonly loadedAccountsDataSizeLimit: number;
	  }
	/** Some account did not load: it pays, and its nonce advances. */
	| {
			readonly kind: 'feesOnly';
			readonly error: TransactionError;
			readonly rollbackAccounts: RollbackAccounts;
			readonly feeDetails: FeeDetails;
			readonly loadedAccountsDataSize: number;
	  }
	| {
			readonly kind: 'executed';
			readonly loadedTransaction: LoadedTransaction;
			readonly execution: TransactionExecutionDetails;
			readonly feeDetails: FeeDetails;
			/** Programs it deployed, upgraded or closed; to be merged into the caches if it succeeded. */
			readonly programsModified: ModifiedPrograms;
	  };

/** The accounts to store for a processed transaction (upstream: `collect_accounts_to_store`). */
export function collectAccountsToStore(
	message: SanitizedMessage,
	result: TransactionProcessingResult,
): readonly KeyedAccountSharedData[] {
	switch (result.kind) {
		case 'notLoaded':
		case 'noOp':
			return [];
		case 'feesOnly':
			return result.rollbackAccounts.accounts;
		case 'executed': {
			const { accounts, touchedFlags, rollbackAccounts } = result.loadedTransaction;
			if (result.execution.status !== null) return rollbackAccounts.accounts;
			const toStore: KeyedAccountSharedData[] = [];
			for (let i = 0; i < accounts.length; i++) {
				if (!touchedFlags[i] || !message.isWritable(i)) continue;
				if (message.isInvoked(i) && !message.isInstructionAccount(i)) continue;
				toStore.push(accounts[i]!);
			}
			return toStore;
		}
	}
}
