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

/** Every digit of base 58^1 as a character code, for output. */
const CODE_OF = new Uint8Array(58);
for (let i = 0; i < 58; i++) CODE_OF[i] = ALPHABET.charCodeAt(i);

/** The base58 text of `bytes`; a leading zero byte becomes a leading `1`. */
export function base58Encode(bytes: Uint8Array): string {
	const length = bytes.length;
	let zeroes = 0;
	while (zeroes < length && bytes[zeroes] === 0) zeroes++;

	// log(2^24) / log(58^4) = 1.024 digits a word.
	const words = Math.ceil((length - zeroes) / 3);
	const digits = new Uint32Array(Math.ceil(words * 1.025) + 1);
	let used = 0;
	let at = length - words * 3;
	for (let w = 0; w < words; w++, at += 3) {
		// The first word may reach back before the significant bytes: those are zero or absent.
		let carry = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | bytes[at + 2]!;
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

	let text = '1'.repeat(zeroes);
	for (let d = used - 1; d >= 0; d--) {
		let value = digits[d]!;
		const c3 = value % 58;
		value = (value - c3) / 58;
		const c2 = value % 58;
		value = (value - c2) / 58;
		const c1 = value % 58;
		const c0 = (value - c1) / 58;
		if (d === used - 1) {
			// The leading digit is printed without its leading zeroes.
			if (c0 > 0) text += ALPHABET[c0];
			if (c0 > 0 || c1 > 0) text += ALPHABET[c1];
			if (c0 > 0 || c1 > 0 || c2 > 0) text += ALPHABET[c2];
			text += ALPHABET[c3];
		} else {
			text += String.fromCharCode(CODE_OF[c0]!, CODE_OF[c1]!, CODE_OF[c2]!, CODE_OF[c3]!);
		}
	}
	return text;
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
