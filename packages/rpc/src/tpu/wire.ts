/** How QUIC writes numbers, and the numbers that all of it shares. Source: RFC 9000, section 16. */

export const VERSION = 1;
/** Bytes of the ids that this side gives its connections. */
export const ID_LENGTH = 8;
/** Bytes of a packet number that we write. */
export const NUMBER_LENGTH = 4;
/** Bytes that prove a packet. */
export const TAG_LENGTH = 16;
/** Bytes of a datagram that begins a handshake, at least. */
export const MIN_INITIAL_DATAGRAM = 1200;
/** After this time of silence a connection is over. */
export const IDLE_MS = 30_000;

/** Why a connection is closed. Source: RFC 9000, section 20.1. */
export const CLOSE_CODE = {
	none: 0x00,
	refused: 0x02,
	streamLimit: 0x04,
	finalSize: 0x06,
	encoding: 0x07,
	protocol: 0x0a,
	/** TLS's `handshake_failure`. */
	handshake: 0x128,
} as const;

/** What no client sends; the connection is closed with the code. */
export class WireFault extends Error {
	override readonly name = 'WireFault';
	readonly code: number;

	constructor(message: string, code: number = CLOSE_CODE.encoding) {
		super(message);
		this.code = code;
	}
}

/** Reads bytes from front to back. */
export class WireReader {
	readonly bytes: Buffer;
	at: number;

	constructor(bytes: Buffer, at = 0) {
		this.bytes = bytes;
		this.at = at;
	}

	get left(): number {
		return this.bytes.length - this.at;
	}

	take(length: number): Buffer {
		if (length > this.left) throw new WireFault('too short');
		this.at += length;
		return this.bytes.subarray(this.at - length, this.at);
	}

	/** A number of 1 to 4 bytes, the highest first. */
	uint(length: number): number {
		return this.take(length).readUIntBE(0, length);
	}

	/** A number that says its length. */
	varint(): number {
		const first = this.uint(1);
		const length = 1 << (first >> 6);
		let value = first & 0x3f;
		for (const byte of this.take(length - 1)) value = value * 256 + byte;
		if (!Number.isSafeInteger(value)) throw new WireFault('a number out of range');
		return value;
	}

	/** Bytes behind their length, a number of `lengthBytes` bytes. */
	vector(lengthBytes: number): Buffer {
		return this.take(this.uint(lengthBytes));
	}
}

/** A number of `length` bytes, the highest first. */
export function uint(value: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	bytes.writeUIntBE(value, 0, length);
	return bytes;
}

/** A number that says its length. */
export function varint(value: number): Buffer {
	if (value < 64) return uint(value, 1);
	if (value < 16_384) return uint(value + 0x4000, 2);
	if (value < 2 ** 30) return uint(value + 2 ** 31, 4);
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value) | (3n << 62n));
	return bytes;
}

/** Bytes behind their length, a number of `lengthBytes` bytes. */
export function vector(lengthBytes: number, ...parts: readonly Uint8Array[]): Buffer {
	const bytes = Buffer.concat(parts);
	return Buffer.concat([uint(bytes.length, lengthBytes), bytes]);
}
