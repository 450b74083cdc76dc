/**
 * A client's QUIC connection: the handshake, then streams of one transaction each. Nothing is ever sent on them.
 *
 * What is lost the client sends again, since only what came is acknowledged; what this side sends is the handshake, which is
 * sent again when the client asks again, and the limits of streams, which go with every acknowledgement. Keys are updated when
 * the client does it, addresses do not move.
 *
 * Source: RFC 9000, RFC 9001.
 */
import { type Frame, frames, readFrame } from './frames.ts';
import { type Level, longHeader, type PacketHeader, readHeader, shortHeader } from './packet-header.ts';
import { type OpenedPacket, PacketKeys } from './packet-keys.ts';
import { PacketSpace } from './packet-space.ts';
import { DATA_WINDOW, MAX_STREAM_BYTES, STREAM_WINDOW, Streams } from './streams.ts';
import { answerClientHello, firstMessage, type ServerFlight, type TlsIdentity } from './tls-handshake.ts';
import {
	CLOSE_CODE,
	IDLE_MS,
	MIN_INITIAL_DATAGRAM,
	NUMBER_LENGTH,
	TAG_LENGTH,
	varint,
	WireFault,
	WireReader,
} from './wire.ts';

/** Packets of answers that tell the client that the handshake is done: one of them will come. */
const DONE_SENT = 3;
/** Times the bytes that came which may be sent to an address that has not proven to be the client's. */
const AMPLIFICATION = 3;
/** The bit of a packet's first byte that an update turns over. */
const KEY_PHASE = 0x04;

/** Where a client is. */
export interface Peer {
	readonly address: string;
	readonly port: number;
}

/** What a connection needs of the server. */
export interface ConnectionContext {
	readonly identity: TlsIdentity;
	/** The client's first message begins; false where there is no room for it. */
	admit(): boolean;
	send(datagram: Buffer): void;
	onTransaction(bytes: Buffer): void;
	onClose(): void;
}

/** The keys of both directions. */
interface BothKeys {
	readonly client: PacketKeys;
	readonly server: PacketKeys;
}

export class Connection {
	/** The id that the client's packets name. */
	readonly id: Buffer;
	/** The id that its first packets name. */
	readonly originalId: Buffer;
	readonly peer: Peer;
	/** When a packet came that the client must have sent. */
	lastHeard: number = performance.now();
	private readonly context: ConnectionContext;
	private readonly clientId: Buffer;
	private readonly spaces = [new PacketSpace(), new PacketSpace(), new PacketSpace()] as const;
	private readonly streams = new Streams();
	private flight: ServerFlight | null = null;
	/** Null from the first Handshake packet on. */
	private initialKeys: BothKeys | null;
	private handshakeKeys: BothKeys | null = null;
	private applicationKeys: BothKeys | null = null;
	/** What the client may update to, and what it had before. */
	private nextKeys: BothKeys | null = null;
	private formerKeys: PacketKeys | undefined;
	private keyPhase = 0;
	/** Bytes that may be sent before the first Handshake packet, which proves the address. */
	private budget = 0;
	private hasBegun = false;
	private isDone = false;
	private isClosed = false;
	private doneLeft = 0;
	private response: Buffer | null = null;

	constructor(context: ConnectionContext, peer: Peer, id: Buffer, { to, from }: PacketHeader) {
		this.context = context;
		this.peer = peer;
		this.id = id;
		this.originalId = Buffer.from(to);
		this.clientId = Buffer.from(from);
		this.initialKeys = PacketKeys.initial(this.originalId);
	}

	/** Whether the handshake is done. */
	get isEstablished(): boolean {
		return this.isDone;
	}

	/** Takes a datagram of this connection and answers it; closes the connection over what no client sends. */
	receive(datagram: Buffer): void {
		if (this.isClosed) return;
		try {
			if (this.openPackets(datagram) && !this.isClosed) this.answer();
		} catch (thrown) {
			if (!(thrown instanceof WireFault)) throw thrown;
			this.close(thrown.code);
		}
	}

