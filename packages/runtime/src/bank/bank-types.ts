/**
 * What a bank takes and gives: options, outcomes, statuses, events.
 *
 * Types only, so that the faces above (JSON-RPC, the in-process API) can be written against them.
 * Sources: solana-runtime bank.rs (`TransactionSimulationResult`, `CommittedTransaction`),
 * solana-transaction-status (`TransactionStatusMeta`).
 */

import type {
	AccountSharedData,
	Epoch,
	EpochSchedule,
	FeatureSet,
	Hash,
	Lamports,
	LoadedAddresses,
	Pubkey,
	Rent,
	Slot,
	TransactionError,
	UnixTimestamp,
	VersionedTransaction,
} from '@parhelion/sdk';
import type { InnerInstructionsList, TransactionReturnData } from '@parhelion/svm';

/** A token account's balance before or after a transaction. */
export interface TokenBalance {
	readonly accountIndex: number;
	readonly mint: Pubkey;
	readonly owner: Pubkey;
	readonly programId: Pubkey;
	/** In the mint's smallest unit. */
	readonly amount: bigint;
	readonly decimals: number;
}

/** What became of a transaction, whether it was committed or turned away. */
export interface TransactionOutcome {
	/** The first signature, 64 bytes. */
	readonly signature: Uint8Array;
	readonly err: TransactionError | null;
	/** True if it went into the block: its fee was charged and its status is remembered. */
	readonly committed: boolean;
	/** The slot it was processed in. */
	readonly slot: Slot;
	readonly logs: readonly string[];
	readonly innerInstructions: InnerInstructionsList;
	/** CU. */
	readonly computeUnitsConsumed: number;
	readonly returnData: TransactionReturnData | null;
	/** Lamports charged; 0 when not committed. */
	readonly fee: Lamports;
	/** Bytes of account data loaded, by the rules of SIMD-0186. */
	readonly loadedAccountsDataSize: number;
}

/** What a transaction would have done. */
export interface SimulationOutcome {
	readonly err: TransactionError | null;
	readonly logs: readonly string[];
	readonly innerInstructions: InnerInstructionsList | null;
	/** CU. */
	readonly computeUnitsConsumed: number;
	readonly returnData: TransactionReturnData | null;
	/** Lamports it would be charged; `null` if it would not reach a block. */
	readonly fee: Lamports | null;
	/** Bytes. */
	readonly loadedAccountsDataSize: number;
	/** Every account of the message after the run, in message order; empty if nothing was executed. */
	readonly postAccounts: readonly (readonly [Pubkey, AccountSharedData])[];
	readonly preBalances: readonly Lamports[] | null;
	readonly postBalances: readonly Lamports[] | null;
	readonly preTokenBalances: readonly TokenBalance[] | null;
	readonly postTokenBalances: readonly TokenBalance[] | null;
	readonly loadedAddresses: LoadedAddresses;
	/** The blockhash put in by `replaceRecentBlockhash`. */
	readonly replacementBlockhash: {
		readonly blockhash: Hash;
		readonly lastValidBlockHeight: bigint;
	} | null;
}

/** How to simulate. */
export interface SimulateOptions {
	/** Check the signatures first (off by default). */
	readonly sigVerify?: boolean;
	/** Replace the message's blockhash by the latest one before the run; excludes `sigVerify`. */
	readonly replaceRecentBlockhash?: boolean;
	/** Record inner instructions (off by default). */
	readonly innerInstructions?: boolean;
}

/**
 * What the limits of a block are to a transaction. `reserve`: as the leader, who turns it away where its estimate does not
 * fit, and counts afterwards what it used. `check`: as in a replay, where one that does not fit with what it used makes
 * the block void; it is not committed. `ignore`: nothing.
 */
export type BlockLimits = 'reserve' | 'check' | 'ignore';

/** How to process. */
export interface ProcessOptions {
	/** What the chain's options say where left out. */
	readonly blockLimits?: BlockLimits;
	/** Do not check signatures: the caller has done it. */
	readonly skipSigVerify?: boolean;
	/**
	 * Commit a transaction whose fee payer cannot pay, without effect, where the features allow one in a block
	 * (SIMD-0290): for replay, since a leader may have put it there. Off by default.
	 */
	readonly keepNoOpTransactions?: boolean;
}

