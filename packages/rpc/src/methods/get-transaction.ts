/** `getTransaction`: a transaction of the ledger with its metadata, or null. Errors: -32602 (no signature, base58 with v1, commitment), -32015. */
import { encodeCommittedTransaction } from '../encode/transaction.ts';
import { atLeastConfirmed, slotWithCommitment } from '../node.ts';
import { verifySignature } from '../params/addresses.ts';
import { readTransactionConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { checkEncodingForVersion } from '../params/transaction-encoding.ts';
import { type Method, method } from './method.ts';

export const getTransaction: Method = method(
	'getTransaction',
	[readString, opt(readTransactionConfig)],
	({ chain, transactionIndex }, text, config) => {
		const signature = verifySignature(text);
		const encoding = config?.encoding ?? 'json';
		const maxVersion = config?.maxSupportedTransactionVersion ?? null;
		checkEncodingForVersion(encoding, maxVersion);
		const commitment = atLeastConfirmed(config?.commitment);
		const transaction = chain.getTransaction(signature);
		if (transaction === null || transaction.slot > slotWithCommitment(chain, commitment)) return null;
		return encodeCommittedTransaction(transaction, encoding, maxVersion, transactionIndex.get(transaction));
	},
);
