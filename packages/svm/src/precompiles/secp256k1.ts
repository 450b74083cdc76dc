/**
 * The secp256k1 precompile: recovers the signer and compares its Ethereum address.
 *
 * Source: agave-precompiles 4.3.0, secp256k1.rs; solana-secp256k1-program 3.1.
 */

import { keccak256, secp256k1Recover } from '@parhelion/crypto';
import { readU16 } from './data-slice.ts';
import type { PrecompileError } from './precompile-error.ts';

const OFFSETS_SIZE = 11;
const SIGNATURE_SIZE = 64;
const ETH_ADDRESS_SIZE = 20;
const RECOVERY_IDS = 4;
/** The order of the group, big endian. */
const ORDER = Uint8Array.from([
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae,
	0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
]);

/**
 * Checks the signatures listed in `data`: a count, then 11 bytes of offsets each.
 *
 * Fails with `InvalidInstructionDataSize`; for each signature with `InvalidInstructionDataSize` (no such
 * instruction), `InvalidSignature` (out of range or malformed), `InvalidRecoveryId`, `InvalidDataOffsets`
 * or `InvalidSignature` (address, then message), `InvalidSignature`.
 */
export function verifySecp256k1(
	data: Uint8Array,
	instructionDatas: readonly Uint8Array[],
): PrecompileError | null {
	if (data.length === 0) return 'InvalidInstructionDataSize';
	const count = data[0]!;
	if (count === 0 && data.length > 1) return 'InvalidInstructionDataSize';
	if (data.length < count * OFFSETS_SIZE + 1) return 'InvalidInstructionDataSize';
	for (let i = 0; i < count; i++) {
		const at = 1 + i * OFFSETS_SIZE;
		const signed = instructionDatas[data[at + 2]!];
		if (signed === undefined) return 'InvalidInstructionDataSize';
		const start = readU16(data, at);
		const end = start + SIGNATURE_SIZE;
		if (end >= signed.length) return 'InvalidSignature';
		const signature = signed.subarray(start, end);
		if (!isBelowOrder(signature, 0) || !isBelowOrder(signature, 32)) return 'InvalidSignature';
		const recoveryId = signed[end]!;
		if (recoveryId >= RECOVERY_IDS) return 'InvalidRecoveryId';

		const addressOf = instructionDatas[data[at + 5]!];
		if (addressOf === undefined) return 'InvalidDataOffsets';
		const addressStart = readU16(data, at + 3);
		if (addressStart + ETH_ADDRESS_SIZE > addressOf.length) return 'InvalidSignature';
		const messageOf = instructionDatas[data[at + 10]!];
		if (messageOf === undefined) return 'InvalidDataOffsets';
		const messageStart = readU16(data, at + 6);
		const messageEnd = messageStart + readU16(data, at + 8);
		if (messageEnd > messageOf.length) return 'InvalidSignature';

		const hash = keccak256(messageOf.subarray(messageStart, messageEnd));
		const publicKey = secp256k1Recover(hash, recoveryId, signature);
		if (!publicKey.ok) return 'InvalidSignature';
		const address = keccak256(publicKey.value).subarray(32 - ETH_ADDRESS_SIZE);
		for (let j = 0; j < ETH_ADDRESS_SIZE; j++) {
			if (address[j] !== addressOf[addressStart + j]) return 'InvalidSignature';
		}
	}
	return null;
}

function isBelowOrder(bytes: Uint8Array, offset: number): boolean {
	for (let i = 0; i < 32; i++) {
		const byte = bytes[offset + i]!;
		if (byte !== ORDER[i]) return byte < ORDER[i]!;
	}
	return false;
}
