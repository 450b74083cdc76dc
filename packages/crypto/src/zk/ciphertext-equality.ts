/**
 * Owns two proofs of equality: of what two ciphertexts encrypt, and of what a ciphertext encrypts and a commitment holds.
 *
 * Source: crate `solana-zk-sdk` 7.0, `sigma_proofs/ciphertext_ciphertext_equality.rs`,
 * `sigma_proofs/ciphertext_commitment_equality.rs`, `zk_elgamal_proof_program/` likewise.
 */
import { SigmaVerification } from './sigma-verification.ts';

/**
 * The statement: two public keys, a ciphertext under each; the second may be the identity, as it often is in Token-2022.
 * The proof: Y_0 to Y_3, z_s, z_x, z_r.
 */
export function verifyCiphertextCiphertextEquality(data: Uint8Array): void {
	const v = new SigmaVerification('Equality', 'ciphertext-ciphertext-equality-instruction', data);
	const firstPubkey = v.readPubkey();
	const secondPubkey = v.readPubkey();
	const first = v.readCiphertext(1);
	const second = v.readCiphertext(1);
	const ys = [v.readProofPoint(), v.readProofPoint(), v.readProofPoint(), v.readProofPoint()];
	const zs = v.readProofScalar();
	const zx = v.readProofScalar();
	const zr = v.readProofScalar();
	v.refuseIdentity(firstPubkey, secondPubkey, first.commitment, first.handles[0]!);

	const { transcript } = v;
	transcript.appendMessage('first-pubkey', firstPubkey.encoding);
	transcript.appendMessage('second-pubkey', secondPubkey.encoding);
	transcript.appendMessage('first-ciphertext', first.bytes);
	transcript.appendMessage('second-ciphertext', second.bytes);
	transcript.appendText('dom-sep', 'ciphertext-ciphertext-equality-proof');
	for (const [i, y] of ys.entries()) v.validateAndAppendPoint(`Y_${i}`, y);
	const c = transcript.challengeScalar('c');
	transcript.appendMessage('z_s', zs.bytes);
	transcript.appendMessage('z_x', zx.bytes);
	transcript.appendMessage('z_r', zr.bytes);
	const w = transcript.challengeScalar('w');

	const points = ys.map((y) => v.decodeProofPoint(y));
	// z_s P_1 - c H = Y_0
	v.add(zs.value, firstPubkey);
	v.sum.addH(-c);
	v.add(-1n, points[0]!);
	// z_x G + z_s D_1 - c C_1 = Y_1
	v.sum.addG(w * zx.value);
	v.add(w * zs.value, first.handles[0]!);
	v.add(-w * c, first.commitment);
	v.add(-w, points[1]!);
	// z_x G + z_r H - c C_2 = Y_2
	const ww = w * w;
	v.sum.addG(ww * zx.value);
	v.sum.addH(ww * zr.value);
	v.add(-ww * c, second.commitment);
	v.add(-ww, points[2]!);
	// z_r P_2 - c D_2 = Y_3
	const www = w * ww;
	v.add(www * zr.value, secondPubkey);
	v.add(-www * c, second.handles[0]!);
	v.add(-www, points[3]!);
	v.requireIdentity();
}

/** The statement: a public key, a ciphertext, a commitment. The proof: Y_0 to Y_2, z_s, z_x, z_r. */
export function verifyCiphertextCommitmentEquality(data: Uint8Array): void {
	const v = new SigmaVerification('Equality', 'ciphertext-commitment-equality-instruction', data);
	const pubkey = v.readPubkey();
	const ciphertext = v.readCiphertext(1);
	const commitment = v.readCommitment();
	const ys = [v.readProofPoint(), v.readProofPoint(), v.readProofPoint()];
	const zs = v.readProofScalar();
	const zx = v.readProofScalar();
	const zr = v.readProofScalar();
	v.refuseIdentity(pubkey, ciphertext.commitment, ciphertext.handles[0]!, commitment);

	const { transcript } = v;
	transcript.appendMessage('pubkey', pubkey.encoding);
	transcript.appendMessage('ciphertext', ciphertext.bytes);
	transcript.appendMessage('commitment', commitment.encoding);
	transcript.appendText('dom-sep', 'ciphertext-commitment-equality-proof');
	for (const [i, y] of ys.entries()) v.validateAndAppendPoint(`Y_${i}`, y);
	const c = transcript.challengeScalar('c');
	transcript.appendMessage('z_s', zs.bytes);
	transcript.appendMessage('z_x', zx.bytes);
	transcript.appendMessage('z_r', zr.bytes);
	const w = transcript.challengeScalar('w');

	const points = ys.map((y) => v.decodeProofPoint(y));
	// z_s P - c H = Y_0
	v.add(zs.value, pubkey);
	v.sum.addH(-c);
	v.add(-1n, points[0]!);
	// z_x G + z_s D - c C = Y_1
	v.sum.addG(w * zx.value);
	v.add(w * zs.value, ciphertext.handles[0]!);
	v.add(-w * c, ciphertext.commitment);
	v.add(-w, points[1]!);
	// z_x G + z_r H - c C' = Y_2
	const ww = w * w;
	v.sum.addG(ww * zx.value);
	v.sum.addH(ww * zr.value);
	v.add(-ww * c, commitment);
	v.add(-ww, points[2]!);
	v.requireIdentity();
}
