/**
 * A client's QUIC connection: the handshake, then streams of one transaction each. Nothing is ever sent on them.
 *
 * What is lost the client sends again, since only what came is acknowledged; what this side sends is the handshake, which is
 * sent again when the client asks again. Keys are updated when the client does it, addresses do not move.
 *
 * Source: RFC 9000, RFC 9001.
 */
import { type OpenedPacket, PacketKeys } from './packet-keys.ts';
import { addPiece, joined, PacketSpace } from './packet-space.ts';
import { answerClientHello, firstMessage, type ServerFlight, type TlsIdentity } from './tls-handshake.ts';
import { uint, varint, vector, WireFault, WireReader } from './wire.ts';

/** Bytes of the ids that this side gives its connections. */
export const ID_LENGTH = 8;
/** Bytes of a transaction. */
const MAX_STREAM_BYTES = 4096;
/** Streams that have begun and not ended. */
const MAX_OPEN_STREAMS = 2048;
/** Times that the handshake is sent. */
const MAX_FLIGHTS = 5;
const MIN_INITIAL_DATAGRAM = 1200;
const IDLE_MS = 30_000;
const VERSION = 1;
const TAG_LENGTH = 16;
const NUMBER_LENGTH = 4;
/** Packets of answers that tell the client that the handshake is done: one of them will come. */
const DONE_SENT = 3;

/** The bit of a packet's first byte that an update turns over. */
const KEY_PHASE = 0x04;

const INITIAL = 0;
const HANDSHAKE = 2;

const PING = 0x01;
const CRYPTO = 0x06;
const HANDSHAKE_DONE = 0x1e;
const STREAM = 0x08;
const STREAM_LAST = 0x0f;
const NEW_CONNECTION_ID = 0x18;
const PATH_CHALLENGE = 0x1a;
const PATH_RESPONSE = 0x1b;

/** Frames that are read and mean nothing here: how many numbers they have. */
const PASSED_OVER: ReadonlyMap<number, number> = new Map([
	[0x05, 2],
	[0x10, 1],
	[0x11, 2],
	[0x12, 1],
	[0x13, 1],
	[0x14, 1],
	[0x15, 2],
	[0x16, 1],
	[0x17, 1],
	[0x19, 1],
]);

/** What a connection needs of the server. */
export interface ConnectionContext {
	readonly identity: TlsIdentity;
	send(datagram: Buffer): void;
	onTransaction(bytes: Buffer): void;
	onClose(): void;
}

/** The keys of both directions. */
interface BothKeys {
	readonly client: PacketKeys;
	readonly server: PacketKeys;
}

interface Stream {
	readonly pieces: Map<number, Buffer>;
	/** Bytes of all of it; null while that is not known. */
	length: number | null;
}

export class Connection {
	/** The id that the client's packets name. */
	readonly id: Buffer;
	lastHeard: number = Date.now();
	private readonly context: ConnectionContext;
	private readonly clientId: Buffer;
	private readonly originalId: Buffer;
	private readonly initialKeys: BothKeys;
	private readonly spaces = [new PacketSpace(), new PacketSpace(), new PacketSpace()] as const;
	private readonly streams = new Map<number, Stream>();
	/** Streams that have ended, by their serial number: all below, and these. */
	private endedBelow = 0;
	private readonly ended = new Set<number>();
	private flight: ServerFlight | null = null;
	private handshakeKeys: BothKeys | null = null;
	private applicationKeys: BothKeys | null = null;
	/** What the client may update to, and what it had before. */
	private nextKeys: BothKeys | null = null;
	private formerKeys: PacketKeys | undefined;
	private keyPhase = 0;
	private flights = 0;
	private isFlightDue = false;
	private isDone = false;
	private doneSent = 0;
	private responses: Buffer[] = [];

	constructor(context: ConnectionContext, id: Buffer, originalId: Buffer, clientId: Buffer) {
		this.context = context;
		this.id = id;
		this.originalId = originalId;
		this.clientId = clientId;
		this.initialKeys = PacketKeys.initial(originalId);
	}

	/** Whether the handshake is done. */
	get isEstablished(): boolean {
		return this.isDone;
	}

	/** Takes a datagram of this connection and answers it. WireFault for what no client sends. */
	receive(datagram: Buffer): void {
		this.lastHeard = Date.now();
		for (let rest = datagram; rest.length > 0; ) rest = rest.subarray(this.receivePacket(rest));
		this.answer();
	}

