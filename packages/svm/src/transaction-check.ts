/**
 * Owns the checks of a transaction that come before the processor and need no accounts but the nonce's: its
 * compute budget, its fee, and whether its blockhash can be a durable nonce.
 *
 * Source: solana-runtime 4.3.0, bank/check_transactions.rs.
 */

import {
	type AccountSharedData,
	err,
	type Hash,
	type Lamports,
	NONCE_STATE_SIZE,
	ok,
	type Pubkey,
	type Result,
	type RuntimeFeatures,
	type SanitizedMessage,
	type TransactionError,
} from '@parhelion/sdk';
import { executionBudget, transactionConfiguration } from './compute-budget-instructions.ts';
import type { SVMTransactionExecutionBudget } from './execution-budget.ts';
import { calculateFeeDetails } from './fee.ts';
import { durableNonce, verifyNonceAccount } from './nonce.ts';
import type { CheckedTransactionDetails } from './transaction-processing-result.ts';

/**
 * The details the processor wants. `nonceAddress` as {@link checkNonceTransaction} found it; `budgetOverride`
 * replaces the budget the transaction asks for. Fails as `transactionConfiguration`.
 */
export function checkTransaction(
	message: SanitizedMessage,
	features: RuntimeFeatures,
	lamportsPerSignature: Lamports,
	nonceAddress: Pubkey | null,
	budgetOverride: SVMTransactionExecutionBudget | null = null,
): Result<CheckedTransactionDetails, TransactionError> {
	const configuration = transactionConfiguration(message, features);
	if (!configuration.ok) return err(configuration.error);
	return ok({
		nonceAddress,
		budget: budgetOverride ?? executionBudget(configuration.value, features),
		loadedAccountsDataSizeLimit: configuration.value.loadedAccountsDataSizeLimit,
		feeDetails: calculateFeeDetails(message, lamportsPerSignature, configuration.value.priorityFeeLamports),
	});
}

/**
 * The address of the nonce that a message uses as its blockhash, or `null` where it does not or may not.
 *
 * `lastBlockhash` is the bank's newest. Upstream: `check_nonce_transaction_validity`.
 */
export function checkNonceTransaction(
	message: SanitizedMessage,
	getAccount: (pubkey: Pubkey) => AccountSharedData | null,
	lastBlockhash: Hash,
	strictSizeCheck = false,
): Pubkey | null {
	const address = message.getDurableNonce();
	if (address === null || message.recentBlockhash.equals(durableNonce(lastBlockhash))) return null;
	const account = getAccount(address);
	if (account === null || (strictSizeCheck && account.data.length !== NONCE_STATE_SIZE)) return null;
	return verifyNonceAccount(account, message.recentBlockhash) === null ? null : address;
}
