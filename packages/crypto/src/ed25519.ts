/**
 * Owns Ed25519: strict verification as the runtime demands it, and signing for tests and airdrops.
 *
 * Source: crate `solana-ed25519`, `VerificationKey::verify_dalek` (transaction signatures) and crate
 * `ed25519-dalek`, `PublicKey::verify_strict` (the precompile). They differ in one point only: for a
 * non-canonical encoding of R, dalek 1.0 compares points and `verify_dalek` bytes. The few y in p..2^255-1 that
 * are on the curve have no known discrete logarithm, so no signature can be made that tells the two apart.
 *
 * Three backends compute the equation: WebAssembly (`ed25519-kernel.ts`), the platform's (`fast-paths.ts`) at first and
 * where that is not to be had, `@noble/curves` where neither is. What is strict comes before all of them.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { createEquation, type Ed25519Equation } from './ed25519-kernel.ts';
import { fastPaths } from './fast-paths.ts';
import { sha512 } from './hashes.ts';
import { isOnCurve } from './on-curve.ts';

const { Point } = ed25519;
const L = Point.Fn.ORDER;

/**
 * y of every encoding of the eight points of small order, sign bit cleared, little endian: 0, 1, -1, the two of
 * order 8, and the non-canonical p and p + 1.
 */
const SMALL_ORDER: readonly Uint8Array[] = [
	'0000000000000000000000000000000000000000000000000000000000000000',
	'0100000000000000000000000000000000000000000000000000000000000000',
	'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
	'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
	'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((hex) => Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16)));

function isSmallOrder(bytes: Uint8Array, offset: number): boolean {
	const top = bytes[offset + 31]! & 127;
	for (const candidate of SMALL_ORDER) {
		if (candidate[31] !== top) continue;
		let i = 0;
		while (i < 31 && bytes[offset + i] === candidate[i]) i++;
		if (i === 31) return true;
	}
	return false;
}

/** The group order, most significant byte first. */
const ORDER_BYTES = Uint8Array.from(L.toString(16).padStart(64, '0').match(/../g)!, (byte) =>
	Number.parseInt(byte, 16),
);

/** Whether the little-endian scalar at `offset` is below the group order. */
function isCanonicalScalar(bytes: Uint8Array, offset: number): boolean {
	for (let i = 0; i < 32; i++) {
		const difference = bytes[offset + 31 - i]! - ORDER_BYTES[i]!;
		if (difference !== 0) return difference < 0;
	}
	return false;
}

function littleEndian(bytes: Uint8Array): bigint {
	let hex = '0x';
	for (let i = bytes.length - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0');
	return BigInt(hex);
}

/** The verification equation without cofactor: the encoding of [S]B - [k]A equals R's bytes. */
function portableEquation(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
	if (!isOnCurve(publicKey)) return false;
	const r = signature.subarray(0, 32);
	const a = Point.fromBytes(publicKey, true);
	const k = littleEndian(sha512(r, publicKey, message)) % L;
	const s = littleEndian(signature.subarray(32));
	const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes();
	return expected.every((byte, i) => byte === r[i]);
}

/** What computes the equation of a verification. */
export type Ed25519Backend = 'wasm' | 'platform' | 'portable';

/** Compiled when first asked for; `null` where it cannot be. */
let kernel: Ed25519Equation | null | undefined;

function equationOf(backend: Ed25519Backend): Ed25519Equation | null {
	if (backend === 'platform') return fastPaths.current.ed25519Verify ?? null;
	if (backend === 'portable') return portableEquation;
	if (kernel === undefined) kernel = createEquation();
	return kernel;
}

/**
 * How many verifications the platform does before the kernel is compiled, which costs 5 ms: a process that checks a few
 * signatures does without.
 */
const PLATFORM_FIRST = 32;
let platformUses = 0;

function usualEquation(): Ed25519Equation {
	const platform = equationOf('platform');
	if (platform !== null && platformUses < PLATFORM_FIRST) {
		platformUses++;
		return platform;
	}
	return equationOf('wasm') ?? platform ?? portableEquation;
}

/** The backends that are to be had here, the fastest first. */
export function ed25519Backends(): Ed25519Backend[] {
	return (['wasm', 'platform', 'portable'] as const).filter((backend) => equationOf(backend) !== null);
}

/**
 * Whether nothing but the equation decides about a signature: 64 and 32 bytes, S below the group order, neither R nor
 * the key of small order.
 */
export function isStrictEd25519Input(signature: Uint8Array, publicKey: Uint8Array): boolean {
	return (
		signature.length === 64 &&
		publicKey.length === 32 &&
		isCanonicalScalar(signature, 32) &&
		!isSmallOrder(publicKey, 0) &&
		!isSmallOrder(signature, 0)
	);
}

/**
 * Whether `signature` (64 bytes) over `message` verifies strictly for `publicKey` (32 bytes); false for any other
 * length. Refused: S not below the group order; A or R not a point, or of small order; a recomputed R that
 * differs from the signature's bytes. RangeError where a backend is named that is not to be had.
 */
export function ed25519VerifyStrict(
	signature: Uint8Array,
	message: Uint8Array,
	publicKey: Uint8Array,
	backend?: Ed25519Backend,
): boolean {
	if (!isStrictEd25519Input(signature, publicKey)) return false;
	// An R that is no point needs no check of its own: the recomputed encoding is a point's.
	const equation = backend === undefined ? usualEquation() : equationOf(backend);
	if (equation === null) throw new RangeError(`no backend ${backend} for ed25519 here`);
	return equation(signature, message, publicKey);
}

/** The public key (32 bytes) of a 32-byte seed. RangeError for any other length. */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
	if (seed.length !== 32) throw new RangeError(`ed25519PublicKey: a seed has 32 bytes, not ${seed.length}`);
	return (fastPaths.current.ed25519PublicKey ?? ed25519.getPublicKey)(seed);
}

/** Signs `message` with the key of a 32-byte seed: 64 bytes (RFC 8032). RangeError for any other seed length. */
export function ed25519Sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
	if (seed.length !== 32) throw new RangeError(`ed25519Sign: a seed has 32 bytes, not ${seed.length}`);
	return (fastPaths.current.ed25519Sign ?? ed25519.sign)(message, seed);
}

/** A key pair in Solana's layout: `secretKey` is the seed followed by the public key (64 bytes). */
export interface Ed25519Keypair {
	readonly publicKey: Uint8Array;
	readonly secretKey: Uint8Array;
}

/** The key pair of a 32-byte seed. RangeError for any other length. */
export function ed25519KeypairFromSeed(seed: Uint8Array): Ed25519Keypair {
	const publicKey = ed25519PublicKey(seed);
	const secretKey = new Uint8Array(64);
	secretKey.set(seed);
	secretKey.set(publicKey, 32);
	return { publicKey, secretKey };
}
