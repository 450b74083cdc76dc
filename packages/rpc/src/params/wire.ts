/**
 * Reads transactions and messages out of encoded text. Source: solana-rpc 4.3.0 `rpc.rs`
 * (`decode_and_deserialize`, `sanitize_transaction`).
 */
import { type Bank, sanitizeTransaction } from '@parhelion/runtime';
import {
	decodeMessage,
	decodeTransaction,
	PACKET_DATA_SIZE,
	type Result,
	type SanitizedTransaction,
	transactionErrorText,
	V1_MAX_TRANSACTION_SIZE,
	type VersionedMessage,
	type VersionedTransaction,
	type WireError,
	wireErrorText,
} from '@parhelion/sdk';
import { decodeBase58 } from '../encode/base58.ts';
import { base64Decode } from '../encode/base64.ts';
import { failInvalidParams } from '../rpc-error.ts';
import type { UiTransactionEncoding } from './configs.ts';

/** Characters of base58 that a packet can take. */
const MAX_BASE58_SIZE = 1683;
/** Characters of base64 that a v1 transaction can take. */
const MAX_BASE64_SIZE = 5464;
/** Characters of base64 that a legacy or v0 transaction can take. */
const MAX_BASE64_LEGACY_SIZE = 1644;
/** The base64 text of a v1 message begins with this or something greater. */
const V1_BASE64_PREFIX_LOWER_BOUND = 'gQ';

const TRANSACTION_TYPE = 'solana_transaction::versioned::VersionedTransaction';
const MESSAGE_TYPE = 'solana_message::versions::VersionedMessage';

interface WireBytes {
	readonly bytes: Uint8Array;
	readonly maxSize: number;
}

function checkEncodedSize(
	type: string,
	encoding: string,
	text: string,
	maxText: number,
	maxRaw: number,
): void {
	const length = Buffer.byteLength(text);
	if (length > maxText) {
		failInvalidParams(
			`${encoding} encoded ${type} too large: ${length} bytes (max: encoded/raw ${maxText}/${maxRaw})`,
		);
	}
}

function fromBase58(type: string, text: string): WireBytes {
	checkEncodedSize(type, 'base58', text, MAX_BASE58_SIZE, PACKET_DATA_SIZE);
	const decoded = decodeBase58(text);
	if (!decoded.ok) return failInvalidParams(`invalid base58 encoding: ${decoded.error}`);
	return { bytes: decoded.value, maxSize: PACKET_DATA_SIZE };
}

function fromBase64(type: string, text: string): WireBytes {
	const isV1 = text.length >= 2 && text.slice(0, 2) >= V1_BASE64_PREFIX_LOWER_BOUND;
	const maxText = isV1 ? MAX_BASE64_SIZE : MAX_BASE64_LEGACY_SIZE;
	const maxSize = isV1 ? V1_MAX_TRANSACTION_SIZE : PACKET_DATA_SIZE;
	checkEncodedSize(type, 'base64', text, maxText, maxSize);
	const decoded = base64Decode(text);
	if (!decoded.ok) return failInvalidParams(`invalid base64 encoding: ${decoded.error}`);
	return { bytes: decoded.value, maxSize };
}

function deserialize<T>(
	type: string,
	{ bytes, maxSize }: WireBytes,
	decode: (bytes: Uint8Array) => Result<T, WireError>,
): T {
	if (bytes.length > maxSize) {
		return failInvalidParams(`decoded ${type} too large: ${bytes.length} bytes (max: ${maxSize} bytes)`);
	}
	const decoded = decode(bytes);
	if (decoded.ok) return decoded.value;
	return failInvalidParams(`failed to deserialize ${type}: ${wireErrorText(decoded.error)}`);
}

/** The transaction in `text`; base58 unless `encoding` says otherwise. Ends the call with -32602. */
export function decodeTransactionText(
	text: string,
	encoding: UiTransactionEncoding | null,
): VersionedTransaction {
	switch (encoding) {
		case null:
		case 'binary':
		case 'base58':
			return deserialize(TRANSACTION_TYPE, fromBase58(TRANSACTION_TYPE, text), decodeTransaction);
		case 'base64':
			return deserialize(TRANSACTION_TYPE, fromBase64(TRANSACTION_TYPE, text), decodeTransaction);
		default:
			return failInvalidParams(`unsupported encoding: ${encoding}. Supported encodings: base58, base64`);
	}
}

/** The message in the base64 `text`. Ends the call with -32602. */
export function decodeMessageText(text: string): VersionedMessage {
	return deserialize(MESSAGE_TYPE, fromBase64(MESSAGE_TYPE, text), decodeMessage);
}

/** Checks the form of `transaction` and loads its addresses. Ends the call with -32602. */
export function sanitizeOrFail(bank: Bank, transaction: VersionedTransaction): SanitizedTransaction {
	const sanitized = sanitizeTransaction(bank, transaction, false);
	if (sanitized.ok) return sanitized.value;
	return failInvalidParams(`invalid transaction: ${transactionErrorText(sanitized.error)}`);
}
