/** `rootSubscribe`: each slot that is rooted, in order. */
import { type Subscription, subscription } from './subscription.ts';

export const rootSubscription: Subscription = subscription('root', [], () => ({
	key: '',
	start: (feed, notify) =>
		feed.chain.events.on('slotsRooted', ({ slots }) => {
			for (const slot of slots) notify(slot);
		}),
}));
