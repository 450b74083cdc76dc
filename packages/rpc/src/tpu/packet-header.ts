/** The headers of packets, which are read before anything is proven. Source: RFC 9000, section 17. */
import {
	ID_LENGTH,
	NUMBER_LENGTH,
	TAG_LENGTH,
	uint,
	VERSION,
	varint,
	vector,
	WireFault,
	WireReader,
} from './wire.ts';

/** Initial, Handshake, and what follows: QUIC's packet number spaces. */
export type Level = 0 | 1 | 2;

const LONG = 0x80;
const FIXED = 0x40;
/** The types of long headers, by level. */
const LONG_TYPES = [0, 2] as const;

export interface PacketHeader {
	/** Null for a packet that is passed over, as those of 0-RTT are. */
	readonly level: Level | null;
	/** The id that the packet names. */
	readonly to: Buffer;
	/** The id that answers name; empty in a short header. */
	readonly from: Buffer;
	readonly numberAt: number;
	/** Where the next packet of the datagram begins. */
	readonly end: number;
}

/** The header of the first packet; null for what is none, which anybody may have sent. */
export function readHeader(bytes: Buffer): PacketHeader | null {
	try {
		return header(new WireReader(bytes));
	} catch (thrown) {
		if (thrown instanceof WireFault) return null;
		throw thrown;
	}
}

function header(reader: WireReader): PacketHeader | null {
	const first = reader.uint(1);
	if ((first & LONG) === 0) {
		const to = reader.take(ID_LENGTH);
		return { level: 2, to, from: Buffer.alloc(0), numberAt: reader.at, end: reader.bytes.length };
	}
	if (reader.uint(4) !== VERSION) return null;
	const [to, from] = [reader.vector(1), reader.vector(1)];
	const type = (first >> 4) & 3;
	// A Retry, which only servers send, has no length.
	if (type === 3) return null;
	if (type === 0) reader.take(reader.varint());
	const length = reader.varint();
	const numberAt = reader.at;
	reader.take(length);
	return { level: type === 0 ? 0 : type === 2 ? 1 : null, to, from, numberAt, end: reader.at };
}

/** A header of the handshake for a payload of so many bytes, without the packet's number. */
export function longHeader(level: 0 | 1, to: Buffer, from: Buffer, payloadLength: number): Buffer {
	return Buffer.concat([
		uint(LONG | FIXED | (LONG_TYPES[level] << 4), 1),
		uint(VERSION, 4),
		vector(1, to),
		vector(1, from),
		level === 0 ? varint(0) : Buffer.alloc(0),
		// Two bytes of length, also where one would do.
		uint(0x4000 + NUMBER_LENGTH + payloadLength + TAG_LENGTH, 2),
	]);
}

/** A header of what follows the handshake, without the packet's number. */
export function shortHeader(to: Buffer, keyPhase: number): Buffer {
	return Buffer.concat([uint(FIXED | keyPhase, 1), to]);
}
