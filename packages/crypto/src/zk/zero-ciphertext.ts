/**
 * Owns two proofs about a key: that a ciphertext under it encrypts zero, and that it is a valid public key.
 *
 * Source: crate `solana-zk-sdk` 7.0, `sigma_proofs/zero_ciphertext.rs`, `sigma_proofs/pubkey_validity.rs`,
 * `zk_elgamal_proof_program/` likewise.
 */
import { SigmaVerification } from './sigma-verification.ts';

/** The statement: a public key, a ciphertext. The proof: Y_P, Y_D, z. */
export function verifyZeroCiphertext(data: Uint8Array): void {
	const v = new SigmaVerification('ZeroCiphertext', 'zero-ciphertext-instruction', data);
	const pubkey = v.readPubkey();
	const ciphertext = v.readCiphertext(1);
	const yP = v.readProofPoint();
	const yD = v.readProofPoint();
	const z = v.readProofScalar();
	const { commitment } = ciphertext;
	const handle = ciphertext.handles[0]!;
	v.refuseIdentity(pubkey, commitment, handle);

	const { transcript } = v;
	transcript.appendMessage('pubkey', pubkey.encoding);
	transcript.appendMessage('ciphertext', ciphertext.bytes);
	transcript.appendText('dom-sep', 'zero-ciphertext-proof');
	v.validateAndAppendPoint('Y_P', yP);
	transcript.appendMessage('Y_D', yD);
	const c = transcript.challengeScalar('c');
	transcript.appendMessage('z', z.bytes);
	const w = transcript.challengeScalar('w');

	// z P - c H = Y_P, and w times: z D - c C = Y_D.
	const [pointYP, pointYD] = [v.decodeProofPoint(yP), v.decodeProofPoint(yD)];
	v.add(z.value, pubkey);
	v.sum.addH(-c);
	v.add(-1n, pointYP);
	v.add(w * z.value, handle);
	v.add(-w * c, commitment);
	v.add(-w, pointYD);
	v.requireIdentity();
}

/** The statement: a public key. The proof: Y, z. */
export function verifyPubkeyValidity(data: Uint8Array): void {
	const v = new SigmaVerification('PubkeyValidity', 'pubkey-validity-instruction', data);
	const pubkey = v.readPubkey();
	const y = v.readProofPoint();
	const z = v.readProofScalar();

	const { transcript } = v;
	transcript.appendMessage('pubkey', pubkey.encoding);
	transcript.appendText('dom-sep', 'pubkey-proof');
	v.refuseIdentity(pubkey);
	v.validateAndAppendPoint('Y', y);
	const c = transcript.challengeScalar('c');

	// z H - c P = Y.
	const pointY = v.decodeProofPoint(y);
	v.sum.addH(z.value);
	v.add(-c, pubkey);
	v.add(-1n, pointY);
	v.requireIdentity();
}
