/**
 * Owns the table of precompiles: programs whose whole work is to check signatures, over the instruction
 * data of the transaction, without CU, logs or accounts.
 *
 * Source: agave-precompiles 4.3.0, lib.rs; solana-precompile-error 3.0.
 */

import { type Pubkey, programIds, type RuntimeFeatures } from '@parhelion/sdk';
import { verifyEd25519 } from './precompiles/ed25519.ts';
import type { PrecompileError } from './precompiles/precompile-error.ts';
import { verifySecp256k1 } from './precompiles/secp256k1.ts';
import { verifySecp256r1 } from './precompiles/secp256r1.ts';

/**
 * Checks the signatures an instruction lists.
 *
 * `data` is the instruction's, `instructionDatas` that of every top-level instruction. Returns `null` if
 * all are valid.
 */
export type Verify = (
	data: Uint8Array,
	instructionDatas: readonly Uint8Array[],
	features: RuntimeFeatures,
) => PrecompileError | null;

/** A precompiled program. */
export interface Precompile {
	readonly programId: Pubkey;
	readonly verify: Verify;
}

/** Every precompile; all are always enabled. */
export const PRECOMPILES: readonly Precompile[] = [
	{ programId: programIds.secp256k1Program, verify: verifySecp256k1 },
	{ programId: programIds.ed25519Program, verify: verifyEd25519 },
	{ programId: programIds.secp256r1Program, verify: verifySecp256r1 },
];

const BY_KEY: ReadonlyMap<string, Precompile> = new Map(PRECOMPILES.map((row) => [row.programId.key, row]));

/** The precompile at an address, or `null`. */
export function findPrecompile(programId: Pubkey): Precompile | null {
	return BY_KEY.get(programId.key) ?? null;
}

/** Whether there is a precompile at an address. */
export function isPrecompile(programId: Pubkey): boolean {
	return BY_KEY.has(programId.key);
}
