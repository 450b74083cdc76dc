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
	type Rent,
	U64_MAX,
} from '@parhelion/sdk';
import { checkStaticAccountRentStateTransition, type FeeDetails } from '@parhelion/svm';

/** Percent of the signatures' fees that is burned. */
const BURN_PERCENT = 50n;

/** What of a bank decides on collectors. */
export interface CollectorRules {
	readonly rent: Rent;
	/** Keys that are never locked for writing. */
	readonly reservedKeys: ReadonlySet<string>;
	readonly features: {
		readonly customCommissionCollector: boolean;
		readonly relaxPostExecMinBalanceCheck: boolean;
	};
}

/** Whether an account may be left with its lamports after it had `before`, as after a transaction. */
function isRentStateAllowed(
	{ rent, features }: CollectorRules,
	before: Lamports,
	after: AccountSharedData,
): boolean {
	const relax = features.relaxPostExecMinBalanceCheck;
	const { lamports, data } = after;
	return checkStaticAccountRentStateTransition(before, lamports, data.length, rent, 0, relax) === null;
}

/**
 * Whether `after`, which held `before` lamports, may get fees or commissions for a vote account that it is not itself
 * (`collector_type_checked`, SIMD-0232): a system account, not reserved, exempt from rent; or the incinerator.
 */
export function isCollectorAllowed(
	rules: CollectorRules,
	pubkey: Pubkey,
	before: Lamports,
	after: AccountSharedData,
): boolean {
	if (!after.owner.equals(programIds.systemProgram) || rules.reservedKeys.has(pubkey.key)) return false;
	return pubkey.equals(programIds.incinerator) || isRentStateAllowed(rules, before, after);
}

/** What became of the fees. */
export interface FeeDistribution {
	/** The collector's account with its part; `null` where it gets none. */
	readonly account: AccountSharedData | null;
	/** Lamports that the collector got. */
	readonly reward: Lamports;
	/** Lamports that nobody got. */
	readonly burned: Lamports;
}

/**
 * Pays `collector`, whose account is `before`. All is burned where that may not hold it. `vote` is the leader's vote
 * account, which may hold any fees of its own.
 */
export function distributeFees(
	rules: CollectorRules,
	collector: Pubkey,
	vote: Pubkey,
	before: AccountSharedData | null,
	{ transactionFee, prioritizationFee }: FeeDetails,
): FeeDistribution {
	const burned = (transactionFee * BURN_PERCENT) / 100n;
	const reward = prioritizationFee + transactionFee - burned;
	const account = before ?? createAccount({});
	const after = { ...account, lamports: account.lamports + reward };
	const mayHold = (): boolean => {
		if (after.lamports > U64_MAX) return false;
		if (rules.features.customCommissionCollector) {
			return collector.equals(vote) || isCollectorAllowed(rules, collector, account.lamports, after);
		}
		return (
			account.owner.equals(programIds.systemProgram) && isRentStateAllowed(rules, account.lamports, after)
		);
	};
	if (reward > 0n && mayHold()) return { account: after, reward, burned };
	return { account: null, reward: 0n, burned: burned + reward };
}
