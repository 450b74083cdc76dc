/**
 * Hands the chain's events to the subscriptions they concern, at the commitment each asked for.
 *
 * *processed* is told at once, *confirmed* when the slot is closed, *finalized* when it is rooted (see `node.ts`).
 * One listener of each kind hangs on the chain however many subscriptions there are; they are found by key.
 * Upstream: solana-rpc 4.3.0 `rpc_subscriptions.rs`.
 */
import type { AccountEvent, Chain, ChainReverted, CommittedTransaction, SlotEvent } from '@parhelion/runtime';
import type { Pubkey, Slot } from '@parhelion/sdk';
import { slotWithCommitment } from '../node.ts';
import type { CommitmentLevel } from '../params/configs.ts';

/** Ends what was begun. */
export type Stop = () => void;

/** A list of listeners for each key. */
class Listeners<Event> {
	private readonly byKey = new Map<string, Set<(event: Event) => void>>();

	add(key: string, listener: (event: Event) => void): Stop {
		const known = this.byKey.get(key) ?? new Set();
		this.byKey.set(key, known);
		known.add(listener);
		return () => {
			known.delete(listener);
			if (known.size === 0 && this.byKey.get(key) === known) this.byKey.delete(key);
		};
	}

	emit(key: string, event: Event): void {
		const listeners = this.byKey.get(key);
		if (listeners === undefined) return;
		// A listener may end itself.
		for (const listener of [...listeners]) listener(event);
	}

	get isEmpty(): boolean {
		return this.byKey.size === 0;
	}
}

/** The key of a signature. */
export function signatureKey(signature: Uint8Array): string {
	return Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('latin1');
}

/** The key of those who want all events of a kind. */
const ALL = '';

/** The chain's events, by what they concern. */
export class Feed {
	readonly chain: Chain;
	private readonly slots = new Listeners<SlotEvent>();
	private readonly reversions = new Listeners<ChainReverted>();
	private readonly accounts = new Listeners<AccountEvent>();
	private readonly programs = new Listeners<AccountEvent>();
	private readonly signatures = new Listeners<CommittedTransaction>();
	private readonly transactions = new Listeners<CommittedTransaction>();
	private readonly mentions = new Listeners<CommittedTransaction>();
	private readonly stops: readonly Stop[];
	private stopAccounts: Stop | null = null;

	constructor(chain: Chain) {
		this.chain = chain;
		this.stops = [
			chain.events.on('slot', (event) => this.slots.emit(ALL, event)),
			chain.events.on('reverted', (event) => this.onChainReverted(event)),
			chain.events.on('transaction', (transaction) => this.onTransaction(transaction)),
		];
	}

	/** Ends all of it. */
	stop(): void {
		for (const stop of this.stops) stop();
		this.stopAccounts?.();
	}

	private onTransaction(transaction: CommittedTransaction): void {
		this.transactions.emit(ALL, transaction);
		this.signatures.emit(signatureKey(transaction.signature), transaction);
		if (this.mentions.isEmpty) return;
		for (const { key } of transaction.accountKeys) this.mentions.emit(key, transaction);
	}

	private onChainReverted(event: ChainReverted): void {
		this.reversions.emit(ALL, event);
		for (const [pubkey, account] of event.accounts) this.onChange({ slot: event.slot, pubkey, account });
	}

	private onChange(event: AccountEvent): void {
		this.accounts.emit(event.pubkey.key, event);
		if (event.account !== null) this.programs.emit(event.account.owner.key, event);
	}

	/** New slots. */
	onSlot(listener: (event: SlotEvent) => void): Stop {
		return this.slots.add(ALL, listener);
	}

	/** Each time that the chain went back. */
	onReverted(listener: (event: ChainReverted) => void): Stop {
		return this.reversions.add(ALL, listener);
	}

	/** All transactions. */
	onTransactions(listener: (transaction: CommittedTransaction) => void): Stop {
		return this.transactions.add(ALL, listener);
	}

	/** Transactions that name `pubkey` among their accounts. */
	onMention(pubkey: Pubkey, listener: (transaction: CommittedTransaction) => void): Stop {
		return this.mentions.add(pubkey.key, listener);
	}

	/** The transaction with `signature`. */
	onSignature(signature: Uint8Array, listener: (transaction: CommittedTransaction) => void): Stop {
		return this.signatures.add(signatureKey(signature), listener);
	}

	/** Changes of the account `pubkey`. */
	onAccount(pubkey: Pubkey, listener: (event: AccountEvent) => void): Stop {
		return this.listenToAccounts(this.accounts.add(pubkey.key, listener));
	}

	/** Changes of the accounts that `program` owns afterwards. */
	onProgramAccount(program: Pubkey, listener: (event: AccountEvent) => void): Stop {
		return this.listenToAccounts(this.programs.add(program.key, listener));
	}

	/** Account events cost the chain work, so it is asked for them only while someone wants them. */
	private listenToAccounts(stop: Stop): Stop {
		this.stopAccounts ??= this.chain.events.on('account', (event) => this.onChange(event));
		return () => {
			stop();
			if (!this.accounts.isEmpty || !this.programs.isEmpty) return;
			this.stopAccounts?.();
			this.stopAccounts = null;
		};
	}
}

/** Holds events back until their slot has come as far as a commitment. */
export class CommitmentQueue<Item> {
	private readonly chain: Chain;
	private readonly commitment: CommitmentLevel;
	private readonly deliver: (slot: Slot, item: Item) => void;
	private pending: { readonly slot: Slot; readonly key: string; item: Item }[] = [];
	private readonly latest = new Map<string, { readonly slot: Slot; item: Item }>();
	/** Ends the queue. */
	readonly stop: Stop;

	constructor(feed: Feed, commitment: CommitmentLevel, deliver: (slot: Slot, item: Item) => void) {
		this.chain = feed.chain;
		this.commitment = commitment;
		this.deliver = deliver;
		const stops =
			commitment === 'processed'
				? []
				: [feed.onSlot(() => this.flush()), feed.onReverted(({ slot }) => this.revertTo(slot))];
		this.stop = () => {
			for (const stop of stops) stop();
		};
	}

	/** Queues `item` of `slot`; one of the same slot and the same non-empty `key` that still waits gives way to it. */
	push(slot: Slot, item: Item, key = ''): void {
		if (this.commitment === 'processed') {
			this.deliver(slot, item);
			return;
		}
		const waiting = key === '' ? undefined : this.latest.get(key);
		if (waiting !== undefined && waiting.slot === slot) {
			waiting.item = item;
			return;
		}
		const entry = { slot, key, item };
		this.pending.push(entry);
		if (key !== '') this.latest.set(key, entry);
	}

	/** What waits from above `slot` never comes. */
	private revertTo(slot: Slot): void {
		this.pending = this.pending.filter((entry) => entry.slot <= slot);
		this.latest.clear();
		for (const entry of this.pending) if (entry.key !== '') this.latest.set(entry.key, entry);
	}

	private flush(): void {
		const reached = slotWithCommitment(this.chain, this.commitment);
		let due = 0;
		while (due < this.pending.length && this.pending[due]!.slot <= reached) due++;
		for (const entry of this.pending.splice(0, due)) {
			if (this.latest.get(entry.key) === entry) this.latest.delete(entry.key);
			this.deliver(entry.slot, entry.item);
		}
	}
}
