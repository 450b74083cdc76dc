/**
 * Owns the proof that a committed percentage is the cap, or that two other commitments, to the remainder of the division and
 * to what is claimed of it, hold the same.
 *
 * Source: crate `solana-zk-sdk` 7.0, `sigma_proofs/percentage_with_cap.rs`, `zk_elgamal_proof_program/` likewise.
 */
import { SigmaVerification } from './sigma-verification.ts';

/**
 * The statement: three commitments (percentage, delta, claimed), the cap as u64. The proof: Y_max, z_max, c_max, Y_delta,
 * Y_claimed, z_x, z_delta, z_claimed.
 */
export function verifyPercentageWithCap(data: Uint8Array): void {
	const v = new SigmaVerification('PercentageWithCap', 'percentage-with-cap-instruction', data);
	const percentage = v.readCommitment();
	const delta = v.readCommitment();
	const claimed = v.readCommitment();
	const maxValue = v.readU64();
	const yMax = v.readProofPoint();
	const zMax = v.readProofScalar();
	const cMax = v.readProofScalar();
	const yDelta = v.readProofPoint();
	const yClaimed = v.readProofPoint();
	const zx = v.readProofScalar();
	const zDelta = v.readProofScalar();
	const zClaimed = v.readProofScalar();
	v.refuseIdentity(percentage, delta, claimed);

	const { transcript } = v;
	transcript.appendMessage('percentage-commitment', percentage.encoding);
	transcript.appendMessage('delta-commitment', delta.encoding);
	transcript.appendMessage('claimed-commitment', claimed.encoding);
	transcript.appendU64('max-value', maxValue);
	transcript.appendText('dom-sep', 'percentage-with-cap-proof');
	v.validateAndAppendPoint('Y_max_proof', yMax);
	v.validateAndAppendPoint('Y_delta', yDelta);
	v.validateAndAppendPoint('Y_claimed', yClaimed);
	const pointYMax = v.decodeProofPoint(yMax);
	const pointYDelta = v.decodeProofPoint(yDelta);
	const pointYClaimed = v.decodeProofPoint(yClaimed);
	const c = transcript.challengeScalar('c');
	const cEquality = c - cMax.value;
	transcript.appendMessage('z_max', zMax.bytes);
	transcript.appendMessage('c_max_proof', cMax.bytes);
	transcript.appendMessage('z_x', zx.bytes);
	transcript.appendMessage('z_delta_real', zDelta.bytes);
	transcript.appendMessage('z_claimed', zClaimed.bytes);
	const w = transcript.challengeScalar('w');

	// c_max (C - m G) - z_max H = -Y_max
	v.add(cMax.value, percentage);
	v.sum.addG(-cMax.value * maxValue);
	v.sum.addH(-zMax.value);
	v.add(1n, pointYMax);
	// z_x G + z_delta H - c' C_delta = Y_delta
	v.sum.addG(w * zx.value);
	v.sum.addH(w * zDelta.value);
	v.add(-w * cEquality, delta);
	v.add(-w, pointYDelta);
	// z_x G + z_claimed H - c' C_claimed = Y_claimed
	const ww = w * w;
	v.sum.addG(ww * zx.value);
	v.sum.addH(ww * zClaimed.value);
	v.add(-ww * cEquality, claimed);
	v.add(-ww, pointYClaimed);
	v.requireIdentity();
}
