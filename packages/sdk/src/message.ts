/**
 * Owns the shapes of messages and transactions as they travel. Encoding is `wire-*.ts`, the resolved view
 * that the SVM runs is `sanitized-message.ts`.
 * Source: crate `solana-message` (`legacy.rs`, `versions/v0`, `versions/v1`) and crate `solana-transaction`.
 */
import type { Hash } from './hash.ts';
import type { Pubkey } from './pubkey.ts';

/** How many of the account keys sign, and how many of each part are read-only (u8 each). */
export interface MessageHeader {
	readonly numRequiredSignatures: number;
	readonly numReadonlySignedAccounts: number;
	readonly numReadonlyUnsignedAccounts: number;
}

/** An instruction whose program and accounts are indices into the message's account keys (u8 each). */
export interface CompiledInstruction {
	readonly programIdIndex: number;
	readonly accounts: Uint8Array;
	readonly data: Uint8Array;
}

/** A message without version prefix. */
export interface LegacyMessage {
	readonly version: 'legacy';
	readonly header: MessageHeader;
	readonly accountKeys: readonly Pubkey[];
	readonly recentBlockhash: Hash;
	readonly instructions: readonly CompiledInstruction[];
}

/** Which entries of one lookup table a v0 message loads. */
export interface MessageAddressTableLookup {
	readonly accountKey: Pubkey;
	readonly writableIndexes: Uint8Array;
	readonly readonlyIndexes: Uint8Array;
}

/** A message with address table lookups. */
export interface V0Message {
	readonly version: 0;
	readonly header: MessageHeader;
	readonly accountKeys: readonly Pubkey[];
	readonly recentBlockhash: Hash;
	readonly instructions: readonly CompiledInstruction[];
	readonly addressTableLookups: readonly MessageAddressTableLookup[];
}

/** The compute budget a v1 message carries; null where its mask leaves the value out. */
export interface TransactionConfig {
	/** Priority fee in lamports (u64). */
	readonly priorityFee: bigint | null;
	/** CU (u32). */
	readonly computeUnitLimit: number | null;
	/** Bytes (u32). */
	readonly loadedAccountsDataSizeLimit: number | null;
	/** Bytes (u32), a multiple of 1024 from 32 KiB to 256 KiB. */
	readonly heapSize: number | null;
}

/** A message of SIMD-0385: up to 4096 bytes, no lookup tables, its compute budget inline. */
export interface V1Message {
	readonly version: 1;
	readonly header: MessageHeader;
	readonly config: TransactionConfig;
	readonly accountKeys: readonly Pubkey[];
	/** Upstream's `lifetime_specifier`. */
	readonly recentBlockhash: Hash;
	readonly instructions: readonly CompiledInstruction[];
}

/** A message of any version. */
export type VersionedMessage = LegacyMessage | V0Message | V1Message;

/** A message with its signatures (64 bytes each), as decoded: nothing about it is checked yet. */
export interface VersionedTransaction {
	readonly signatures: readonly Uint8Array[];
	readonly message: VersionedMessage;
}

/** An account as an instruction names it. */
export interface AccountMeta {
	readonly pubkey: Pubkey;
	readonly isSigner: boolean;
	readonly isWritable: boolean;
}

/** An instruction before it is compiled into a message. */
export interface Instruction {
	readonly programId: Pubkey;
	readonly accounts: readonly AccountMeta[];
	readonly data: Uint8Array;
}
