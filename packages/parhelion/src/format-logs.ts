/**
 * Logs with the colours of a terminal.
 *
 * Source: litesvm format_logs.rs, with the escape sequences of `ansi_term`.
 */

const PROGRAM_LOG = 'Program log:';
/** Prefixes in the order they are tried. */
const PREFIXES = [PROGRAM_LOG, 'Program', 'process_instruction:', 'solana_runtime:'];
/** A line with one of these, in any case, tells of a failure. */
const ERROR_MARKS = ['error', 'err', 'failure', 'failed', 'fail'].flatMap((word) => [
	`${word}: `,
	`${word} `,
]);

const RED = '1;38;5;9';
const GREEN = '32';
const BOLD_GREY = '1;38;5;243';
const GREY = '38;5;239';

function colourOf(source: string, log: string): string {
	const lower = log.toLowerCase();
	if (ERROR_MARKS.some((mark) => lower.includes(mark))) return RED;
	if (lower.includes('signer privilege escalated')) return BOLD_GREY;
	return source === PROGRAM_LOG ? GREEN : GREY;
}

function formatLine(line: string): string {
	const source = PREFIXES.find((prefix) => line.startsWith(prefix)) ?? '';
	const log = source === '' ? line : line.slice(source.length).trimStart();
	const text = source === '' || source === PROGRAM_LOG ? log : `${source} ${log}`;
	return `\u001b[${colourOf(source, log)}m${text}\u001b[0m`;
}

/** The logs a line each, coloured by importance; empty messages are left out. */
export function formatLogs(logs: readonly string[]): string {
	let out = '';
	for (const line of logs) if (line !== '') out += `${formatLine(line)}\n`;
	return out;
}
