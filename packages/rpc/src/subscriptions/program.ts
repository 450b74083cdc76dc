/** `programSubscribe`: each account that a program owns, as it is after each change. Upstream: `filter_program_results`. */
import { type AccountSharedData, Pubkey } from '@parhelion/sdk';
import { encodeKeyedAccounts, encodeUiAccount } from '../encode/account.ts';
import { accountSource, DEFAULT_COMMITMENT } from '../node.ts';
import { readProgramAccountsConfig } from '../params/configs.ts';
import { filterAllows, verifyFilters } from '../params/filters.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { CommitmentQueue } from './feed.ts';
import { notificationResponse, parsed, type Subscription, subscription, watchKey } from './subscription.ts';

export const programSubscription: Subscription = subscription(
	'program',
	[readString, opt(readProgramAccountsConfig)],
	(text, config) => {
		const filters = verifyFilters(config?.filters ?? []);
		const program = parsed(Pubkey.tryFromBase58(text), 'pubkey');
		const encoding = config?.accountConfig.encoding ?? 'binary';
		const commitment = config?.accountConfig.commitment ?? DEFAULT_COMMITMENT;
		const filterKeys = filters.map((filter) =>
			watchKey(
				filter.kind,
				filter.kind === 'dataSize' ? String(filter.size) : '',
				filter.kind === 'memcmp' ? `${filter.offset} ${Buffer.from(filter.bytes).toString('hex')}` : '',
			),
		);
		return {
			key: watchKey(text, encoding, commitment, ...filterKeys),
			start(feed, notify) {
				type Change = readonly [Pubkey, AccountSharedData];
				const queue = new CommitmentQueue(feed, commitment, (slot, change: Change) => {
					const source = accountSource(feed.chain.bankAt(commitment));
					const [keyed] = encodeKeyedAccounts([change], program, encoding, null, source, encodeUiAccount);
					if (keyed !== undefined) notify(notificationResponse(slot, keyed));
				});
				const stop = feed.onProgramAccount(program, ({ slot, pubkey, account }) => {
					if (account === null || !filters.every((filter) => filterAllows(filter, account))) return;
					queue.push(slot, [pubkey, account], pubkey.key);
				});
				return () => {
					stop();
					queue.stop();
				};
			},
		};
	},
);
