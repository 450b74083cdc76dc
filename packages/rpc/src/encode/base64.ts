/**
 * Base64 with the standard alphabet and canonical padding, and what is wrong with text that is not.
 * Source of the errors: crate base64 0.22, `GeneralPurpose::decode` and `decode_suffix`.
 */
import { err, ok, type Result } from '@parhelion/sdk';

const WELL_FORMED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const PAD = 0x3d;

/** The base64 text of `bytes`. */
export function base64Encode(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function symbolValue(byte: number): number {
	if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
	if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
	if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
	if (byte === 0x2b) return 62;
	if (byte === 0x2f) return 63;
	return -1;
}

/** The bytes of `text`, or the error as Rust's `Debug` prints it, e.g. `InvalidByte(2, 33)`. */
export function base64Decode(text: string): Result<Uint8Array, string> {
	if (WELL_FORMED.test(text)) {
		// Symbols of the last quad must not carry bits that belong to no byte.
		const symbols = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
		const last = text.charCodeAt(text.length - symbols - 1);
		if (symbols === 0 || (symbolValue(last) & (symbols === 2 ? 0x0f : 0x03)) === 0) {
			return ok(new Uint8Array(Buffer.from(text, 'base64')));
		}
	}
	return err(describeError(Buffer.from(text, 'utf8')));
}

function describeError(input: Uint8Array): string {
	const remainder = input.length % 4;
	const lastByte = input[input.length - 1]!;
	if (remainder === 1 && lastByte !== PAD && symbolValue(lastByte) < 0) {
		return `InvalidByte(${input.length - 1}, ${lastByte})`;
	}
	const suffix = input.length - remainder - (remainder === 0 ? 4 : 0);
	for (let i = 0; i < suffix; i++) {
		if (symbolValue(input[i]!) < 0) return `InvalidByte(${i}, ${input[i]})`;
	}
	return describeSuffixError(input, suffix);
}

/** What is wrong with the last quad, in upstream's order of checks. */
function describeSuffixError(input: Uint8Array, suffix: number): string {
	let symbols = 0;
	let padding = 0;
	let firstPadding = 0;
	let last = 0;
	for (let i = suffix; i < input.length; i++) {
		const byte = input[i]!;
		if (byte === PAD) {
			if (i - suffix < 2) return `InvalidByte(${i}, ${PAD})`;
			if (padding++ === 0) firstPadding = i;
			continue;
		}
		if (padding > 0) return `InvalidByte(${firstPadding}, ${PAD})`;
		if (symbolValue(byte) < 0) return `InvalidByte(${i}, ${byte})`;
		last = byte;
		symbols++;
	}
	if (symbols < 2) return `InvalidLength(${suffix + symbols})`;
	if ((symbols + padding) % 4 !== 0) return 'InvalidPadding';
	return `InvalidLastSymbol(${suffix + symbols - 1}, ${last})`;
}
