/**
 * Owns the errors of precompiles. Source: solana-precompile-error 3.0.
 */

/** The rows; `code` is what the instruction fails with as `Custom`. */
export const PRECOMPILE_ERRORS = [
	{ name: 'InvalidPublicKey', code: 0, text: 'public key is not valid' },
	{ name: 'InvalidRecoveryId', code: 1, text: 'id is not valid' },
	{ name: 'InvalidSignature', code: 2, text: 'signature is not valid' },
	{ name: 'InvalidDataOffsets', code: 3, text: 'offset not valid' },
	{ name: 'InvalidInstructionDataSize', code: 4, text: 'instruction is incorrect size' },
] as const;

/** Why a precompile refused. */
export type PrecompileError = (typeof PRECOMPILE_ERRORS)[number]['name'];

const CODES: ReadonlyMap<PrecompileError, number> = new Map(
	PRECOMPILE_ERRORS.map((row) => [row.name, row.code]),
);

/** The number an instruction fails with. */
export function precompileErrorCode(error: PrecompileError): number {
	return CODES.get(error)!;
}
