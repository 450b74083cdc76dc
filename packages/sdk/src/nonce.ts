/** Owns the state of nonce accounts. Source: crate `solana-nonce`. */
import { ByteReader, ByteWriter, type WireError } from './bytes.ts';
import { Hash } from './hash.ts';
import type { Lamports } from './numbers.ts';
import type { Pubkey } from './pubkey.ts';
import { catchFault, Fault, type Result } from './result.ts';

/** The size of an initialised nonce account's data. */
export const NONCE_STATE_SIZE = 80;

/** What an initialised nonce account holds. */
export interface NonceData {
	readonly authority: Pubkey;
	/** The value a transaction names as its blockhash. */
	readonly durableNonce: Hash;
	readonly lamportsPerSignature: Lamports;
}

/** Upstream's `State`. */
export type NonceState =
	| { readonly kind: 'Uninitialized' }
	| { readonly kind: 'Initialized'; readonly data: NonceData };

/** Upstream's `Versions`. A legacy nonce lets no transaction through. */
export interface NonceVersions {
	readonly version: 'Legacy' | 'Current';
	readonly state: NonceState;
}

const DURABLE_NONCE_HASH_PREFIX = new TextEncoder().encode('DURABLE_NONCE');

/** The durable nonce of a blockhash: SHA-256 of `DURABLE_NONCE` and the hash. This room knows no hash function. */
export function durableNonceFromBlockhash(
	blockhash: Hash,
	sha256: (...chunks: Uint8Array[]) => Uint8Array,
): Hash {
	return Hash.fromBytes(sha256(DURABLE_NONCE_HASH_PREFIX, blockhash.bytes));
}

/** The bincode bytes: 80 of an initialised state, 8 of another. */
export function encodeNonceVersions(versions: NonceVersions): Uint8Array {
	const writer = new ByteWriter(NONCE_STATE_SIZE).u32(versions.version === 'Legacy' ? 0 : 1);
	if (versions.state.kind === 'Uninitialized') return writer.u32(0).finish();
	const { authority, durableNonce, lamportsPerSignature } = versions.state.data;
	return writer.u32(1).raw(authority.bytes).raw(durableNonce.bytes).u64(lamportsPerSignature).finish();
}

/** Reads a nonce state; bytes after it are ignored. */
export function decodeNonceVersions(data: Uint8Array): Result<NonceVersions, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const versionTag = tag(reader);
		const version = versionTag === 0 ? 'Legacy' : 'Current';
		if (tag(reader) === 0) return { version, state: { kind: 'Uninitialized' } };
		const authority = reader.pubkey();
		const durableNonce = reader.hash();
		const lamportsPerSignature = reader.u64();
		return {
			version,
			state: { kind: 'Initialized', data: { authority, durableNonce, lamportsPerSignature } },
		};
	});
}

function tag(reader: ByteReader): number {
	const value = reader.u32();
	if (value > 1) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag: value });
	return value;
}

/** The nonce's data where a transaction with this blockhash may use it, otherwise null. */
export function verifyRecentBlockhash(versions: NonceVersions, recentBlockhash: Hash): NonceData | null {
	if (versions.version === 'Legacy' || versions.state.kind === 'Uninitialized') return null;
	const { data } = versions.state;
	return data.durableNonce.equals(recentBlockhash) ? data : null;
}
