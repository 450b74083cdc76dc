/** How QUIC writes numbers. Source: RFC 9000, section 16. */

/** What cannot be read; whoever sent it is not answered any further. */
export class WireFault extends Error {
	override readonly name = 'WireFault';
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
