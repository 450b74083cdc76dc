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

/** Seeds, program id and marker in one piece: one call of the hash instead of one a part. */
const preimage = new Uint8Array(MAX_SEEDS * MAX_SEED_LEN + 32 + PDA_MARKER.length);

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
export function createProgramAddressBytes(
	seeds: readonly Uint8Array[],
	programId: Uint8Array,
): Result<Uint8Array, PubkeyError> {
	if (seeds.length > MAX_SEEDS) return err('MaxSeedLengthExceeded');
	for (const seed of seeds) if (seed.length > MAX_SEED_LEN) return err('MaxSeedLengthExceeded');
	let length = 0;
	for (const seed of seeds) {
		preimage.set(seed, length);
		length += seed.length;
	}
	preimage.set(programId, length);
	preimage.set(PDA_MARKER, length + 32);
	const hash = sha256(preimage.subarray(0, length + 32 + PDA_MARKER.length));
	return isOnCurve(hash) ? err('InvalidSeeds') : ok(hash);
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
