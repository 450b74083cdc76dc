/**
 * Whether a transaction may be processed now: locks, compute budget, age of its blockhash, not seen before.
 *
 * Source: solana-runtime bank/check_transactions.rs, bank.rs (`try_lock_accounts`).
 */
import {
	type AccountSharedData,
	err,
	type Hash,
	MAX_TX_ACCOUNT_LOCKS,
	ok,
	type Pubkey,
	type Result,
	type RuntimeFeatures,
	type SanitizedMessage,
	type SanitizedTransaction,
	TransactionError,
} from '@parhelion/sdk';
import {
	type CheckedTransactionDetails,
	checkNonceTransaction,
	checkTransaction,
	DEFAULT_LAMPORTS_PER_SIGNATURE,
	totalFee,
	verifyNonceAccount,
} from '@parhelion/svm';
import type { BlockhashQueue } from './blockhash-queue.ts';
import type { ProcessedStatus } from './status-cache.ts';

/** The accounts a transaction may lock before `increase_tx_account_lock_limit`. */
const OLD_ACCOUNT_LOCK_LIMIT = 64;

/** What the checks look at. */
export interface CheckContext {
	readonly features: RuntimeFeatures;
	readonly blockhashes: BlockhashQueue;
	/** How the message ended, if it was processed already. */
	getStatus(messageHash: Hash, blockhash: Hash): ProcessedStatus | undefined;
	getAccount(pubkey: Pubkey): AccountSharedData | null;
}

/** Whether a transaction may lock its accounts: `TooManyAccountLocks`, `AccountLoadedTwice`. */
export function checkLocks(
	features: RuntimeFeatures,
	transaction: SanitizedTransaction,
): TransactionError | null {
	const limit = features.increaseTxAccountLockLimit ? MAX_TX_ACCOUNT_LOCKS : OLD_ACCOUNT_LOCK_LIMIT;
	// `validateAccountLocks` looks for doubles first; a bank does not.
	if (transaction.message.accountKeys.length > limit) return TransactionError.TooManyAccountLocks;
	return transaction.validateAccountLocks(limit);
}

/**
 * The part of {@link checkProcessable} that asks nothing of the bank's state: errors in order those of {@link checkLocks},
 * the compute budget's. Names no nonce.
 */
export function checkLocksAndBudget(
	features: RuntimeFeatures,
	transaction: SanitizedTransaction,
): Result<CheckedTransactionDetails, TransactionError> {
	const lockError = checkLocks(features, transaction);
	if (lockError !== null) return err(lockError);
	return checkTransaction(transaction.message, features, DEFAULT_LAMPORTS_PER_SIGNATURE, null);
}

/**
 * Checks a transaction. `maxAge` is in blocks; `strictNonceSizeCheck` takes nonce accounts of the canonical size
 * only, as a leader does.
 *
 * Errors in order: `TooManyAccountLocks`, `AccountLoadedTwice`, the compute budget's, `BlockhashNotFound`,
 * `AlreadyProcessed`.
 */
export function checkProcessable(
	context: CheckContext,
	transaction: SanitizedTransaction,
	maxAge: number,
	strictNonceSizeCheck: boolean,
): Result<CheckedTransactionDetails, TransactionError> {
	const { blockhashes } = context;
	const { message } = transaction;
	const checked = checkLocksAndBudget(context.features, transaction);
	if (!checked.ok) return checked;
	let nonceAddress: Pubkey | null = null;
	if (!blockhashes.isHashValidForAge(message.recentBlockhash, maxAge)) {
		nonceAddress = nonceAddressOf(context, message, strictNonceSizeCheck);
		if (nonceAddress === null) return err(TransactionError.BlockhashNotFound);
	}
	if (context.getStatus(transaction.messageHash, message.recentBlockhash) !== undefined) {
		return err(TransactionError.AlreadyProcessed);
	}
	return nonceAddress === null ? checked : ok({ ...checked.value, nonceAddress });
}

/** The nonce whose hash a message names in the place of a blockhash; `null` where there is none. */
function nonceAddressOf(
	context: CheckContext,
	message: SanitizedMessage,
	strictNonceSizeCheck: boolean,
): Pubkey | null {
	const getAccount = (pubkey: Pubkey): AccountSharedData | null => context.getAccount(pubkey);
	const lastHash = context.blockhashes.lastHash();
	return checkNonceTransaction(message, getAccount, lastHash, strictNonceSizeCheck);
}

/** Lamports a message would cost; `null` if its blockhash is neither known nor a nonce (`get_fee_for_message`). */
export function feeForMessage(context: CheckContext, message: SanitizedMessage): bigint | null {
	if (context.blockhashes.get(message.recentBlockhash) === undefined) {
		const nonce = message.getDurableNonce();
		const account = nonce === null ? null : context.getAccount(nonce);
		if (account === null || verifyNonceAccount(account, message.recentBlockhash) === null) return null;
	}
	const checked = checkTransaction(message, context.features, DEFAULT_LAMPORTS_PER_SIGNATURE, null);
	return checked.ok ? totalFee(checked.value.feeDetails) : null;
}
