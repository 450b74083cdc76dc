/**
 * Owns {@link Pubkey}. Creation costs no base58; text is made on demand and kept. Source: crate `solana-address`.
 */
import { base58Decode32, base58Encode } from './base58.ts';
import { byteKey, plainBytes, RecentKeys } from './byte-key.ts';

const recentKeys: RecentKeys<Pubkey> = new RecentKeys(1024);

/** An account address: 32 bytes, immutable. */
export class Pubkey {
	/** Length in bytes. */
	static readonly LENGTH = 32;
	/** 32 zero bytes. */
	static readonly default: Pubkey = Pubkey.fromBytes(new Uint8Array(32));

	/** The 32 bytes; nobody writes to them. */
	readonly bytes: Uint8Array;
	/** The bytes as 32 latin-1 characters: the key for a `Map` or `Set`. */
	readonly key: string;
	private base58: string | null = null;
	private asWords: Int32Array | null = null;
	/** Keeps the type apart from others of the same shape. */
	declare private readonly nominal: 'Pubkey';

	private constructor(bytes: Uint8Array, key: string) {
		this.bytes = bytes;
		this.key = key;
	}

	/** Copies 32 bytes of `bytes` from `offset` on. RangeError where there are fewer. */
	static fromBytes(bytes: Uint8Array, offset = 0): Pubkey {
		if (!(offset >= 0) || bytes.length - offset < 32) {
			throw new RangeError(
				`Pubkey.fromBytes: 32 bytes are needed from offset ${offset}, the array has ${bytes.length}`,
			);
		}
		return new Pubkey(plainBytes(bytes).slice(offset, offset + 32), byteKey(bytes, offset));
	}

	/**
	 * As {@link fromBytes}, but the same object for bytes that were seen lately, its text and key with it:
	 * the addresses of a transaction are mostly those of the one before.
	 */
	static recent(bytes: Uint8Array, offset = 0): Pubkey {
		if (!(offset >= 0) || bytes.length - offset < 32) return Pubkey.fromBytes(bytes, offset);
		const slot = recentKeys.slotOf(bytes, offset);
		const known = recentKeys.get(slot, bytes, offset);
		if (known !== undefined) return known;
		const made = Pubkey.fromBytes(bytes, offset);
		recentKeys.set(slot, made);
		return made;
	}

	/** Parses base58 text. RangeError where it does not decode to exactly 32 bytes. */
	static fromBase58(text: string): Pubkey {
		const parsed = Pubkey.tryFromBase58(text);
		if (parsed === null) {
			throw new RangeError(
				`Pubkey.fromBase58: not the base58 text of 32 bytes: ${String(text).slice(0, 64)}`,
			);
		}
		return parsed;
	}

	/** Parses base58 text; null where it does not decode to exactly 32 bytes. */
	static tryFromBase58(text: string): Pubkey | null {
		const bytes = base58Decode32(text);
		if (bytes === null) return null;
		const parsed = new Pubkey(bytes, byteKey(bytes, 0));
		parsed.base58 = text;
		return parsed;
	}

	/**
	 * The bytes as eight words, lowest byte first; nobody writes to them. Copying or comparing words takes 8 ns where
	 * bytes take 25 to 40.
	 */
	get words(): Int32Array {
		if (this.asWords === null) {
			const { bytes } = this;
			const words = new Int32Array(8);
			for (let i = 0; i < 32; i += 4) {
				words[i >> 2] = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
			}
			this.asWords = words;
		}
		return this.asWords;
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
	equals(other: Pubkey): boolean {
		return this.key === other.key;
	}
}
