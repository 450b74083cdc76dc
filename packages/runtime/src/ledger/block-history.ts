/**
 * The newest blocks of a chain in memory, with their transactions, as many as the limits allow; the oldest go first.
 *
 * A block is there with all of its transactions or not at all.
 */
import {
	type Hash,
	type Pubkey,
	Queue,
	type Slot,
	type TransactionError,
	type UnixTimestamp,
} from '@parhelion/sdk';
import type { Reward } from '../bank/bank-events.ts';
import type { CommittedTransaction } from '../bank/bank-types.ts';
import { memosOf } from './memo.ts';
import { signatureKey, TransactionHistory } from './transaction-history.ts';

/** A block that is complete. */
export interface ChainBlock {
	readonly slot: Slot;
	/** The slot of the block that it builds upon; its own for the first. */
	readonly parentSlot: Slot;
	readonly blockhash: Hash;
	/** The blockhash of the parent; all zeros for the first block. */
	readonly previousBlockhash: Hash;
	readonly blockHeight: bigint;
	/** Seconds since 1970. */
	readonly blockTime: UnixTimestamp;
	/** In the order in which they were processed. */
	readonly transactions: readonly CommittedTransaction[];
	readonly rewards: readonly Reward[];
	/** In the first block of an epoch: in how many of the next ones stakes are paid. */
	readonly numRewardPartitions: number | null;
}

/** A transaction that names an address. */
export interface SignatureInfo {
	/** 64 bytes. */
	readonly signature: Uint8Array;
	readonly slot: Slot;
	readonly err: TransactionError | null;
	/** Its memos with their lengths, as upstream writes them. */
	readonly memo: string | null;
	/** Seconds since 1970. */
	readonly blockTime: UnixTimestamp | null;
}

/** Which transactions of an address are wanted; signatures have 64 bytes. */
export interface SignaturesQuery {
	/**
	 * Only those before this one; none where it is unknown. Where it came again, which it can where signatures are not checked,
	 * the oldest counts: the next page is older than this one, though what stands between them is on none.
	 */
	readonly before?: Uint8Array;
	/** Only those after this one, the newest where it came again; all where it is unknown. */
	readonly until?: Uint8Array;
	/** At most so many; 1000 where left out. */
	readonly limit?: number;
}

/** What a list of signatures tells of a transaction. */
export function signatureInfoOf(transaction: CommittedTransaction): SignatureInfo {
	const { signature, slot, blockTime, accountKeys, meta } = transaction;
	return {
		signature,
		slot,
		err: meta.err,
		memo: memosOf(transaction.transaction.message, accountKeys),
		blockTime,
	};
}

/** The newest blocks. */
export class BlockHistory {
	readonly #transactions: TransactionHistory;
	readonly #maxBlocks: number;
	readonly #keepsAny: boolean;
	/** Oldest first. */
	readonly #blocks: Map<Slot, ChainBlock> = new Map();
	/** Their slots, which ascend: asked for its first key, a `Map` walks over all that were deleted. */
	readonly #slots: Queue<Slot> = new Queue();
	/** The transactions of the open block; `null` once one of them was forgotten. */
	#open: CommittedTransaction[] | null;
	#openSlot: Slot = 0n;

	/** `limit` is a number of transactions, 0 keeps none; `maxBlocks` a number of blocks. */
	constructor(limit: number, maxBlocks: number) {
		this.#transactions = new TransactionHistory(limit, undefined, ({ slot }) => this.#forget(slot));
		this.#maxBlocks = maxBlocks;
		this.#keepsAny = limit > 0;
		this.#open = this.#keepsAny ? [] : null;
	}

	/** Opens the block of a slot: transactions belong to it until it is closed. */
	open(slot: Slot): void {
		this.#openSlot = slot;
		this.#open = this.#keepsAny ? [] : null;
	}

	/** Adds a transaction of the open block. */
	add(transaction: CommittedTransaction): void {
		this.#open?.push(transaction);
		this.#transactions.add(transaction);
	}

	/** The transactions of the open block; `null` if not all of them are remembered. */
	get openTransactions(): readonly CommittedTransaction[] | null {
		return this.#open;
	}

