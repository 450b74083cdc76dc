/**
 * Owns derived addresses: from a base and a seed, and program addresses, which lie off the curve and so
 * have no key.
 *
 * Source: solana-address 2.9, `create_with_seed`, `create_program_address`, `try_find_program_address`.
 */

import { isOnCurve, sha256 } from '@parhelion/crypto';
import { err, ok, Pubkey, type Result } from '@parhelion/sdk';

/** Longest seed in bytes. */
export const MAX_SEED_LEN = 32;
/** Most seeds of a program address, the bump included. */
export const MAX_SEEDS = 16;

/** Why an address cannot be derived. */
export type PubkeyError = 'MaxSeedLengthExceeded' | 'InvalidSeeds' | 'IllegalOwner';

/** Upstream's ordinals; a system instruction fails with `Custom` of them. */
export const PUBKEY_ERROR_CODES: Readonly<Record<PubkeyError, number>> = Object.freeze({
	MaxSeedLengthExceeded: 0,
	InvalidSeeds: 1,
	IllegalOwner: 2,
});

/** What every program address is hashed with last. */
export const PDA_MARKER: Uint8Array = new TextEncoder().encode('ProgramDerivedAddress');

/** Bytes of the longest preimage, the next multiple of four. */
const PREIMAGE_LEN = (MAX_SEEDS * MAX_SEED_LEN + 32 + PDA_MARKER.length + 3) & ~3;
/**
 * Derivations of late: a program that found an address signs for it with the same seeds, and the programs it calls find
 * it again. A table of fixed size without chains; what collides pushes each other out.
 */
const MEMO_ENTRIES = 16;
/** The preimage being put together, and behind it those of the memo. */
const preimages = new Uint8Array((1 + MEMO_ENTRIES) * PREIMAGE_LEN);
const preimageWords = new Int32Array(preimages.buffer);
/** By entry: bytes of its preimage (0: none yet), and the address; null where the hash lies on the curve. */
const memoLengths: number[] = new Array(MEMO_ENTRIES).fill(0);
const memoAddresses: (Uint8Array | null)[] = new Array(MEMO_ENTRIES).fill(null);

/**
 * The seeds in one piece, for {@link deriveProgramAddress}: one call of the hash instead of one a part, and no array a
 * seed. Room for {@link MAX_SEEDS} of {@link MAX_SEED_LEN} bytes.
 */
export const seedBytes: Uint8Array = preimages.subarray(0, MAX_SEEDS * MAX_SEED_LEN);

/**
 * The address that the first `length` bytes of {@link seedBytes} give together with the 32 bytes of `source` from `at` on,
 * a program id; null where it would lie on the curve. Nobody writes to it.
 */
export function deriveProgramAddress(length: number, source: Uint8Array, at: number): Uint8Array | null {
	for (let i = 0; i < 32; i++) preimages[length + i] = source[at + i]!;
	const end = length + 32 + PDA_MARKER.length;
	for (let i = 0; i < PDA_MARKER.length; i++) preimages[length + 32 + i] = PDA_MARKER[i]!;
	for (let i = end; (i & 3) !== 0; i++) preimages[i] = 0;
	const words = (end + 3) >> 2;
	// The bump is the last byte of the seeds.
	const mixed =
		preimageWords[0]! ^
		preimageWords[length >> 3]! ^
		Math.imul(preimages[Math.max(0, length - 1)]! + end, 0x101);
	const entry = Math.imul(mixed, 0x9e3779b1) >>> 28;
	const base = (1 + entry) * (PREIMAGE_LEN >> 2);
	let isKnown = memoLengths[entry] === end;
	for (let i = 0; isKnown && i < words; i++) isKnown = preimageWords[base + i] === preimageWords[i];
	if (isKnown) return memoAddresses[entry]!;
	const hash = sha256(preimages.subarray(0, end));
	const address = isOnCurve(hash) ? null : hash;
	preimages.copyWithin(base << 2, 0, words << 2);
	memoLengths[entry] = end;
	memoAddresses[entry] = address;
	return address;
}

/** The address `sha256(base, seed, owner)`. Fails with `MaxSeedLengthExceeded`, `IllegalOwner`. */
export function createWithSeed(base: Pubkey, seed: Uint8Array, owner: Pubkey): Result<Pubkey, PubkeyError> {
	if (seed.length > MAX_SEED_LEN) return err('MaxSeedLengthExceeded');
	const tail = owner.bytes;
	if (endsWithMarker(tail)) return err('IllegalOwner');
	return ok(Pubkey.fromBytes(sha256(base.bytes, seed, tail)));
}

function endsWithMarker(bytes: Uint8Array): boolean {
	const start = bytes.length - PDA_MARKER.length;
	for (let i = 0; i < PDA_MARKER.length; i++) if (bytes[start + i] !== PDA_MARKER[i]) return false;
	return true;
}

/**
 * The 32 bytes of the program address of `seeds` (of a program id of 32 bytes), or why there is none. Fails with
 * `MaxSeedLengthExceeded` (also for too many seeds), `InvalidSeeds` (the address is on the curve).
 */
function createProgramAddressBytes(
	seeds: readonly Uint8Array[],
	programId: Uint8Array,
): Result<Uint8Array, PubkeyError> {
	if (seeds.length > MAX_SEEDS) return err('MaxSeedLengthExceeded');
	for (const seed of seeds) if (seed.length > MAX_SEED_LEN) return err('MaxSeedLengthExceeded');
	let length = 0;
	for (const seed of seeds) {
		seedBytes.set(seed, length);
		length += seed.length;
	}
	const address = deriveProgramAddress(length, programId, 0);
	return address === null ? err('InvalidSeeds') : ok(address);
}

/** The program address of `seeds`. Fails as {@link createProgramAddressBytes}. */
export function createProgramAddress(
	seeds: readonly Uint8Array[],
	programId: Pubkey,
): Result<Pubkey, PubkeyError> {
	const address = createProgramAddressBytes(seeds, programId.bytes);
	return address.ok ? ok(Pubkey.recent(address.value)) : address;
}

/** A program address with the seed that took it off the curve. */
export interface FoundProgramAddress {
	readonly address: Pubkey;
	/** 255 down to 1. */
	readonly bump: number;
}

/** The first program address of `seeds` followed by a bump of 255, 254, ... 1; `null` if there is none. */
export function findProgramAddress(
	seeds: readonly Uint8Array[],
	programId: Pubkey,
): FoundProgramAddress | null {
	const bumpSeed = new Uint8Array(1);
	const withBump = [...seeds, bumpSeed];
	for (let bump = 255; bump > 0; bump--) {
		bumpSeed[0] = bump;
		const address = createProgramAddressBytes(withBump, programId.bytes);
		if (address.ok) return { address: Pubkey.fromBytes(address.value), bump };
		if (address.error !== 'InvalidSeeds') return null;
	}
	return null;
}
