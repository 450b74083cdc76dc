/** `slotSubscribe`: each new slot, as it is opened. */
import { type Subscription, subscription } from './subscription.ts';

export const slotSubscription: Subscription = subscription('slot', [], () => ({
	key: '',
	start: (feed, notify) => feed.onSlot(({ slot, parent, root }) => notify({ slot, parent, root })),
}));
