/**
 * The ed25519 precompile. Source: agave-precompiles 4.3.0, ed25519.rs.
 */

import { ed25519VerifyStrict, isOnCurve } from '@parhelion/crypto';
import { dataSlice, readU16 } from './data-slice.ts';
import type { PrecompileError } from './precompile-error.ts';

const OFFSETS_START = 2;
const OFFSETS_SIZE = 14;

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
	if (data.length < OFFSETS_START) return 'InvalidInstructionDataSize';
	const count = data[0]!;
	if (count === 0 && data.length > OFFSETS_START) return 'InvalidInstructionDataSize';
	if (data.length < count * OFFSETS_SIZE + OFFSETS_START) return 'InvalidInstructionDataSize';
	for (let i = 0; i < count; i++) {
		const at = OFFSETS_START + i * OFFSETS_SIZE;
		const slice = (offset: number, instructionIndex: number, size: number): Uint8Array | null =>
			dataSlice(
				data,
				instructionDatas,
				readU16(data, at + instructionIndex),
				readU16(data, at + offset),
				size,
			);
		const signature = slice(0, 2, 64);
		if (signature === null) return 'InvalidDataOffsets';
		// A scalar above 2^253 is no signature before anything else is looked at.
		if ((signature[63]! & 0xe0) !== 0) return 'InvalidSignature';
		const publicKey = slice(4, 6, 32);
		if (publicKey === null) return 'InvalidDataOffsets';
		if (!isOnCurve(publicKey)) return 'InvalidPublicKey';
		const message = slice(8, 12, readU16(data, at + 10));
		if (message === null) return 'InvalidDataOffsets';
		if (!ed25519VerifyStrict(signature, message, publicKey)) return 'InvalidSignature';
	}
	return null;
}
