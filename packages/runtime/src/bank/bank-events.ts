/**
 * What can be heard of a chain's banks: one typed stream for RPC, metrics and views. Events of a slot come in the order
 * in which the bank did the things: `slotOpened` first; of a transaction `locked`, `executed`, then its accounts once it is
 * committed, `committed`, `transaction`, `unlocked`; `slotFrozen`; `slotsRooted`; `flushed` once that is on the disk.
 *
 * On worker threads a transaction's accounts are `unlocked` when the worker has answered, before it is `committed` in its
 * turn; one that has to run again is told again, and so is one that is then turned away: its accounts are locked before
 * its signatures are known.
 *
 * Nothing is built where nobody listens. A bank or the forks are whole when they tell of a thing, so that what a listener
 * throws does them no harm.
 */
import type { AccountSharedData, Hash, Lamports, Pubkey, Slot, TransactionError } from '@parhelion/sdk';
import type { FlushReport } from '../accounts-db/accounts-db.ts';
import type { AccountEvent, CommittedTransaction, SlotEvent } from './bank-types.ts';
import type { CoreBpfMigrationError } from './core-programs/core-program-error.ts';

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

/** The chain went back to a slot that was rooted then, and is again: whatever came after it is gone. */
export interface ChainReverted {
	readonly slot: Slot;
	/** The accounts that are not as they were a moment ago; `null` for those that are gone. */
	readonly accounts: readonly (readonly [Pubkey, AccountSharedData | null])[];
}

/** A transaction's accounts were locked: as in Agave many readers or one writer. */
export interface TransactionLocked {
	readonly slot: Slot;
	/** The first signature, 64 bytes. */
	readonly signature: Uint8Array;
	readonly writable: readonly Pubkey[];
	readonly readonly: readonly Pubkey[];
}

/** They are free again, whatever became of the transaction. */
export interface TransactionUnlocked {
	readonly slot: Slot;
	readonly signature: Uint8Array;
}

/** A transaction ran and nothing of it is stored yet. */
export interface TransactionExecuted {
	readonly slot: Slot;
	readonly signature: Uint8Array;
	readonly err: TransactionError | null;
	readonly computeUnits: number;
}

/** What a transaction did is part of the bank. */
export interface TransactionPartOfBank {
	readonly slot: Slot;
	readonly signature: Uint8Array;
	readonly err: TransactionError | null;
	/** Accounts stored. */
	readonly written: number;
}

/** Why lamports were paid, as the RPC names it. */
export type RewardType = 'Fee' | 'Rent' | 'Staking' | 'Voting' | 'DeactivatedStake';

/** Lamports that a block paid beside its transactions. */
export interface Reward {
	readonly pubkey: Pubkey;
	readonly type: RewardType;
	/** Below zero where they were taken. */
	readonly lamports: bigint;
	readonly postBalance: Lamports;
	/** Percent, for votes and stakes; `null` where basis points are told. */
	readonly commission: number | null;
	/** Basis points, for votes and stakes, since SIMD-0291. */
	readonly commissionBps?: number;
}

/** A feature was to replace a program, and did (`error` is `null`) or could not. */
export interface ProgramReplaced {
	readonly slot: Slot;
	readonly programId: Pubkey;
	readonly feature: Pubkey;
	readonly error: CoreBpfMigrationError | null;
}

/** The events by name. */
export interface BankEvents {
	readonly slotOpened: SlotOpened;
	readonly slotFrozen: SlotFrozen;
	readonly slotsRooted: SlotsRooted;
	readonly slotDropped: SlotDropped;
	/** Before the next slot is opened. */
	readonly reverted: ChainReverted;
	/** Rooted slots are in the storage. */
	readonly flushed: FlushReport;
	readonly programReplaced: ProgramReplaced;
	readonly locked: TransactionLocked;
	readonly unlocked: TransactionUnlocked;
	readonly executed: TransactionExecuted;
	readonly committed: TransactionPartOfBank;
	readonly account: AccountEvent;
	readonly transaction: CommittedTransaction;
	/** The node has moved on to a slot and answers from it: comes after the others of the slot. */
	readonly slot: SlotEvent;
}
