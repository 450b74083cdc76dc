/**
 * The streams of a connection, of one transaction each, and how many a client may open.
 *
 * Source: RFC 9000, sections 2 to 4.
 */
import type { StreamFrame } from './frames.ts';
import { CLOSE_CODE, WireFault } from './wire.ts';

/** Bytes of a transaction. */
export const MAX_STREAM_BYTES = 4096;
/** Streams from the first that has not ended on that a client may use: as many as Agave gives to one with stake. */
export const STREAM_WINDOW = 512;
/** Bytes on the way: all that those streams hold, so that only the streams have to be counted. */
export const DATA_WINDOW: number = STREAM_WINDOW * MAX_STREAM_BYTES;
/** Pieces of a stream with gaps between them; a transaction takes four packets at most. */
const MAX_RANGES = 16;

interface Stream {
	readonly buffer: Buffer;
	/** What came of it: from, to. None touches another. */
	ranges: (readonly [number, number])[];
	/** Bytes of all of it; null while that is not known. */
	length: number | null;
}

export class Streams {
	private readonly open = new Map<number, Stream>();
	/** Streams that have ended, by their serial number: all below, and these. */
	private endedBelow = 0;
	private readonly ended = new Set<number>();
	private endedBytes = 0;

	/** How many streams the client may have opened in all by now. */
	get maxStreams(): number {
		return this.endedBelow + STREAM_WINDOW;
	}

	/** How many bytes the client may have sent on them in all by now. */
	get maxData(): number {
		return this.endedBytes + DATA_WINDOW;
	}

	/** Takes a piece of a stream; gives all of it once that is there. */
	take({ id, offset, bytes, isLast }: StreamFrame): Buffer | null {
		const end = offset + bytes.length;
		const serial = this.serialOf(id, end);
		if (this.hasEnded(serial)) return null;
		let stream = this.open.get(serial);
		if (stream === undefined) {
			if (offset === 0 && isLast) {
				this.end(serial, end);
				return bytes;
			}
			stream = { buffer: Buffer.alloc(MAX_STREAM_BYTES), ranges: [], length: null };
			this.open.set(serial, stream);
		}
		if (isLast) stream.length ??= end;
		bytes.copy(stream.buffer, offset);
		stream.ranges = withRange(stream.ranges, offset, end);
		if (stream.ranges.length > MAX_RANGES) throw new WireFault('too many pieces', CLOSE_CODE.protocol);
		const { length } = stream;
		if (length === null) return null;
		if ((isLast && length !== end) || stream.ranges.some(([, to]) => to > length)) {
			throw new WireFault('a stream of two lengths', CLOSE_CODE.finalSize);
		}
		if (stream.ranges.length > 1 || stream.ranges[0]![0] !== 0 || stream.ranges[0]![1] < length) return null;
		this.end(serial, length);
		return stream.buffer.subarray(0, length);
	}

	/** The client gives a stream up. */
	reset(id: number, length: number): void {
		const serial = this.serialOf(id, length);
		if (!this.hasEnded(serial)) this.end(serial, length);
	}

	/** Which of the client's streams it is: only those that a client opens, to send on them alone. */
	private serialOf(id: number, end: number): number {
		if ((id & 3) !== 2 || end > MAX_STREAM_BYTES) throw new WireFault('no such stream', CLOSE_CODE.protocol);
		const serial = Math.floor(id / 4);
		if (serial >= this.maxStreams) throw new WireFault('too many streams', CLOSE_CODE.streamLimit);
		return serial;
	}

	private hasEnded(serial: number): boolean {
		return serial < this.endedBelow || this.ended.has(serial);
	}

	private end(serial: number, length: number): void {
		this.open.delete(serial);
		this.endedBytes += length;
		this.ended.add(serial);
		while (this.ended.delete(this.endedBelow)) this.endedBelow++;
	}
}

/** The ranges and one more, where those that touch it become one with it. */
function withRange(
	ranges: readonly (readonly [number, number])[],
	from: number,
	to: number,
): (readonly [number, number])[] {
	const touches = ([low, high]: readonly [number, number]): boolean => low <= to && high >= from;
	const joined = ranges.filter(touches);
	const low = Math.min(from, ...joined.map(([start]) => start));
	const high = Math.max(to, ...joined.map(([, end]) => end));
	return [...ranges.filter((range) => !touches(range)), [low, high]];
}
