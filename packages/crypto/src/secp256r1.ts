/**
 * Owns ECDSA verification over secp256r1 (P-256) with SHA-256, as the precompile of SIMD-0075 does it. Source:
 * agave-precompiles `secp256r1.rs` over OpenSSL.
 */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from './hashes.ts';

/** Why a signature does not verify. */
export type Secp256r1VerifyError = 'InvalidSignature' | 'InvalidPublicKey';

/** The outcome of {@link secp256r1Verify}. */
export type Secp256r1VerifyResult =
	| { readonly ok: true }
	| { readonly ok: false; readonly error: Secp256r1VerifyError };

const { Point } = p256;
const { Fn } = Point;

function bigEndian(bytes: Uint8Array): bigint {
	let hex = '0x';
	for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
	return BigInt(hex);
}

const refuse = (error: Secp256r1VerifyError): Secp256r1VerifyResult => ({ ok: false, error });

/**
 * Checks `signature` (r then s, 32 bytes each) of `message` by the compressed `publicKey` (33 bytes).
 *
 * Errors in order: `InvalidSignature` (r not in 1 to n-1; s not in 1 to n/2), `InvalidPublicKey`, `InvalidSignature`.
 */
export function secp256r1Verify(
	signature: Uint8Array,
	message: Uint8Array,
	publicKey: Uint8Array,
): Secp256r1VerifyResult {
	if (signature.length !== 64) return refuse('InvalidSignature');
	const r = bigEndian(signature.subarray(0, 32));
	const s = bigEndian(signature.subarray(32));
	if (r === 0n || r >= Fn.ORDER || s === 0n || s > Fn.ORDER >> 1n) return refuse('InvalidSignature');
	if (publicKey.length !== 33) return refuse('InvalidPublicKey');
	let key: InstanceType<typeof Point>;
	try {
		key = Point.fromBytes(publicKey);
	} catch {
		return refuse('InvalidPublicKey');
	}
	const inverse = Fn.inv(s);
	const u1 = Fn.mul(Fn.create(bigEndian(sha256(message))), inverse);
	const u2 = Fn.mul(r, inverse);
	const point = Point.BASE.multiplyUnsafe(u1).add(key.multiplyUnsafe(u2));
	if (point.is0()) return refuse('InvalidSignature');
	return Fn.create(point.toAffine().x) === r ? { ok: true } : refuse('InvalidSignature');
}
