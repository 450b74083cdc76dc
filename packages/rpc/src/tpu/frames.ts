/**
 * The frames of QUIC: how each is read, and what may be in a packet before the handshake is done.
 *
 * Source: RFC 9000, section 19.
 */
import { CLOSE_CODE, uint, varint, vector, WireFault, type WireReader } from './wire.ts';

/** What a frame asks of a connection. */
export type Frame =
	| { readonly kind: 'nothing' }
	| { readonly kind: 'crypto'; readonly offset: number; readonly bytes: Buffer }
	| StreamFrame
	| { readonly kind: 'reset'; readonly id: number; readonly length: number }
	| { readonly kind: 'challenge'; readonly bytes: Buffer }
	| { readonly kind: 'close' };

export interface StreamFrame {
	readonly kind: 'stream';
	readonly id: number;
	readonly offset: number;
	readonly bytes: Buffer;
	readonly isLast: boolean;
}

interface FrameRow {
	/** The last type of the row; by default it has one. */
	readonly to?: number;
	/** May stand in the packets of the handshake. */
	readonly isEarly?: boolean;
	/** Needs no acknowledgement. */
	readonly isSilent?: boolean;
	read(reader: WireReader, type: number): Frame;
}

const NOTHING: Frame = { kind: 'nothing' };

/** Frames of so many numbers that mean nothing here, since this side sends nothing on streams. */
function passedOver(numbers: number): FrameRow {
	return {
		read: (reader) => {
			for (let i = 0; i < numbers; i++) reader.varint();
			return NOTHING;
		},
	};
}

function readAck(reader: WireReader, type: number): Frame {
	reader.varint();
	reader.varint();
	const numbers = 2 * reader.varint() + 1 + (type === 0x03 ? 3 : 0);
	for (let i = 0; i < numbers; i++) reader.varint();
	return NOTHING;
}

function readStream(reader: WireReader, type: number): Frame {
	const id = reader.varint();
	const offset = (type & 4) === 0 ? 0 : reader.varint();
	const bytes = reader.take((type & 2) === 0 ? reader.left : reader.varint());
	return { kind: 'stream', id, offset, bytes, isLast: (type & 1) === 1 };
}

const ROWS: readonly (readonly [from: number, row: FrameRow])[] = [
	[0x00, { isEarly: true, isSilent: true, read: () => NOTHING }],
	[0x01, { isEarly: true, read: () => NOTHING }],
	[0x02, { to: 0x03, isEarly: true, isSilent: true, read: readAck }],
	[
		0x04,
		{
			read: (reader) => {
				const id = reader.varint();
				reader.varint();
				return { kind: 'reset', id, length: reader.varint() };
			},
		},
	],
	[0x05, passedOver(2)],
	[
		0x06,
		{
			isEarly: true,
			read: (reader) => ({
				kind: 'crypto',
				offset: reader.varint(),
				bytes: reader.take(reader.varint()),
			}),
		},
	],
	[0x08, { to: 0x0f, read: readStream }],
	[0x10, passedOver(1)],
	[0x11, passedOver(2)],
	[0x12, { to: 0x14, ...passedOver(1) }],
	[0x15, passedOver(2)],
	[0x16, { to: 0x17, ...passedOver(1) }],
	[
		0x18,
		{
			read: (reader) => {
				reader.varint();
				reader.varint();
				reader.vector(1);
				reader.take(16);
				return NOTHING;
			},
		},
	],
	[0x19, passedOver(1)],
	[0x1a, { read: (reader) => ({ kind: 'challenge', bytes: reader.take(8) }) }],
	[0x1c, { isEarly: true, isSilent: true, read: () => ({ kind: 'close' }) }],
	[0x1d, { isSilent: true, read: () => ({ kind: 'close' }) }],
];

const FRAMES: ReadonlyMap<number, FrameRow> = new Map(
	ROWS.flatMap(([from, row]) =>
		Array.from({ length: (row.to ?? from) - from + 1 }, (_, i) => [from + i, row] as const),
	),
);

/** Reads the next frame; `isEarly` in packets of the handshake. WireFault for one that does not belong there. */
export function readFrame(
	reader: WireReader,
	isEarly: boolean,
): { readonly frame: Frame; readonly isSilent: boolean } {
	const type = reader.varint();
	const row = FRAMES.get(type);
	if (row === undefined) throw new WireFault('an unknown frame');
	if (isEarly && row.isEarly !== true) throw new WireFault('a frame before its time', CLOSE_CODE.protocol);
	return { frame: row.read(reader, type), isSilent: row.isSilent === true };
}

/** The frames that this side sends, besides acknowledgements. */
export const frames = {
	crypto: (bytes: Buffer): Buffer => Buffer.concat([varint(0x06), varint(0), varint(bytes.length), bytes]),
	maxData: (bytes: number): Buffer => Buffer.concat([varint(0x10), varint(bytes)]),
	maxStreams: (streams: number): Buffer => Buffer.concat([varint(0x13), varint(streams)]),
	pathResponse: (bytes: Buffer): Buffer => Buffer.concat([varint(0x1b), bytes]),
	close: (code: number): Buffer => Buffer.concat([varint(0x1c), varint(code), varint(0), vector(1)]),
	handshakeDone: (): Buffer => uint(0x1e, 1),
};
