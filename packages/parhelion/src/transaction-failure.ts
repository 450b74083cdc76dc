/** A failed transaction as an exception, for tests that expect success. */
import { type TransactionError, transactionErrorText } from '@parhelion/sdk';
import { wrongType } from './expect-type.ts';
import { formatLogTree } from './log-tree.ts';
import {
	FailedTransactionMetadata,
	type SimulatedTransactionInfo,
	type TransactionMetadata,
} from './transaction-metadata.ts';

/** A transaction failed that was expected to succeed; the message says why, and shows the logs as a tree. */
export class TransactionFailure extends Error {
	override readonly name = 'TransactionFailure';
	readonly #failed: FailedTransactionMetadata;

	constructor(failed: FailedTransactionMetadata) {
		const logs = formatLogTree(failed.meta().logs());
		super(`${transactionErrorText(failed.transactionError())}${logs === '' ? '' : `\n${logs}`}`);
		this.#failed = failed;
	}

	/** Why, as a value. */
	get transactionError(): TransactionError {
		return this.#failed.transactionError();
	}

	/** What the transaction did until then. */
	get metadata(): TransactionMetadata {
		return this.#failed.meta();
	}

	/** The logs, where tools for `SendTransactionError` of `@solana/web3.js` look for them. */
	get logs(): string[] {
		return this.#failed.meta().logs();
	}
}

/**
 * What `sendTransaction`, `simulateTransaction` or `airdrop` gave, if the transaction succeeded; else
 * {@link TransactionFailure}.
 */
export function expectSuccess<Outcome extends TransactionMetadata | SimulatedTransactionInfo>(
	outcome: Outcome | FailedTransactionMetadata | null,
): Outcome {
	if (outcome instanceof FailedTransactionMetadata) throw new TransactionFailure(outcome);
	if (outcome === null) throw wrongType('outcome', 'what sendTransaction() returned', outcome);
	return outcome;
}
