/**
 * Owns the account files of Agave's snapshots.
 *
 * Source: solana-accounts-db append_vec.rs, append_vec/meta.rs. One record after another, each at a multiple of 8:
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 8 | write version, without meaning |
 * | 8 | 8 | length of the data |
 * | 16 | 32 | address |
 * | 48 | 8 | lamports |
 * | 56 | 8 | rent epoch |
 * | 64 | 32 | owner |
 * | 96 | 8 | executable (a byte and padding) |
 * | 104 | 32 | hash, without meaning |
 * | 136 | rest | data |
 */
import { createAccount, Pubkey } from '@parhelion/sdk';
import type { AccountEntry } from '../accounts-db/storage.ts';
import { SnapshotError } from './snapshot-error.ts';

/** Bytes of a record besides its data (`STORE_META_OVERHEAD`). */
export const STORE_META_OVERHEAD = 136;
/** The most data of an account (`MAX_PERMITTED_DATA_LENGTH`): 10 MiB. */
const MAX_DATA = 10 * 1024 * 1024;

/**
 * The accounts of a file in their order; one without lamports is `null`. As upstream's, the scan ends at a record without
 * lamports and address. `path` is for messages. Errors (SnapshotError): `accounts` for data that is too long or that the file
 * does not hold whole, for an impossible flag, and for bytes behind the last record.
 */
export function* readAppendVec(bytes: Uint8Array, path: string): IterableIterator<AccountEntry> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	let at = 0;
	while (at + STORE_META_OVERHEAD <= bytes.length) {
		const lamports = view.getBigUint64(at + 48, true);
		const pubkey = Pubkey.fromBytes(bytes, at + 16);
		if (lamports === 0n && pubkey.equals(Pubkey.default)) return;
		const length = view.getBigUint64(at + 8, true);
		const end = at + STORE_META_OVERHEAD + Number(length);
		if (length > BigInt(MAX_DATA) || end > bytes.length) {
			throw new SnapshotError('accounts', `${path}: the account at ${at} claims ${length} bytes of data.`);
		}
		const executable = bytes[at + 96]!;
		if (executable > 1) {
			throw new SnapshotError('accounts', `${path}: the account at ${at} has ${executable} for executable.`);
		}
		if (lamports === 0n) yield [pubkey, null];
		else {
			const account = createAccount({
				lamports,
				rentEpoch: view.getBigUint64(at + 56, true),
				owner: Pubkey.recent(bytes, at + 64),
				executable: executable === 1,
				data: bytes.slice(at + STORE_META_OVERHEAD, end),
			});
			yield [pubkey, account];
		}
		at = (end + 7) & -8;
	}
	if (at < bytes.length && bytes.subarray(at).some((byte) => byte !== 0)) {
		throw new SnapshotError('accounts', `${path}: ${bytes.length - at} bytes follow the last account.`);
	}
}
