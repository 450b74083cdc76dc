/**
 * Who gets the fees of a slot: half of what signatures cost is burned, the rest and the priority fees are the
 * leader's, or whose the leader's vote account names.
 *
 * Source: solana-runtime 4.3.0 (bank/fee_distribution.rs).
 */
import {
	type AccountSharedData,
	createAccount,
	type Lamports,
	type Pubkey,
	programIds,
	U64_MAX,
	updatedAccount,
} from '@parhelion/sdk';
import { checkStaticAccountRentStateTransition, type FeeDetails, totalFee } from '@parhelion/svm';
import type { Bank } from './bank.ts';

/** Percent of the signatures' fees that is burned. */
const BURN_PERCENT = 50n;

/** Whether an account may be left with its lamports after it had `before`, as after a transaction. */
function isRentStateAllowed({ rent, features }: Bank, before: Lamports, after: AccountSharedData): boolean {
	const relax = features.relaxPostExecMinBalanceCheck;
	const { lamports, data } = after;
	return checkStaticAccountRentStateTransition(before, lamports, data.length, rent, 0, relax) === null;
}

/**
 * Whether `after`, which held `before` lamports, may get fees or commissions for a vote account that it is not itself
 * (`collector_type_checked`, SIMD-0232): a system account, not reserved, exempt from rent; or the incinerator.
 */
export function isCollectorAllowed(
	bank: Bank,
	pubkey: Pubkey,
	before: Lamports,
	after: AccountSharedData,
): boolean {
	if (!after.owner.equals(programIds.systemProgram) || bank.reservedKeys.has(pubkey.key)) return false;
	return pubkey.equals(programIds.incinerator) || isRentStateAllowed(bank, before, after);
}

/** Lamports of fees: the leader's and those that nobody gets (`calculate_reward_and_burn_fee_details`). */
export function rewardAndBurn({ transactionFee, prioritizationFee }: FeeDetails): {
	readonly reward: Lamports;
	readonly burned: Lamports;
} {
	const burned = (transactionFee * BURN_PERCENT) / 100n;
	return { reward: totalFee({ transactionFee: transactionFee - burned, prioritizationFee }), burned };
}

/** What becomes of the fees of a block. */
export interface FeeDistribution {
	/** Lamports that nobody gets. */
	readonly burned: Lamports;
	/** Who gets the rest, and its account with it; `null` where nobody does. */
	readonly deposit: {
		readonly collector: Pubkey;
		readonly lamports: Lamports;
		readonly account: AccountSharedData;
	} | null;
}

/**
 * What becomes of the fees of a block, which the caller pays out (`distribute_transaction_fee_details`,
 * `deposit_or_burn_fee`): all is burned where the collector's account may not hold its part.
 */
export function distributeFees(bank: Bank, fees: FeeDetails): FeeDistribution {
	const collector = feeCollector(bank);
	const { reward: lamports, burned } = rewardAndBurn(fees);
	const before = bank.getAccount(collector) ?? createAccount({});
	const account = updatedAccount(before, { lamports: before.lamports + lamports });
	if (lamports > 0n && mayHoldFees(bank, collector, before, account)) {
		return { burned, deposit: { collector, lamports, account } };
	}
	return { burned: burned + lamports, deposit: null };
}

/**
 * Who gets the fees: named by the vote account as it was when this epoch's leaders were drawn, if the features let it
 * (SIMD-0232). On a chain whose leaders are not drawn by stake the leader itself.
 */
function feeCollector({ leader, features, epoch, epochStakes }: Bank): Pubkey {
	if (!features.customCommissionCollector) return leader.id;
	const staked = epochStakes.get(epoch)?.voteAccounts.get(leader.voteAddress.key);
	return staked?.vote.blockRevenueCollector ?? leader.id;
}

/** Whether a collector may be left with `after`; the leader's vote account may hold any fees of its own. */
function mayHoldFees(
	bank: Bank,
	collector: Pubkey,
	before: AccountSharedData,
	after: AccountSharedData,
): boolean {
	if (after.lamports > U64_MAX) return false;
	if (bank.features.customCommissionCollector) {
		const isVoteAccount = collector.equals(bank.leader.voteAddress);
		return isVoteAccount || isCollectorAllowed(bank, collector, before.lamports, after);
	}
	return before.owner.equals(programIds.systemProgram) && isRentStateAllowed(bank, before.lamports, after);
}
