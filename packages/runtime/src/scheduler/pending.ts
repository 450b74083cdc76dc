/** A transaction on its way through the workers, and what follows from it alone. */
import type { AccountSharedData, SanitizedTransaction, VersionedTransaction } from '@parhelion/sdk';
import { type KeyedAccountSharedData, totalFee } from '@parhelion/svm';
import type { Bank } from '../bank/bank.ts';
import type { TransactionOutcome } from '../bank/bank-types.ts';
import type { AccountSlot } from './account-table.ts';
import type { Locks, Ready } from './conflict-graph.ts';
import type { TransactionCost } from './cost-model.ts';
import type { ResultHead } from './execution-wire.ts';

/** A transaction between its checks and its commit. */
export interface Pending {
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
	ready: Ready<Pending> | null;
	head: ResultHead | null;
	readonly stored: KeyedAccountSharedData[];
}

/** The locks of a transaction, those that nobody can take for writing left out. */
export function locksOf({ accounts, sanitized: { message } }: Pending): Locks<Pending> {
	const locked: AccountSlot<Pending>[] = [];
	const writable: boolean[] = [];
	for (let i = 0; i < accounts.length; i++) {
		if (accounts[i]!.isReserved) continue;
		locked.push(accounts[i]!);
		writable.push(message.isWritable(i));
	}
	return { accounts: locked, isWritable: (index) => writable[index]! };
}

/** Adds to the numbers of transactions that write each account. */
export function countWrites({ accounts, sanitized: { message } }: Pending, change: number): void {
	for (let i = 0; i < accounts.length; i++) if (message.isWritable(i)) accounts[i]!.writes += change;
}

/** The account in memory of this thread alone, which is all that a storage takes. */
export function owned(account: AccountSharedData): AccountSharedData {
	const { data } = account;
	return data.buffer instanceof ArrayBuffer ? account : { ...account, data: data.slice() };
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
