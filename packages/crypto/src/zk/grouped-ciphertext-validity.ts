/**
 * Owns the proofs that a grouped ciphertext (one commitment, a handle for each of two or three public keys) is well
 * formed, of one ciphertext or of two in one batch.
 *
 * Source: crate `solana-zk-sdk` 7.0, `sigma_proofs/grouped_ciphertext_validity/`,
 * `sigma_proofs/batched_grouped_ciphertext_validity/`, `zk_elgamal_proof_program/` likewise.
 */
import { SigmaVerification } from './sigma-verification.ts';

const PUBKEY_LABELS = ['first-pubkey', 'second-pubkey', 'third-pubkey'];

/**
 * The statement: the public keys, and one ciphertext, or two (low and high). The last key may be the identity: the auditor of
 * Token-2022 that is not there. The proof: Y_0 and a Y for each key, z_r, z_x.
 */
function verifyValidity(data: Uint8Array, keyCount: number, isBatched: boolean): void {
	const label = `${isBatched ? 'batched-' : ''}grouped-ciphertext-validity-${keyCount}-handles-instruction`;
	const v = new SigmaVerification('ValidityProof', label, data);
	const pubkeys = Array.from({ length: keyCount }, () => v.readPubkey());
	const ciphertexts = Array.from({ length: isBatched ? 2 : 1 }, () => v.readCiphertext(keyCount));
	const ys = Array.from({ length: keyCount + 1 }, () => v.readProofPoint());
	const zr = v.readProofScalar();
	const zx = v.readProofScalar();
	v.refuseIdentity(...pubkeys.slice(0, -1), ...ciphertexts.map(({ commitment }) => commitment));

	const { transcript } = v;
	for (const [i, pubkey] of pubkeys.entries()) {
		transcript.appendMessage(PUBKEY_LABELS[i]!, pubkey.encoding);
	}
	const handles = BigInt(keyCount);
	// The high ciphertext counts t times.
	let t = 0n;
	if (isBatched) {
		transcript.appendMessage('grouped-ciphertext-lo', ciphertexts[0]!.bytes);
		transcript.appendMessage('grouped-ciphertext-hi', ciphertexts[1]!.bytes);
		transcript.appendText('dom-sep', 'batched-validity-proof');
		transcript.appendU64('handles', handles);
		t = transcript.challengeScalar('t');
	} else {
		transcript.appendMessage('grouped-ciphertext', ciphertexts[0]!.bytes);
	}
	transcript.appendText('dom-sep', 'validity-proof');
	transcript.appendU64('handles', handles);
	for (const [i, y] of ys.entries()) {
		if (i < keyCount) v.validateAndAppendPoint(`Y_${i}`, y);
		else transcript.appendMessage(`Y_${i}`, y);
	}
	const c = transcript.challengeScalar('c');
	transcript.appendMessage('z_r', zr.bytes);
	transcript.appendMessage('z_x', zx.bytes);
	const w = transcript.challengeScalar('w');

	const points = ys.map((y) => v.decodeProofPoint(y));
	const weights = ciphertexts.map((_, i) => (i === 0 ? -c : -c * t));
	// z_r H + z_x G - c C = Y_0
	v.sum.addH(zr.value);
	v.sum.addG(zx.value);
	for (const [k, { commitment }] of ciphertexts.entries()) v.add(weights[k]!, commitment);
	v.add(-1n, points[0]!);
	// z_r P_i - c D_i = Y_i
	let power = w;
	for (const [i, pubkey] of pubkeys.entries()) {
		v.add(power * zr.value, pubkey);
		for (const [k, ciphertext] of ciphertexts.entries()) v.add(power * weights[k]!, ciphertext.handles[i]!);
		v.add(-power, points[i + 1]!);
		power *= w;
	}
	v.requireIdentity();
}

/** See {@link verifyValidity}: two keys, one ciphertext. */
export function verifyGroupedCiphertext2HandlesValidity(data: Uint8Array): void {
	verifyValidity(data, 2, false);
}

/** See {@link verifyValidity}: three keys, one ciphertext. */
export function verifyGroupedCiphertext3HandlesValidity(data: Uint8Array): void {
	verifyValidity(data, 3, false);
}

/** See {@link verifyValidity}: two keys, two ciphertexts. */
export function verifyBatchedGroupedCiphertext2HandlesValidity(data: Uint8Array): void {
	verifyValidity(data, 2, true);
}

/** See {@link verifyValidity}: three keys, two ciphertexts. */
export function verifyBatchedGroupedCiphertext3HandlesValidity(data: Uint8Array): void {
	verifyValidity(data, 3, true);
}
