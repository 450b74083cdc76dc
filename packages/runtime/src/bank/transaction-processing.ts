/**
 * How a bank takes a transaction: form, signatures, locks, age and status checks, the run, the commit; and the same
 * without the commit.
 *
 * Source: solana-runtime 4.3.0 (bank.rs: `load_and_execute_transactions`, `commit_transactions`,
 * `simulate_transaction_unchecked`).
 */
import {
	err,
	type Hash,
	type Lamports,
	NO_LOADED_ADDRESSES,
	ok,
	type Result,
	SanitizedMessage,
	type SanitizedTransaction,
	sanitizeMessage,
	TransactionError,
	type VersionedMessage,
	type VersionedTransaction,
} from '@parhelion/sdk';
import {
	type CheckedTransactionDetails,
	collectAccountsToStore,
	type FeeDetails,
	type KeyedAccountSharedData,
	type ModifiedPrograms,
	NO_FEE,
	type TransactionProcessingResult,
} from '@parhelion/svm';
import { type Balances, collectBalances } from './balances.ts';
import type { Bank } from './bank.ts';
import type {
	CommittedTransaction,
	ProcessOptions,
	SimulateOptions,
	SimulationOutcome,
	TransactionOutcome,
} from './bank-types.ts';
import { actualUnits, blockLimitsOf, estimatedCost } from './block-limits.ts';
import { MAX_PROCESSING_AGE, MAX_TRANSACTION_FORWARDING_DELAY } from './blockhash-queue.ts';
import { checkProcessable, feeForMessage } from './check-transactions.ts';
import { NO_SIGNATURE, outcomeOf, simulationFailure, turnedAway } from './outcome.ts';
import { tellExecuted, tellLocked, tellPartOfBank, tellUnlocked } from './transaction-events.ts';
import { verifyTransaction } from './verify-transaction.ts';

/**
 * Checks the form of a transaction and resolves its addresses.
 *
 * Errors in order: `UnsupportedVersion`, `SanitizeFailure`, `SignatureFailure` (where signatures are checked), the
 * address loader's.
 */
export function sanitizeTransaction(
	bank: Bank,
	transaction: VersionedTransaction,
	checkSignatures: boolean,
	messageHash?: Hash,
): Result<SanitizedTransaction, TransactionError> {
	return verifyTransaction(transaction, bank, checkSignatures, messageHash);
}

/** Resolves a message: `SanitizeFailure`, then the address loader's errors. */
export function resolveMessage(
	bank: Bank,
	message: VersionedMessage,
): Result<SanitizedMessage, TransactionError> {
	if (sanitizeMessage(message) !== null) return err(TransactionError.SanitizeFailure);
	const loaded = bank.addressLoader(message.version === 0 ? message.addressTableLookups : []);
	return loaded.ok ? ok(new SanitizedMessage(message, loaded.value, bank.reservedKeys)) : loaded;
}

/**
 * Whether a transaction may go into this block.
 *
 * Errors in order: `TooManyAccountLocks`, `AccountLoadedTwice`, the compute budget's, `BlockhashNotFound`,
 * `AlreadyProcessed`.
 */
export function checkTransaction(
	bank: Bank,
	transaction: SanitizedTransaction,
): Result<CheckedTransactionDetails, TransactionError> {
	return checkProcessable(bank, transaction, MAX_PROCESSING_AGE, false);
}

/**
 * Lamports a message would cost; `null` if its blockhash is neither known nor a nonce, or the message is not valid.
 */
export function feeOf(bank: Bank, message: SanitizedMessage | VersionedMessage): Lamports | null {
	if (message instanceof SanitizedMessage) return feeForMessage(bank, message);
	const resolved = resolveMessage(bank, message);
	return resolved.ok ? feeForMessage(bank, resolved.value) : null;
}

/** How {@link executeTransaction} runs a transaction. */
export interface ExecuteOptions {
	readonly recordInnerInstructions: boolean;
	/** Takes nonce accounts of the canonical size only, as a simulation does. */
	readonly strictNonceSizeCheck?: boolean;
	/** See {@link ProcessOptions}. */
	readonly keepNoOpTransactions?: boolean;
}

/** Runs a checked transaction; the bank does not change. */
export function executeTransaction(
	bank: Bank,
	transaction: SanitizedTransaction,
	details: CheckedTransactionDetails,
	options: ExecuteOptions,
): TransactionProcessingResult {
	return bank.processor.loadAndExecuteSanitizedTransaction(bank, transaction, details, bank.environment, {
		logBytesLimit: bank.shared.options.logBytesLimit ?? null,
		recordLogs: true,
		recordInnerInstructions: options.recordInnerInstructions,
		recordReturnData: true,
		strictNonceSizeCheck: options.strictNonceSizeCheck ?? false,
		keepNoOpTransactions: options.keepNoOpTransactions ?? false,
	});
}

