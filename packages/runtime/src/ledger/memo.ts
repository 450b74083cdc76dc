/**
 * Owns what a list of signatures says of a transaction's memos.
 *
 * Source: solana-transaction-status 4.3.0 (extract_memos.rs).
 */
import { type Pubkey, programIds, type VersionedMessage } from '@parhelion/sdk';

const MEMO_PROGRAMS: ReadonlySet<string> = new Set([
	programIds.memoV1.key,
	programIds.memoV3.key,
	programIds.memoV4.key,
]);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(data: Uint8Array): string {
	try {
		return utf8.decode(data);
	} catch {
		return '(unparseable)';
	}
}

/** The memos of a message's instructions, each with its length in bytes; `null` if it has none. */
export function memosOf(message: VersionedMessage, accountKeys: readonly Pubkey[]): string | null {
	const memos: string[] = [];
	for (const { programIdIndex, data } of message.instructions) {
		const program = accountKeys[programIdIndex];
		if (program !== undefined && MEMO_PROGRAMS.has(program.key))
			memos.push(`[${data.length}] ${textOf(data)}`);
	}
	return memos.length === 0 ? null : memos.join('; ');
}
