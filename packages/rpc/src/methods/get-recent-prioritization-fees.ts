/** `getRecentPrioritizationFees`: micro-lamports a CU, for each recent block that holds a transaction. Errors: -32602 (too many, no address). */
import { MAX_TX_ACCOUNT_LOCKS } from '@parhelion/sdk';
import { verifyPubkey } from '../params/addresses.ts';
import { opt } from '../params/params.ts';
import { readString, sequence } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getRecentPrioritizationFees: Method = method(
	'getRecentPrioritizationFees',
	[opt(sequence(readString))],
	(node, texts) => {
		const addresses = texts ?? [];
		if (addresses.length > MAX_TX_ACCOUNT_LOCKS) {
			return failInvalidParams(`Too many inputs provided; max ${MAX_TX_ACCOUNT_LOCKS}`);
		}
		return node.prioritizationFees.getPrioritizationFees(addresses.map(verifyPubkey));
	},
);
