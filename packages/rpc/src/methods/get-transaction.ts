/** `getTransaction`: a transaction of the ledger with its metadata, or null. Errors: -32602 (no signature, base58 with v1, commitment), -32015. */
import { encodeCommittedTransaction } from '../encode/transaction.ts';
import { DEFAULT_COMMITMENT, slotWithCommitment } from '../node.ts';
import { verifySignature } from '../params/addresses.ts';
import { readTransactionConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getTransaction: Method = method(
	'getTransaction',
	[readString, opt(readTransactionConfig)],
	({ chain, transactionIndex }, text, config) => {
		const signature = verifySignature(text);
		const encoding = config?.encoding ?? 'json';
		const maxVersion = config?.maxSupportedTransactionVersion ?? null;
		if ((encoding === 'binary' || encoding === 'base58') && maxVersion !== null && maxVersion >= 1) {
			return failInvalidParams('base58 encoding is not supported with maxSupportedTransactionVersion >= 1');
		}
		const commitment = config?.commitment ?? DEFAULT_COMMITMENT;
		if (commitment === 'processed') {
			return failInvalidParams('Method does not support commitment below `confirmed`');
		}
		const transaction = chain.getTransaction(signature);
		if (transaction === null || transaction.slot > slotWithCommitment(chain, commitment)) return null;
		return encodeCommittedTransaction(transaction, encoding, maxVersion, transactionIndex.get(transaction));
	},
);