	/** Takes the first packet; gives its length. */
	private receivePacket(bytes: Buffer): number {
		if ((bytes[0]! & 0x80) === 0) {
			if (this.isDone) this.openApplicationPacket(bytes);
			return bytes.length;
		}
		const reader = new WireReader(bytes, 5);
		const type = (bytes[0]! >> 4) & 3;
		reader.vector(1);
		reader.vector(1);
		if (type === INITIAL) reader.take(reader.varint());
		const length = reader.varint();
		const end = reader.at + length;
		if (end > bytes.length) throw new WireFault('too short');
		const packet = bytes.subarray(0, end);
		if (type === INITIAL) this.openPacket(0, packet, reader.at, this.initialKeys.client);
		else if (type === HANDSHAKE) this.openPacket(1, packet, reader.at, this.handshakeKeys?.client ?? null);
		return end;
	}

	private openPacket(level: 0 | 1, packet: Buffer, numberAt: number, keys: PacketKeys | null): void {
		const opened = keys?.open(packet, numberAt, this.spaces[level].largest) ?? null;
		if (opened !== null) this.takePacket(level, opened);
	}

	/** Opens a packet with the keys there are, or with those of the update that it begins. */
	private openApplicationPacket(packet: Buffer): void {
		const keys = this.applicationKeys!;
		const { largest } = this.spaces[2];
		const open = (by: PacketKeys | undefined): OpenedPacket | null =>
			by?.open(packet, 1 + ID_LENGTH, largest) ?? null;
		let opened = open(keys.client);
		if (opened === null) {
			this.nextKeys ??= { client: keys.client.next(), server: keys.server.next() };
			opened = open(this.nextKeys.client);
			if (opened === null) {
				opened = open(this.formerKeys);
			} else {
				this.formerKeys = keys.client;
				this.applicationKeys = this.nextKeys;
				this.nextKeys = null;
				this.keyPhase ^= KEY_PHASE;
			}
		}
		if (opened !== null) this.takePacket(2, opened);
	}

	private takePacket(level: 0 | 1 | 2, { number, payload }: OpenedPacket): void {
		// What came before is acknowledged again: the acknowledgement may be what was lost.
		if (this.spaces[level].note(number)) this.readFrames(level, new WireReader(payload));
		else this.spaces[level].isAckDue = true;
	}

	private readFrames(level: 0 | 1 | 2, reader: WireReader): void {
		const space = this.spaces[level];
		while (reader.left > 0) {
			const type = reader.varint();
			if (type === 0) continue;
			if (type === 0x02 || type === 0x03) {
				skipAck(reader, type);
				continue;
			}
			if (type === 0x1c || type === 0x1d) {
				this.context.onClose();
				return;
			}
			space.isAckDue = true;
			if (type === PING) continue;
			if (type === CRYPTO) {
				const offset = reader.varint();
				this.takeCrypto(level, space.addCrypto(offset, reader.take(reader.varint())));
			} else if (level !== 2) {
				throw new WireFault('a frame before its time');
			} else if (type >= STREAM && type <= STREAM_LAST) {
				this.takeStream(type, reader);
			} else {
				this.takeOther(type, reader);
			}
		}
	}

	private takeOther(type: number, reader: WireReader): void {
		const numbers = PASSED_OVER.get(type);
		if (numbers !== undefined) {
			for (let i = 0; i < numbers; i++) reader.varint();
		} else if (type === 0x04) {
			this.endStream(reader.varint());
			reader.varint();
			reader.varint();
		} else if (type === NEW_CONNECTION_ID) {
			reader.varint();
			reader.varint();
			reader.vector(1);
			reader.take(16);
		} else if (type === PATH_CHALLENGE) {
			this.responses.push(Buffer.concat([varint(PATH_RESPONSE), reader.take(8)]));
		} else {
			throw new WireFault('an unknown frame');
		}
	}

	private takeCrypto(level: 0 | 1 | 2, bytes: Buffer): void {
		const message = firstMessage(bytes);
		if (message === null) return;
		if (level === 0) {
			this.isFlightDue = true;
			if (this.flight !== null) return;
			this.flight = answerClientHello(message, this.context.identity, this.transportParameters());
			const keysOf = ({ client, server }: ServerFlight['handshake']) => ({
				client: new PacketKeys(client),
				server: new PacketKeys(server),
			});
			this.handshakeKeys = keysOf(this.flight.handshake);
			this.applicationKeys = keysOf(this.flight.application);
		} else if (level === 1 && this.flight !== null) {
			if (!message.equals(this.flight.clientFinished)) throw new WireFault('another handshake');
			this.isDone = true;
		}
	}

