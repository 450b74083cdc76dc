/**
 * Owns reading and writing of little-endian bytes: the primitives of bincode (fixed-width integers, u64 lengths)
 * and of the short-vec lengths in messages. Errors carry the names of crate `wincode`'s `ReadError`.
 *
 * A length prefix never causes an allocation: whoever reads a sequence reads its elements one by one or takes a
 * view, and the end of the input stops both.
 */
import { Hash } from './hash.ts';
import { Pubkey } from './pubkey.ts';
import { Fault } from './result.ts';

/** Why bytes could not be decoded; `kind` is upstream's variant name. */
export type WireError =
	| { readonly kind: 'ReadSizeLimit'; readonly bytes: number }
	| { readonly kind: 'InvalidTagEncoding'; readonly tag: number }
	| { readonly kind: 'InvalidBoolEncoding'; readonly byte: number }
	| { readonly kind: 'InvalidValue'; readonly message: string }
	| { readonly kind: 'LengthEncodingOverflow'; readonly message: string }
	| { readonly kind: 'TrailingBytes' }
	| { readonly kind: 'Custom'; readonly message: string };

/** The Display text of upstream's `ReadError`. */
export function wireErrorText(error: WireError): string {
	switch (error.kind) {
		case 'ReadSizeLimit':
			return `Attempting to read ${error.bytes} bytes`;
		case 'InvalidTagEncoding':
			return `Invalid tag encoding: ${error.tag}`;
		case 'InvalidBoolEncoding':
			return `Invalid bool encoding: ${error.byte}`;
		case 'InvalidValue':
			return `Invalid value: ${error.message}`;
		case 'LengthEncodingOverflow':
			return `Sequence length would overflow length encoding scheme: ${error.message}`;
		case 'TrailingBytes':
			return 'Trailing bytes remain after deserialization';
		case 'Custom':
			return `Custom error: ${error.message}`;
	}
}

const NON_CANONICAL: WireError = {
	kind: 'InvalidValue',
	message: 'short u16: non-canonical encoding',
};
const SHORT_OVERFLOW: WireError = { kind: 'LengthEncodingOverflow', message: 'u16::MAX' };

/** Eight bytes, and what they are as two words and as a number: a view of a short array would move its bytes out of V8's heap. */
const wide = new ArrayBuffer(8);
const wideWords = new Uint32Array(wide);
const wideU64 = new BigUint64Array(wide);
const wideI64 = new BigInt64Array(wide);
const wideF64 = new Float64Array(wide);

/** Reads little-endian values from a byte array; every method throws `Fault<WireError>` at the end of the input. */
export class ByteReader {
	readonly bytes: Uint8Array;
	/** Where the next value is read. */
	offset: number;

	constructor(bytes: Uint8Array, offset = 0) {
		this.bytes = bytes;
		this.offset = offset;
	}

	/** Puts the next eight bytes where {@link wideU64} and its like see them. */
	private widen(): void {
		const at = this.skip(8);
		const { bytes } = this;
		wideWords[0] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
		wideWords[1] = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
	}

	/** Bytes not yet read. */
	get remaining(): number {
		return this.bytes.length - this.offset;
	}

	/** Moves past `length` bytes and returns where they begin. */
	skip(length: number): number {
		const at = this.offset;
		if (!(length <= this.bytes.length - at))
			throw new Fault<WireError>({ kind: 'ReadSizeLimit', bytes: length });
		this.offset = at + length;
		return at;
	}

	u8(): number {
		return this.bytes[this.skip(1)]!;
	}

	u16(): number {
		const at = this.skip(2);
		return this.bytes[at]! | (this.bytes[at + 1]! << 8);
	}

	u32(): number {
		const at = this.skip(4);
		const { bytes } = this;
		return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
	}

	u64(): bigint {
		this.widen();
		return wideU64[0]!;
	}

	i64(): bigint {
		this.widen();
		return wideI64[0]!;
	}

	u128(): bigint {
		this.offset = this.skip(16);
		const low = this.u64();
		return low | (this.u64() << 64n);
	}

	f64(): number {
		this.widen();
		return wideF64[0]!;
	}

	/** A byte that must be 0 or 1. */
	bool(): boolean {
		const byte = this.u8();
		if (byte > 1) throw new Fault<WireError>({ kind: 'InvalidBoolEncoding', byte });
		return byte === 1;
	}

	/**
	 * A u64 length or count as a number. One that no input of this size can hold is refused at once, so the
	 * result is safe to loop to: each element takes at least one byte.
	 */
	length64(): number {
		const length = this.u64();
		if (length > BigInt(this.remaining)) {
			throw new Fault<WireError>({ kind: 'ReadSizeLimit', bytes: Number(length) });
		}
		return Number(length);
	}

