/**
 * Owns the hook by which a face that runs on a platform with native cryptography (Node) replaces the portable
 * implementations. This room imports no platform module itself.
 */

/** Native replacements. Each must be equal to the portable function for every input. */
export interface FastPaths {
	/**
	 * Ed25519 as RFC 8032 computes it without cofactor: S canonical, and the encoding of `[S]B - [k]A` equal to R
	 * byte for byte; non-canonical A allowed. Points of small order may pass: the caller refuses them first.
	 * OpenSSL and BoringSSL do exactly this. In use at first, and where WebAssembly is not to be had: that is faster.
	 */
	readonly ed25519Verify?: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;
	/** The public key of a 32-byte seed (RFC 8032). */
	readonly ed25519PublicKey?: (seed: Uint8Array) => Uint8Array;
	/** The signature by the key of a 32-byte seed (RFC 8032). */
	readonly ed25519Sign?: (message: Uint8Array, seed: Uint8Array) => Uint8Array;
	/** SHA-256 of one chunk. */
	readonly sha256?: (bytes: Uint8Array) => Uint8Array;
	/** SHA-512 of one chunk. */
	readonly sha512?: (bytes: Uint8Array) => Uint8Array;
}

/** The functions in force; read by the modules of this room only. */
export const fastPaths: { current: FastPaths } = { current: {} };

/** Replaces the native functions in force; what is left out runs portably. */
export function setFastPaths(paths: FastPaths): void {
	fastPaths.current = { ...paths };
}