	private takeStream(type: number, reader: WireReader): void {
		const id = reader.varint();
		const offset = (type & 4) === 0 ? 0 : reader.varint();
		const bytes = reader.take((type & 2) === 0 ? reader.left : reader.varint());
		// Only streams that a client opens, to send on them alone.
		if ((id & 3) !== 2 || offset + bytes.length > MAX_STREAM_BYTES) throw new WireFault('no such stream');
		if (this.hasEnded(id)) return;
		let stream = this.streams.get(id);
		if (stream === undefined) {
			if (this.streams.size >= MAX_OPEN_STREAMS) throw new WireFault('too many streams');
			stream = { pieces: new Map(), length: null };
			this.streams.set(id, stream);
		}
		addPiece(stream.pieces, offset, bytes);
		if ((type & 1) === 1) stream.length = offset + bytes.length;
		if (stream.length === null) return;
		const whole = joined(stream.pieces);
		if (whole.length < stream.length) return;
		this.endStream(id);
		this.context.onTransaction(whole);
	}

	private hasEnded(id: number): boolean {
		const serial = serialOf(id);
		return serial < this.endedBelow || this.ended.has(serial);
	}

	private endStream(id: number): void {
		this.streams.delete(id);
		this.ended.add(serialOf(id));
		while (this.ended.delete(this.endedBelow)) this.endedBelow++;
		if (this.ended.size > MAX_OPEN_STREAMS) throw new WireFault('streams left out');
	}

	private transportParameters(): Buffer {
		const parameter = (id: number, value: Uint8Array): Buffer =>
			Buffer.concat([varint(id), varint(value.length), value]);
		const largest = varint(2 ** 50);
		return Buffer.concat([
			parameter(0x00, this.originalId),
			parameter(0x01, varint(IDLE_MS)),
			parameter(0x04, largest),
			parameter(0x07, varint(MAX_STREAM_BYTES)),
			parameter(0x09, largest),
			parameter(0x0c, Buffer.alloc(0)),
			parameter(0x0f, this.id),
		]);
	}

	/** Sends what is due. */
	private answer(): void {
		const [initial, handshake, application] = this.spaces;
		if (this.isFlightDue && this.flight !== null && this.flights < MAX_FLIGHTS) {
			this.flights++;
			const hello = this.longPacket(INITIAL, [initial.ack(), crypto(this.flight.hello)], 0);
			const rest = [crypto(this.flight.rest)];
			const padding = MIN_INITIAL_DATAGRAM - hello.length;
			this.context.send(Buffer.concat([hello, this.longPacket(HANDSHAKE, rest, padding)]));
		} else if (initial.isAckDue) {
			this.context.send(this.longPacket(INITIAL, [initial.ack()], MIN_INITIAL_DATAGRAM));
		}
		this.isFlightDue = false;
		if (handshake.isAckDue) this.context.send(this.longPacket(HANDSHAKE, [handshake.ack()], 0));
		if (!this.isDone) return;
		const frames = this.responses;
		this.responses = [];
		if (this.doneSent < DONE_SENT) {
			this.doneSent++;
			frames.push(varint(HANDSHAKE_DONE));
		}
		if (application.isAckDue) frames.push(application.ack());
		if (frames.length > 0) this.context.send(this.shortPacket(frames));
	}

	/** A packet of the handshake, of at least `length` bytes. */
	private longPacket(type: number, frames: readonly Buffer[], length: number): Buffer {
		const level = type === INITIAL ? 0 : 1;
		const header = Buffer.concat([
			uint(0xc0 | (type << 4), 1),
			uint(VERSION, 4),
			vector(1, this.clientId),
			vector(1, this.id),
			type === INITIAL ? varint(0) : Buffer.alloc(0),
		]);
		const plain = Buffer.concat(frames);
		const fixed = header.length + 2 + NUMBER_LENGTH + TAG_LENGTH;
		const payload = Buffer.concat([plain, Buffer.alloc(Math.max(0, length - fixed - plain.length))]);
		// Two bytes of length, also where one would do.
		const size = uint(0x4000 + NUMBER_LENGTH + payload.length + TAG_LENGTH, 2);
		const keys = level === 0 ? this.initialKeys.server : this.handshakeKeys!.server;
		return keys.seal(Buffer.concat([header, size]), this.spaces[level].nextNumber(), payload);
	}

	private shortPacket(frames: readonly Buffer[]): Buffer {
		const header = Buffer.concat([uint(0x40 | this.keyPhase, 1), this.clientId]);
		return this.applicationKeys!.server.seal(header, this.spaces[2].nextNumber(), Buffer.concat(frames));
	}
}

/** Which of a client's streams of a kind it is. */
function serialOf(id: number): number {
	return Math.floor(id / 4);
}

function crypto(bytes: Buffer): Buffer {
	return Buffer.concat([varint(CRYPTO), varint(0), varint(bytes.length), bytes]);
}

function skipAck(reader: WireReader, type: number): void {
	reader.varint();
	reader.varint();
	const ranges = reader.varint();
	reader.varint();
	for (let i = 0; i < ranges; i++) {
		reader.varint();
		reader.varint();
	}
	if (type === 0x03) for (let i = 0; i < 3; i++) reader.varint();
}