	/** Keeps the open block, which is complete. */
	close(block: Omit<ChainBlock, 'transactions'>): void {
		if (this.#open !== null) {
			this.#blocks.set(block.slot, { ...block, transactions: this.#open });
			this.#slots.push(block.slot);
		}
		this.#open = null;
		if (this.#slots.size > this.#maxBlocks) this.#blocks.delete(this.#slots.shift()!);
	}

	/** Takes out what slots above `slot` hold, the open one among them. */
	revertTo(slot: Slot): void {
		this.#open = null;
		this.#transactions.revertTo(slot);
		while (this.#slots.size > 0 && this.#slots.last! > slot) this.#blocks.delete(this.#slots.pop()!);
	}

	/** A block; `null` where it is not remembered. */
	getBlock(slot: Slot): ChainBlock | null {
		return this.#blocks.get(slot) ?? null;
	}

	/** The slots of the blocks, ascending. */
	slots(): IterableIterator<Slot> {
		return this.#slots[Symbol.iterator]();
	}

	/** A transaction by signature: 64 bytes, or base58. */
	getTransaction(signature: Uint8Array | string): CommittedTransaction | null {
		return this.#transactions.get(signature);
	}

	/** The remembered transactions that name an address, newest first. */
	getSignaturesForAddress(address: Pubkey, query: SignaturesQuery = {}): FoundSignatures {
		const closed = [...this.#blocks.values()].reverse().map(({ transactions }) => transactions);
		return this.#signaturesIn([this.#open ?? [], ...closed], address, query);
	}

	/** Those of the open block. */
	openSignatures(address: Pubkey, query: SignaturesQuery): FoundSignatures {
		return this.#signaturesIn([this.#open ?? []], address, query);
	}

	#signaturesIn(
		lists: readonly (readonly CommittedTransaction[])[],
		address: Pubkey,
		query: SignaturesQuery,
	): FoundSignatures {
		const { before } = query;
		// To look through all of them takes long, and most chains need not.
		const times = before === undefined || !this.#transactions.hasRepeats ? 1 : countOf(before, lists);
		return signaturesIn(lists, address, query, times);
	}

	/** Forgets the block of a slot, of which a transaction went, and those before it. */
	#forget(slot: Slot): void {
		if (slot === this.#openSlot) this.#open = null;
		while (this.#slots.size > 0 && this.#slots.first! <= slot) this.#blocks.delete(this.#slots.shift()!);
	}
}

/** What a search has found so far. */
export interface FoundSignatures {
	readonly found: SignatureInfo[];
	/** Whether the search has come past the one that it begins before. */
	readonly isBefore: boolean;
	/** Whether older transactions cannot be wanted. */
	readonly isComplete: boolean;
}

/** How many of the transactions have a signature. */
function countOf(signature: Uint8Array, lists: readonly (readonly CommittedTransaction[])[]): number {
	const key = signatureKey(signature);
	let count = 0;
	for (const transactions of lists) {
		for (const { signature: other } of transactions) if (signatureKey(other) === key) count++;
	}
	return count;
}

/** Searches lists of transactions, the newest list first; the signature to begin before is there so many `times`. */
function signaturesIn(
	lists: Iterable<readonly CommittedTransaction[]>,
	address: Pubkey,
	query: SignaturesQuery,
	times: number,
): FoundSignatures {
	const { limit = 1000 } = query;
	const until = query.until === undefined ? null : signatureKey(query.until);
	const before = query.before === undefined ? null : signatureKey(query.before);
	const found: SignatureInfo[] = [];
	let isBefore = before === null;
	let timesLeft = times;
	for (const transactions of lists) {
		for (let i = transactions.length - 1; i >= 0; i--) {
			if (found.length >= limit) return { found, isBefore, isComplete: true };
			const transaction = transactions[i]!;
			const key = until === null && isBefore ? null : signatureKey(transaction.signature);
			// Also before the search has begun: what is to end it may be newer.
			if (key === until && key !== null) return { found, isBefore, isComplete: true };
			if (isBefore) {
				if (transaction.accountKeys.some((other) => other.key === address.key)) {
					found.push(signatureInfoOf(transaction));
				}
			} else if (key === before) isBefore = --timesLeft === 0;
		}
	}
	return { found, isBefore, isComplete: false };
}
