/** `logsSubscribe`: the logs of all transactions, or of those that name an address. Upstream: `filter_logs_results`. */
import type { CommittedTransaction } from '@parhelion/runtime';
import { base58Encode, Pubkey } from '@parhelion/sdk';
import { encodeError } from '../encode/transaction.ts';
import { isVote } from '../is-vote.ts';
import { DEFAULT_COMMITMENT } from '../node.ts';
import {
	type RpcTransactionLogsFilter,
	readTransactionLogsConfig,
	readTransactionLogsFilter,
} from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { CommitmentQueue } from './feed.ts';
import { notificationResponse, parsed, type Subscription, subscription, watchKey } from './subscription.ts';

/** The address that a transaction must name; null for all. */
function mentionOf(filter: RpcTransactionLogsFilter): Pubkey | null {
	if (filter.kind !== 'mentions') return null;
	if (filter.addresses.length !== 1) {
		return failInvalidParams('Invalid Request: Only 1 address supported');
	}
	return parsed(Pubkey.tryFromBase58(filter.addresses[0]!), 'mentions');
}

export const logsSubscription: Subscription = subscription(
	'logs',
	[readTransactionLogsFilter, opt(readTransactionLogsConfig)],
	(filter, config) => {
		const mention = mentionOf(filter);
		const commitment = config?.commitment ?? DEFAULT_COMMITMENT;
		return {
			key: watchKey(filter.kind, mention?.toBase58() ?? '', commitment),
			start(feed, notify) {
				const queue = new CommitmentQueue(feed, commitment, (slot, transaction: CommittedTransaction) =>
					notify(
						notificationResponse(slot, {
							signature: base58Encode(transaction.signature),
							err: encodeError(transaction.meta.err),
							logs: transaction.meta.logMessages,
						}),
					),
				);
				const onTransaction = (transaction: CommittedTransaction): void => {
					if (filter.kind === 'all' && isVote(transaction)) return;
					queue.push(transaction.slot, transaction);
				};
				const stop =
					mention === null ? feed.onTransactions(onTransaction) : feed.onMention(mention, onTransaction);
				return () => {
					stop();
					queue.stop();
				};
			},
		};
	},
);
