/**
 * How much of a block's limits its transactions have used: of the block's CU, of each writable account's, and of the
 * account data that may be added.
 *
 * Source: solana-cost-model 4.3.0 (cost_tracker.rs).
 */
import { type SanitizedMessage, TransactionError } from '@parhelion/sdk';
import type { TransactionCost } from './cost-model.ts';

/** The most that a block may hold; `bank/slot-params.ts` says how much that is. */
export interface CostTrackerLimits {
	/** CU of one writable account. */
	readonly accountCost: number;
	/** CU of the block. */
	readonly blockCost: number;
	/** Bytes of account data added. */
	readonly allocatedDataSize: number;
}

/** The costs of a block's transactions. */
export class CostTracker {
	readonly limits: CostTrackerLimits;
	readonly #byAccount: Map<string, number> = new Map();
	#blockCost = 0;
	#allocatedDataSize = 0;
	#transactionCount = 0;

	constructor(limits: CostTrackerLimits) {
		this.limits = limits;
	}

	/** CU of the block so far. */
	get blockCost(): number {
		return this.#blockCost;
	}

	/** Bytes of account data that the block's transactions may add. */
	get allocatedDataSize(): number {
		return this.#allocatedDataSize;
	}

	get transactionCount(): number {
		return this.#transactionCount;
	}

	/** CU of the transactions that lock the account of this key (`pubkey.key`) for writing. */
	accountCost(key: string): number {
		return this.#byAccount.get(key) ?? 0;
	}

	/**
	 * Adds a transaction, or says which limit it does not fit and leaves all as it was. Errors in order:
	 * `WouldExceedMaxBlockCostLimit`, `WouldExceedMaxAccountCostLimit` (by itself), `WouldExceedAccountDataBlockLimit`,
	 * `WouldExceedMaxAccountCostLimit`.
	 */
	tryAdd(message: SanitizedMessage, cost: TransactionCost): TransactionError | null {
		const { limits } = this;
		if (this.#blockCost + cost.sum > limits.blockCost) return TransactionError.WouldExceedMaxBlockCostLimit;
		if (cost.sum > limits.accountCost) return TransactionError.WouldExceedMaxAccountCostLimit;
		if (this.#allocatedDataSize + cost.allocatedAccountsDataSize > limits.allocatedDataSize) {
			return TransactionError.WouldExceedAccountDataBlockLimit;
		}
		for (let i = 0; i < message.accountKeys.length; i++) {
			if (!message.isWritable(i)) continue;
			if (this.accountCost(message.accountKeys[i]!.key) + cost.sum > limits.accountCost) {
				return TransactionError.WouldExceedMaxAccountCostLimit;
			}
		}
		this.#charge(message, cost.sum);
		this.#allocatedDataSize += cost.allocatedAccountsDataSize;
		this.#transactionCount++;
		return null;
	}

	/** Puts what a transaction really used in the place of its estimate; both as {@link TransactionCost}s of it. */
	settle(message: SanitizedMessage, estimated: TransactionCost, actual: TransactionCost): void {
		const difference =
			actual.execution + actual.loadedAccountsData - estimated.execution - estimated.loadedAccountsData;
		if (difference !== 0) this.#charge(message, difference);
	}

	/** Takes a transaction out that was added and then not committed. */
	remove(message: SanitizedMessage, cost: TransactionCost): void {
		this.#charge(message, -cost.sum);
		this.#allocatedDataSize -= cost.allocatedAccountsDataSize;
		this.#transactionCount--;
	}

	#charge(message: SanitizedMessage, units: number): void {
		this.#blockCost = Math.max(0, this.#blockCost + units);
		for (let i = 0; i < message.accountKeys.length; i++) {
			if (!message.isWritable(i)) continue;
			const { key } = message.accountKeys[i]!;
			const cost = this.accountCost(key) + units;
			if (cost > 0) this.#byAccount.set(key, cost);
			else this.#byAccount.delete(key);
		}
	}
}
