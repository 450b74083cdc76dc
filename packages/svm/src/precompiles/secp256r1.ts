/**
 * The secp256r1 precompile (SIMD-0075). Source: agave-precompiles 4.3.0, secp256r1.rs.
 */

import { secp256r1Verify } from '@parhelion/crypto';
import { dataSlice, readU16 } from './data-slice.ts';
import type { PrecompileError } from './precompile-error.ts';

const OFFSETS_START = 2;
const OFFSETS_SIZE = 14;
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
	if (data.length < OFFSETS_START) return 'InvalidInstructionDataSize';
	const count = data[0]!;
	if (count === 0 || count > MAX_SIGNATURES) return 'InvalidInstructionDataSize';
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
		const publicKey = slice(4, 6, 33);
		const message = slice(8, 12, readU16(data, at + 10));
		if (signature === null || publicKey === null || message === null) return 'InvalidDataOffsets';
		const verified = secp256r1Verify(signature, message, publicKey);
		if (!verified.ok) return verified.error;
	}
	return null;
}
