/**
 * What a transaction counts against the limits of the block of a bank, before it ran and after.
 *
 * Source: solana-runtime 4.3.0 (transaction_execution.rs, `check_block_cost_limits`), solana-core (qos_service.rs);
 * solana-cost-model 4.3.0 (cost_model.rs, `calculate_cost_for_executed_transaction`).
 */
import type { SanitizedMessage } from '@parhelion/sdk';
import type { CheckedTransactionDetails, TransactionProcessingResult } from '@parhelion/svm';
import { costOfConfiguration, type TransactionCost, unitsAsUsed } from '../scheduler/cost-model.ts';
import type { Bank } from './bank.ts';
import type { BlockLimits, ProcessOptions } from './bank-types.ts';

/** What the limits of a block are to a transaction that is processed so. */
export function blockLimitsOf(bank: Bank, options: ProcessOptions): BlockLimits {
	return options.blockLimits ?? bank.shared.options.blockLimits ?? 'reserve';
}

/** What a checked transaction may cost its block. */
export function estimatedCost(
	bank: Bank,
	message: SanitizedMessage,
	details: CheckedTransactionDetails,
): TransactionCost {
	return costOfConfiguration(message, bank.features, {
		computeUnitLimit: details.budget.compute_unit_limit,
		loadedAccountsDataSizeLimit: details.loadedAccountsDataSizeLimit,
	});
}

/** CU that a transaction cost its block, once it ran; one without effect all that it might have. */
export function actualUnits(
	estimated: TransactionCost,
	result: Exclude<TransactionProcessingResult, { readonly kind: 'notLoaded' }>,
): number {
	switch (result.kind) {
		case 'executed':
			return unitsAsUsed(
				estimated,
				result.execution.executedUnits,
				result.loadedTransaction.loadedAccountsDataSize,
			);
		case 'feesOnly':
			return unitsAsUsed(estimated, 0, result.loadedAccountsDataSize);
		case 'noOp':
			return unitsAsUsed(estimated, result.computeUnitLimit, result.loadedAccountsDataSizeLimit);
	}
}
