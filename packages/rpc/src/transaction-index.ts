/**
 * Remembers where in its block each transaction stands, for as long as the chain remembers the transaction.
 */
import type { Chain, CommittedTransaction } from '@parhelion/runtime';
import type { Slot } from '@parhelion/sdk';

/** The place of each transaction in its block. */
export class TransactionIndex {
	// Weak: the chain decides how long a transaction is kept.
	private readonly indices = new WeakMap<CommittedTransaction, number>();
	private slot: Slot = -1n;
	private next = 0;

	/** Counts from now on; returns the function that ends it. */
	attach(chain: Chain): () => void {
		const ends = [
			chain.events.on('transaction', (transaction) => {
				if (transaction.slot !== this.slot) {
					this.slot = transaction.slot;
					this.next = 0;
				}
				this.indices.set(transaction, this.next++);
			}),
			// The slot that was open comes again.
			chain.events.on('reverted', () => {
				this.slot = -1n;
			}),
		];
		return () => {
			for (const end of ends) end();
		};
	}

	/** The place in the block, from 0; null if it was not seen going in. */
	get(transaction: CommittedTransaction): number | null {
		return this.indices.get(transaction) ?? null;
	}
}
