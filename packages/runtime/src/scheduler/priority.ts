/**
 * In which order a leader takes transactions into its block: what pays most for each compute unit of its place first, and
 * among those that pay the same the one that came first.
 *
 * Source: solana-core 4.3.0 (transaction_priority.rs, `calculate_priority_and_cost`). Equals go there by their place in a
 * buffer that is reused, which says little of who came first.
 */
import { Hash, type Lamports, U64_MAX, type VersionedTransaction } from '@parhelion/sdk';
import type { Bank } from '../bank/bank.ts';
import { estimatedCost } from '../bank/block-limits.ts';
import { checkLocksAndBudget } from '../bank/check-transactions.ts';
import { rewardAndBurn } from '../bank/fee-distribution.ts';
import { sanitizeTransaction } from '../bank/transaction-processing.ts';

/** So that what pays less than a lamport for a compute unit is told apart too. */
const MULTIPLIER = 1_000_000n;

/** A million times the lamports of `reward` for each of `cost` compute units and one, rounded down; a u64. */
export function calculatePriority(reward: Lamports, cost: number): bigint {
	const multiplied = reward * MULTIPLIER;
	return (multiplied > U64_MAX ? U64_MAX : multiplied) / BigInt(cost + 1);
}

/**
 * The priority of a transaction by what the leader gets of its fee and what it may cost the block. `null` where a leader would
 * drop it unseen: its form, its lookup tables, its locks or its compute budget are refused. Signatures are not checked.
 */
export function priorityOf(bank: Bank, transaction: VersionedTransaction): bigint | null {
	const sanitized = sanitizeTransaction(bank, transaction, false, Hash.default);
	if (!sanitized.ok) return null;
	const details = checkLocksAndBudget(bank.features, sanitized.value);
	if (!details.ok) return null;
	const { reward } = rewardAndBurn(details.value.feeDetails);
	return calculatePriority(reward, estimatedCost(bank, sanitized.value.message, details.value).sum);
}

/** The indexes of transactions in the order in which a leader takes them; those without a priority come last. */
export function orderByPriority(bank: Bank, transactions: readonly VersionedTransaction[]): number[] {
	const priorities = transactions.map((transaction) => priorityOf(bank, transaction) ?? -1n);
	// A sort keeps the order of equals.
	return [...priorities.keys()].sort((a, b) => {
		const [first, second] = [priorities[a]!, priorities[b]!];
		return first === second ? 0 : first > second ? -1 : 1;
	});
}
