/**
 * Owns the checks of a decoded transaction that need no account: index bounds, header, lookups, signature count.
 * The order of the checks is upstream's. Sources: crate `solana-message` (`legacy::Message::sanitize`,
 * `v0::Message::sanitize`, `v1::Message::validate`), crate `solana-transaction`
 * (`VersionedTransaction::sanitize_signatures`).
 */
import type {
	LegacyMessage,
	V0Message,
	V1Message,
	VersionedMessage,
	VersionedTransaction,
} from './message.ts';

/** Upstream's `SanitizeError`. */
export type SanitizeError = 'IndexOutOfBounds' | 'ValueOutOfBounds' | 'InvalidValue';

const V1_MAX_ADDRESSES = 64;
const V1_MAX_INSTRUCTIONS = 64;
const V1_MAX_SIGNATURES = 12;
const V1_MIN_HEAP_SIZE = 32 * 1024;
const V1_MAX_HEAP_SIZE = 256 * 1024;
/** The most top-level instructions the runtime takes (SIMD-0160). */
export const MAX_INSTRUCTION_TRACE_LENGTH = 64;
/** The most accounts of one instruction the runtime takes. */
export const MAX_ACCOUNTS_PER_INSTRUCTION = 255;
/** The most accounts a transaction may lock with `increase_tx_account_lock_limit`; 64 without it. */
export const MAX_TX_ACCOUNT_LOCKS = 128;

function instructionsFit(
	message: LegacyMessage | V0Message,
	numProgramCandidates: number,
	numAccounts: number,
): boolean {
	for (const instruction of message.instructions) {
		const program = instruction.programIdIndex;
		// A program cannot be the payer.
		if (program >= numProgramCandidates || program === 0) return false;
		const { accounts } = instruction;
		for (let i = 0; i < accounts.length; i++) if (accounts[i]! >= numAccounts) return false;
	}
	return true;
}

function sanitizeLegacy(message: LegacyMessage): SanitizeError | null {
	const { header, accountKeys } = message;
	const numKeys = accountKeys.length;
	if (header.numRequiredSignatures + header.numReadonlyUnsignedAccounts > numKeys) return 'IndexOutOfBounds';
	// At least one writable signer: the fee payer.
	if (header.numReadonlySignedAccounts >= header.numRequiredSignatures) return 'IndexOutOfBounds';
	return instructionsFit(message, numKeys, numKeys) ? null : 'IndexOutOfBounds';
}

function sanitizeV0(message: V0Message): SanitizeError | null {
	const { header, accountKeys } = message;
	const numStatic = accountKeys.length;
	if (header.numRequiredSignatures + header.numReadonlyUnsignedAccounts > numStatic)
		return 'IndexOutOfBounds';
	if (header.numReadonlySignedAccounts >= header.numRequiredSignatures) return 'InvalidValue';
	let numDynamic = 0;
	for (const { writableIndexes, readonlyIndexes } of message.addressTableLookups) {
		const count = writableIndexes.length + readonlyIndexes.length;
		// A lookup must load at least one account.
		if (count === 0) return 'InvalidValue';
		numDynamic += count;
	}
	if (numStatic === 0) return 'InvalidValue';
	// Account indices are u8.
	if (numStatic + numDynamic > 256) return 'IndexOutOfBounds';
	// A program is never loaded from a table.
	return instructionsFit(message, numStatic, numStatic + numDynamic) ? null : 'IndexOutOfBounds';
}

/** Upstream's v1 `MessageError` variants that `validate` can give. */
export type V1MessageError =
	| 'TooManySignatures'
	| 'TooManyInstructions'
	| 'TooManyAddresses'
	| 'NotEnoughAddressesForSignatures'
	| 'ZeroSigners'
	| 'DuplicateAddresses'
	| 'InvalidHeapSize'
	| 'NotEnoughAccountKeys'
	| 'InvalidInstructionAccountIndex'
	| 'InstructionAccountsTooLarge'
	| 'InstructionDataTooLarge';

