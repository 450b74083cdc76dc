/** Owns the reading and writing of big integers in either byte order. */

/** How the bytes of an integer are ordered. */
export type Endianness = 'BE' | 'LE';

const WORD = 64n;

/** The integer in `length` bytes from `at` on. */
export function readInteger(bytes: Uint8Array, at: number, length: number, endianness: Endianness): bigint {
	const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
	const littleEndian = endianness === 'LE';
	const whole = length - (length % 8);
	let value = 0n;
	// From the most significant byte down: the odd bytes first.
	for (let i = length - 1; i >= whole; i--) {
		value = (value << 8n) | BigInt(view.getUint8(littleEndian ? i : length - 1 - i));
	}
	for (let i = whole - 8; i >= 0; i -= 8) {
		const word = view.getBigUint64(littleEndian ? i : length - 8 - i, littleEndian);
		value = (value << WORD) | word;
	}
	return value;
}

/** Writes `value` into `length` bytes from `at` on; what does not fit is cut off. */
export function writeInteger(
	bytes: Uint8Array,
	at: number,
	length: number,
	endianness: Endianness,
	value: bigint,
): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
	const littleEndian = endianness === 'LE';
	const whole = length - (length % 8);
	let rest = value;
	for (let i = 0; i < whole; i += 8) {
		view.setBigUint64(littleEndian ? i : length - 8 - i, BigInt.asUintN(64, rest), littleEndian);
		rest >>= WORD;
	}
	for (let i = whole; i < length; i++) {
		view.setUint8(littleEndian ? i : length - 1 - i, Number(rest & 0xffn));
		rest >>= 8n;
	}
}

/** Whether all bytes are zero. */
export function isAllZero(bytes: Uint8Array): boolean {
	for (const byte of bytes) if (byte !== 0) return false;
	return true;
}
