/**
 * From what a caller hands over (a transaction of kit, or wire bytes) to a decoded transaction.
 *
 * Source: litesvm index.ts; @solana/transactions (`assertIsFullySignedTransaction`, `getTransactionEncoder`).
 */
import {
	decodeMessage,
	decodeTransaction,
	MESSAGE_VERSION_PREFIX,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { wrongType } from './expect-type.ts';
import type { Transaction } from './kit-types.ts';

const SIGNATURE_BYTES = 64;
/** Newest message version that is understood. */
const MAX_VERSION = 1;

function toBytes(bytes: ArrayLike<number>): Uint8Array {
	return bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
}

function isBytes(value: unknown): value is ArrayLike<number> {
	return value instanceof Uint8Array || Array.isArray(value);
}

/** A signature as kit encodes it: zeros for none, cut or padded to 64 bytes. */
function toSignature(signature: ArrayLike<number> | null): Uint8Array {
	if (signature instanceof Uint8Array && signature.length === SIGNATURE_BYTES)
		return new Uint8Array(signature);
	const bytes = new Uint8Array(SIGNATURE_BYTES);
	if (signature !== null) bytes.set(toBytes(signature).subarray(0, SIGNATURE_BYTES));
	return bytes;
}

/**
 * The transaction, decoded; `null` for bytes that are none.
 *
 * TypeError where signatures are missing (and `requireSignatures`), or there is none at all; RangeError for a
 * message of an unknown version. Wire bytes throw nothing.
 */
export function decodeInput(
	input: Transaction | Uint8Array,
	requireSignatures: boolean,
): VersionedTransaction | null {
	if (input instanceof Uint8Array) {
		const decoded = decodeTransaction(input);
		return decoded.ok ? decoded.value : null;
	}
	const { messageBytes: given, signatures }: Partial<Transaction> = Object(input);
	if (!isBytes(given) || typeof signatures !== 'object' || signatures === null) {
		throw wrongType('transaction', 'a transaction of @solana/kit, or its wire bytes (a Uint8Array)', input);
	}
	const addresses = Object.keys(signatures);
	if (requireSignatures) {
		const missing = addresses.filter((address) => signatures[address] === null);
		if (missing.length > 0) {
			throw new TypeError(`Transaction is missing signatures for addresses: ${missing.join(', ')}.`);
		}
	}
	const messageBytes = toBytes(given);
	const first = messageBytes[0] ?? 0;
	const version = first - MESSAGE_VERSION_PREFIX;
	if (version > MAX_VERSION) {
		throw new RangeError(`a message of version ${version} is not supported; the newest is ${MAX_VERSION}`);
	}
	if (addresses.length === 0) {
		throw new TypeError('Transaction has no expected signers therefore it cannot be encoded');
	}
	const message = decodeMessage(messageBytes);
	if (!message.ok) return null;
	const list: Uint8Array[] = [];
	for (const address of addresses) list.push(toSignature(signatures[address]!));
	return { signatures: list, message: message.value };
}
