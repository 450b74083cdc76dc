/**
 * The platform's cryptography in the place of the portable one, where it is equal and faster.
 *
 * Measured on Node 20.20 (shared machine): a key from a JWK 16 us, from DER 190 us, verification 80 to 200 us
 * with either, against 1 to 2 ms of the portable one; `crypto.hash` 3 us where `createHash` takes 30.
 */
/// <reference types="node" />
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { setFastPaths } from '@parhelion/crypto';

/** Key objects kept: signers come back. */
const MAX_KEYS = 512;
const keys: Map<string, KeyObject> = new Map();

function keyObject(publicKey: Uint8Array): KeyObject {
	const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('base64url');
	let key = keys.get(x);
	if (key === undefined) {
		key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
		if (keys.size >= MAX_KEYS) keys.clear();
		keys.set(x, key);
	}
	return key;
}

/** Uses Node's functions from now on, in the whole process. */
export function useNodeCrypto(): void {
	setFastPaths({
		ed25519Verify: (signature, message, publicKey) => verify(null, message, keyObject(publicKey), signature),
		sha256: (bytes) => hash('sha256', bytes, 'buffer'),
		sha512: (bytes) => hash('sha512', bytes, 'buffer'),
	});
}
