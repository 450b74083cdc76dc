/**
 * `signatureSubscribe`: tells once what became of a transaction, and ends. If that is known already, it is told
 * at once. Upstream: `filter_signature_result`, `notify_signatures_received`.
 */
import { base58Decode64, type TransactionError } from '@parhelion/sdk';
import { encodeError } from '../encode/transaction.ts';
import { DEFAULT_COMMITMENT, slotWithCommitment } from '../node.ts';
import { readSignatureSubscribeConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { CommitmentQueue } from './feed.ts';
import { notificationResponse, parsed, type Subscription, subscription, watchKey } from './subscription.ts';

export const signatureSubscription: Subscription = subscription(
	'signature',
	[readString, opt(readSignatureSubscribeConfig)],
	(text, config) => {
		const signature = parsed(base58Decode64(text), 'signature');
		const commitment = config?.commitment ?? DEFAULT_COMMITMENT;
		const received = config?.enableReceivedNotification ?? false;
		return {
			key: watchKey(text, commitment, String(received)),
			start(feed, notify) {
				const queue = new CommitmentQueue(feed, commitment, (slot, err: TransactionError | null) =>
					notify(notificationResponse(slot, { err: encodeError(err) }), true),
				);
				const stop = feed.onSignature(signature, ({ slot, meta }) => {
					if (received) notify(notificationResponse(slot, 'receivedSignature'));
					queue.push(slot, meta.err);
				});
				const known = feed.chain.getSignatureStatus(signature);
				if (known !== null) {
					const isReached = known.slot <= slotWithCommitment(feed.chain, commitment);
					if (isReached) notify(notificationResponse(known.slot, { err: encodeError(known.err) }), true);
					else queue.push(known.slot, known.err);
				}
				return () => {
					stop();
					queue.stop();
				};
			},
		};
	},
);
