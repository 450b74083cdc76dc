/** `getBlock`: a block, or null where it is not complete yet.
 *
 * Errors in order: -32602 (base58 with v1, commitment), -32004 (not there yet), -32001 (no longer there), -32007
 * (skipped), -32015. Upstream: `rpc_full::get_block`. */
import { encodeBlock } from '../encode/block.ts';
import { failMissingBlock } from '../missing-block.ts';
import { atLeastConfirmed } from '../node.ts';
import { readBlockConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { readU64 } from '../params/readers.ts';
import { checkEncodingForVersion } from '../params/transaction-encoding.ts';
import { fail, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getBlock: Method = method(
	'getBlock',
	[readU64, opt(readBlockConfig)],
	({ chain }, slot, config) => {
		const encoding = config?.encoding ?? 'json';
		const maxSupportedVersion = config?.maxSupportedTransactionVersion ?? null;
		checkEncodingForVersion(encoding, maxSupportedVersion);
		const commitment = atLeastConfirmed(config?.commitment);
		if (slot > chain.bankAt(commitment).slot) return fail(RpcCustomError.blockNotAvailable(slot));
		const block = chain.getBlock(slot);
		if (block === null) {
			return slot > chain.root ? null : failMissingBlock(chain, slot);
		}
		return encodeBlock(block, block.transactions, {
			encoding,
			transactionDetails: config?.transactionDetails ?? 'full',
			showRewards: config?.rewards ?? true,
			maxSupportedVersion,
		});
	},
);
