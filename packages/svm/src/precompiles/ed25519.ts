/**
 * The ed25519 precompile. Source: agave-precompiles 4.3.0, ed25519.rs.
 */

import { ed25519VerifyStrict, isOnCurve } from '@parhelion/crypto';
import { SIGNATURE_OFFSETS_SERIALIZED_SIZE, SIGNATURE_OFFSETS_START, signatureSlices } from './data-slice.ts';
import type { PrecompileError } from './precompile-error.ts';

/**
 * Checks the signatures listed in `data`: a count, a spare byte, then 14 bytes of offsets each.
 *
 * Fails with `InvalidInstructionDataSize`; for each signature with `InvalidDataOffsets`, `InvalidSignature`
 * (malformed), `InvalidDataOffsets`, `InvalidPublicKey`, `InvalidDataOffsets`, `InvalidSignature`.
 */
export function verifyEd25519(
	data: Uint8Array,
	instructionDatas: readonly Uint8Array[],
): PrecompileError | null {
	if (data.length < SIGNATURE_OFFSETS_START) return 'InvalidInstructionDataSize';
	const count = data[0]!;
	if (count === 0 && data.length > SIGNATURE_OFFSETS_START) return 'InvalidInstructionDataSize';
	if (data.length < count * SIGNATURE_OFFSETS_SERIALIZED_SIZE + SIGNATURE_OFFSETS_START)
		return 'InvalidInstructionDataSize';
	for (let i = 0; i < count; i++) {
		const { signature, publicKey, message } = signatureSlices(data, instructionDatas, i, 32);
		if (signature === null) return 'InvalidDataOffsets';
		// A scalar above 2^253 is no signature before anything else is looked at.
		if ((signature[63]! & 0xe0) !== 0) return 'InvalidSignature';
		if (publicKey === null) return 'InvalidDataOffsets';
		if (!isOnCurve(publicKey)) return 'InvalidPublicKey';
		if (message === null) return 'InvalidDataOffsets';
		if (!ed25519VerifyStrict(signature, message, publicKey)) return 'InvalidSignature';
	}
	return null;
}
