/**
 * Owns proofs that somebody has the secret key of a BLS public key (BLS12-381, keys in G1, proofs in G2), as vote
 * accounts ask for them. Source: solana-bls-signatures 3.4, pubkey/verify.rs over blst; draft-irtf-cfrg-bls-signature-05.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
const PUBLIC_KEY_SIZE = 48;
const PROOF_SIZE = 96;
/** Keeps proofs apart from signatures. */
const DOMAIN = new TextEncoder().encode('BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_');

/** What is signed: the payload, and the key so that no proof can be built from another's. */
function hashPayload(payload: Uint8Array, publicKey: Uint8Array): InstanceType<typeof G2> {
	const message = new Uint8Array(payload.length + publicKey.length);
	message.set(payload);
	message.set(publicKey, payload.length);
	return G2.fromAffine(bls12_381.G2.hashToCurve(message, { DST: DOMAIN }).toAffine());
}

/**
 * Whether `proof` (96 bytes, compressed) shows possession of `publicKey` (48 bytes, compressed) for `payload`.
 *
 * False as well for bytes that are no point of the subgroup in canonical form, and for the key at infinity.
 */
export function blsVerifyProofOfPossession(
	publicKey: Uint8Array,
	proof: Uint8Array,
	payload: Uint8Array,
): boolean {
	if (publicKey.length !== PUBLIC_KEY_SIZE || proof.length !== PROOF_SIZE) return false;
	let key: InstanceType<typeof G1>;
	let point: InstanceType<typeof G2>;
	try {
		key = G1.fromBytes(publicKey);
		point = G2.fromBytes(proof);
		key.assertValidity();
		point.assertValidity();
	} catch {
		return false;
	}
	if (key.is0() || point.is0()) return false;
	const product = bls12_381.pairingBatch([
		{ g1: key, g2: hashPayload(payload, publicKey) },
		{ g1: G1.BASE.negate(), g2: point },
	]);
	return bls12_381.fields.Fp12.eql(product, bls12_381.fields.Fp12.ONE);
}

/** A key with a proof for `payload`, from a secret scalar (1 to the group order - 1). For tests and tools. */
export function blsProofOfPossession(
	secret: bigint,
	payload: Uint8Array,
): { readonly publicKey: Uint8Array; readonly proof: Uint8Array } {
	const publicKey = G1.BASE.multiply(secret).toBytes();
	return { publicKey, proof: hashPayload(payload, publicKey).multiply(secret).toBytes() };
}