	/** Ends the connection and tells the client. */
	close(code: number): void {
		if (this.isClosed) return;
		this.isClosed = true;
		const frame = [frames.close(code)];
		if (this.isDone) {
			this.send(this.shortPacket(frame));
		} else if (this.hasBegun) {
			// Which keys the client has is not known yet.
			const levels = ([0, 1] as const).filter((level) => this.keysOf(level) !== null);
			this.send(Buffer.concat(levels.map((level) => this.longPacket(level, frame, 0))));
		}
		this.context.onClose();
	}

	/** Whether a packet of the datagram was the client's. */
	private openPackets(datagram: Buffer): boolean {
		let isHeard = false;
		for (let rest = datagram; rest.length > 0 && !this.isClosed; ) {
			const header = readHeader(rest);
			if (header === null) break;
			const { level, end } = header;
			const isShort = level === 0 && datagram.length < MIN_INITIAL_DATAGRAM;
			const opened = level === null || isShort ? null : this.openPacket(level, rest.subarray(0, end), header);
			if (opened !== null) {
				if (!isHeard) this.budget += AMPLIFICATION * datagram.length;
				isHeard = true;
				this.lastHeard = performance.now();
				this.takePacket(level!, opened);
			}
			rest = rest.subarray(end);
		}
		return isHeard;
	}

	private keysOf(level: Level): BothKeys | null {
		return [this.initialKeys, this.handshakeKeys, this.isDone ? this.applicationKeys : null][level]!;
	}

	/** Opens a packet with the keys there are, or with those of the update that it begins. */
	private openPacket(level: Level, packet: Buffer, { numberAt }: PacketHeader): OpenedPacket | null {
		const keys = this.keysOf(level);
		if (keys === null) return null;
		const { largest } = this.spaces[level];
		const opened = keys.client.open(packet, numberAt, largest);
		if (opened !== null || level !== 2) return opened;
		this.nextKeys ??= { client: keys.client.next(), server: keys.server.next() };
		const updated = this.nextKeys.client.open(packet, numberAt, largest);
		if (updated === null) return this.formerKeys?.open(packet, numberAt, largest) ?? null;
		this.formerKeys = keys.client;
		this.applicationKeys = this.nextKeys;
		this.nextKeys = null;
		this.keyPhase ^= KEY_PHASE;
		return updated;
	}

	private takePacket(level: Level, { number, payload }: OpenedPacket): void {
		if (level === 1) {
			this.initialKeys = null;
			this.doneLeft = DONE_SENT;
		}
		const space = this.spaces[level];
		if (!space.note(number)) {
			// What came before is acknowledged again: the acknowledgement may be what was lost.
			space.isAckDue = true;
			return;
		}
		const reader = new WireReader(payload);
		while (reader.left > 0 && !this.isClosed) {
			const { frame, isSilent } = readFrame(reader, level !== 2);
			if (!isSilent) space.isAckDue = true;
			this.takeFrame(level, frame);
		}
	}

	private takeFrame(level: Level, frame: Frame): void {
		if (frame.kind === 'crypto') {
			this.takeCrypto(level, frame.offset, frame.bytes);
		} else if (frame.kind === 'stream') {
			const whole = this.streams.take(frame);
			if (whole !== null) this.context.onTransaction(whole);
		} else if (frame.kind === 'reset') {
			this.streams.reset(frame.id, frame.length);
		} else if (frame.kind === 'challenge') {
			this.response = frame.bytes;
		} else if (frame.kind === 'close') {
			this.isClosed = true;
			this.context.onClose();
		}
	}

