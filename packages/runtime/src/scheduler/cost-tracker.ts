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

/** What of a cost counts against a block. */
export type BlockCost = Pick<TransactionCost, 'sum' | 'allocatedAccountsDataSize'>;

/** CU of the transactions that write an account. */
interface Cell {
	units: number;
}

/** The costs of a block's transactions. */
export class CostTracker {
	readonly limits: CostTrackerLimits;
	/**
	 * By account; `null` while no account can have passed its limit, because the whole block has not: most blocks never do.
	 * Until then it is only noted what would be counted.
	 */
	#byAccount: Map<string, Cell> | null = null;
	/** By note: the account's key, and the CU. */
	#notedKeys: string[] = [];
	#notedUnits: number[] = [];
	/** The message asked for last and the cells of its writable accounts: a transaction asks twice. */
	#lastMessage: SanitizedMessage | null = null;
	readonly #lastCells: Cell[] = [];
	#lastCount = 0;
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
		return this.#counted().get(key)?.units ?? 0;
	}

	/**
	 * Adds a transaction, or says which limit it does not fit and leaves all as it was. Errors in order:
	 * `WouldExceedMaxBlockCostLimit`, `WouldExceedMaxAccountCostLimit` (by itself), `WouldExceedAccountDataBlockLimit`,
	 * `WouldExceedMaxAccountCostLimit`.
	 */
	tryAdd(message: SanitizedMessage, cost: BlockCost): TransactionError | null {
		const { limits } = this;
		const blockCost = this.#blockCost + cost.sum;
		if (blockCost > limits.blockCost) return TransactionError.WouldExceedMaxBlockCostLimit;
		if (cost.sum > limits.accountCost) return TransactionError.WouldExceedMaxAccountCostLimit;
		if (this.#allocatedDataSize + cost.allocatedAccountsDataSize > limits.allocatedDataSize) {
			return TransactionError.WouldExceedAccountDataBlockLimit;
		}
		if (blockCost > limits.accountCost) {
			const cells = this.#cellsOf(message);
			for (let i = 0; i < this.#lastCount; i++) {
				if (cells[i]!.units + cost.sum > limits.accountCost) {
					return TransactionError.WouldExceedMaxAccountCostLimit;
				}
			}
		}
		this.#charge(message, cost.sum);
		this.#allocatedDataSize += cost.allocatedAccountsDataSize;
		this.#transactionCount++;
		return null;
	}

	/** Puts the CU that a transaction cost in the place of those it was added with. */
	settle(message: SanitizedMessage, estimated: number, actual: number): void {
		if (actual !== estimated) this.#charge(message, actual - estimated);
	}

	/** Takes a transaction out that was added and then not committed. */
	remove(message: SanitizedMessage, cost: BlockCost): void {
		this.#charge(message, -cost.sum);
		this.#allocatedDataSize -= cost.allocatedAccountsDataSize;
		this.#transactionCount--;
	}

	#charge(message: SanitizedMessage, units: number): void {
		this.#blockCost = Math.max(0, this.#blockCost + units);
		if (this.#byAccount === null) {
			this.#note(message, units);
			return;
		}
		const cells = this.#cellsOf(message);
		for (let i = 0; i < this.#lastCount; i++) cells[i]!.units = Math.max(0, cells[i]!.units + units);
	}

	#note(message: SanitizedMessage, units: number): void {
		const noted = this.#notedUnits;
		if (message === this.#lastMessage) {
			for (let i = noted.length - this.#lastCount; i < noted.length; i++) noted[i]! += units;
			return;
		}
		const { accountKeys } = message;
		let count = 0;
		for (let i = 0; i < accountKeys.length; i++) {
			if (!message.isWritable(i)) continue;
			this.#notedKeys.push(accountKeys[i]!.key);
			noted.push(units);
			count++;
		}
		this.#lastMessage = message;
		this.#lastCount = count;
	}

	/** The cells by account; counts what was noted. */
	#counted(): Map<string, Cell> {
		if (this.#byAccount !== null) return this.#byAccount;
		const byAccount = new Map<string, Cell>();
		for (const [i, key] of this.#notedKeys.entries()) {
			const units = this.#notedUnits[i]!;
			const cell = byAccount.get(key);
			if (cell === undefined) byAccount.set(key, { units: Math.max(0, units) });
			else cell.units = Math.max(0, cell.units + units);
		}
		this.#byAccount = byAccount;
		this.#notedKeys = [];
		this.#notedUnits = [];
		this.#lastMessage = null;
		return byAccount;
	}

	/** The cells of a message's writable accounts, {@link #lastCount} of them. */
	#cellsOf(message: SanitizedMessage): readonly Cell[] {
		const byAccount = this.#counted();
		const cells = this.#lastCells;
		if (message === this.#lastMessage) return cells;
		const { accountKeys } = message;
		let count = 0;
		for (let i = 0; i < accountKeys.length; i++) {
			if (!message.isWritable(i)) continue;
			const { key } = accountKeys[i]!;
			let cell = byAccount.get(key);
			if (cell === undefined) {
				cell = { units: 0 };
				byAccount.set(key, cell);
			}
			cells[count++] = cell;
		}
		this.#lastMessage = message;
		this.#lastCount = count;
		return cells;
	}
}
