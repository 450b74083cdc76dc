/** `voteSubscribe`: each vote of a block. Upstream tells of those it hears by gossip, before they are in a block. */
import type { CommittedTransaction } from '@parhelion/runtime';
import {
	base58Encode,
	decodeVoteInstruction,
	type Hash,
	type Slot,
	type UnixTimestamp,
} from '@parhelion/sdk';
import { isVote } from '../is-vote.ts';
import { type Subscription, subscription } from './subscription.ts';

interface Vote {
	readonly slots: readonly Slot[];
	readonly hash: Hash;
	readonly timestamp: UnixTimestamp | null;
}

/** What an instruction of the Vote program votes for; null where it is no vote. */
function voteOf(data: Uint8Array): Vote | null {
	const decoded = decodeVoteInstruction(data);
	if (!decoded.ok) return null;
	const instruction = decoded.value;
	if ('vote' in instruction) return instruction.vote;
	const tower =
		'towerSync' in instruction ? instruction.towerSync : 'update' in instruction ? instruction.update : null;
	if (tower === null) return null;
	return { slots: tower.lockouts.map(({ slot }) => slot), hash: tower.hash, timestamp: tower.timestamp };
}

export const voteSubscription: Subscription = subscription('vote', [], () => ({
	key: '',
	start: (feed, notify) =>
		feed.onTransactions((transaction: CommittedTransaction) => {
			if (!isVote(transaction)) return;
			const [instruction] = transaction.transaction.message.instructions;
			const votePubkey = transaction.accountKeys[instruction!.accounts[0] ?? -1];
			const vote = voteOf(instruction!.data);
			if (vote === null || votePubkey === undefined) return;
			notify({
				votePubkey: votePubkey.toBase58(),
				slots: vote.slots,
				hash: vote.hash.toBase58(),
				timestamp: vote.timestamp,
				signature: base58Encode(transaction.signature),
			});
		}),
}));
