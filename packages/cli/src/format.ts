/**
 * How the commands show things.
 */
import type { Style } from './style.ts';

const LAMPORTS_DIGITS = 9;
const BYTES_PER_LINE = 16;
/** Bytes of a dump that are shown. */
const MAX_DUMP = 512;

/** `1.5 SOL`, exactly. */
export function formatSol(lamports: bigint): string {
	const digits = lamports
		.toString()
		.replace('-', '')
		.padStart(LAMPORTS_DIGITS + 1, '0');
	const whole = BigInt(digits.slice(0, -LAMPORTS_DIGITS)).toLocaleString('en-US');
	const fraction = digits.slice(-LAMPORTS_DIGITS).replace(/0+$/, '');
	return `${lamports < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`} SOL`;
}

/** `2026-11-22 18:00:00 UTC`; the seconds since 1970 where no calendar has the day. */
export function formatTime(seconds: bigint | null): string {
	if (seconds === null) return 'unknown';
	const date = new Date(Number(seconds) * 1000);
	return Number.isNaN(date.getTime())
		? `${seconds}`
		: `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Names and values in two columns. */
export function formatRows(
	rows: readonly (readonly [name: string, value: string])[],
	style: Style,
): string[] {
	const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
	return rows.map(([name, value]) => `  ${style.dim(name.padEnd(width))}${value}`);
}

/** Bytes as hexadecimal and text, the first of them if there are many. */
export function formatDump(bytes: Uint8Array): string[] {
	const lines: string[] = [];
	const shown = Math.min(bytes.length, MAX_DUMP);
	for (let at = 0; at < shown; at += BYTES_PER_LINE) {
		const part = [...bytes.subarray(at, Math.min(shown, at + BYTES_PER_LINE))];
		const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
		const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
		lines.push(`  ${at.toString(16).padStart(4, '0')}  ${hex.padEnd(BYTES_PER_LINE * 3)} ${text}`);
	}
	if (shown < bytes.length) lines.push(`  … ${(bytes.length - shown).toLocaleString('en-US')} more bytes`);
	return lines;
}
