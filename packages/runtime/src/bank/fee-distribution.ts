/**
 * Who gets the fees of a slot: half of what signatures cost is burned, the rest and the priority fees are the
 * leader's.
 *
 * Source: solana-runtime bank/fee_distribution.rs.
 */
import { type AccountSharedData, createAccount, type Lamports, programIds, type Rent } from '@parhelion/sdk';
import type { FeeDetails } from '@parhelion/svm';

/** Percent of the signatures' fees that is burned. */
const BURN_PERCENT = 50n;

/** Both fees together. */
export function addFees(a: FeeDetails, b: FeeDetails): FeeDetails {
	return {
		transactionFee: a.transactionFee + b.transactionFee,
		prioritizationFee: a.prioritizationFee + b.prioritizationFee,
	};
}

/** What became of the fees. */
export interface FeeDistribution {
	/** The leader's account with its part; `null` where it gets none. */
	readonly account: AccountSharedData | null;
	/** Lamports that the leader got. */
	readonly reward: Lamports;
	/** Lamports that nobody got. */
	readonly burned: Lamports;
}

/**
 * Pays the leader, whose account is `before`. All is burned where that may not hold it: it is no system account, or would
 * not be exempt from rent.
 */
export function distributeFees(
	before: AccountSharedData | null,
	{ transactionFee, prioritizationFee }: FeeDetails,
	rent: Rent,
): FeeDistribution {
	const burned = (transactionFee * BURN_PERCENT) / 100n;
	const reward = prioritizationFee + transactionFee - burned;
	const account = before ?? createAccount({});
	const lamports = account.lamports + reward;
	const mayHold =
		account.owner.equals(programIds.systemProgram) && rent.isExempt(lamports, account.data.length);
	if (reward > 0n && mayHold) return { account: { ...account, lamports }, reward, burned };
	return { account: null, reward: 0n, burned: burned + reward };
}
