/** JSON as text, looked at before it is read: it may be a stranger's. */

/** Levels of arrays and objects that are read: serde_json, by which Solana's own clients read, refuses the next. */
const MAX_LEVELS = 127;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LEFT_BRACKET = 0x5b;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;

/** The end of the string that begins before `start`: the place of its closing quote, or the text's length. */
export function stringEnd(text: string, start: number): number {
	for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
		let backslashes = 0;
		while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
		if (backslashes % 2 === 0) return at;
	}
	return text.length;
}

/**
 * Whether a JSON text has an array or an object below 127 others. Read, what is nested without end takes the whole stack of
 * whoever prints or compares it.
 */
export function isNestedTooDeep(text: string): boolean {
	let levels = 0;
	for (let at = 0; at < text.length; at++) {
		switch (text.charCodeAt(at)) {
			case QUOTE:
				at = stringEnd(text, at + 1);
				break;
			case LEFT_BRACKET:
			case LEFT_BRACE:
				if (++levels > MAX_LEVELS) return true;
				break;
			case RIGHT_BRACKET:
			case RIGHT_BRACE:
				levels--;
				break;
			default:
		}
	}
	return false;
}
