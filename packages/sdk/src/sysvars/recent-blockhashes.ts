/** Owns the deprecated RecentBlockhashes sysvar. Source: crate `solana-sysvar`, `recent_blockhashes.rs`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import type { Hash } from '../hash.ts';
import type { Lamports } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** The most entries. */
export const RECENT_BLOCKHASHES_MAX_ENTRIES = 150;
/** Bytes of the account: room for all entries, the rest zero. */
export const RECENT_BLOCKHASHES_SIZE: number = 8 + RECENT_BLOCKHASHES_MAX_ENTRIES * 40;

/** A blockhash and the fee of its time. */
export interface RecentBlockhashesEntry {
	readonly blockhash: Hash;
	readonly lamportsPerSignature: Lamports;
}

/** Entries from the latest block down. */
export type RecentBlockhashes = readonly RecentBlockhashesEntry[];

/** The bincode bytes: as long as the entries need. Agave pads the account to {@link RECENT_BLOCKHASHES_SIZE}. */
export function encodeRecentBlockhashes(entries: RecentBlockhashes): Uint8Array {
	const writer = new ByteWriter(8 + entries.length * 40).length64(entries.length);
	for (const { blockhash, lamportsPerSignature } of entries) {
		writer.raw(blockhash.bytes).u64(lamportsPerSignature);
	}
	return writer.finish();
}

/** Reads recent blockhashes; bytes after them are ignored. */
export function decodeRecentBlockhashes(data: Uint8Array): Result<RecentBlockhashes, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const count = reader.length64();
		const entries: RecentBlockhashesEntry[] = [];
		for (let i = 0; i < count; i++) {
			entries.push({ blockhash: reader.hash(), lamportsPerSignature: reader.u64() });
		}
		return entries;
	});
}
