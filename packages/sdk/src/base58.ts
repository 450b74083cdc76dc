/**
 * Owns base58 text (Bitcoin's alphabet). Works in base 58^4 digits over 24-bit words, so every
 * intermediate value stays below 2^53 and no BigInt is needed.
 *
 * Both directions take time quadratic in the length: callers cap the input.
 * Source of the acceptance rules for fixed sizes: crate `five8`, `decode_32` and `decode_64`.
 */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** 58^4: four characters to a digit. */
const BASE = 11_316_496;
const INVALID = 255;

const VALUE_OF = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < ALPHABET.length; i++) VALUE_OF[ALPHABET.charCodeAt(i)] = i;

/** The character code of each value. */
const CODE_OF = new Uint8Array(58);
for (let i = 0; i < 58; i++) CODE_OF[i] = ALPHABET.charCodeAt(i);

/** Room for the digits and characters of up to 128 bytes; longer input gets its own. */
const SCRATCH_BYTES = 128;
const scratchDigits = new Uint32Array(digitsFor(SCRATCH_BYTES));
const scratchCodes = new Uint8Array(scratchDigits.length * 4 + SCRATCH_BYTES);
/** 0.5 us for 88 characters; `fromCharCode` over the array takes 1.2 us (Node 20.20, string used as a key). */
const ascii = new TextDecoder('latin1');

/** Enough digits for `length` bytes: log(2^24) / log(58^4) = 1.024 a word. */
function digitsFor(length: number): number {
	return Math.ceil(Math.ceil(length / 3) * 1.025) + 1;
}

/** The base58 text of `bytes`; a leading zero byte becomes a leading `1`. */
export function base58Encode(bytes: Uint8Array): string {
	const length = bytes.length;
	const small = length <= SCRATCH_BYTES;
	let zeroes = 0;
	while (zeroes < length && bytes[zeroes] === 0) zeroes++;

	const words = Math.ceil((length - zeroes) / 3);
	const digits = small ? scratchDigits : new Uint32Array(digitsFor(length));
	let used = 0;
	let at = length - words * 3;
	for (let w = 0; w < words; w++, at += 3) {
		// The first word may reach back before the significant bytes: those are zero or absent.
		let carry = ((at < 0 ? 0 : bytes[at]!) << 16) | ((at < -1 ? 0 : bytes[at + 1]!) << 8) | bytes[at + 2]!;
		for (let d = 0; d < used; d++) {
			const value = digits[d]! * 0x1000000 + carry;
			carry = Math.floor(value / BASE);
			digits[d] = value - carry * BASE;
		}
		while (carry > 0) {
			const rest = Math.floor(carry / BASE);
			digits[used++] = carry - rest * BASE;
			carry = rest;
		}
	}

	// Characters are written from the end: four a digit, and those of the leading digit without its zeroes.
	const codes = small ? scratchCodes : new Uint8Array(used * 4 + zeroes);
	let end = codes.length;
	for (let d = 0; d < used; d++, end -= 4) {
		let value = digits[d]!;
		for (let i = 1; i <= 4; i++) {
			const rest = Math.floor(value / 58);
			codes[end - i] = CODE_OF[value - rest * 58]!;
			value = rest;
		}
	}
	while (used > 0 && codes[end] === CODE_OF[0]) end++;
	codes.fill(CODE_OF[0]!, end - zeroes, end);
	return ascii.decode(codes.subarray(end - zeroes));
}

/** The bytes of base58 `text`, or null where a character is outside the alphabet. */
export function base58Decode(text: string): Uint8Array | null {
	const length = text.length;
	let zeroes = 0;
	while (zeroes < length && text.charCodeAt(zeroes) === 49) zeroes++;

	// log(58) / log(2^24) = 0.2441 words a character.
	const words = new Uint32Array(Math.ceil((length - zeroes) * 0.2442) + 1);
	let used = 0;
	for (let at = zeroes; at < length; ) {
		let carry = 0;
		let scale = 1;
		for (const end = Math.min(at + 4, length); at < end; at++) {
			const code = text.charCodeAt(at);
			const value = code < 128 ? VALUE_OF[code]! : INVALID;
			if (value === INVALID) return null;
			carry = carry * 58 + value;
			scale *= 58;
		}
		for (let w = 0; w < used; w++) {
			const value = words[w]! * scale + carry;
			words[w] = value % 0x1000000;
			carry = Math.floor(value / 0x1000000);
		}
		if (carry > 0) {
			words[used++] = carry % 0x1000000;
			if (carry >= 0x1000000) words[used++] = Math.floor(carry / 0x1000000);
		}
	}

	let significant = used * 3;
	if (used > 0) {
		const top = words[used - 1]!;
		if (top < 0x100) significant -= 2;
		else if (top < 0x10000) significant -= 1;
	}
	const bytes = new Uint8Array(zeroes + significant);
	for (let w = 0, at = bytes.length - 1; w < used; w++, at -= 3) {
		const word = words[w]!;
		bytes[at] = word & 255;
		if (at - 1 >= zeroes) bytes[at - 1] = (word >>> 8) & 255;
		if (at - 2 >= zeroes) bytes[at - 2] = word >>> 16;
	}
	return bytes;
}

/** The longest base58 text of 32 bytes. */
export const MAX_BASE58_LEN_32 = 44;
/** The longest base58 text of 64 bytes. */
export const MAX_BASE58_LEN_64 = 88;

/** Decodes exactly 32 bytes, or null (as `five8::decode_32`: over-long text is refused unread). */
export function base58Decode32(text: string): Uint8Array | null {
	if (text.length > MAX_BASE58_LEN_32) return null;
	const bytes = base58Decode(text);
	return bytes !== null && bytes.length === 32 ? bytes : null;
}

/** Decodes exactly 64 bytes, or null (as `five8::decode_64`: over-long text is refused unread). */
export function base58Decode64(text: string): Uint8Array | null {
	if (text.length > MAX_BASE58_LEN_64) return null;
	const bytes = base58Decode(text);
	return bytes !== null && bytes.length === 64 ? bytes : null;
}
