/** What came in one of QUIC's three packet number spaces: which packets, and the handshake's bytes. */
import { varint, WireFault } from './wire.ts';

/** Ranges of numbers that are remembered; packets below the last of them count as come. */
const MAX_RANGES = 32;
/** Bytes of handshake that are kept ahead of what is missing. */
const MAX_CRYPTO = 16 * 1024;
/** Pieces of a handshake or a stream. */
const MAX_PIECES = 64;
const ACK = 0x02;

export class PacketSpace {
	/** Inclusive, the highest first. */
	private readonly ranges: [low: number, high: number][] = [];
	private readonly pieces = new Map<number, Buffer>();
	private next = 0;
	/** Whether something came that has to be acknowledged. */
	isAckDue = false;

	/** The number of the next packet that is sent. */
	nextNumber(): number {
		return this.next++;
	}

	get largest(): number {
		return this.ranges[0]?.[1] ?? -1;
	}

	/** Notes a packet; false where it had come before. */
	note(number: number): boolean {
		let at = this.ranges.findIndex(([low]) => low <= number + 1);
		if (at === -1) at = this.ranges.length;
		const range = this.ranges[at];
		if (range !== undefined && number <= range[1]) {
			if (number >= range[0]) return false;
			range[0] = number;
		} else if (range !== undefined && number === range[1] + 1) {
			range[1] = number;
		} else {
			if (this.ranges.length === MAX_RANGES && at === MAX_RANGES) return false;
			this.ranges.splice(at, 0, [number, number]);
			this.ranges.length = Math.min(this.ranges.length, MAX_RANGES);
			return true;
		}
		const above = this.ranges[at - 1];
		const merged = this.ranges[at]!;
		if (above !== undefined && above[0] === merged[1] + 1) {
			above[0] = merged[0];
			this.ranges.splice(at, 1);
		}
		const below = this.ranges[at + 1];
		if (below !== undefined && below[1] + 1 === merged[0]) {
			merged[0] = below[0];
			this.ranges.splice(at + 1, 1);
		}
		return true;
	}

	/** The frame that says what came. */
	ack(): Buffer {
		this.isAckDue = false;
		const [first, ...rest] = this.ranges;
		if (first === undefined) return Buffer.alloc(0);
		const parts = [
			varint(ACK),
			varint(first[1]),
			varint(0),
			varint(rest.length),
			varint(first[1] - first[0]),
		];
		let low = first[0];
		for (const range of rest) {
			parts.push(varint(low - range[1] - 2), varint(range[1] - range[0]));
			low = range[0];
		}
		return Buffer.concat(parts);
	}

	/** Takes a piece of the handshake; gives all of it that came without a gap. */
	addCrypto(offset: number, bytes: Buffer): Buffer {
		if (offset + bytes.length > MAX_CRYPTO) throw new WireFault('a handshake too long');
		addPiece(this.pieces, offset, bytes);
		return joined(this.pieces);
	}
}

/** Keeps a piece, unless there is a longer one at its offset. */
export function addPiece(pieces: Map<number, Buffer>, offset: number, bytes: Buffer): void {
	if ((pieces.get(offset)?.length ?? -1) >= bytes.length) return;
	if (pieces.size >= MAX_PIECES) throw new WireFault('too many pieces');
	pieces.set(offset, Buffer.from(bytes));
}

/** Pieces by their offset, up to the first gap. */
export function joined(pieces: ReadonlyMap<number, Buffer>): Buffer {
	const parts: Buffer[] = [];
	let end = 0;
	for (const [offset, bytes] of [...pieces].sort(([a], [b]) => a - b)) {
		if (offset > end) break;
		if (offset + bytes.length <= end) continue;
		parts.push(bytes.subarray(end - offset));
		end = offset + bytes.length;
	}
	return Buffer.concat(parts);
}
