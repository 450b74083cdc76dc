/**
 * What a transaction counts against the limits of the block of a bank, before it ran and after.
 *
 * Source: solana-runtime 4.3.0 (transaction_execution.rs, `check_block_cost_limits`), solana-core (qos_service.rs);
 * solana-cost-model 4.3.0 (cost_model.rs, `calculate_cost_for_executed_transaction`).
 */
import type { TransactionProcessingResult } from '@parhelion/svm';
import { costAsUsed, costOfConfiguration, type TransactionCost } from '../scheduler/cost-model.ts';
import type { Bank } from './bank.ts';
import type { BlockLimits, ProcessOptions } from './bank-types.ts';
import type { CheckedTransaction } from './transaction-processing.ts';

/** What the limits of a block are to a transaction that is processed so. */
export function blockLimitsOf(bank: Bank, options: ProcessOptions): BlockLimits {
	return options.blockLimits ?? bank.shared.options.blockLimits ?? 'reserve';
}

/** What a checked transaction may cost its block. */
export function estimatedCost(bank: Bank, { transaction, details }: CheckedTransaction): TransactionCost {
	return costOfConfiguration(transaction.message, bank.features, {
		computeUnitLimit: details.budget.compute_unit_limit,
		loadedAccountsDataSizeLimit: details.loadedAccountsDataSizeLimit,
	});
}

/** What a transaction cost its block, once it ran; one without effect all that it might have. */
export function actualCost(
	estimated: TransactionCost,
	result: Exclude<TransactionProcessingResult, { readonly kind: 'notLoaded' }>,
): TransactionCost {
	switch (result.kind) {
		case 'executed':
			return costAsUsed(
				estimated,
				result.execution.executedUnits,
				result.loadedTransaction.loadedAccountsDataSize,
			);
		case 'feesOnly':
			return costAsUsed(estimated, 0, result.loadedAccountsDataSize);
		case 'noOp':
			return costAsUsed(estimated, result.computeUnitLimit, result.loadedAccountsDataSizeLimit);
	}
}
