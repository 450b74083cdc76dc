/**
 * Owns {@link SanitizedTransaction} and how a decoded transaction becomes one. Source: crate `solana-transaction`
 * (`sanitized.rs`, `simple_vote_transaction_checker.rs`).
 */
import { Hash } from './hash.ts';
import { programIds } from './ids.ts';
import type { MessageAddressTableLookup, VersionedTransaction } from './message.ts';
import { err, ok, type Result } from './result.ts';
import { sanitizeVersionedTransaction } from './sanitize.ts';
import {
	type LoadedAddresses,
	NO_LOADED_ADDRESSES,
	SanitizedMessage,
	validateAccountLocks,
} from './sanitized-message.ts';
import { TransactionError } from './transaction-error.ts';
import { encodeMessage } from './wire.ts';

/** The bytes that BLAKE3 is fed before a message to give the message hash. */
export const MESSAGE_HASH_DOMAIN: Uint8Array = new TextEncoder().encode('solana-tx-message-v1');

/** A transaction whose form is valid and whose addresses are loaded. Its signatures may still be wrong. */
export class SanitizedTransaction {
	/** At least one, 64 bytes each. */
	readonly signatures: readonly Uint8Array[];
	/** BLAKE3 over {@link MESSAGE_HASH_DOMAIN} and the message bytes. */
	readonly messageHash: Hash;
	readonly message: SanitizedMessage;
	readonly isSimpleVoteTransaction: boolean;
	/** What the signatures sign. */
	readonly messageBytes: Uint8Array;

	constructor(
		signatures: readonly Uint8Array[],
		messageHash: Hash,
		message: SanitizedMessage,
		isSimpleVoteTransaction: boolean,
		messageBytes: Uint8Array,
	) {
		this.signatures = signatures;
		this.messageHash = messageHash;
		this.message = message;
		this.isSimpleVoteTransaction = isSimpleVoteTransaction;
		this.messageBytes = messageBytes;
	}

	/** The first signature: the transaction's id. */
	get signature(): Uint8Array {
		return this.signatures[0]!;
	}

	/** As {@link validateAccountLocks} of the message. */
	validateAccountLocks(limit: number): TransactionError | null {
		return validateAccountLocks(this.message, limit);
	}

	/** The transaction as it goes to the wire. */
	toVersionedTransaction(): VersionedTransaction {
		return { signatures: this.signatures, message: this.message.message };
	}
}

/** Resolves the lookups of a v0 message. */
export type AddressLoader = (
	lookups: readonly MessageAddressTableLookup[],
) => Result<LoadedAddresses, TransactionError>;

/** What {@link sanitizeTransaction} needs from above. */
export interface SanitizeOptions {
	/** The message hash, or the function that gives it from the message bytes (this room knows no hash function). */
	readonly messageHash: Hash | ((messageBytes: Uint8Array) => Hash);
	/** What lookups resolve to, or who resolves them; left out: a transaction with lookups is `UnsupportedVersion`. */
	readonly loadedAddresses?: LoadedAddresses | AddressLoader;
	/** Keys that are never write-locked: `reservedAccountKeys(featureSet)`. */
	readonly reservedAccountKeys: ReadonlySet<string>;
	/** Overrides the detection of a simple vote. */
	readonly isSimpleVoteTransaction?: boolean;
}

/**
 * Whether the transaction is a simple vote: legacy, one or two signatures, and a single instruction, of the Vote
 * program.
 */
export function isSimpleVoteTransaction(transaction: VersionedTransaction): boolean {
	const { signatures, message } = transaction;
	if (signatures.length >= 3 || message.version !== 'legacy' || message.instructions.length !== 1)
		return false;
	const program = message.accountKeys[message.instructions[0]!.programIdIndex];
	return program !== undefined && program.key === programIds.vote.key;
}

/**
 * Checks the form of a transaction and loads its addresses. Signatures are not verified.
 *
 * Errors in order: `SanitizeFailure` (signature count, then message), then whatever the address loader answers.
 * Upstream: `SanitizedTransaction::try_create`.
 */
export function sanitizeTransaction(
	transaction: VersionedTransaction,
	options: SanitizeOptions,
): Result<SanitizedTransaction, TransactionError> {
	if (sanitizeVersionedTransaction(transaction) !== null) return err(TransactionError.SanitizeFailure);
	const { message } = transaction;
	const messageBytes = encodeMessage(message);
	const messageHash =
		options.messageHash instanceof Hash ? options.messageHash : options.messageHash(messageBytes);
	let loaded = NO_LOADED_ADDRESSES;
	// Upstream asks the loader for every v0 message, also for one without lookups: a disabled loader refuses it.
	if (message.version === 0) {
		const source = options.loadedAddresses;
		if (source === undefined) return err(TransactionError.UnsupportedVersion);
		if (typeof source === 'function') {
			const outcome = source(message.addressTableLookups);
			if (!outcome.ok) return outcome;
			loaded = outcome.value;
		} else loaded = source;
	}
	return ok(
		new SanitizedTransaction(
			transaction.signatures,
			messageHash,
			new SanitizedMessage(message, loaded, options.reservedAccountKeys),
			options.isSimpleVoteTransaction ?? isSimpleVoteTransaction(transaction),
			messageBytes,
		),
	);
}
