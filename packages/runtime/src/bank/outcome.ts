/**
 * From what the processor answers to what the bank tells its caller.
 *
 * Source: solana-runtime bank.rs (`create_commit_results`, `simulate_transaction_unchecked`).
 */
import type { LoadedAddresses, Slot, TransactionError } from '@parhelion/sdk';
import { type TransactionProcessingResult, totalFee } from '@parhelion/svm';
import type { SimulationOutcome, TransactionOutcome } from './bank-types.ts';

/** Stands for the signature of a transaction that has none. */
export const NO_SIGNATURE: Uint8Array = new Uint8Array(64);

/** The outcome of a transaction that did not get into the block. */
export function turnedAway(signature: Uint8Array, slot: Slot, err: TransactionError): TransactionOutcome {
	return {
		signature,
		err,
		committed: false,
		slot,
		logs: [],
		innerInstructions: [],
		computeUnitsConsumed: 0,
		returnData: null,
		fee: 0n,
		loadedAccountsDataSize: 0,
	};
}

/** The outcome of a transaction that got into the block. */
export function outcomeOf(
	signature: Uint8Array,
	slot: Slot,
	result: Exclude<TransactionProcessingResult, { readonly kind: 'notLoaded' }>,
): TransactionOutcome {
	if (result.kind !== 'executed') {
		const isCharged = result.kind === 'feesOnly';
		return {
			...turnedAway(signature, slot, result.error),
			committed: true,
			fee: isCharged ? totalFee(result.feeDetails) : 0n,
			loadedAccountsDataSize: isCharged ? result.loadedAccountsDataSize : 0,
		};
	}
	const { execution } = result;
	return {
		signature,
		err: execution.status,
		committed: true,
		slot,
		logs: execution.logMessages ?? [],
		innerInstructions: execution.innerInstructions ?? [],
		computeUnitsConsumed: execution.executedUnits,
		returnData: execution.returnData,
		fee: totalFee(result.feeDetails),
		loadedAccountsDataSize: result.loadedTransaction.loadedAccountsDataSize,
	};
}

/** The outcome of a simulation that did not come to run. */
export function simulationFailure(
	err: TransactionError,
	loadedAddresses: LoadedAddresses,
	replacementBlockhash: SimulationOutcome['replacementBlockhash'],
): SimulationOutcome {
	return {
		err,
		logs: [],
		innerInstructions: null,
		computeUnitsConsumed: 0,
		returnData: null,
		fee: null,
		loadedAccountsDataSize: 0,
		postAccounts: [],
		preBalances: null,
		postBalances: null,
		preTokenBalances: null,
		postTokenBalances: null,
		loadedAddresses,
		replacementBlockhash,
	};
}
