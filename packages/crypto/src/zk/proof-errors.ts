/**
 * Owns why a proof is refused.
 *
 * Source: crate `solana-zk-sdk` 7.0, `zk_elgamal_proof_program/errors.rs`, `sigma_proofs/errors.rs`,
 * `range_proof/errors.rs`, `errors.rs`. Variants that no verification yields are left out.
 */

/** The kinds of sigma proofs that upstream tells apart. */
export type SigmaProofType =
	| 'ZeroCiphertext'
	| 'Equality'
	| 'PubkeyValidity'
	| 'PercentageWithCap'
	| 'ValidityProof';

/** `Transcript`: a point that goes into the transcript is the identity. */
export type SigmaProofVerificationError =
	| 'AlgebraicRelation'
	| 'Deserialization'
	| 'Transcript'
	| 'IdentityPoint';

/** `Transcript` as in {@link SigmaProofVerificationError}; `MultiscalarMul`: a point of the proof encodes no element. */
export type RangeProofVerificationError =
	| 'AlgebraicRelation'
	| 'Deserialization'
	| 'MultiscalarMul'
	| 'Transcript';

/** Why a proof, or the statement it comes with, is refused; `kind` is upstream's variant name. */
export type ProofVerificationError =
	| { readonly kind: 'RangeProof'; readonly error: RangeProofVerificationError }
	| {
			readonly kind: 'SigmaProof';
			readonly proof: SigmaProofType;
			readonly error: SigmaProofVerificationError;
	  }
	| { readonly kind: 'ElGamal'; readonly error: 'PubkeyDeserialization' | 'CiphertextDeserialization' }
	| { readonly kind: 'ProofContext' }
	| { readonly kind: 'IllegalCommitmentLength' }
	| { readonly kind: 'IllegalAmountBitLength' };

const innerDebug = (error: string): string =>
	error === 'Transcript' ? 'Transcript(ValidationError)' : error;

/** Rust's Debug text, which the program logs. */
export function proofVerificationErrorDebug(error: ProofVerificationError): string {
	switch (error.kind) {
		case 'RangeProof':
			return `RangeProof(${innerDebug(error.error)})`;
		case 'SigmaProof':
			return `SigmaProof(${error.proof}, ${innerDebug(error.error)})`;
		case 'ElGamal':
			return `ElGamal(${error.error})`;
		default:
			return error.kind;
	}
}

/** Carries an error up to the face of this folder. No `Error`: it captures no stack. */
export class Rejection {
	readonly error: ProofVerificationError;

	constructor(error: ProofVerificationError) {
		this.error = error;
	}
}
