/**
 * The votes of the node itself: one for each block that it has made, in the block after it.
 *
 * Owns: the tower, which is that of the vote account with one vote more, so that nothing is to be kept beside the chain, and
 * the transaction. Refuses: to choose between forks; a cluster of one validator has nothing to choose from.
 *
 * Source: solana-vote 4.3.0 (vote_state_view.rs, vote_transaction.rs), crate `solana-vote-interface`
 * (`process_next_vote_slot`, `double_lockouts`); solana-core 4.3.0 replay_stage.rs (`generate_vote_tx`).
 */
import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	encodeMessage,
	encodeVoteInstruction,
	Hash,
	type Instruction,
	type Lockout,
	lastLockedOutSlot,
	MAX_LOCKOUT_HISTORY,
	programIds,
	type Slot,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type { Bank } from '../bank/bank.ts';
import type { Voter } from '../bank/bank-types.ts';

/** Votes, the oldest first, and the slot that is rooted by them. */
export interface Tower {
	readonly lockouts: readonly Lockout[];
	readonly root: Slot | null;
}

/** A tower with a vote for `slot` on it, which is above all others in it. */
export function withVote(tower: Tower, slot: Slot): Tower {
	let { root } = tower;
	const kept = [...tower.lockouts];
	while (kept.length > 0 && lastLockedOutSlot(kept.at(-1)!) < slot) kept.pop();
	if (kept.length === MAX_LOCKOUT_HISTORY) root = kept.shift()!.slot;
	kept.push({ slot, confirmationCount: 1 });
	const lockouts = kept.map((lockout, i) => {
		const isDeeper = kept.length > i + lockout.confirmationCount;
		return isDeeper ? { ...lockout, confirmationCount: lockout.confirmationCount + 1 } : lockout;
	});
	return { lockouts, root };
}

/**
 * The vote for the parent of an open bank; `null` where there is nothing to vote for, or with: for genesis nobody votes, nor
 * twice for a slot.
 */
export function voteTransaction(bank: Bank, { identity, vote }: Voter): VersionedTransaction | null {
	const { parentSlot: slot, parentHash: hash } = bank;
	const account = bank.stakes.voteAccounts.get(vote.pubkey.key);
	if (slot === 0n || account === undefined) return null;
	const { votes, rootSlot: root } = account.versions.state;
	const last = votes.at(-1);
	if (last !== undefined && last.slot >= slot) return null;
	const tower = withVote({ lockouts: votes, root }, slot);
	const towerSync = { ...tower, hash, timestamp: bank.clock().unixTimestamp, blockId: Hash.default };
	const instruction: Instruction = {
		programId: programIds.vote,
		accounts: [
			{ pubkey: vote.pubkey, isSigner: false, isWritable: true },
			{ pubkey: vote.pubkey, isSigner: true, isWritable: false },
		],
		data: encodeVoteInstruction({ kind: 'TowerSync', towerSync }),
	};
	const message = compileLegacyMessage(identity.pubkey, [instruction], bank.lastBlockhash());
	const bytes = encodeMessage(message);
	return { signatures: [ed25519Sign(bytes, identity.seed), ed25519Sign(bytes, vote.seed)], message };
}
