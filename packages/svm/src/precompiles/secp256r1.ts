/**
 * The secp256r1 precompile (SIMD-0075). Source: agave-precompiles 4.3.0, secp256r1.rs.
 */

import { secp256r1Verify } from '@parhelion/crypto';
import { SIGNATURE_OFFSETS_SERIALIZED_SIZE, SIGNATURE_OFFSETS_START, signatureSlices } from './data-slice.ts';
import type { PrecompileError } from './precompile-error.ts';

const MAX_SIGNATURES = 8;

/**
 * Checks the signatures listed in `data`: a count from 1 to 8, a spare byte, then 14 bytes of offsets each.
 *
 * Fails with `InvalidInstructionDataSize`; for each signature with `InvalidDataOffsets` (signature, public
 * key, message), `InvalidSignature` (r or s out of range, s high), `InvalidPublicKey`, `InvalidSignature`.
 */
export function verifySecp256r1(
	data: Uint8Array,
	instructionDatas: readonly Uint8Array[],
): PrecompileError | null {
	if (data.length < SIGNATURE_OFFSETS_START) return 'InvalidInstructionDataSize';
	const count = data[0]!;
	if (count === 0 || count > MAX_SIGNATURES) return 'InvalidInstructionDataSize';
	if (data.length < count * SIGNATURE_OFFSETS_SERIALIZED_SIZE + SIGNATURE_OFFSETS_START)
		return 'InvalidInstructionDataSize';
	for (let i = 0; i < count; i++) {
		const { signature, publicKey, message } = signatureSlices(data, instructionDatas, i, 33);
		if (signature === null || publicKey === null || message === null) return 'InvalidDataOffsets';
		const verified = secp256r1Verify(signature, message, publicKey);
		if (!verified.ok) return verified.error;
	}
	return null;
}
