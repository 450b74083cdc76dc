/** What transaction encodings go with which versions. Source: solana-rpc 4.3.0 `rpc.rs`
 * (`validate_max_supported_transaction_version_for_encoding`). */
import { failInvalidParams } from '../rpc-error.ts';
import type { UiTransactionEncoding } from './configs.ts';

/** Ends the call with -32602 where a v1 transaction would have to be written as base58. */
export function checkEncodingForVersion(encoding: UiTransactionEncoding, maxVersion: number | null): void {
	if ((encoding === 'binary' || encoding === 'base58') && maxVersion !== null && maxVersion >= 1) {
		failInvalidParams('base58 encoding is not supported with maxSupportedTransactionVersion >= 1');
	}
}
