/**
 * Base58 text of any length, and what is wrong with text that is not. Source of the errors: crate bs58 0.5,
 * `decode::Error`, as Rust's `Debug` prints it.
 */
import { base58Decode, err, ok, type Result } from '@parhelion/sdk';
import { debugChar } from '../params/rust-debug.ts';

const NOT_BASE58 = /[^1-9A-HJ-NP-Za-km-z]/;

/** The bytes of `text`; the error is e.g. `InvalidCharacter { character: '0', index: 0 }`. Time is quadratic: cap the length first. */
export function decodeBase58(text: string): Result<Uint8Array, string> {
	const bytes = base58Decode(text);
	if (bytes !== null) return ok(bytes);
	// Everything before the first bad character is ASCII, so its index in bytes is its index in the text.
	const index = text.search(NOT_BASE58);
	const code = text.charCodeAt(index);
	if (code > 127) return err(`NonAsciiCharacter { index: ${index} }`);
	return err(`InvalidCharacter { character: ${debugChar(text[index]!)}, index: ${index} }`);
}
