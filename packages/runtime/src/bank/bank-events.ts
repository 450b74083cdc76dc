/**
 * What can be heard of a chain's banks: one typed stream for RPC, metrics and views. Events of a slot come in the order
 * in which the bank did the things: `slotOpened` first, the accounts of a transaction once it is committed, then the
 * transaction. Nothing is built where nobody listens. A bank or the forks are whole when they tell of a thing, so that
 * what a listener throws does them no harm.
 */
import type { Hash, Lamports, Pubkey, Slot } from '@parhelion/sdk';
import type { AccountEvent, CommittedTransaction, SlotEvent } from './bank-types.ts';

/** A bank was opened on a parent. */
export interface SlotOpened {
	readonly slot: Slot;
	readonly parent: Slot;
	/** The leader's identity. */
	readonly leader: Pubkey;
}

/** A bank was closed: its state can no longer change. */
export interface SlotFrozen {
	readonly slot: Slot;
	readonly parent: Slot;
	readonly hash: Hash;
	readonly blockhash: Hash;
	/** Transactions in the block. */
	readonly transactionCount: number;
}

/** Slots can no longer be undone. */
export interface SlotsRooted {
	readonly root: Slot;
	/** Ascending; the last is the root. */
	readonly slots: readonly Slot[];
}

/** A fork was dropped with this slot on it. */
export interface SlotDropped {
	readonly slot: Slot;
}

/** Why lamports were paid, as the RPC names it. */
export type RewardType = 'Fee' | 'Rent' | 'Staking' | 'Voting';

/** Lamports that a block paid beside its transactions. */
export interface Reward {
	readonly pubkey: Pubkey;
	readonly type: RewardType;
	/** Below zero where they were taken. */
	readonly lamports: bigint;
	readonly postBalance: Lamports;
	/** Percent, for votes and stakes. */
	readonly commission: number | null;
}

/** The events by name. */
export interface BankEvents {
	readonly slotOpened: SlotOpened;
	readonly slotFrozen: SlotFrozen;
	readonly slotsRooted: SlotsRooted;
	readonly slotDropped: SlotDropped;
	readonly account: AccountEvent;
	readonly transaction: CommittedTransaction;
	/** The node has moved on to a slot and answers from it: comes after the others of the slot. */
	readonly slot: SlotEvent;
}