	/** A short-vec length: one to three bytes, canonical, up to 65535 (crate `solana-short-vec`). */
	shortU16(): number {
		const b0 = this.u8();
		if (b0 < 0x80) return b0;
		const b1 = this.u8();
		if (b1 === 0) throw new Fault<WireError>(NON_CANONICAL);
		if (b1 < 0x80) return (b0 & 0x7f) | (b1 << 7);
		const b2 = this.u8();
		if (b2 === 0) throw new Fault<WireError>(NON_CANONICAL);
		if (b2 > 3) throw new Fault<WireError>(SHORT_OVERFLOW);
		return (b0 & 0x7f) | ((b1 & 0x7f) << 7) | (b2 << 14);
	}

	/** A view of the next `length` bytes: shares memory with the input. */
	take(length: number): Uint8Array {
		const at = this.skip(length);
		return this.bytes.subarray(at, at + length);
	}

	/** A copy of the next `length` bytes. */
	copy(length: number): Uint8Array {
		const at = this.skip(length);
		return this.bytes.slice(at, at + length);
	}

	pubkey(): Pubkey {
		return Pubkey.fromBytes(this.bytes, this.skip(32));
	}

	hash(): Hash {
		return Hash.recent(this.bytes, this.skip(32));
	}

	/** An `Option`: one byte 0 or 1, then the value. */
	option<T>(read: (reader: ByteReader) => T): T | null {
		const tag = this.u8();
		if (tag > 1) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
		return tag === 1 ? read(this) : null;
	}
}

/** Writes little-endian values into a growing array. Values outside their type wrap, as `setUint32` and its kin do. */
export class ByteWriter {
	private bytes: Uint8Array;
	private view: DataView;
	/** Bytes written so far. */
	length = 0;

	constructor(capacity = 256) {
		this.bytes = new Uint8Array(Math.max(capacity, 16));
		this.view = new DataView(this.bytes.buffer);
	}

	private reserve(count: number): number {
		const at = this.length;
		const need = at + count;
		if (need > this.bytes.length) {
			const grown = new Uint8Array(Math.max(need, this.bytes.length * 2));
			grown.set(this.bytes);
			this.bytes = grown;
			this.view = new DataView(grown.buffer);
		}
		this.length = need;
		return at;
	}

	u8(value: number): this {
		const at = this.reserve(1);
		this.bytes[at] = value;
		return this;
	}

	u16(value: number): this {
		const at = this.reserve(2);
		this.view.setUint16(at, value, true);
		return this;
	}

	u32(value: number): this {
		const at = this.reserve(4);
		this.view.setUint32(at, value, true);
		return this;
	}

	u64(value: bigint): this {
		const at = this.reserve(8);
		this.view.setBigUint64(at, value, true);
		return this;
	}

	i64(value: bigint): this {
		const at = this.reserve(8);
		this.view.setBigInt64(at, value, true);
		return this;
	}

	u128(value: bigint): this {
		return this.u64(value & 0xffff_ffff_ffff_ffffn).u64(value >> 64n);
	}

	f64(value: number): this {
		const at = this.reserve(8);
		this.view.setFloat64(at, value, true);
		return this;
	}

	bool(value: boolean): this {
		return this.u8(value ? 1 : 0);
	}

	/** A u64 length. */
	length64(value: number): this {
		return this.u64(BigInt(value));
	}

	/** A short-vec length. RangeError beyond 65535. */
	shortU16(value: number): this {
		if (!(value >= 0 && value <= 0xffff)) {
			throw new RangeError(`a short-vec length is at most 65535, not ${value}`);
		}
		if (value < 0x80) return this.u8(value);
		if (value < 0x4000) return this.u8((value & 0x7f) | 0x80).u8(value >> 7);
		return this.u8((value & 0x7f) | 0x80)
			.u8(((value >> 7) & 0x7f) | 0x80)
			.u8(value >> 14);
	}

	/** Raw bytes, without a length. */
	raw(bytes: Uint8Array): this {
		const at = this.reserve(bytes.length);
		this.bytes.set(bytes, at);
		return this;
	}

	/** `count` zero bytes. */
	zeroes(count: number): this {
		const at = this.reserve(count);
		this.bytes.fill(0, at, at + count);
		return this;
	}

	/** An `Option`: one byte 0 or 1, then the value. */
	option<T>(value: T | null, write: (writer: ByteWriter, value: T) => void): this {
		this.u8(value === null ? 0 : 1);
		if (value !== null) write(this, value);
		return this;
	}

	/** A copy of what was written. */
	finish(): Uint8Array {
		return this.bytes.slice(0, this.length);
	}
}
