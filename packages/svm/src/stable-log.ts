/**
 * Owns the log lines that tools outside parse. Their form never changes.
 *
 * Source: solana-program-runtime 4.3.0, stable_log.rs.
 */

import type { Pubkey } from '@parhelion/sdk';
import type { LogCollector } from './log-collector.ts';

/** `Program <address> invoke [<depth>]` */
export function programInvoke(log: LogCollector | null, programId: Pubkey, invokeDepth: number): void {
	if (log === null) return;
	const line = `Program ${programId.toBase58()} invoke [${invokeDepth}]`;
	log.log(line, line.length);
}

/** `Program <address> consumed <units> of <limit> compute units` */
export function programConsumed(
	log: LogCollector | null,
	programId: Pubkey,
	units: number,
	limit: number,
): void {
	if (log === null) return;
	const line = `Program ${programId.toBase58()} consumed ${units} of ${limit} compute units`;
	log.log(line, line.length);
}

const PROGRAM_LOG = 'Program log: ';

/** `Program log: <message>`; `byteLength` is the message's in UTF-8 where the caller knows it. */
export function programLog(log: LogCollector | null, message: string, byteLength?: number): void {
	log?.log(PROGRAM_LOG + message, byteLength === undefined ? undefined : PROGRAM_LOG.length + byteLength);
}

/** `Program data: <base64> <base64>...` */
export function programData(log: LogCollector | null, data: readonly Uint8Array[]): void {
	if (log === null) return;
	const line = `Program data: ${data.map(base64).join(' ')}`;
	log.log(line, line.length);
}

/** `Program return: <address> <base64>` */
export function programReturn(log: LogCollector | null, programId: Pubkey, data: Uint8Array): void {
	if (log === null) return;
	const line = `Program return: ${programId.toBase58()} ${base64(data)}`;
	log.log(line, line.length);
}

/** `Program <address> success` */
export function programSuccess(log: LogCollector | null, programId: Pubkey): void {
	if (log === null) return;
	const line = `Program ${programId.toBase58()} success`;
	log.log(line, line.length);
}

/** `Program <address> failed: <text of the error>` */
export function programFailure(log: LogCollector | null, programId: Pubkey, errorText: string): void {
	log?.log(`Program ${programId.toBase58()} failed: ${errorText}`);
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard base64 with padding. */
export function base64(bytes: Uint8Array): string {
	let text = '';
	let i = 0;
	for (; i + 2 < bytes.length; i += 3) {
		const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
		text +=
			BASE64[group >>> 18]! +
			BASE64[(group >>> 12) & 63]! +
			BASE64[(group >>> 6) & 63]! +
			BASE64[group & 63]!;
	}
	const rest = bytes.length - i;
	if (rest === 1) {
		const group = bytes[i]! << 16;
		text += `${BASE64[group >>> 18]}${BASE64[(group >>> 12) & 63]}==`;
	} else if (rest === 2) {
		const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8);
		text += `${BASE64[group >>> 18]}${BASE64[(group >>> 12) & 63]}${BASE64[(group >>> 6) & 63]}=`;
	}
	return text;
}
