/**
 * What a chain remembers of its blocks: the newest in memory, all that are kept in the ledger, where it has one.
 *
 * Owns: which of the two answers a question. Refuses: to decode (`ledger-blocks.ts`), to write (`ledger-writer.ts`).
 */
import { base58Decode, Hash, type Pubkey, type Slot, type UnixTimestamp } from '@parhelion/sdk';
import type { Bank } from '../bank/bank.ts';
import type { CommittedTransaction } from '../bank/bank-types.ts';
import { rewardPartitionsOf } from '../bank/epoch-rewards/distribution.ts';
import { BlockHistory, type ChainBlock, type SignatureInfo, type SignaturesQuery } from './block-history.ts';
import type { Blockstore } from './blockstore.ts';
import { LedgerBlocks, type LedgerStatus } from './ledger-blocks.ts';
import { BlockTimes } from './transaction-history.ts';

/** A frozen bank's block, without its transactions, and without the time, which is that of its opening. */
export type ClosedBlock = Omit<ChainBlock, 'transactions' | 'blockTime'>;

/** The block of a frozen bank that is not rooted. */
export function closedBlockOf(bank: Bank): ClosedBlock {
	return {
		slot: bank.slot,
		parentSlot: bank.parentSlot,
		blockhash: bank.lastBlockhash(),
		previousBlockhash: bank.parent?.lastBlockhash() ?? Hash.default,
		blockHeight: bank.blockHeight,
		rewards: bank.rewards,
		numRewardPartitions: rewardPartitionsOf(bank),
	};
}

/** The blocks of a chain. */
export class ChainArchive {
	readonly #history: BlockHistory;
	readonly #times: BlockTimes;
	#openTime: UnixTimestamp = 0n;
	readonly #stored: LedgerBlocks | null;

	/**
	 * `historyLimit` is the number of transactions in memory. There are as many blocks, and `unrooted` more. `isVisible` says
	 * whether the stored block of a slot is on the chain's fork.
	 */
	constructor(
		historyLimit: number,
		unrooted: number,
		blockstore: Blockstore | null,
		isVisible: (slot: Slot) => boolean,
	) {
		this.#history = new BlockHistory(historyLimit, historyLimit + unrooted);
		this.#times = new BlockTimes(historyLimit + unrooted);
		this.#stored = blockstore === null ? null : new LedgerBlocks(blockstore, isVisible);
	}

	/** Begins the block of a bank. */
	open(bank: Bank): void {
		this.#history.open(bank.slot);
		this.#openTime = bank.clock().unixTimestamp;
		this.#times.set(bank.slot, this.#openTime);
	}

	/** Adds a transaction of the open block. */
	add(transaction: CommittedTransaction): void {
		const blockTime = this.#openTime;
		// That of its block, though somebody has changed the clock since the slot was opened.
		this.#history.add(transaction.blockTime === blockTime ? transaction : { ...transaction, blockTime });
	}

	/** Ends the open block. */
	close(block: ClosedBlock): void {
		this.#history.close({ ...block, blockTime: this.#openTime });
	}

	/** Forgets slots above `slot`: in memory alone. What had to go before, for the limits, stays gone. */
	revertTo(slot: Slot): void {
		this.#history.revertTo(slot);
		this.#times.revertTo(slot);
	}

	/** When a slot was opened, in seconds since 1970; `null` if unknown. */
	getBlockTime(slot: Slot): UnixTimestamp | null {
		return this.#times.get(slot) ?? this.#stored?.getBlockTime(slot) ?? null;
	}

	/** A complete block; `null` where there is none or it is not kept any more. */
	getBlock(slot: Slot): ChainBlock | null {
		return this.#history.getBlock(slot) ?? this.#stored?.getBlock(slot) ?? null;
	}

	/** The slots of complete blocks from `from` to `to`, both included, ascending; the first `limit` of them. */
	getBlocks(from: Slot, to: Slot, limit: number): Slot[] {
		const found: Slot[] = [];
		for (const slot of this.#stored?.slots(from, to) ?? this.#history.slots()) {
			if (slot > to || found.length >= limit) break;
			if (slot >= from) found.push(slot);
		}
		return found;
	}

	/** The oldest slot whose block is kept; `null` where there is none. */
	get firstSlot(): Slot | null {
		if (this.#stored !== null) return this.#stored.firstSlot;
		for (const slot of this.#history.slots()) return slot;
		return null;
	}

	/** The transactions that name an address, newest first, those of the open block included. */
	getSignaturesForAddress(address: Pubkey, query: SignaturesQuery): SignatureInfo[] {
		if (this.#stored === null) return this.#history.getSignaturesForAddress(address, query).found;
		const { limit = 1000 } = query;
		const { before, ...rest } = query;
		// What stands in the ledger is older than any other of that signature.
		if (before !== undefined && this.#stored.has(before)) {
			return this.#stored.getSignaturesForAddress(address, query);
		}
		const { found, isBefore, isComplete } = this.#history.openSignatures(address, query);
		if (isComplete) return found;
		const stored = this.#stored.getSignaturesForAddress(address, {
			...(isBefore ? rest : query),
			limit: limit - found.length,
		});
		return [...found, ...stored];
	}

	/** How the transaction with this signature (64 bytes, or base58) ended; `null` if it is unknown. */
	getStatus(signature: Uint8Array | string): LedgerStatus | null {
		const recent = this.#history.getTransaction(signature);
		if (recent !== null) return { slot: recent.slot, err: recent.meta.err };
		const bytes = signatureBytes(signature);
		return bytes === null ? null : (this.#stored?.getStatus(bytes) ?? null);
	}

	/** The transaction with this signature (64 bytes, or base58); `null` if it is unknown. */
	getTransaction(signature: Uint8Array | string): CommittedTransaction | null {
		const recent = this.#history.getTransaction(signature);
		if (recent !== null) return recent;
		const bytes = signatureBytes(signature);
		return bytes === null ? null : (this.#stored?.getTransaction(bytes) ?? null);
	}
}

function signatureBytes(signature: Uint8Array | string): Uint8Array | null {
	const bytes = typeof signature === 'string' ? base58Decode(signature) : signature;
	return bytes?.length === 64 ? bytes : null;
}