/** What a processed transaction leaves. */
export interface TransactionEffects {
	readonly stored: readonly KeyedAccountSharedData[];
	readonly error: TransactionError | null;
	readonly fee: FeeDetails;
	/** Empty unless it succeeded. */
	readonly programsModified: ModifiedPrograms;
}

const NO_PROGRAMS: ModifiedPrograms = [];

/** What is to be committed of a result. */
function effectsOf(
	message: SanitizedMessage,
	result: Exclude<TransactionProcessingResult, { readonly kind: 'notLoaded' }>,
): TransactionEffects {
	const stored = collectAccountsToStore(message, result);
	if (result.kind !== 'executed') {
		const fee = result.kind === 'noOp' ? NO_FEE : result.feeDetails;
		return { stored, error: result.error, fee, programsModified: NO_PROGRAMS };
	}
	const { status: error } = result.execution;
	const programsModified = error === null ? result.programsModified : NO_PROGRAMS;
	return { stored, error, fee: result.feeDetails, programsModified };
}

/** Makes what a transaction did part of the bank. InvariantError once the bank is frozen. */
export function commitTransaction(
	bank: Bank,
	transaction: SanitizedTransaction,
	{ stored, error, fee, programsModified }: TransactionEffects,
): void {
	const { message, messageHash } = transaction;
	bank.assertNotFrozen();
	for (let i = 0; i < stored.length; i++) bank.storeUntold(stored[i]![0], stored[i]![1]);
	bank.processor.mergeModifiedPrograms(programsModified);
	bank.shared.statusCache.insert(message.recentBlockhash, messageHash, bank.slot, error);
	bank.countTransaction(message.numTransactionSignatures, fee);
	// Last: what a listener throws must not leave half a transaction.
	if (bank.shared.events.has('account')) {
		for (const [pubkey, account] of stored) bank.tellStored(pubkey, account);
	}
	tellPartOfBank(bank, transaction, error, stored.length);
}

/** What the accounts hold before a transaction is committed; `null` where nobody wants to hear of it. */
export function balancesBefore(bank: Bank, message: SanitizedMessage): Balances | null {
	const { events, options } = bank.shared;
	if ((options.history ?? null) === null && !events.has('transaction')) return null;
	return collectBalances(message, (pubkey) => bank.getAccount(pubkey));
}

/**
 * Processes a transaction and commits what it did.
 *
 * Errors of a transaction that is turned away, in order: those of {@link sanitizeTransaction}, of
 * {@link checkTransaction}, with `reserve` those of `CostTracker.tryAdd`, the fee payer's, with `check` those of
 * `CostTracker.tryAdd`. Any other is charged for.
 */
export function processTransaction(
	bank: Bank,
	transaction: VersionedTransaction,
	options: ProcessOptions = {},
): TransactionOutcome {
	const signature = transaction.signatures[0] ?? NO_SIGNATURE;
	const sanitized = sanitizeTransaction(bank, transaction, options.skipSigVerify !== true);
	if (!sanitized.ok) return turnedAway(signature, bank.slot, sanitized.error);
	const checked = checkTransaction(bank, sanitized.value);
	if (!checked.ok) return turnedAway(signature, bank.slot, checked.error);

	tellLocked(bank, sanitized.value);
	try {
		return processLocked(bank, transaction, sanitized.value, checked.value, options);
	} finally {
		tellUnlocked(bank, sanitized.value);
	}
}

/** From the reservation in the block to the commit. */
function processLocked(
	bank: Bank,
	transaction: VersionedTransaction,
	sanitized: SanitizedTransaction,
	details: CheckedTransactionDetails,
	options: ProcessOptions,
): TransactionOutcome {
	const { message } = sanitized;
	const signature = transaction.signatures[0] ?? NO_SIGNATURE;
	const { costTracker } = bank;
	const limits = blockLimitsOf(bank, options);
	const estimated = estimatedCost(bank, message, details);
	let isReserved = limits === 'reserve';
	if (isReserved) {
		const refusal = costTracker.tryAdd(message, estimated);
		if (refusal !== null) return turnedAway(signature, bank.slot, refusal);
	}
	try {
		const before = balancesBefore(bank, message);
		const result = executeTransaction(bank, sanitized, details, {
			recordInnerInstructions: true,
			keepNoOpTransactions: options.keepNoOpTransactions ?? false,
		});
		if (result.kind === 'notLoaded') {
			tellExecuted(bank, sanitized, result.error, 0);
			return turnedAway(signature, bank.slot, result.error);
		}
		const outcome = outcomeOf(signature, bank.slot, result);
		tellExecuted(bank, sanitized, outcome.err, outcome.computeUnitsConsumed);
		const units = actualUnits(estimated, result);
		if (isReserved) costTracker.settle(message, estimated.sum, units);
		else if (limits === 'check') {
			const { allocatedAccountsDataSize } = estimated;
			const refusal = costTracker.tryAdd(message, { sum: units, allocatedAccountsDataSize });
			if (refusal !== null) return turnedAway(signature, bank.slot, refusal);
		}
		isReserved = false;
		commitTransaction(bank, sanitized, effectsOf(message, result));
		if (before !== null) tellCommitted(bank, transaction, message, outcome, before, units);
		return outcome;
	} finally {
		// Whatever kept it out of the block, its place is free again.
		if (isReserved) costTracker.remove(message, estimated);
	}
}

