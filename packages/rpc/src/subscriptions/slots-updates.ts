/**
 * `slotsUpdatesSubscribe`: what becomes of each slot. Upstream: `SlotUpdate`; a slot of this node's own is complete, and
 * confirmed by its one vote, as it is frozen.
 */
import type { CommittedTransaction } from '@parhelion/runtime';
import type { Slot } from '@parhelion/sdk';
import { type Subscription, subscription } from './subscription.ts';

/** Counts the transactions of the open block. Each one is an entry of its own. */
class BlockStats {
	private slot: Slot = -1n;
	private successful = 0;
	private failed = 0;

	add({ slot, meta }: CommittedTransaction): void {
		if (slot !== this.slot) {
			this.slot = slot;
			this.successful = 0;
			this.failed = 0;
		}
		if (meta.err === null) this.successful++;
		else this.failed++;
	}

	/** The open block begins again. */
	reset(): void {
		this.slot = -1n;
	}

	of(slot: Slot): { readonly [key: string]: number } {
		const [successful, failed] = slot === this.slot ? [this.successful, this.failed] : [0, 0];
		const entries = successful + failed;
		return {
			numTransactionEntries: entries,
			numSuccessfulTransactions: successful,
			numFailedTransactions: failed,
			maxTransactionsPerEntry: Math.min(1, entries),
		};
	}
}

export const slotsUpdatesSubscription: Subscription = subscription('slotsUpdates', [], () => ({
	key: '',
	start(feed, notify) {
		const { events } = feed.chain;
		const stats = new BlockStats();
		const stops = [
			feed.onTransactions((transaction) => stats.add(transaction)),
			feed.onReverted(() => stats.reset()),
			events.on('slotOpened', ({ slot, parent }) =>
				notify({ type: 'createdBank', slot, parent, timestamp: Date.now() }),
			),
			events.on('slotFrozen', ({ slot }) => {
				const timestamp = Date.now();
				notify({ type: 'completed', slot, timestamp });
				notify({ type: 'frozen', slot, timestamp, stats: stats.of(slot) });
				notify({ type: 'optimisticConfirmation', slot, timestamp });
			}),
			events.on('slotsRooted', ({ slots }) => {
				for (const slot of slots) notify({ type: 'root', slot, timestamp: Date.now() });
			}),
		];
		return () => {
			for (const stop of stops) stop();
		};
	},
}));
