/** A transaction on its way through the workers, and what follows from it alone. */
import {
	type AccountSharedData,
	type SanitizedTransaction,
	updatedAccount,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { type KeyedAccountSharedData, totalFee } from '@parhelion/svm';
import type { Bank } from '../bank/bank.ts';
import type { TransactionOutcome } from '../bank/bank-types.ts';
import type { AccountSlot } from './account-table.ts';
import { GraphNode } from './conflict-graph.ts';
import type { TransactionCost } from './cost-model.ts';
import type { ResultHead } from './execution-wire.ts';

const NOTHING_STORED: readonly KeyedAccountSharedData[] = [];

/** A transaction between its checks and its commit. */
export class Pending extends GraphNode<Pending> {
	readonly index: number;
	/** By which the board and the workers know it. */
	readonly number: number;
	readonly transaction: VersionedTransaction;
	/** Without the message's hash until a worker has told it, where {@link wantsHash}. */
	sanitized: SanitizedTransaction;
	readonly wantsHash: boolean;
	/** Those of the message. */
	readonly accounts: readonly AccountSlot<Pending>[];
	/** What it may cost; `null` where the block's limits do not ask before the run. */
	readonly estimated: TransactionCost | null;
	head: ResultHead | null = null;
	/** The next in its {@link PendingQueue}. */
	next: Pending | null = null;
	stored: readonly KeyedAccountSharedData[] = NOTHING_STORED;

	constructor(
		index: number,
		number: number,
		transaction: VersionedTransaction,
		sanitized: SanitizedTransaction,
		wantsHash: boolean,
		accounts: readonly AccountSlot<Pending>[],
		estimated: TransactionCost | null,
	) {
		super();
		this.index = index;
		this.number = number;
		this.transaction = transaction;
		this.sanitized = sanitized;
		this.wantsHash = wantsHash;
		this.accounts = accounts;
		this.estimated = estimated;
	}

	isWritable(index: number): boolean {
		return this.sanitized.message.isWritable(index);
	}
}

/** Transactions in order; each is in one queue at most. */
export class PendingQueue {
	first: Pending | null = null;
	#last: Pending | null = null;

	push(pending: Pending): void {
		if (this.first === null) this.first = pending;
		else this.#last!.next = pending;
		this.#last = pending;
	}

	/** Takes the first out. */
	shift(): void {
		this.first = this.first!.next;
	}
}

/** Adds to the numbers of transactions that write each account. */
export function countWrites(pending: Pending, change: number): void {
	const { accounts } = pending;
	for (let i = 0; i < accounts.length; i++) if (pending.isWritable(i)) accounts[i]!.writes += change;
}

/** The account in memory of this thread alone, which is all that a storage takes. */
export function owned(account: AccountSharedData): AccountSharedData {
	const { data } = account;
	return data.buffer instanceof ArrayBuffer ? account : updatedAccount(account, { data: data.slice() });
}

/** What is told of a transaction that a worker ran and that was committed. */
export function committedOutcome(
	signature: Uint8Array,
	{ slot }: Bank,
	head: ResultHead,
): TransactionOutcome {
	const isExecuted = head.kind === 'executed';
	return {
		signature,
		err: head.error,
		committed: true,
		slot,
		logs: head.logs,
		innerInstructions: head.innerInstructions,
		computeUnitsConsumed: isExecuted ? head.units : 0,
		returnData: head.returnData,
		fee: totalFee(head.fee),
		loadedAccountsDataSize: head.kind === 'noOp' ? 0 : head.loadedAccountsDataSize,
	};
}