/** Tells of a transaction that was committed just now; `before` is of {@link balancesBefore}. */
export function tellCommitted(
	bank: Bank,
	transaction: VersionedTransaction,
	message: SanitizedMessage,
	outcome: TransactionOutcome,
	before: Balances,
	costUnits: number,
): void {
	const after = collectBalances(message, (pubkey) => bank.getAccount(pubkey));
	const committed: CommittedTransaction = {
		signature: outcome.signature,
		slot: bank.slot,
		blockTime: bank.clock().unixTimestamp,
		transaction,
		accountKeys: message.accountKeys,
		meta: {
			err: outcome.err,
			fee: outcome.fee,
			preBalances: before.lamports,
			postBalances: after.lamports,
			preTokenBalances: before.tokens,
			postTokenBalances: after.tokens,
			innerInstructions: outcome.innerInstructions,
			logMessages: outcome.logs,
			loadedAddresses: message.loadedAddresses,
			returnData: outcome.returnData,
			computeUnitsConsumed: outcome.computeUnitsConsumed,
			costUnits,
		},
	};
	bank.shared.options.history?.add(committed);
	bank.shared.events.emit('transaction', committed);
}

/** Runs a transaction and commits nothing. Errors as {@link processTransaction}; signatures only if asked to. */
export function simulateTransaction(
	bank: Bank,
	transaction: VersionedTransaction,
	options: SimulateOptions = {},
): SimulationOutcome {
	let replacement: SimulationOutcome['replacementBlockhash'] = null;
	let simulated = transaction;
	if (options.replaceRecentBlockhash === true) {
		const blockhash = bank.lastBlockhash();
		replacement = { blockhash, lastValidBlockHeight: bank.lastValidBlockHeight(blockhash) ?? 0n };
		simulated = {
			signatures: transaction.signatures,
			message: { ...transaction.message, recentBlockhash: blockhash },
		};
	}
	const sanitized = sanitizeTransaction(bank, simulated, options.sigVerify === true);
	if (!sanitized.ok) return simulationFailure(sanitized.error, NO_LOADED_ADDRESSES, replacement);
	const { message } = sanitized.value;
	const { loadedAddresses } = message;
	const maxAge = MAX_PROCESSING_AGE - MAX_TRANSACTION_FORWARDING_DELAY;
	const details = checkProcessable(bank, sanitized.value, maxAge, true);
	if (!details.ok) return simulationFailure(details.error, loadedAddresses, replacement);

	const before = collectBalances(message, (pubkey) => bank.getAccount(pubkey));
	const records = options.innerInstructions === true;
	const result = executeTransaction(bank, sanitized.value, details.value, {
		recordInnerInstructions: records,
		strictNonceSizeCheck: true,
	});
	if (result.kind === 'notLoaded' || result.kind === 'noOp') {
		return simulationFailure(result.error, loadedAddresses, replacement);
	}
	const written = new Map(
		collectAccountsToStore(message, result).map(([key, account]) => [key.key, account]),
	);
	const after = collectBalances(message, (pubkey) => {
		const account = written.get(pubkey.key);
		if (account === undefined) return bank.getAccount(pubkey);
		return account.lamports === 0n ? null : account;
	});
	const outcome = outcomeOf(NO_SIGNATURE, bank.slot, result);
	return {
		err: outcome.err,
		logs: outcome.logs,
		innerInstructions: records ? outcome.innerInstructions : null,
		computeUnitsConsumed: outcome.computeUnitsConsumed,
		returnData: outcome.returnData,
		fee: outcome.fee,
		loadedAccountsDataSize: outcome.loadedAccountsDataSize,
		postAccounts: result.kind === 'executed' ? result.loadedTransaction.accounts : [],
		preBalances: before.lamports,
		postBalances: after.lamports,
		preTokenBalances: before.tokens,
		postTokenBalances: after.tokens,
		loadedAddresses,
		replacementBlockhash: replacement,
	};
}
