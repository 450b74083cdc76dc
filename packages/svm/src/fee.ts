/**
 * Owns what a transaction pays: a price for each signature, its own and those precompiles verify, and the
 * priority fee.
 *
 * Source: solana-fee 4.3.0; solana-fee-structure 4.1 (`FeeDetails`).
 */

import { type Lamports, type SanitizedMessage, U64_MAX } from '@parhelion/sdk';

/** Lamports a signature costs on every cluster. */
export const DEFAULT_LAMPORTS_PER_SIGNATURE = 5000n;

/** The parts of a fee in lamports. */
export interface FeeDetails {
	readonly transactionFee: Lamports;
	readonly prioritizationFee: Lamports;
}

/** A fee of nothing. */
export const NO_FEE: FeeDetails = Object.freeze({ transactionFee: 0n, prioritizationFee: 0n });

/** Sum of the parts, at most u64::MAX. */
export function totalFee(fee: FeeDetails): Lamports {
	// Most transactions name no price, and a sum of BigInts takes 0.05 µs.
	if (fee.prioritizationFee === 0n) return fee.transactionFee;
	return saturated(fee.transactionFee + fee.prioritizationFee);
}

function saturated(lamports: Lamports): Lamports {
	if (lamports > U64_MAX) return U64_MAX;
	return lamports;
}

/** Signatures a message pays for: its own, and what its precompile instructions say they verify. */
export function countSignatures(message: SanitizedMessage): number {
	const details = message.getSignatureDetails();
	return (
		details.numTransactionSignatures +
		details.numEd25519InstructionSignatures +
		details.numSecp256k1InstructionSignatures +
		details.numSecp256r1InstructionSignatures
	);
}

/** The fee of a message. */
export function calculateFeeDetails(
	message: SanitizedMessage,
	lamportsPerSignature: Lamports,
	prioritizationFee: Lamports,
): FeeDetails {
	const transactionFee = saturated(BigInt(countSignatures(message)) * lamportsPerSignature);
	return { transactionFee, prioritizationFee };
}