/** Checks a v1 message; null where it is valid. */
export function validateV1Message(message: V1Message): V1MessageError | null {
	const { header, accountKeys, instructions, config } = message;
	const numKeys = accountKeys.length;
	if (header.numRequiredSignatures > V1_MAX_SIGNATURES) return 'TooManySignatures';
	if (instructions.length > V1_MAX_INSTRUCTIONS) return 'TooManyInstructions';
	if (numKeys > V1_MAX_ADDRESSES) return 'TooManyAddresses';
	if (numKeys < header.numRequiredSignatures + header.numReadonlyUnsignedAccounts) {
		return 'NotEnoughAddressesForSignatures';
	}
	if (header.numReadonlySignedAccounts >= header.numRequiredSignatures) return 'ZeroSigners';
	const unique = new Set<string>();
	for (const key of accountKeys) unique.add(key.key);
	if (unique.size !== numKeys) return 'DuplicateAddresses';
	const { heapSize } = config;
	if (
		heapSize !== null &&
		(heapSize % 1024 !== 0 || heapSize < V1_MIN_HEAP_SIZE || heapSize > V1_MAX_HEAP_SIZE)
	) {
		return 'InvalidHeapSize';
	}
	if (numKeys === 0) return 'NotEnoughAccountKeys';
	for (const { programIdIndex, accounts, data } of instructions) {
		if (programIdIndex >= numKeys || programIdIndex === 0) return 'InvalidInstructionAccountIndex';
		if (accounts.length > 0xff) return 'InstructionAccountsTooLarge';
		if (data.length > 0xffff) return 'InstructionDataTooLarge';
		for (let i = 0; i < accounts.length; i++) {
			if (accounts[i]! >= numKeys) return 'InvalidInstructionAccountIndex';
		}
	}
	return null;
}

const V1_INDEX_ERRORS: ReadonlySet<V1MessageError> = new Set([
	'InvalidInstructionAccountIndex',
	'NotEnoughAddressesForSignatures',
	'TooManyAddresses',
	'TooManyInstructions',
	'TooManySignatures',
]);

function sanitizeV1(message: V1Message): SanitizeError | null {
	const error = validateV1Message(message);
	if (error === null) return null;
	return V1_INDEX_ERRORS.has(error) ? 'IndexOutOfBounds' : 'InvalidValue';
}

/** Checks a message; null where it is valid. */
export function sanitizeMessage(message: VersionedMessage): SanitizeError | null {
	switch (message.version) {
		case 'legacy':
			return sanitizeLegacy(message);
		case 0:
			return sanitizeV0(message);
		case 1:
			return sanitizeV1(message);
	}
}

/** Checks the number of signatures against the header and the static keys; null where it fits. */
export function sanitizeSignatures(
	numRequiredSignatures: number,
	numStaticAccountKeys: number,
	numSignatures: number,
): SanitizeError | null {
	if (numRequiredSignatures > numSignatures) return 'IndexOutOfBounds';
	if (numRequiredSignatures < numSignatures) return 'InvalidValue';
	// Signatures are verified before addresses are loaded, so every signer is a static key.
	return numSignatures > numStaticAccountKeys ? 'IndexOutOfBounds' : null;
}

/**
 * Checks signatures, then message, as `SanitizedVersionedTransaction::try_new` does; null where both are valid.
 */
export function sanitizeVersionedTransaction(transaction: VersionedTransaction): SanitizeError | null {
	const { signatures, message } = transaction;
	return (
		sanitizeSignatures(message.header.numRequiredSignatures, message.accountKeys.length, signatures.length) ??
		sanitizeMessage(message)
	);
}

/**
 * Whether the message keeps the runtime's limits on top-level instructions and on accounts of an instruction
 * (`RuntimeTransaction::try_create`, which answers a breach with `SanitizeFailure`).
 */
export function isWithinRuntimeLimits(message: VersionedMessage): boolean {
	const { instructions } = message;
	if (instructions.length > MAX_INSTRUCTION_TRACE_LENGTH) return false;
	for (const { accounts } of instructions) {
		if (accounts.length > MAX_ACCOUNTS_PER_INSTRUCTION) return false;
	}
	return true;
}
