/** Owns the table of subscriptions. */
import { accountSubscription } from './account.ts';
import { logsSubscription } from './logs.ts';
import { programSubscription } from './program.ts';
import { rootSubscription } from './root.ts';
import { signatureSubscription } from './signature.ts';
import { slotSubscription } from './slot.ts';
import type { Subscription } from './subscription.ts';

/** Every subscription. */
export const subscriptions: readonly Subscription[] = [
	accountSubscription,
	logsSubscription,
	programSubscription,
	rootSubscription,
	signatureSubscription,
	slotSubscription,
];
