/**
 * JSON as Solana's nodes write it: integers of 64 bits, which JavaScript's own parser would round.
 */
import { toBigInt as readInteger, stringEnd } from '@parhelion/toolchain';

export { member } from '@parhelion/toolchain';

/** An integer that may be beyond 2^53. */
const LONG_INTEGER = /(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;

/** The value of a JSON text; integers of 16 digits and more come as strings. SyntaxError for text that is no JSON. */
export function parseLongJson(text: string): unknown {
	// By hand and not by one expression: a string of millions of escapes would be too much for its stack.
	const parts: string[] = [];
	let start = 0;
	while (start < text.length) {
		const quote = text.indexOf('"', start);
		const outside = text.slice(start, quote === -1 ? undefined : quote);
		parts.push(outside.replace(LONG_INTEGER, '"$&"'));
		if (quote === -1) break;
		const end = stringEnd(text, quote + 1) + 1;
		parts.push(text.slice(quote, end));
		start = end;
	}
	return JSON.parse(parts.join(''));
}

/** An integer of 0 and more, as {@link parseLongJson} gives it; null for anything else, and for what was rounded. */
export function toBigInt(value: unknown): bigint | null {
	return typeof value === 'number' && !Number.isSafeInteger(value) ? null : readInteger(value);
}
