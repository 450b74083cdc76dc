/** Tells votes from other transactions. */
import type { CommittedTransaction } from '@parhelion/runtime';
import { programIds } from '@parhelion/sdk';

/** Whether a transaction is a vote and nothing else. */
export function isVote({ transaction, accountKeys }: CommittedTransaction): boolean {
	const { instructions } = transaction.message;
	return (
		instructions.length === 1 &&
		accountKeys[instructions[0]!.programIdIndex]?.equals(programIds.vote) === true
	);
}
