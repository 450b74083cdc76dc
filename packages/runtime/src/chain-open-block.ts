/**
 * The block of the open slot while transactions and accounts come into it, and until the next one is open: the bank changes,
 * and the recorder notes what has changed, both in one order, whatever a listener throws between them. A transaction that the
 * slot has no room to record is not processed.
 *
 * One writes at a time. While a batch is on worker threads others on the main thread have their turns, and any listener has
 * one between a change and its note, and while the block is completed: what they would write is refused
 * ({@link ChainBusyError}).
 */
import {
	type AccountSharedData,
	createAccount,
	InvariantError,
	MAX_PERMITTED_DATA_LENGTH,
	type Pubkey,
	TransactionError,
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
import { NO_SIGNATURE, turnedAway } from './bank/outcome.ts';
import { overwriteAccount } from './bank/overwrite-account.ts';
import { processTransaction } from './bank/transaction-processing.ts';
import { BlockRecorder } from './ledger/block-recorder.ts';
import { type ClosedBlock, closedBlockOf } from './ledger/chain-archive.ts';
import { type BlockExecutor, executeSerially } from './scheduler/block-executor.ts';
import { orderByPriority } from './scheduler/priority.ts';

/** Somebody else is writing to the open slot; nothing has changed. `Chain.idle` waits until nobody is. */
export class ChainBusyError extends Error {
	override readonly name = 'ChainBusyError';

	constructor() {
		super('the chain is busy: try again when it is idle');
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
	#closed: ClosedBlock | null = null;

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

	/** Does what nobody else may write during: whoever is told of it meanwhile is refused. ChainBusyError where one writes. */
	exclusively<T>(act: () => T): T {
		this.assertIdle();
		this.#isBusy = true;
		try {
			return act();
		} finally {
			this.#isBusy = false;
		}
	}

	/** Notes what became of a transaction that is about to be recorded. */
	addCommitted(committed: CommittedTransaction): void {
		this.#told.set(committed.transaction, committed);
	}

	/** Processes a transaction and records it if it was committed; `CommitCancelled` where there is no room to. */
	process(transaction: VersionedTransaction, options: ProcessOptions): TransactionOutcome {
		return this.exclusively(() => {
			const { bank } = this;
			if (this.recorder.room === 0) return this.#noRoomFor(transaction);
			const before = bank.blockTransactionCount;
			try {
				return processTransaction(bank, transaction, options);
			} finally {
				// Also where a listener threw: what the bank has committed is part of the block.
				if (bank.blockTransactionCount > before) this.#record(transaction, blockLimitsOf(bank, options));
			}
		});
	}

	/**
	 * Processes transactions in the order of their priority and records those that were committed; outcomes in their own. What
	 * comes when there is no room left is turned away as by {@link process}.
	 */
	async processBatch(
		transactions: readonly VersionedTransaction[],
		{ executor, ...options }: BatchOptions,
	): Promise<TransactionOutcome[]> {
		this.assertIdle();
		const { bank, recorder } = this;
		const order = orderByPriority(bank, transactions);
		const ordered = order.map((index) => transactions[index]!);
		const answers = new Array<TransactionOutcome>(order.length);
		let done = 0;
		this.#isBusy = true;
		try {
			// All at once but where the slot may be too short: what is turned away leaves its room to those after it.
			while (done < ordered.length && recorder.room > 0) {
				const part = ordered.slice(done, done + recorder.room);
				const outcomes: TransactionOutcome[] = [];
				const before = bank.blockTransactionCount;
				try {
					if (executor === undefined) executeSerially(bank, part, options, outcomes);
					else await executor.execute(bank, part, { ...options, outcomes });
				} finally {
					const count = bank.blockTransactionCount - before;
					this.#recordBatch(part, outcomes, count, blockLimitsOf(bank, options));
				}
				if (outcomes.length !== part.length) {
					throw new InvariantError(`${outcomes.length} outcomes of ${part.length} transactions`);
				}
				for (const outcome of outcomes) answers[order[done++]!] = outcome;
			}
		} finally {
			this.#isBusy = false;
		}
		for (; done < order.length; done++) answers[order[done]!] = this.#noRoomFor(ordered[done]!);
		return answers;
	}

	/** A leader's recorder refuses before the commit, and so nothing of the transaction is in the block. */
	#noRoomFor({ signatures }: VersionedTransaction): TransactionOutcome {
		return turnedAway(signatures[0] ?? NO_SIGNATURE, this.bank.slot, TransactionError.CommitCancelled);
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

	/**
	 * Stores an account past all rules and notes it. RangeError for one that could not be read back; InvariantError where the
	 * block has all its ticks.
	 */
	overwrite(pubkey: Pubkey, account: AccountSharedData | null): void {
		const { bank } = this;
		const stored = createAccount(account ?? {});
		assertStorable(stored);
		this.exclusively(() => {
			if (bank.isComplete) throw new InvariantError(`slot ${bank.slot} is complete`);
			try {
				overwriteAccount(bank, pubkey, stored);
			} finally {
				// Also where a listener threw: it is stored by then.
				const kept = stored.lamports === 0n ? null : stored;
				if (bank.getAccount(pubkey) === kept) this.recorder.overwrite(pubkey, stored);
			}
		});
	}

	/** Makes the ticks that lack and freezes the bank; answers the same block however often it is asked. */
	complete(): ClosedBlock {
		this.recorder.complete();
		this.bank.freeze();
		// The first time: once the slot is rooted its bank knows no parent.
		this.#closed ??= closedBlockOf(this.bank);
		return this.#closed;
	}
}

/** RangeError for what has no place in the bytes of an account. */
function assertStorable({ data, lamports, rentEpoch }: AccountSharedData): void {
	if (data.length > MAX_PERMITTED_DATA_LENGTH) {
		throw new RangeError(`an account has ${MAX_PERMITTED_DATA_LENGTH} bytes at most, not ${data.length}`);
	}
	for (const [name, value] of Object.entries({ lamports, rentEpoch })) {
		if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${name}: ${value} is no u64`);
	}
}
