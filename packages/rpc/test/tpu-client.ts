/** A client of the QUIC port, as small as can be: one handshake, streams, no losses. */
import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFrame } from '../src/tpu/frames.ts';
import { expandLabel, hmac, PacketKeys } from '../src/tpu/packet-keys.ts';
import { uint, varint, vector, WireReader } from '../src/tpu/wire.ts';

const NONE = Buffer.alloc(0);
const MIN_INITIAL_PAYLOAD = 1162;
const SERVER_ID_LENGTH = 8;
const X25519_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

function hash(...parts: readonly Uint8Array[]): Buffer {
	const sha = createHash('sha256');
	for (const part of parts) sha.update(part);
	return sha.digest();
}

function extension(type: number, ...parts: readonly Uint8Array[]): Buffer {
	return Buffer.concat([uint(type, 2), vector(2, ...parts)]);
}

function message(type: number, ...parts: readonly Uint8Array[]): Buffer {
	return Buffer.concat([uint(type, 1), vector(3, ...parts)]);
}

/** The bytes of the CRYPTO frame of a payload; other frames may come before it that are acknowledgements of one packet. */
function cryptoOf(payload: Buffer): Buffer {
	const reader = new WireReader(payload);
	if (payload[0] === 2) for (let i = 0; i < 5; i++) reader.varint();
	if (reader.varint() !== 6 || reader.varint() !== 0) throw new Error('no CRYPTO frame');
	return reader.take(reader.varint());
}

/** A client that has not connected yet. */
export class TpuTestClient {
	private readonly share = generateKeyPairSync('x25519');
	private readonly id = randomBytes(8);
	private readonly first = randomBytes(8);
	private readonly initialKeys = PacketKeys.initial(this.first);
	private readonly hello: Buffer;
	private serverId: Buffer = NONE;
	private sendKeys: PacketKeys | null = null;
	private receiveKeys: PacketKeys | null = null;
	private numbers = [0, 0, 0];
	private phase = 0;

	/** `key` is the share that it sends in place of its own. */
	constructor(key?: Buffer) {
		const ownKey = this.share.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
		this.hello = message(
			1,
			uint(0x0303, 2),
			randomBytes(32),
			vector(1, NONE),
			vector(2, uint(0x1301, 2)),
			vector(1, uint(0, 1)),
			vector(
				2,
				extension(16, vector(2, vector(1, Buffer.from('solana-tpu')))),
				extension(43, vector(1, uint(0x0304, 2))),
				extension(51, vector(2, uint(0x001d, 2), vector(2, key ?? ownKey))),
			),
		);
	}

	/** The datagram that begins the handshake. */
	begin(): Buffer {
		return this.initial(this.crypto(this.hello));
	}

	/** A first datagram with these frames, padded as it should be or to another payload. */
	initial(frames: Uint8Array, payloadLength: number = MIN_INITIAL_PAYLOAD): Buffer {
		const padding = Buffer.alloc(Math.max(0, payloadLength - frames.length));
		const payload = Buffer.concat([frames, padding]);
		return this.long(0, this.first, this.initialKeys.client, payload, varint(0));
	}

	crypto(bytes: Uint8Array): Buffer {
		return Buffer.concat([varint(6), varint(0), varint(bytes.length), bytes]);
	}

	isForMe(datagram: Buffer): boolean {
		return datagram.includes(this.id);
	}

	/** Reads the server's handshake; the datagram that ends it. */
	finish(datagram: Buffer): Buffer {
		const initial = this.open(datagram, this.initialKeys.server);
		const serverHello = cryptoOf(initial.payload);
		const theirs = createPublicKey({
			key: Buffer.concat([X25519_PREFIX, serverHello.subarray(-32)]),
			format: 'der',
			type: 'spki',
		});
		const shared = diffieHellman({ privateKey: this.share.privateKey, publicKey: theirs });
		const zeros = Buffer.alloc(32);
		const derived = (secret: Buffer): Buffer => expandLabel(secret, 'derived', hash(), 32);
		const secret = hmac(derived(hmac(zeros, zeros)), shared);
		const both = hash(this.hello, serverHello);
		const own = expandLabel(secret, 'c hs traffic', both, 32);
		const handshake = new PacketKeys(expandLabel(secret, 's hs traffic', both, 32));
		const rest = cryptoOf(this.open(datagram.subarray(initial.end), handshake).payload);
		const transcript = hash(this.hello, serverHello, rest);
		const master = hmac(derived(secret), zeros);
		this.sendKeys = new PacketKeys(expandLabel(master, 'c ap traffic', transcript, 32));
		this.receiveKeys = new PacketKeys(expandLabel(master, 's ap traffic', transcript, 32));
		const finished = message(20, hmac(expandLabel(own, 'finished', NONE, 32), transcript));
		return this.long(1, this.serverId, new PacketKeys(own), this.crypto(finished), NONE);
	}

