/**
 * Owns the table of the proofs that the ZK ElGamal proof program verifies, and the face of this folder. It knows nothing
 * of accounts or CU.
 *
 * A proof comes as one string of bytes of a fixed length: the statement (upstream: context), then the proof.
 *
 * Source: crate `solana-zk-elgamal-proof-interface` 0.1, `proof_data/`; crate `solana-zk-sdk` 7.0, `VerifyZkProof`.
 */
import {
	verifyCiphertextCiphertextEquality,
	verifyCiphertextCommitmentEquality,
} from './ciphertext-equality.ts';
import {
	verifyBatchedGroupedCiphertext2HandlesValidity,
	verifyBatchedGroupedCiphertext3HandlesValidity,
	verifyGroupedCiphertext2HandlesValidity,
	verifyGroupedCiphertext3HandlesValidity,
} from './grouped-ciphertext-validity.ts';
import { verifyPercentageWithCap } from './percentage-with-cap.ts';
import { type ProofVerificationError, Rejection } from './proof-errors.ts';
import { verifyBatchedRangeProof } from './range-proof.ts';
import { verifyPubkeyValidity, verifyZeroCiphertext } from './zero-ciphertext.ts';

/** A kind of proof. */
export interface ZkProof {
	/** Upstream's name (`ProofType`). */
	readonly name: string;
	/** Bytes of the statement. */
	readonly contextLength: number;
	/** Bytes of statement and proof. */
	readonly length: number;
	/** Why `data` is refused, or null. RangeError unless it is of {@link ZkProof.length}. */
	verify(data: Uint8Array): ProofVerificationError | null;
}

function zkProof(
	name: string,
	contextLength: number,
	proofLength: number,
	check: (data: Uint8Array) => void,
): ZkProof {
	const length = contextLength + proofLength;
	return {
		name,
		contextLength,
		length,
		verify(data) {
			if (data.length !== length) throw new RangeError(`${name}: ${length} bytes, not ${data.length}`);
			try {
				check(data);
				return null;
			} catch (thrown) {
				if (thrown instanceof Rejection) return thrown.error;
				throw thrown;
			}
		},
	};
}

const range = (bits: number, proofLength: number): ZkProof =>
	zkProof(`BatchedRangeProofU${bits}`, 264, proofLength, (data) => verifyBatchedRangeProof(data, bits));

/** Every kind of proof, in the order of upstream's `ProofType`, which starts at 1. */
export const ZK_PROOFS: readonly ZkProof[] = [
	zkProof('ZeroCiphertext', 96, 96, verifyZeroCiphertext),
	zkProof('CiphertextCiphertextEquality', 192, 224, verifyCiphertextCiphertextEquality),
	zkProof('CiphertextCommitmentEquality', 128, 192, verifyCiphertextCommitmentEquality),
	zkProof('PubkeyValidity', 32, 64, verifyPubkeyValidity),
	zkProof('PercentageWithCap', 104, 256, verifyPercentageWithCap),
	range(64, 672),
	range(128, 736),
	range(256, 800),
	zkProof('GroupedCiphertext2HandlesValidity', 160, 160, verifyGroupedCiphertext2HandlesValidity),
	zkProof(
		'BatchedGroupedCiphertext2HandlesValidity',
		256,
		160,
		verifyBatchedGroupedCiphertext2HandlesValidity,
	),
	zkProof('GroupedCiphertext3HandlesValidity', 224, 192, verifyGroupedCiphertext3HandlesValidity),
	zkProof(
		'BatchedGroupedCiphertext3HandlesValidity',
		352,
		192,
		verifyBatchedGroupedCiphertext3HandlesValidity,
	),
];
