/**
 * Colours, where the terminal has them.
 */

/** Ways to set text off. */
export interface Style {
	bold(text: string): string;
	dim(text: string): string;
	cyan(text: string): string;
	red(text: string): string;
}

const code =
	(open: number, close: number) =>
	(text: string): string =>
		`\u001b[${open}m${text}\u001b[${close}m`;
const plain = (text: string): string => text;

/** With colours for a terminal, without for anything else or where `NO_COLOR` is set (no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
	const hasColours = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
	if (!hasColours) return { bold: plain, dim: plain, cyan: plain, red: plain };
	return { bold: code(1, 22), dim: code(2, 22), cyan: code(36, 39), red: code(31, 39) };
}

/** `text` without what would steer a terminal: strangers write logs and names. */
export function printable(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones to take out
	return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