/** The metadata the ledger keeps of a transaction (`TransactionStatusMeta`). */
export interface TransactionStatusMeta {
	readonly err: TransactionError | null;
	readonly fee: Lamports;
	readonly preBalances: readonly Lamports[];
	readonly postBalances: readonly Lamports[];
	readonly preTokenBalances: readonly TokenBalance[];
	readonly postTokenBalances: readonly TokenBalance[];
	readonly innerInstructions: InnerInstructionsList;
	readonly logMessages: readonly string[];
	readonly loadedAddresses: LoadedAddresses;
	readonly returnData: TransactionReturnData | null;
	/** CU. */
	readonly computeUnitsConsumed: number;
	/** CU by which it counts against the limits of its block; left out where the ledger does not know. */
	readonly costUnits?: number;
}

/** A transaction of the ledger. */
export interface CommittedTransaction {
	readonly signature: Uint8Array;
	readonly slot: Slot;
	/** Seconds since 1970. */
	readonly blockTime: UnixTimestamp;
	readonly transaction: VersionedTransaction;
	/** Every account of the message: static, loaded writable, loaded readonly. */
	readonly accountKeys: readonly Pubkey[];
	readonly meta: TransactionStatusMeta;
}

/** How sure a slot is, in this one-validator cluster. */
export type ConfirmationStatus = 'processed' | 'confirmed' | 'finalized';

/** The status of a signature. */
export interface SignatureStatus {
	readonly slot: Slot;
	readonly err: TransactionError | null;
	/** Slots built on top; `null` once rooted. */
	readonly confirmations: number | null;
	readonly confirmationStatus: ConfirmationStatus;
}

/** A new slot was opened. */
export interface SlotEvent {
	readonly slot: Slot;
	readonly parent: Slot;
	readonly root: Slot;
}

/** An account was stored; `account` is `null` when it was deleted. */
export interface AccountEvent {
	readonly slot: Slot;
	readonly pubkey: Pubkey;
	readonly account: AccountSharedData | null;
}

/** An ELF to have at genesis. */
export interface BundledProgram {
	readonly programId: Pubkey;
	/** `bpfLoaderDeprecated`, `bpfLoader` or `bpfLoaderUpgradeable`. */
	readonly loader: Pubkey;
	readonly elf: Uint8Array;
	/** Upgrade authority of a v3 program; none by default. */
	readonly upgradeAuthority?: Pubkey | null;
}

/** A key pair: 32 bytes of seed, and its public key. */
export interface Keypair {
	readonly seed: Uint8Array;
	readonly pubkey: Pubkey;
}

/** A validator that votes. */
export interface Voter {
	/** Makes the blocks and pays for the votes. */
	readonly identity: Keypair;
	/** The vote account, whose own key votes with it. */
	readonly vote: Keypair;
}

/** What a chain starts from. */
export interface GenesisOptions {
	/** Features active from slot 0; mainnet-beta's by default. */
	readonly featureSet?: FeatureSet;
	readonly programs?: readonly BundledProgram[];
	readonly accounts?: Iterable<readonly [Pubkey, AccountSharedData]>;
	/** The faucet's key pair; a fixed one by default, so that a chain is reproducible. */
	readonly faucet?: Keypair;
	/** Lamports of the faucet; 500,000,000 SOL by default, as in the test validator. */
	readonly faucetLamports?: Lamports;
	/** The validator's identity: collects the fees. That of `voter`, where one is given. */
	readonly identity?: Pubkey;
	/**
	 * Makes the validator one that is staked, with a million SOL, and votes for each of its blocks in the next one. Without
	 * it there is no stake, no vote and no inflation that anybody would get.
	 */
	readonly voter?: Voter;
	readonly rent?: Rent;
	readonly epochSchedule?: EpochSchedule;
	/** Ticks of a slot; 64 by default. */
	readonly ticksPerSlot?: bigint;
	/** Seconds since 1970 at slot 0. */
	readonly creationTime?: UnixTimestamp;
	/** The time of a new slot in seconds; by default 400 ms a slot since `creationTime`. */
	readonly unixTimestamp?: (slot: Slot) => UnixTimestamp;
	/** Bytes of logs kept a transaction; `null` keeps all (the default, as a node that serves RPC). */
	readonly logBytesLimit?: number | null;
	/** Transactions kept for `getTransaction`, 100,000 by default; fewer where they take more than 512 MiB. */
	readonly historyLimit?: number;
}

/** Where the chain stands (`solana_epoch_info::EpochInfo`). */
export interface EpochInfo {
	readonly epoch: Epoch;
	readonly slotIndex: bigint;
	readonly slotsInEpoch: bigint;
	readonly absoluteSlot: Slot;
	readonly blockHeight: bigint;
	readonly transactionCount: bigint;
}
