/** Base64 without Node. Texts may hold whole programs, for which `atob` of Node 20 takes longer than the network. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const INVALID = 64;
const VALUES: Uint8Array = new Uint8Array(256).fill(INVALID);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** The text of the bytes of a transaction. */
export function toBase64(bytes: Uint8Array): string {
	return btoa(String.fromCharCode(...bytes));
}

/** The bytes of a text; null where it is no base64. */
export function fromBase64(text: unknown): Uint8Array | null {
	if (typeof text !== 'string' || text.length % 4 !== 0) return null;
	const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
	const characters = text.length - padding;
	const bytes = new Uint8Array((text.length / 4) * 3 - padding);
	let bits = 0;
	let at = 0;
	for (let i = 0; i < characters; i++) {
		const code = text.charCodeAt(i);
		const value = code < 256 ? VALUES[code]! : INVALID;
		if (value === INVALID) return null;
		bits = (bits << 6) | value;
		const held = ((i + 1) * 6) % 8;
		if (i % 4 !== 0) bytes[at++] = bits >> held;
	}
	return bytes;
}
