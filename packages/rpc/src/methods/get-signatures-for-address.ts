/** `getSignaturesForAddress`: transactions that name an address, newest first.
 *
 * Errors in order: -32602 (no address, no signature, limit, commitment), -32016, -32020 (`before` or `until` is not
 * known at this commitment). Upstream: `JsonRpcRequestProcessor::get_signatures_for_address`. */
import type { SignatureInfo } from '@parhelion/runtime';
import { base58Encode } from '@parhelion/sdk';
import { encodeError } from '../encode/transaction.ts';
import type { Json } from '../json/write.ts';
import { atLeastConfirmed, bankWithConfig, type RpcNode } from '../node.ts';
import { verifyPubkey, verifySignature } from '../params/addresses.ts';
import { readSignaturesForAddressConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { fail, failInvalidParams, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

const MAX_LIMIT = 1000;

function encodeInfo({ chain, transactionIndex }: RpcNode, info: SignatureInfo): Json {
	const transaction = chain.getTransaction(info.signature);
	const index = transaction === null ? null : transactionIndex.get(transaction);
	return {
		signature: base58Encode(info.signature),
		slot: info.slot,
		err: encodeError(info.err),
		memo: info.memo,
		blockTime: info.blockTime,
		confirmationStatus: info.slot <= chain.root ? 'finalized' : 'confirmed',
		transactionIndex: index ?? undefined,
	};
}

export const getSignaturesForAddress: Method = method(
	'getSignaturesForAddress',
	[readString, opt(readSignaturesForAddressConfig)],
	(node, text, config) => {
		const { chain } = node;
		const address = verifyPubkey(text);
		const bounds = [config?.before ?? null, config?.until ?? null].map((signature) =>
			signature === null ? null : { text: signature, bytes: verifySignature(signature) },
		);
		const limit = config?.limit ?? BigInt(MAX_LIMIT);
		if (limit === 0n || limit > MAX_LIMIT) return failInvalidParams(`Invalid limit; max ${MAX_LIMIT}`);
		atLeastConfirmed(config?.commitment);
		const bank = bankWithConfig(node, config);
		for (const bound of bounds) {
			if (bound === null) continue;
			const transaction = chain.getTransaction(bound.bytes);
			if (transaction === null || transaction.slot > bank.slot) {
				return fail(RpcCustomError.filterTransactionNotFound(bound.text));
			}
		}
		const [before, until] = bounds;
		// As many as there can be in front of those that have come far enough.
		const tooNew = Number(chain.transactionCount - bank.transactionCount);
		const infos = chain.getSignaturesForAddress(address, {
			...(before ? { before: before.bytes } : {}),
			...(until ? { until: until.bytes } : {}),
			limit: Number(limit) + tooNew,
		});
		return infos
			.filter(({ slot }) => slot <= bank.slot)
			.slice(0, Number(limit))
			.map((info) => encodeInfo(node, info));
	},
);