	/** A datagram with a piece of a stream. */
	stream(id: number, offset: number, text: string, isLast: boolean): Buffer {
		const bytes = Buffer.from(text);
		const type = 0x08 | 0x04 | 0x02 | (isLast ? 1 : 0);
		const frame = [varint(type), varint(id), varint(offset), varint(bytes.length), bytes];
		return this.frame(Buffer.concat(frame));
	}

	/** A datagram with these frames. */
	frame(frames: Uint8Array): Buffer {
		const header = Buffer.concat([uint(0x40 | this.phase, 1), this.serverId]);
		return this.sendKeys!.seal(header, this.numbers[2]!++, frames);
	}

	/** The header of a packet that names the connection, before anything proven. */
	header(): Buffer {
		return Buffer.concat([uint(0x40, 1), this.serverId]);
	}

	/** The id that the server gave the connection. */
	get connectionId(): Buffer {
		return this.serverId;
	}

	/** The code with which a datagram closes the connection; null where it does not. */
	closeCode(datagram: Buffer): number | null {
		if (!this.isForMe(datagram)) return null;
		const payload =
			(datagram[0]! & 0x80) === 0
				? this.receiveKeys?.open(datagram, 1 + this.id.length, -1)?.payload
				: this.open(datagram, this.initialKeys.server).payload;
		return payload?.[0] === 0x1c ? new WireReader(payload, 1).varint() : null;
	}

	/** How many streams, and bytes on them, a datagram allows; null where it says nothing of it. */
	limits(datagram: Buffer): { readonly streams: number; readonly bytes: number } | null {
		if ((datagram[0]! & 0x80) !== 0) return null;
		const payload = this.receiveKeys?.open(datagram, 1 + this.id.length, -1)?.payload;
		if (payload === undefined) return null;
		const reader = new WireReader(payload, payload[0] === 0x1e ? 1 : 0);
		readFrame(reader, false);
		if (reader.left === 0 || reader.varint() !== 0x13) return null;
		const streams = reader.varint();
		reader.varint();
		return { streams, bytes: reader.varint() };
	}

	/** Goes over to the next keys. */
	updateKeys(): void {
		this.sendKeys = this.sendKeys!.next();
		this.receiveKeys = this.receiveKeys!.next();
		this.phase ^= 4;
	}

	/** Whether a datagram can be opened with the keys of now. */
	opens(datagram: Buffer): boolean {
		return (datagram[0]! & 0x80) === 0 && this.receiveKeys?.open(datagram, 1 + this.id.length, 0) !== null;
	}

	/** Whether a datagram says that the handshake is done. */
	isDone(datagram: Buffer): boolean {
		if ((datagram[0]! & 0x80) !== 0) return false;
		return this.receiveKeys?.open(datagram, 1 + this.id.length, -1)?.payload[0] === 0x1e;
	}

	private long(type: 0 | 1, to: Buffer, keys: PacketKeys, payload: Uint8Array, token: Buffer): Buffer {
		const kind = uint(0xc0 | (type === 0 ? 0 : 0x20), 1);
		const length = uint(0x4000 + 4 + payload.length + 16, 2);
		const header = [kind, uint(1, 4), vector(1, to), vector(1, this.id), token, length];
		return keys.seal(Buffer.concat(header), this.numbers[type]!++, payload);
	}

	private open(datagram: Buffer, keys: PacketKeys): { readonly payload: Buffer; readonly end: number } {
		const reader = new WireReader(datagram, 5);
		reader.vector(1);
		this.serverId = reader.take(reader.uint(1));
		if (((datagram[0]! >> 4) & 3) === 0) reader.varint();
		const length = reader.varint();
		const end = reader.at + length;
		const opened = keys.open(datagram.subarray(0, end), reader.at, -1);
		if (opened === null || this.serverId.length !== SERVER_ID_LENGTH) throw new Error('a foreign packet');
		return { payload: opened.payload, end };
	}
}
