/**
 * Owns {@link Hash}. Source: crate `solana-hash`.
 */
import { base58Decode32, base58Encode } from './base58.ts';
import { byteKey, plainBytes, RecentKeys } from './byte-key.ts';

const recentKeys: RecentKeys<Hash> = new RecentKeys(64);

/** A 32-byte hash (SHA-256 or BLAKE3): a blockhash, a message hash, a durable nonce. */
export class Hash {
	/** Length in bytes. */
	static readonly LENGTH = 32;
	/** 32 zero bytes. */
	static readonly default: Hash = Hash.fromBytes(new Uint8Array(32));

	/** The 32 bytes; nobody writes to them. */
	readonly bytes: Uint8Array;
	/** The bytes as 32 latin-1 characters: the key for a `Map` or `Set`. */
	readonly key: string;
	private base58: string | null = null;
	/** Keeps the type apart from others of the same shape. */
	declare private readonly nominal: 'Hash';

	private constructor(bytes: Uint8Array, key: string) {
		this.bytes = bytes;
		this.key = key;
	}

	/** Copies 32 bytes of `bytes` from `offset` on. RangeError where there are fewer. */
	static fromBytes(bytes: Uint8Array, offset = 0): Hash {
		if (!(offset >= 0) || bytes.length - offset < 32) {
			throw new RangeError(
				`Hash.fromBytes: 32 bytes are needed from offset ${offset}, the array has ${bytes.length}`,
			);
		}
		return new Hash(plainBytes(bytes).slice(offset, offset + 32), byteKey(bytes, offset));
	}

	/**
	 * As {@link fromBytes}, but the same object for bytes that were seen lately, its text and key with it:
	 * a blockhash is named by many transactions.
	 */
	static recent(bytes: Uint8Array, offset = 0): Hash {
		if (!(offset >= 0) || bytes.length - offset < 32) return Hash.fromBytes(bytes, offset);
		const slot = recentKeys.slotOf(bytes, offset);
		const known = recentKeys.get(slot, bytes, offset);
		if (known !== undefined) return known;
		const made = Hash.fromBytes(bytes, offset);
		recentKeys.set(slot, made);
		return made;
	}

	/** Parses base58 text. RangeError where it does not decode to exactly 32 bytes. */
	static fromBase58(text: string): Hash {
		const parsed = Hash.tryFromBase58(text);
		if (parsed === null) {
			throw new RangeError(`Hash.fromBase58: not the base58 text of 32 bytes: ${String(text).slice(0, 64)}`);
		}
		return parsed;
	}

	/** Parses base58 text; null where it does not decode to exactly 32 bytes. */
	static tryFromBase58(text: string): Hash | null {
		const bytes = base58Decode32(text);
		if (bytes === null) return null;
		const parsed = new Hash(bytes, byteKey(bytes, 0));
		parsed.base58 = text;
		return parsed;
	}

	/** The base58 text, computed once. */
	toBase58(): string {
		this.base58 ??= base58Encode(this.bytes);
		return this.base58;
	}

	toString(): string {
		return this.toBase58();
	}

	toJSON(): string {
		return this.toBase58();
	}

	/** Whether both hold the same 32 bytes. */
	equals(other: Hash): boolean {
		return this.key === other.key;
	}
}
