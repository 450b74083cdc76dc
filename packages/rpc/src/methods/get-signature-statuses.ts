/** `getSignatureStatuses`: of up to 256 signatures, null where one is not known. Errors: -32602 (too many, no signature). */
import type { SignatureStatus } from '@parhelion/runtime';
import { encodeError, encodeStatus } from '../encode/transaction.ts';
import type { Json } from '../json/write.ts';
import { newResponse } from '../node.ts';
import { verifySignature } from '../params/addresses.ts';
import { readSignatureStatusConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString, sequence } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

const MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS = 256;

function encodeSignatureStatus(status: SignatureStatus): Json {
	return {
		slot: status.slot,
		confirmations: status.confirmations,
		status: encodeStatus(status.err),
		err: encodeError(status.err),
		confirmationStatus: status.confirmationStatus,
	};
}

export const getSignatureStatuses: Method = method(
	'getSignatureStatuses',
	[sequence(readString), opt(readSignatureStatusConfig)],
	({ chain }, texts, config) => {
		if (texts.length > MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS) {
			const max = MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS;
			return failInvalidParams(`Too many inputs provided; max ${max}`);
		}
		const searchesHistory = config?.searchTransactionHistory ?? false;
		const statuses = texts.map(verifySignature).map((signature) => {
			const status = searchesHistory
				? chain.getSignatureStatus(signature)
				: chain.getRecentSignatureStatus(signature);
			return status === null ? null : encodeSignatureStatus(status);
		});
		return newResponse(chain.bankAt('processed'), statuses);
	},
);
