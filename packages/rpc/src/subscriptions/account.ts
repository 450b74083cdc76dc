/** `accountSubscribe`: an account as it is after each change. Upstream: `filter_account_result`; a slice of the data is ignored. */
import { createAccount, Pubkey } from '@parhelion/sdk';
import { encodeUiAccount } from '../encode/account.ts';
import { accountSource, DEFAULT_COMMITMENT } from '../node.ts';
import { readAccountInfoConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { CommitmentQueue } from './feed.ts';
import { notificationResponse, parsed, type Subscription, subscription, watchKey } from './subscription.ts';

/** An account that is gone looks like this. */
const NO_ACCOUNT = createAccount({});

export const accountSubscription: Subscription = subscription(
	'account',
	[readString, opt(readAccountInfoConfig)],
	(text, config) => {
		const pubkey = parsed(Pubkey.tryFromBase58(text), 'pubkey');
		const encoding = config?.encoding ?? 'binary';
		const commitment = config?.commitment ?? DEFAULT_COMMITMENT;
		return {
			key: watchKey(text, encoding, commitment),
			start(feed, notify) {
				const queue = new CommitmentQueue(feed, commitment, (slot, account: typeof NO_ACCOUNT) =>
					notify(
						notificationResponse(
							slot,
							encodeUiAccount(pubkey, account, encoding, null, accountSource(feed.chain.bankAt(commitment))),
						),
					),
				);
				const stop = feed.onAccount(pubkey, ({ slot, account }) =>
					queue.push(slot, account ?? NO_ACCOUNT, pubkey.key),
				);
				return () => {
					stop();
					queue.stop();
				};
			},
		};
	},
);