	private takeCrypto(level: Level, offset: number, bytes: Buffer): void {
		if (!this.hasBegun) {
			this.hasBegun = true;
			if (!this.context.admit()) throw new WireFault('no room', CLOSE_CODE.refused);
		}
		const message = firstMessage(this.spaces[level].addCrypto(offset, bytes));
		if (message === null) return;
		if (level === 0 && this.flight === null) {
			this.flight = answerClientHello(message, this.context.identity, this.transportParameters());
			const keysOf = ({ client, server }: ServerFlight['handshake']) => ({
				client: new PacketKeys(client),
				server: new PacketKeys(server),
			});
			this.handshakeKeys = keysOf(this.flight.handshake);
			this.applicationKeys = keysOf(this.flight.application);
		} else if (level === 1 && this.flight !== null) {
			if (!message.equals(this.flight.clientFinished)) {
				throw new WireFault('another handshake', CLOSE_CODE.handshake);
			}
			this.isDone = true;
		}
	}

	private transportParameters(): Buffer {
		const parameter = (id: number, value: Uint8Array): Buffer =>
			Buffer.concat([varint(id), varint(value.length), value]);
		return Buffer.concat([
			parameter(0x00, this.originalId),
			parameter(0x01, varint(IDLE_MS)),
			parameter(0x04, varint(DATA_WINDOW)),
			parameter(0x07, varint(MAX_STREAM_BYTES)),
			parameter(0x09, varint(STREAM_WINDOW)),
			parameter(0x0c, Buffer.alloc(0)),
			parameter(0x0f, this.id),
		]);
	}

	/** Sends what is due. */
	private answer(): void {
		const [initial, handshake, application] = this.spaces;
		if (this.initialKeys !== null && initial.isAckDue) this.send(this.initialAnswer(initial.ack()));
		if (handshake.isAckDue && this.handshakeKeys !== null) {
			this.send(this.longPacket(1, [handshake.ack()], 0));
		}
		if (!this.isDone) return;
		const due: Buffer[] = [];
		if (this.doneLeft > 0) {
			this.doneLeft--;
			due.push(frames.handshakeDone());
		}
		if (this.response !== null) due.push(frames.pathResponse(this.response));
		this.response = null;
		if (application.isAckDue) {
			// Where this packet is lost the client sends again what it acknowledges, and is told again how far it may go.
			due.push(application.ack());
			due.push(frames.maxStreams(this.streams.maxStreams), frames.maxData(this.streams.maxData));
		}
		if (due.length > 0) this.send(this.shortPacket(due));
	}

	/** The whole handshake as often as the client asks, since it asks for what it does not have. */
	private initialAnswer(ack: Buffer): Buffer {
		if (this.flight === null) return this.longPacket(0, [ack], 0);
		const hello = this.longPacket(0, [ack, frames.crypto(this.flight.hello)], 0);
		const rest = [frames.crypto(this.flight.rest)];
		return Buffer.concat([hello, this.longPacket(1, rest, MIN_INITIAL_DATAGRAM - hello.length)]);
	}

	private send(datagram: Buffer): void {
		if (this.initialKeys !== null) {
			if (datagram.length > this.budget) return;
			this.budget -= datagram.length;
		}
		this.context.send(datagram);
	}

	/** A packet of the handshake, of at least `length` bytes. */
	private longPacket(level: 0 | 1, due: readonly Buffer[], length: number): Buffer {
		const plain = Buffer.concat(due);
		const fixed = longHeader(level, this.clientId, this.id, 0).length + NUMBER_LENGTH + TAG_LENGTH;
		const payload = Buffer.concat([plain, Buffer.alloc(Math.max(0, length - fixed - plain.length))]);
		const header = longHeader(level, this.clientId, this.id, payload.length);
		return this.keysOf(level)!.server.seal(header, this.spaces[level].nextNumber(), payload);
	}

	private shortPacket(due: readonly Buffer[]): Buffer {
		const header = shortHeader(this.clientId, this.keyPhase);
		return this.applicationKeys!.server.seal(header, this.spaces[2].nextNumber(), Buffer.concat(due));
	}
}
