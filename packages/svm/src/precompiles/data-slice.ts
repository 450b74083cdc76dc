/**
 * Owns reading what signature offsets point at. Source: agave-precompiles 4.3.0, `get_data_slice` of
 * ed25519.rs and secp256r1.rs.
 */

/** The instruction index that means "this very instruction". */
const THIS_INSTRUCTION = 0xffff;

/** The little-endian u16 at `offset`. */
export function readU16(bytes: Uint8Array, offset: number): number {
	return bytes[offset]! | (bytes[offset + 1]! << 8);
}

/** `size` bytes at `start` of an instruction's data; `null` where there is no such instruction or range. */
export function dataSlice(
	data: Uint8Array,
	instructionDatas: readonly Uint8Array[],
	instructionIndex: number,
	start: number,
	size: number,
): Uint8Array | null {
	const instruction = instructionIndex === THIS_INSTRUCTION ? data : instructionDatas[instructionIndex];
	if (instruction === undefined || start + size > instruction.length) return null;
	return instruction.subarray(start, start + size);
}

/** Bytes before the first row of offsets: a count and a spare byte. */
export const SIGNATURE_OFFSETS_START = 2;
/** Bytes of a row of offsets of ed25519 and secp256r1. */
export const SIGNATURE_OFFSETS_SERIALIZED_SIZE = 14;

/** What one row of offsets points at. */
export interface SignatureSlices {
	readonly signature: Uint8Array | null;
	readonly publicKey: Uint8Array | null;
	readonly message: Uint8Array | null;
}

/**
 * What row `index` points at: offset and instruction of the signature (64 bytes), of the public key, offset,
 * size and instruction of the message.
 */
export function signatureSlices(
	data: Uint8Array,
	instructionDatas: readonly Uint8Array[],
	index: number,
	publicKeySize: number,
): SignatureSlices {
	const at = SIGNATURE_OFFSETS_START + index * SIGNATURE_OFFSETS_SERIALIZED_SIZE;
	const slice = (offset: number, instruction: number, size: number): Uint8Array | null =>
		dataSlice(data, instructionDatas, readU16(data, at + instruction), readU16(data, at + offset), size);
	return {
		signature: slice(0, 2, 64),
		publicKey: slice(4, 6, publicKeySize),
		message: slice(8, 12, readU16(data, at + 10)),
	};
}
