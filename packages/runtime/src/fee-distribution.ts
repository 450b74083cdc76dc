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

/** The leader's part of the fees, in lamports. */
function leaderReward(fees: FeeDetails): Lamports {
	return fees.prioritizationFee + fees.transactionFee - (fees.transactionFee * BURN_PERCENT) / 100n;
}

/**
 * The leader's account with its part of the fees, or `null` if there is none, or if the account may not hold it:
 * it is no system account, or would not be exempt from rent. All is burned then.
 */
export function depositFees(
	account: AccountSharedData | null,
	fees: FeeDetails,
	rent: Rent,
): AccountSharedData | null {
	const reward = leaderReward(fees);
	if (reward === 0n) return null;
	const before = account ?? createAccount({});
	const lamports = before.lamports + reward;
	if (!before.owner.equals(programIds.systemProgram)) return null;
	return rent.isExempt(lamports, before.data.length) ? { ...before, lamports } : null;
}
