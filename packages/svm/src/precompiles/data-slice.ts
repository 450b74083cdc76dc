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
