/**
 * From a decoded transaction to one that may be executed: version, size, signatures, form, addresses, locks.
 *
 * Sources: solana-runtime bank.rs (`verify_transaction_with_serialized_message`), solana-transaction
 * versioned/mod.rs (`verify_and_hash_message`), solana-runtime-transaction.
 */
import { blake3, ed25519VerifyStrict } from '@parhelion/crypto';
import {
	type AddressLoader,
	encodeMessage,
	err,
	Hash,
	isWithinRuntimeLimits,
	MAX_INSTRUCTION_TRACE_LENGTH,
	MESSAGE_HASH_DOMAIN,
	PACKET_DATA_SIZE,
	type Result,
	type RuntimeFeatures,
	type SanitizedTransaction,
	sanitizeTransaction,
	TransactionError,
	transactionSize,
	V1_MAX_TRANSACTION_SIZE,
	type VersionedTransaction,
} from '@parhelion/sdk';

/** The hash by which a message is known: BLAKE3 over a domain and the message's bytes. */
export function hashMessage(messageBytes: Uint8Array): Hash {
	return Hash.fromBytes(blake3(MESSAGE_HASH_DOMAIN, messageBytes));
}

/**
 * Whether every signature fits the static key of its place. Signatures without a key, and keys without a
 * signature, are for the check of the form to refuse.
 */
export function verifySignatures(transaction: VersionedTransaction): boolean {
	const { signatures, message } = transaction;
	const messageBytes = encodeMessage(message);
	const keys = message.accountKeys;
	const count = Math.min(signatures.length, keys.length);
	for (let i = 0; i < count; i++) {
		if (!ed25519VerifyStrict(signatures[i]!, messageBytes, keys[i]!.bytes)) return false;
	}
	return true;
}

/** What {@link verifyTransaction} needs to know of the bank. */
export interface VerifyContext {
	readonly features: RuntimeFeatures;
	readonly addressLoader: AddressLoader;
	/** Keys that are never write-locked. */
	readonly reservedKeys: ReadonlySet<string>;
}

/**
 * Checks a transaction and resolves its addresses. `messageHash` is given where it is known or will be put in later.
 *
 * Errors in order: `UnsupportedVersion`, `SanitizeFailure` (size, number of instructions), `SignatureFailure`,
 * `SanitizeFailure` (form), the address loader's.
 */
export function verifyTransaction(
	transaction: VersionedTransaction,
	context: VerifyContext,
	checkSignatures: boolean,
	messageHash?: Hash,
): Result<SanitizedTransaction, TransactionError> {
	const { message } = transaction;
	const isV1 = message.version === 1;
	if (isV1 && !context.features.enableTxV1) return err(TransactionError.UnsupportedVersion);
	const maxSize = isV1 ? V1_MAX_TRANSACTION_SIZE : PACKET_DATA_SIZE;
	if (transactionSize(transaction) > maxSize) return err(TransactionError.SanitizeFailure);
	if (message.instructions.length > MAX_INSTRUCTION_TRACE_LENGTH)
		return err(TransactionError.SanitizeFailure);
	if (checkSignatures && !verifySignatures(transaction)) return err(TransactionError.SignatureFailure);
	if (!isWithinRuntimeLimits(message)) return err(TransactionError.SanitizeFailure);
	return sanitizeTransaction(transaction, {
		messageHash: messageHash ?? hashMessage,
		loadedAddresses: context.addressLoader,
		reservedAccountKeys: context.reservedKeys,
	});
}
