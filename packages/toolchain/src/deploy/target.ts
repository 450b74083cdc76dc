/**
 * What a deployment needs of the world: a cluster to ask and to send to, and key pairs that sign.
 *
 * Owns the interfaces alone, so that a deployment runs against any RPC, a chain in process, or a test.
 */
import type { AccountSharedData, Hash, Lamports, Pubkey, Slot } from '@parhelion/sdk';

/** How far a transaction that landed has come. */
export type Commitment = 'processed' | 'confirmed' | 'finalized';

/** What is known of a transaction that landed. */
export interface LandedTransaction {
	readonly slot: Slot;
	/** Why it failed, in words; null where it did not. */
	readonly error: string | null;
	readonly commitment: Commitment;
}

/** What a node said to a transaction. */
export type SendOutcome =
	| { readonly kind: 'sent' }
	/** Its blockhash is not known there, or no longer. */
	| { readonly kind: 'blockhash-unknown' }
	| { readonly kind: 'refused'; readonly reason: string; readonly logs: readonly string[] };

/** A cluster. Every function may reject with an error whose text is for people. */
export interface DeployTarget {
	latestBlockhash(): Promise<{ readonly blockhash: Hash; readonly lastValidBlockHeight: bigint }>;
	blockHeight(): Promise<bigint>;
	slot(): Promise<Slot>;
	account(address: Pubkey): Promise<AccountSharedData | null>;
	/** Lamports that an account of `size` bytes must hold. */
	minimumBalance(size: number): Promise<Lamports>;
	/** Sends wire bytes; with `preflight` the node tries the transaction first and tells what is wrong. */
	send(transaction: Uint8Array, preflight: boolean): Promise<SendOutcome>;
	/** One answer each, in order; null for what has not landed. At most 256 signatures. */
	statuses(signatures: readonly Uint8Array[]): Promise<readonly (LandedTransaction | null)[]>;
	sleep(milliseconds: number): Promise<void>;
}

/** A key pair that signs. */
export interface DeploySigner {
	readonly pubkey: Pubkey;
	/** The 64 bytes of the signature. */
	sign(message: Uint8Array): Uint8Array;
}
