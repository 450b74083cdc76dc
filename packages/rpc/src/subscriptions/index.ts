/** Owns the table of subscriptions. */
import { accountSubscription } from './account.ts';
import { blockSubscription } from './block.ts';
import { logsSubscription } from './logs.ts';
import { programSubscription } from './program.ts';
import { rootSubscription } from './root.ts';
import { signatureSubscription } from './signature.ts';
import { slotSubscription } from './slot.ts';
import { slotsUpdatesSubscription } from './slots-updates.ts';
import type { Subscription } from './subscription.ts';
import { voteSubscription } from './vote.ts';

/** Every subscription. */
export const subscriptions: readonly Subscription[] = [
	accountSubscription,
	blockSubscription,
	logsSubscription,
	programSubscription,
	rootSubscription,
	signatureSubscription,
	slotSubscription,
	slotsUpdatesSubscription,
	voteSubscription,
];
