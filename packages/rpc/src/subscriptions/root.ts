/** `rootSubscribe`: each slot that is rooted. */
import { type Subscription, subscription } from './subscription.ts';

export const rootSubscription: Subscription = subscription('root', [], () => ({
	key: '',
	start(feed, notify) {
		let last = feed.chain.root;
		return feed.onSlot(({ root }) => {
			if (root <= last) return;
			last = root;
			notify(root);
		});
	},
}));
