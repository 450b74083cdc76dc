/** What the ledger is told, what it answers and what it is asked. */
import type { Hash, Pubkey, Slot } from '@parhelion/sdk';
import type { SidecarTable } from './blockstore-tables.ts';

/**
 * Who made a block, which decides what a replay checks: `own` is this node's, `unlimited` too, but it was told not to keep
 * the limits of a block, `foreign` anybody's.
 */
export type BlockOrigin = 'own' | 'unlimited' | 'foreign';

/** A block without its entries. */
export interface BlockMeta {
	readonly slot: Slot;
	/** The slot of the block that it builds upon; its own for the first. */
	readonly parent: Slot;
	readonly blockhash: Hash;
	/** The hash of the bank after the block; `null` before it was replayed. */
	readonly bankHash: Hash | null;
	/** Blocks below it; `null` before it was replayed. */
	readonly blockHeight: bigint | null;
	/** Seconds since 1970; `null` before it was replayed. */
	readonly blockTime: bigint | null;
	/** Whether all of its entries are there. */
	readonly completed: boolean;
	readonly rooted: boolean;
	readonly origin: BlockOrigin;
	/** Bytes that the block and its statuses take. */
	readonly byteLength: number;
	readonly transactionCount: number;
}

/** What a caller tells of a block. */
export interface BlockInsert {
	readonly slot: Slot;
	readonly parent: Slot;
	readonly blockhash: Hash;
	/** The serialised entries. */
	readonly entries: Uint8Array;
	readonly bankHash?: Hash | null;
	readonly blockHeight?: bigint | null;
	readonly blockTime?: bigint | null;
	/** `true` where left out. */
	readonly completed?: boolean;
	/** `foreign` where left out: nothing is taken on trust. */
	readonly origin?: BlockOrigin;
	/** What became of its transactions, in their order; may be given later by `Blockstore.insertStatuses`. */
	readonly statuses?: readonly StatusInsert[];
	/** What stands beside the entries. */
	readonly sidecar?: Partial<Record<SidecarTable, Uint8Array>>;
}

/** What became of a transaction. */
export interface StatusInsert {
	/** 64 bytes. */
	readonly signature: Uint8Array;
	/** Its place in the block; that in the list where left out. */
	readonly index?: number;
	/** The accounts it names, those of lookup tables included. */
	readonly addresses: readonly Pubkey[];
	/** Status, logs, balances: whatever the bank wants to find again. */
	readonly meta: Uint8Array;
}

/** A transaction found by its signature. */
export interface TransactionStatus {
	readonly slot: Slot;
	/** Its place in the block. */
	readonly index: number;
	readonly meta: Uint8Array;
}

/** A transaction found by an address. */
export interface AddressSignature {
	readonly signature: Uint8Array;
	readonly slot: Slot;
	readonly index: number;
}

/** Which transactions of an address are wanted. */
export interface AddressQuery {
	/** Only those before this signature's oldest transaction; none where it is unknown. */
	readonly before?: Uint8Array;
	/** Only those after this signature's newest transaction; all where it is unknown. */
	readonly until?: Uint8Array;
	/** At most so many; 1000 where left out. */
	readonly limit?: number;
	/** Only those of slots on the caller's fork. */
	readonly isVisible?: (slot: Slot) => boolean;
}

/** What may go. */
export interface PurgeLimits {
	/** The newest root that the accounts were flushed at: blocks above it are needed for a restart and stay. */
	readonly flushedRoot: Slot;
	/** Keep no more slots than this below the newest. */
	readonly keepSlots?: bigint;
	/** Keep no more bytes than this. */
	readonly maxBytes?: number;
}
