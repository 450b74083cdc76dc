/**
 * The block of the open slot while transactions and accounts come into it: the bank changes, and the recorder notes what has
 * changed, both in one order, whatever a listener throws between them.
 *
 * One writes at a time. While a batch is on worker threads others on the main thread have their turns, and any listener has
 * one between a change and its note: what they would write is refused ({@link ChainBusyError}).
 */
import {
	type AccountSharedData,
	createAccount,
	InvariantError,
	type Pubkey,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type { Bank } from './bank/bank.ts';
import type {
	BlockLimits,
	CommittedTransaction,
	ProcessOptions,
	TransactionOutcome,
} from './bank/bank-types.ts';
import { blockLimitsOf } from './bank/block-limits.ts';
import { overwriteAccount } from './bank/overwrite-account.ts';
import { processTransaction } from './bank/transaction-processing.ts';
import { BlockRecorder } from './ledger/block-recorder.ts';
import { type BlockExecutor, executeSerially } from './scheduler/block-executor.ts';
import { orderByPriority } from './scheduler/priority.ts';

/** Somebody else is writing to the open slot; nothing has changed. `Chain.idle` waits until nobody is. */
export class ChainBusyError extends Error {
	override readonly name = 'ChainBusyError';

	constructor() {
		super('the chain is busy with transactions: try again when it is idle');
	}
}

/** How a batch of transactions is processed. */
export interface BatchOptions extends Pick<ProcessOptions, 'blockLimits' | 'skipSigVerify'> {
	/** Executes the batch; what it does is the same for any. In this thread where left out. */
	readonly executor?: BlockExecutor;
}

/** See the file. */
export class OpenBlock {
	readonly bank: Bank;
	readonly recorder: BlockRecorder;
	/** What the bank has told of and the recorder does not know yet. */
	readonly #told: Map<VersionedTransaction, CommittedTransaction> = new Map();
	#isBusy = false;

	/** As the constructor of {@link BlockRecorder}. */
	constructor(bank: Bank, keeps: boolean) {
		this.bank = bank;
		this.recorder = new BlockRecorder(bank, keeps);
	}

	/** Whether somebody is writing. */
	get isBusy(): boolean {
		return this.#isBusy;
	}

	/** ChainBusyError while somebody is writing. */
	assertIdle(): void {
		if (this.#isBusy) throw new ChainBusyError();
	}

	/** Notes what became of a transaction that is about to be recorded. */
	addCommitted(committed: CommittedTransaction): void {
		this.#told.set(committed.transaction, committed);
	}

	/** Processes a transaction and records it if it was committed. */
	process(transaction: VersionedTransaction, options: ProcessOptions): TransactionOutcome {
		this.assertIdle();
		const { bank } = this;
		const before = bank.blockTransactionCount;
		this.#isBusy = true;
		try {
			return processTransaction(bank, transaction, options);
		} finally {
			this.#isBusy = false;
			// Also where a listener threw: what the bank has committed is part of the block.
			if (bank.blockTransactionCount > before) this.#record(transaction, blockLimitsOf(bank, options));
		}
	}

	/** Processes transactions in the order of their priority and records those that were committed; outcomes in their own. */
	async processBatch(
		transactions: readonly VersionedTransaction[],
		{ executor, ...options }: BatchOptions,
	): Promise<TransactionOutcome[]> {
		this.assertIdle();
		const { bank } = this;
		const before = bank.blockTransactionCount;
		const order = orderByPriority(bank, transactions);
		const ordered = order.map((index) => transactions[index]!);
		const outcomes: TransactionOutcome[] = [];
		this.#isBusy = true;
		try {
			if (executor === undefined) executeSerially(bank, ordered, options, outcomes);
			else await executor.execute(bank, ordered, { ...options, outcomes });
		} finally {
			this.#isBusy = false;
			const count = bank.blockTransactionCount - before;
			this.#recordBatch(ordered, outcomes, count, blockLimitsOf(bank, options));
		}
		const answers = new Array<TransactionOutcome>(order.length);
		for (const [place, index] of order.entries()) answers[index] = outcomes[place]!;
		return answers;
	}

	/** Records those of a batch that the bank has committed, `count` in number. */
	#recordBatch(
		transactions: readonly VersionedTransaction[],
		outcomes: readonly TransactionOutcome[],
		count: number,
		limits: BlockLimits,
	): void {
		const committed = transactions.filter((_, place) => outcomes[place]?.committed === true);
		const interrupted = transactions[outcomes.length];
		// A listener threw after the commit of the first one without an outcome.
		if (committed.length < count && interrupted !== undefined) committed.push(interrupted);
		if (committed.length !== count) {
			throw new InvariantError(`the executor tells of ${committed.length} commits, the bank of ${count}`);
		}
		for (const transaction of committed) this.#record(transaction, limits);
	}

	#record(transaction: VersionedTransaction, limits: BlockLimits): void {
		// Nothing was told of it where a listener threw before that.
		this.recorder.record(transaction, limits, this.#told.get(transaction));
		this.#told.delete(transaction);
	}

	/** Stores an account past all rules and notes it. */
	overwrite(pubkey: Pubkey, account: AccountSharedData | null): void {
		this.assertIdle();
		this.bank.assertNotFrozen();
		const stored = createAccount(account ?? {});
		this.#isBusy = true;
		try {
			overwriteAccount(this.bank, pubkey, stored);
		} finally {
			this.#isBusy = false;
			// Also where a listener threw: it is stored by then.
			const kept = stored.lamports === 0n ? null : stored;
			if (this.bank.getAccount(pubkey) === kept) this.recorder.overwrite(pubkey, stored);
		}
	}
}
