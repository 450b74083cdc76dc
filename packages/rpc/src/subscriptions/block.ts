/**
 * `blockSubscribe`: each block as it comes as far as the commitment. Upstream: `filter_block_result_txs`; a block that
 * cannot be shown is told as an error once.
 */
import type { ChainBlock } from '@parhelion/runtime';
import { Pubkey } from '@parhelion/sdk';
import { type BlockEncodingOptions, encodeBlock } from '../encode/block.ts';
import type { Json } from '../json/write.ts';
import { atLeastConfirmed } from '../node.ts';
import { readBlockSubscribeConfig, readBlockSubscribeFilter } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { checkEncodingForVersion } from '../params/transaction-encoding.ts';
import { parsed, type Subscription, subscription, watchKey } from './subscription.ts';

type Notified = { readonly slot: bigint; readonly block: Json; readonly err: Json };

/** `RpcBlockUpdate`; null where no transaction of the block names the address. */
function blockUpdate(
	block: ChainBlock,
	mention: Pubkey | null,
	options: BlockEncodingOptions,
): Notified | null {
	const { slot } = block;
	const transactions =
		mention === null
			? block.transactions
			: block.transactions.filter(({ accountKeys }) => accountKeys.some((key) => key.equals(mention)));
	if (mention !== null && transactions.length === 0) return null;
	const max = options.maxSupportedVersion ?? -1;
	const showsMessages = options.transactionDetails === 'full' || options.transactionDetails === 'accounts';
	for (const { transaction } of showsMessages ? transactions : []) {
		const { version } = transaction.message;
		if (version === 'legacy' || version <= max) continue;
		return { slot, block: null, err: { UnsupportedTransactionVersion: version } };
	}
	return { slot, block: encodeBlock(block, transactions, options), err: null };
}

export const blockSubscription: Subscription = subscription(
	'block',
	[readBlockSubscribeFilter, opt(readBlockSubscribeConfig)],
	(filter, config) => {
		const encoding = config?.encoding ?? 'base64';
		const maxSupportedVersion = config?.maxSupportedTransactionVersion ?? null;
		checkEncodingForVersion(encoding, maxSupportedVersion);
		const commitment = atLeastConfirmed(config?.commitment);
		const address = filter.kind === 'all' ? null : filter.address;
		const mention =
			address === null ? null : parsed(Pubkey.tryFromBase58(address), 'mentions_account_or_program');
		const options = {
			encoding,
			transactionDetails: config?.transactionDetails ?? 'full',
			showRewards: config?.showRewards ?? false,
			maxSupportedVersion,
		};
		return {
			key: watchKey(address ?? '', commitment, JSON.stringify(options)),
			start(feed, notify) {
				let last = feed.chain.bankAt(commitment).slot;
				const stopReverted = feed.onReverted(({ slot }) => {
					if (slot < last) last = slot;
				});
				const stopSlots = feed.onSlot(() => {
					const newest = feed.chain.bankAt(commitment).slot;
					for (const slot of feed.chain.getBlocks(last + 1n, newest)) {
						const block = feed.chain.getBlock(slot);
						const value = block === null ? null : blockUpdate(block, mention, options);
						if (value !== null) notify({ context: { slot }, value });
					}
					last = newest;
				});
				return () => {
					stopSlots();
					stopReverted();
				};
			},
		};
	},
);
