/**
 * Owns secp256k1 public key recovery. Source: the syscall `sol_secp256k1_recover` over crate `libsecp256k1`
 * (`Message::parse_slice`, `RecoveryId::parse`, `Signature::parse_standard_slice`, `recover`).
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';

/** Upstream's `Secp256k1RecoverError`, with the values the syscall returns: 1, 2, 3. */
export type Secp256k1RecoverError = 'InvalidHash' | 'InvalidRecoveryId' | 'InvalidSignature';

/** The outcome of {@link secp256k1Recover}. */
export type Secp256k1RecoverResult =
	| { readonly ok: true; readonly value: Uint8Array }
	| { readonly ok: false; readonly error: Secp256k1RecoverError };

const { Point } = secp256k1;
const { Fp, Fn } = Point;

function bigEndian(bytes: Uint8Array): bigint {
	let hex = '0x';
	for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
	return BigInt(hex);
}

const refuse = (error: Secp256k1RecoverError): Secp256k1RecoverResult => ({ ok: false, error });

/**
 * Recovers the public key (64 bytes, x then y) that signed `hash`.
 *
 * `hash`: 32 bytes, reduced mod n. `recoveryId`: 0 to 3. `signature`: r then s, 32 bytes each; a high s is accepted.
 * Errors in order: `InvalidHash` (not 32 bytes), `InvalidRecoveryId`, `InvalidSignature` (not 64 bytes; r or s from n
 * on; r or s zero; no point with that x; the key is the point at infinity).
 */
export function secp256k1Recover(
	hash: Uint8Array,
	recoveryId: number,
	signature: Uint8Array,
): Secp256k1RecoverResult {
	if (hash.length !== 32) return refuse('InvalidHash');
	if (!Number.isInteger(recoveryId) || recoveryId < 0 || recoveryId > 3) return refuse('InvalidRecoveryId');
	if (signature.length !== 64) return refuse('InvalidSignature');
	const r = bigEndian(signature.subarray(0, 32));
	const s = bigEndian(signature.subarray(32));
	if (r >= Fn.ORDER || s >= Fn.ORDER || r === 0n || s === 0n) return refuse('InvalidSignature');
	const x = recoveryId & 2 ? r + Fn.ORDER : r;
	if (x >= Fp.ORDER) return refuse('InvalidSignature');

	const compressed = new Uint8Array(33);
	compressed[0] = 2 | (recoveryId & 1);
	compressed.set(Fp.toBytes(x), 1);
	let nonce: InstanceType<typeof Point>;
	try {
		nonce = Point.fromBytes(compressed);
	} catch {
		return refuse('InvalidSignature');
	}
	const inverse = Fn.inv(r);
	const u1 = Fn.neg(Fn.mul(Fn.create(bigEndian(hash)), inverse));
	const u2 = Fn.mul(s, inverse);
	const key = Point.BASE.multiplyUnsafe(u1).add(nonce.multiplyUnsafe(u2));
	if (key.is0()) return refuse('InvalidSignature');
	return { ok: true, value: key.toBytes(false).slice(1) };
}
