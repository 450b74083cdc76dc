/**
 * The face of what executes a block's transactions, and the plain way to do it: one after another in this thread.
 *
 * Whatever stands behind the face, the bank and the outcomes are those of the plain way, for any number of workers.
 */
import type { VersionedTransaction } from '@parhelion/sdk';
import type { Bank } from '../bank/bank.ts';
import type { ProcessOptions, TransactionOutcome } from '../bank/bank-types.ts';
import { processTransaction } from '../bank/transaction-processing.ts';

/** How to execute. */
export interface ExecuteOptions extends ProcessOptions {
	/**
	 * Ends with the first transaction that does not get into the block, as in a replay, whose block is bad then. Off by
	 * default: it is turned away, and the next one follows.
	 */
	readonly stopAtRefusal?: boolean;
	/**
	 * Gets the outcomes as they come, for whoever wants to know what was committed before something was thrown; empty at
	 * first. Where a listener throws between a commit and its outcome, the outcome is not there.
	 */
	readonly outcomes?: TransactionOutcome[];
}

/** Executes the transactions of blocks. */
export interface BlockExecutor {
	/** Threads beside this one. */
	readonly workers: number;
	/**
	 * Processes transactions in this order and commits what they did. Answers their outcomes in the same order, up to the
	 * end or to where `stopAtRefusal` ends it. Nobody else may write to the bank until then; whoever reads sees it as it is
	 * after some number of the first transactions.
	 */
	execute(
		bank: Bank,
		transactions: readonly VersionedTransaction[],
		options?: ExecuteOptions,
	): Promise<TransactionOutcome[]>;
	/** Ends the threads. The next block starts new ones. */
	close(): Promise<void>;
}

/** Processes the transactions from `outcomes.length` on and adds their outcomes. */
export function executeSerially(
	bank: Bank,
	transactions: readonly VersionedTransaction[],
	options: ExecuteOptions,
	outcomes: TransactionOutcome[],
): void {
	while (outcomes.length < transactions.length) {
		if (options.stopAtRefusal === true && outcomes.at(-1)?.committed === false) return;
		outcomes.push(processTransaction(bank, transactions[outcomes.length]!, options));
	}
}

/** Executes in this thread. */
export class SerialExecutor implements BlockExecutor {
	readonly workers = 0;

	async execute(
		bank: Bank,
		transactions: readonly VersionedTransaction[],
		options: ExecuteOptions = {},
	): Promise<TransactionOutcome[]> {
		const outcomes = options.outcomes ?? [];
		executeSerially(bank, transactions, options, outcomes);
		return outcomes;
	}

	async close(): Promise<void> {}
}
